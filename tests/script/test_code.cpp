// The language of "%{ ... }%".
#include <vector>

#include "script/code.hpp"
#include "scripts.hpp"

namespace tcplab::script {

namespace {

/// Why an assertion does not hold; empty: it does.
std::string check(const std::string& expression) {
    TcpInfo info;
    info.snd_cwnd = 10;
    info.rtt = 100'000;
    std::vector<std::string> printed;
    const std::string text = "assert " + expression;
    if (const auto wrong = check_code(text)) return "not readable: " + wrong->message;
    const auto problem = run_code(text, info, printed);
    return problem ? problem->message : "";
}

}  // namespace

TEST_CASE("expressions are those of Python over whole numbers") {
    for (const char* holds : {"1 + 2 * 3 == 7",
                              "(1 + 2) * 3 == 9",
                              "7 / 2 == 3",
                              "-7 // 2 == -4",
                              "-7 % 3 == 2",
                              "7 - 2 - 1 == 4",
                              "1 < 2 < 3",
                              "not 2 < 1",
                              "not not 1",
                              "1 and 2 == 2",
                              "0 or 5",
                              "6 & 3 == 2",
                              "4 | 1 == 5",
                              "0x10 == 16",
                              "tcpi_snd_cwnd == 10",
                              "tcpi_rtt / 1000 == 100",
                              "TCP_CA_Open == 0",
                              "(1 ==\n 1)",
                              "99000 <= tcpi_rtt <= 101000",
                              "tcpi_snd_cwnd != 9 and tcpi_rtt > 5"}) {
        CAPTURE(holds);
        CHECK(check(holds) == "");
    }
    for (const char* wrong : {"1 == 2", "3 < 2 < 1", "0", "1 and 0", "not 1", "tcpi_snd_cwnd == 11"}) {
        CAPTURE(wrong);
        CHECK(contains(check(wrong), "does not hold"));
    }
    CHECK(contains(check("1 / (tcpi_snd_cwnd - 10)"), "division by zero"));
    CHECK(contains(check("1 % 0"), "division by zero"));
}

TEST_CASE("what cannot be read") {
    CHECK(contains(check("tcpi_unheard_of == 1"), "tcpi_unheard_of is not known"));
    CHECK(contains(check("(1"), "expected \")\""));
    CHECK(contains(check("1 2"), "expected the statement's end"));
    CHECK(contains(check("12ab"), "this is no whole number"));
    CHECK(contains(check(std::string(1000, '(')), "nested too deeply"));
    CHECK(check_code("return 1")->at == 0);
}

TEST_CASE("a message, print, and several statements") {
    TcpInfo info;
    info.snd_cwnd = 10;
    std::vector<std::string> printed;
    const auto problem = run_code(
        "print tcpi_snd_cwnd, 'x'; assert 1\n assert tcpi_snd_cwnd > 20, tcpi_snd_cwnd * 2\nprint 5", info, printed);
    REQUIRE(problem.has_value());
    CHECK(problem->message == "tcpi_snd_cwnd > 20 does not hold: 20");
    CHECK(problem->hint == "tcpi_snd_cwnd is 10");
    CHECK(printed == std::vector<std::string>{"10 x"});
    CHECK(run_code("assert 0, 'cwnd=%d' % tcpi_snd_cwnd", info, printed)->message == "0 does not hold: cwnd=10");
}

}  // namespace tcplab::script
