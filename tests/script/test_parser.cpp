// What the notation allows, and where the errors point.
#include <vector>

#include "scripts.hpp"

namespace tcplab::script {

TEST_CASE("errors name the line, the column and what is wrong") {
    struct Wrong {
        std::string text;
        std::string where;
        std::string message;
    };
    const std::string first = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n";
    const std::vector<Wrong> all{
        {"", "x.pkt", "there is no step in it"},
        {"hello\n", "1:1", "expected a step, which begins with a time"},
        {"0.1 close(3) = 0\n", "1:1", "the first step has time 0"},
        {"* close(3) = 0\n", "1:1", "the first step has time 0"},
        {first + "1 close(3) = 0\n.5 close(3) = 0\n", "3:1", "before that of an earlier step"},
        {first + "+x close(3) = 0\n", "2:2", "expected a time in seconds"},
        {first + "+.2~+.1 close(3) = 0\n", "2:5", "the range ends before it begins"},
        {first + "+.2~.1 close(3) = 0\n", "2:5", "expected \"+\""},
        {first + "+.2....1 close(3) = 0\n", "2:7", "the call returns before it begins"},
        {first + "+0...1 < . 1:1(0) ack 1 win 5\n", "2:1", "only a call has a time at which it returns"},
        {first + "+0 clos(3) = 0\n", "2:4", "did you mean \"close\"?"},
        {first + "+0 close 3 = 0\n", "2:10", "expected \"(\""},
        {first + "+0 close(3, 4) = 0\n", "2:18", "close() has 1 argument, found 2"},
        {first + "+0 close(3)\n", "3:1", "expected \"= RESULT\""},
        {first + "+0 close(3) = -1 EAGIAN\n", "2:18", "did you mean \"EAGAIN\"?"},
        {first + "+0 close(3) = zero\n", "2:15", "expected a number as the result"},
        {first + "+0 setsockopt(3, SOL_TCP, TCP_NODELY, [1], 4) = 0\n", "2:27", "did you mean \"TCP_NODELAY\"?"},
        {first + "+0 read(x, ..., 1) = 0\n", "2:9", "expected a descriptor's number"},
        {first + "+0 poll([{fd=3, events=POLLIN|POLLFOO}], 1, 0) = 0\n", "2:24", "known constants"},
        {first + "+0 < S 0:1(0) win 5\n", "2:10", "with 0 bytes this ends at 0"},
        {first + "+0 < S 0:0(0)\n", "2:6", "a segment of the peer needs a window"},
        {first + "+0 < S 0:0(0) win 5 <...>\n", "2:6", "is for segments that the stack sends"},
        {first + "+0 < [ect01] S 0:0(0) win 5\n", "2:6", "is for segments that the stack sends"},
        {first + "+0 > S 0:0(0) <mss 0>\n", "2:16", "an MSS is at least 1"},
        {first + "+0 %{ assert tcpi_snd_cwmd == 1 }%\n", "2:14", "did you mean \"tcpi_snd_cwnd\"?"},
        {first + "+0 %{ assert 1 + }%\n", "2:18", "expected a number or a name"},
        {first + "+0 %{ assert 1\n", "2:4", "what begins here has no end"},
        {first + "/* never closed\n", "2:1", "what begins here has no end"},
        {first + "+0 `sysctl -q net.ipv4.tcp_sack=0`\n+0 close(3) = 0\n", "2:4",
         "settings come before the first call or segment"},
        {first + "--tolerance_usecs=5\n", "2:1", "options come before the first step"},
        {"--tolerance_usec=5\n" + first, "1:1", "unknown option"},
        {"--tolerance_usecs=x\n" + first, "1:19", "expected a whole number"},
        {"--ip_version=ipv6\n" + first, "1:14", "only ipv4 is simulated"},
    };
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.text);
        const std::string errors = errors_of(wrong.text);
        CAPTURE(errors);
        CHECK(contains(errors, wrong.where + ": error: "));
        CHECK(contains(errors, wrong.message));
    }
}

TEST_CASE("every error of a file is reported, with its line") {
    const std::string errors = errors_of(
        "0 sockt(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 listen(3, 1) = 0\n"
        "+0 < S 0:0(0) wn 5\n"
        "     <mss 1000>\n"
        "+0 closes(3) = 0\n");
    CAPTURE(errors);
    CHECK(contains(errors, "x.pkt:1:3: error: "));
    CHECK(contains(errors, "x.pkt:3:15: error: "));
    CHECK(contains(errors, "x.pkt:5:4: error: "));
    CHECK(parse_script("0 sockt() = 3\n+0 closes(3) = 0\n", "x.pkt", {}).error_count == 2);
}

TEST_CASE("comments keep lines and columns") {
    const Script script = readable(
        "// one\n"
        "/* two\n"
        "   three */ 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3  # four\n"
        "+0 %{ assert 1 == 1 # five \"\n }%\n");
    REQUIRE(script.steps.size() == 2);
    CHECK(script.steps[0].mark.line == 3);
    CHECK(script.steps[0].mark.column == 13);
    CHECK(script.steps[1].mark.line == 4);
}

TEST_CASE("times") {
    const auto when = [](const std::string& time) {
        return readable("0 close(3) = 0\n" + time + " close(3) = 0\n").steps[1].when;
    };
    CHECK(when("0.25").kind == When::Kind::absolute);
    CHECK(when("0.25").at == 250ms);
    CHECK(when(".5").at == 500ms);
    CHECK(when("+1.000000001").kind == When::Kind::relative);
    CHECK(when("+1.000000001").at == Duration(1'000'000'001));
    CHECK(when("*").kind == When::Kind::any);
    CHECK(when("+.1~+.2").kind == When::Kind::relative_range);
    CHECK(when("0.1 ~ 0.2").kind == When::Kind::absolute_range);
    CHECK(when("0.1~0.2").until == 200ms);
    CHECK(when("0.1...0.3").end == 300ms);
    CHECK(when("+0...0.3").end == 300ms);
}

TEST_CASE("arguments and results") {
    const auto call = [](const std::string& text) {
        return std::get<Call>(readable("0 " + text + "\n").steps[0].action);
    };
    const Call flags = call("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0x2 (flags O_RDWR)");
    CHECK(flags.arguments[2].number == 0x802);
    CHECK(flags.result.number == 2);
    const Call linger =
        call("setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=5}, 8) = -1 EINVAL (Invalid argument)");
    REQUIRE(linger.arguments[3].field("linger") != nullptr);
    CHECK(linger.arguments[3].field("linger")->number == 5);
    CHECK(linger.error == "EINVAL");
    const Call message =
        call("sendmsg(4, {msg_name(...)=..., msg_iov(2)=[{..., 10}, {..., 20}], msg_flags=0}, 0) = 30");
    REQUIRE(message.arguments[1].field("msg_iov") != nullptr);
    CHECK(message.arguments[1].field("msg_iov")->items.size() == 2);
    const Call address =
        call("bind(3, {sa_family = AF_INET, sin_port = htons(81), sin_addr = inet_addr(\"0.0.0.0\")}, ...) = 0");
    CHECK(address.arguments[1].field("sin_port")->items[0].number == 81);
}

TEST_CASE("a segment may go on in the next line, and -D replaces words in it") {
    Extras extras;
    extras.defines["SIZE"] = "1000";
    const Script script = readable(
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
        "+0 > [ect01] 8080 > 40000 S. 0:0(0) ack 1\n"
        "     <mss SIZE>\n"
        "+0 < S 0:0(0)\n"
        "     win 1\n",
        extras);
    REQUIRE(script.steps.size() == 3);
    const ParsedSegment& sent = std::get<Packet>(script.steps[1].action).segment;
    CHECK(to_text(sent, {}) == "[ect01] 8080 > 40000 S. 0:0(0) ack 1 <mss 1000>");
    CHECK(sent.any_window);
    CHECK(std::get<Packet>(script.steps[2].action).segment.segment.window == 1);
}

TEST_CASE("options of a script") {
    const Script script = readable(
        "--tolerance_usecs=70000 --strict_segments\n"
        "--tcp_ts_tick_usecs=1000 --ip_version=ipv4 --send_omit_free\n"
        "0 close(3) = 0\n");
    CHECK(script.options.tolerance == 70ms);
    CHECK(script.options.strict_segments);
    CHECK(script.options.timestamp_tick == 1ms);
}

}  // namespace tcplab::script
