#include <doctest/doctest.h>

#include <algorithm>

#include "film.hpp"

using namespace tcplab;
using namespace tcplab::ladder;

namespace {

using Kind = Step::Kind;

Segment with(Segment s, SendReason reason) {
    s.reason = reason;
    return s;
}

Segment with_sack(Segment s, std::uint32_t left, std::uint32_t right) {
    s.sack.push_back({SeqNum(Film::kServerStart + left), SeqNum(Film::kServerStart + right)});
    return s;
}

}  // namespace

TEST_CASE("a handshake: a step for each packet, with times at both sides and the states that it brought") {
    Film film;
    film.open();
    const Ladder ladder = film.ladder();
    CHECK(ladder.names == std::array<std::string, 2>{"client", "server"});
    CHECK(ladder.states == std::array<std::string, 2>{"CLOSED", "LISTEN"});
    REQUIRE(ladder.steps.size() == 3);

    const Step& syn = ladder.steps[0];
    CHECK(syn.kind == Kind::packet);
    CHECK(syn.side == Side::left);
    CHECK(syn.at == std::array<Time, 2>{Film::at(0), Film::at(50)});
    CHECK(words(syn.label) == "SYN 0|win 1000|<mss 1460, sack, wscale 7>");
    CHECK(syn.states == std::array<std::string, 2>{"SYN-SENT", "SYN-RECEIVED"});

    const Step& answer = ladder.steps[1];
    CHECK(answer.side == Side::right);
    CHECK(answer.at == std::array<Time, 2>{Film::at(100), Film::at(50)});
    CHECK(words(answer.label) == "SYN 0|ACK 1|win 1000|<mss 1460, wscale 0>");
    CHECK(answer.states[0] == "ESTABLISHED");

    // The client's scale is 7 (RFC 7323 2.2): 1000 in the header are 128,000 bytes.
    CHECK(words(ladder.steps[2].label) == "ACK 1|win 128000");
    CHECK(ladder.steps[2].states[1] == "ESTABLISHED");
}

TEST_CASE("numbers count from the SYN, also where they wrap") {
    Film film;
    film.open();
    film.send(100, 150, Film::segment(Side::left, 1, 300, 1, flag::psh));
    film.send(150, 200, Film::segment(Side::right, 1, 1448, 301));
    film.send(150, 200, Film::segment(Side::right, 1449, 52, 301, flag::fin));
    const Ladder ladder = film.ladder();
    CHECK(words(ladder.steps[3].label) == "1:301 (300)|PSH|ACK 1|win 128000");
    CHECK(words(ladder.steps[4].label) == "1:1449 (1448)|ACK 301|win 1000");
    CHECK(words(ladder.steps[5].label) == "FIN 1449:1501 (52)|ACK 301|win 1000");
}

TEST_CASE("data on a SYN has its own numbers (RFC 7413 2)") {
    Film film;
    film.send(0, 50, Film::segment(Side::left, 0, 300, 0, flag::syn));
    CHECK(words(film.ladder().steps[0].label) == "SYN 0 1:301 (300)|win 1000");
}

TEST_CASE("a loss says where, duplicate ACKs what they know, the retransmission why it was sent") {
    Film film;
    film.open();
    film.lose(150, Film::segment(Side::right, 1, 1448, 1));
    film.send(150, 200, Film::segment(Side::right, 1449, 1448, 1));
    film.send(200, 250, with_sack(with(Film::segment(Side::left, 1, 0, 1), SendReason::duplicate_ack), 1449, 2897));
    film.send(250, 300, with(Film::segment(Side::right, 1, 1448, 1), SendReason::fast_retransmission));
    const std::vector<Step> steps = film.ladder().steps;
    CHECK(steps[3].lost == "lost on link down");
    CHECK(steps[3].at == std::array<Time, 2>{kNever, Film::at(150)});
    CHECK(words(steps[5].label) == "ACK 1|sack 1449:2897|win 128000|duplicate ACK");
    CHECK(words(steps[6].label) == "1:1449 (1448)|ACK 1|win 1000|fast retransmission");
}

TEST_CASE("what a link does to a packet is told apart") {
    const auto lost_text = [](PacketFate fate) {
        Film film;
        film.lose(0, Film::segment(Side::left, 0, 0, 0, flag::syn), fate);
        return film.ladder().steps.front().lost;
    };
    CHECK(lost_text(PacketFate::queue_full) == "dropped by the queue of link up");
    CHECK(lost_text(PacketFate::still_moving) == "on link up as the run ended");

    Film damaged;  // it comes, and is thrown away
    damaged.send(0, 50, Film::segment(Side::left, 0, 0, 0, flag::syn), PacketFate::corrupted);
    const Ladder ladder = damaged.ladder();
    REQUIRE(ladder.steps.size() == 1);
    CHECK(ladder.steps[0].lost == "damaged on link up");
    CHECK(ladder.steps[0].at[1] == kNever);

    Film unknown;
    unknown.lose(0, Film::segment(Side::left, 0, 0, 0, flag::syn));
    unknown.recording().packets[0].hops.clear();
    CHECK(unknown.ladder().steps[0].lost == "on its way as the run ended");
}

TEST_CASE("a first SACK block of what is there already is a DSACK (RFC 2883 4)") {
    Film film;
    film.open();
    Segment below = with_sack(Film::segment(Side::left, 1, 0, 1449), 1, 1449);
    Segment inside = with_sack(with_sack(Film::segment(Side::left, 1, 0, 1), 2897, 4345), 1449, 5793);
    film.send(200, 250, below);
    film.send(201, 251, inside);
    const std::vector<Step> steps = film.ladder().steps;
    CHECK(words(steps[3].label) == "ACK 1449|dsack 1:1449|win 128000");
    CHECK(words(steps[4].label) == "ACK 1|dsack 2897:4345 1449:5793|win 128000");
}

TEST_CASE("a timer stands on the packet that it made go out") {
    Film film;
    film.open();
    film.lose(150, Film::segment(Side::left, 1, 300, 1));
    film.timer(450, Side::left, FiredTimer::retransmission);
    film.send(450, 500, with(Film::segment(Side::left, 1, 300, 1), SendReason::timeout_retransmission));
    film.send(450, 500, with(Film::segment(Side::left, 301, 300, 1), SendReason::timeout_retransmission));
    film.timer(540, Side::right, FiredTimer::delayed_ack);
    film.send(540, 590, with(Film::segment(Side::right, 1, 0, 601), SendReason::delayed_acknowledgement));
    film.timer(600, Side::right, FiredTimer::ack_compression);
    film.send(600, 650, with(Film::segment(Side::right, 1, 0, 601), SendReason::compressed_ack));
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 8);
    CHECK(words(steps[4].label) == "1:301 (300)|ACK 1|win 128000|sent again: retransmission timeout");
    CHECK(words(steps[5].label) == "301:601 (300)|ACK 1|win 128000|sent again after the timeout");
    CHECK(words(steps[6].label) == "ACK 601|win 1000|delayed ACK timer");
    CHECK(words(steps[7].label) == "ACK 601|win 1000|compressed ACK");  // the words of packets.csv and captures
}

TEST_CASE("a timer that makes nothing go out has a step of its own, with the state that it brings") {
    Film film;
    film.open();
    film.timer(60'150, Side::right, FiredTimer::time_wait);
    film.state(60'150, Side::right, State::closed);
    const Step end = film.ladder().steps.back();
    CHECK(end.kind == Kind::remark);
    CHECK(end.side == Side::right);
    CHECK(words(end.label) == "end of TIME-WAIT");
    CHECK(end.states[1] == "CLOSED");
}

TEST_CASE("a closed window and its probe are never left out") {
    Film film;
    film.open();
    Segment closed = Film::segment(Side::left, 1, 0, 1449);
    closed.window = 0;
    film.send(200, 250, closed);
    film.timer(450, Side::right, FiredTimer::persist);
    film.send(450, 500, with(Film::segment(Side::right, 1448, 0, 1), SendReason::window_probe));
    const std::vector<Step> steps = film.ladder().steps;
    const auto part = std::find_if(steps[3].label.begin(), steps[3].label.end(),
                                   [](const LabelPart& p) { return p.text == "win 0"; });
    REQUIRE(part != steps[3].label.end());
    CHECK(part->rank == LabelPart::kPromised);
    CHECK(words(steps[4].label) == "ACK 1|win 1000|window probe: persist timer");
}

TEST_CASE("states stand with the packet that brought them, whether it came or went") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1, flag::fin));
    film.state(150, Side::right, State::fin_wait_1);
    // In one instant: the FIN comes, and the client closes too; its state is told before its FIN.
    film.send(200, 250, Film::segment(Side::left, 1, 0, 2));
    film.state(200, Side::left, State::close_wait);
    film.state(200, Side::left, State::last_ack);
    film.send(200, 250, Film::segment(Side::left, 1, 0, 2, flag::fin));
    film.state(250, Side::right, State::time_wait);
    film.row().time_wait_until = Film::at(60'250);
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 6);
    CHECK(steps[3].states == std::array<std::string, 2>{"CLOSE-WAIT", "FIN-WAIT-1"});
    CHECK(steps[4].states == std::array<std::string, 2>{"", ""});
    CHECK(steps[5].states == std::array<std::string, 2>{"LAST-ACK", "TIME-WAIT for 60 s"});
}

TEST_CASE("of two TIME-WAITs the first says for how long") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1, flag::fin));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 1, flag::fin));
    film.state(250, Side::right, State::time_wait);
    film.send(250, 300, Film::segment(Side::right, 2, 0, 2));
    film.state(300, Side::left, State::time_wait);
    film.row().time_wait_until = Film::at(60'250);
    const std::vector<Step> steps = film.ladder().steps;
    CHECK(steps[steps.size() - 2].states[1] == "TIME-WAIT for 60 s");
    CHECK(steps.back().states[0] == "TIME-WAIT");
}

TEST_CASE("a state that is told before its packet leaves no step behind") {
    Film film;
    film.state(0, Side::left, State::syn_sent);
    film.send(0, 50, Film::segment(Side::left, 0, 0, 0, flag::syn));
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 1);
    CHECK(steps[0].states[0] == "SYN-SENT");
}

TEST_CASE("a reset closes its sender as it goes, and its receiver as it comes") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 0, flag::rst));
    film.state(200, Side::left, State::closed);
    film.state(250, Side::right, State::closed);
    const std::vector<Step> steps = film.ladder().steps;
    CHECK(words(steps[4].label) == "RST 1");
    CHECK(steps[3].states == std::array<std::string, 2>{"", ""});
    CHECK(steps[4].states == std::array<std::string, 2>{"CLOSED", "CLOSED"});
}

TEST_CASE("a state stays where it was entered, whatever is sent later in that instant") {
    Film film;
    film.send(0, 50, Film::segment(Side::left, 0, 0, 0, flag::syn));
    film.send(50, 100, Film::segment(Side::right, 0, 0, 1, flag::syn));
    film.state(50, Side::right, State::syn_received);
    film.send(100, 150, Film::segment(Side::left, 1, 0, 1));
    film.state(150, Side::right, State::established);
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1, flag::rst));  // the application gives up
    film.state(150, Side::right, State::closed);
    film.send(150, 200, Film::segment(Side::right, 1, 0, 0, flag::rst));  // an answer to what came too late
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 5);
    CHECK(steps[2].states[1] == "ESTABLISHED");
    CHECK(steps[3].states[1] == "CLOSED");
    CHECK(steps[4].states[1] == "");
}

TEST_CASE("an end that sent something in the instant in which a reset came is not closed above it") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 1000, 1));
    film.send(150, 200, Film::segment(Side::right, 1001, 0, 1, flag::rst));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 1001));
    film.arrives_last(4);  // behind that ACK
    film.state(200, Side::left, State::closed);
    const Ladder ladder = film.ladder();
    REQUIRE(ladder.steps.size() == 7);
    CHECK(ladder.steps[4].kind == Kind::departure);
    CHECK(words(ladder.steps[5].label) == "ACK 1001|win 128000");
    CHECK(ladder.steps[6].kind == Kind::arrival);
    CHECK(ladder.steps[6].states[0] == "CLOSED");
}

TEST_CASE("a packet that is overtaken has its arrival where it arrives") {
    Film film;
    film.open();
    film.send(150, 230, Film::segment(Side::right, 1, 1000, 1));
    film.send(151, 201, Film::segment(Side::right, 1001, 1000, 1));
    film.send(201, 251, with(Film::segment(Side::left, 1, 0, 1), SendReason::duplicate_ack));
    film.send(230, 280, Film::segment(Side::left, 1, 0, 2001));
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 8);
    CHECK(steps[3].kind == Kind::departure);
    CHECK(steps[3].at == std::array<Time, 2>{kNever, Film::at(150)});
    CHECK(steps[4].kind == Kind::packet);
    CHECK(steps[6].kind == Kind::arrival);
    CHECK(steps[6].side == Side::left);
    CHECK(steps[6].at == std::array<Time, 2>{Film::at(230), kNever});
    CHECK(words(steps[6].label) == "1:1001 (1000)|ACK 1|win 1000");
}

TEST_CASE("FINs that cross: no state stands above what that end did before") {
    Film film;
    film.open();
    film.send(200, 250, Film::segment(Side::left, 1, 0, 1, flag::fin));
    film.state(200, Side::left, State::fin_wait_1);
    film.send(220, 270, Film::segment(Side::right, 1, 0, 1, flag::fin));
    film.state(220, Side::right, State::fin_wait_1);
    film.send(250, 300, Film::segment(Side::right, 2, 0, 2));
    film.state(250, Side::right, State::closing);
    film.send(270, 320, Film::segment(Side::left, 2, 0, 2));
    film.state(270, Side::left, State::closing);
    film.state(300, Side::left, State::time_wait);
    film.state(320, Side::right, State::time_wait);
    const std::vector<Step> steps = film.ladder().steps;
    std::array<Time, 2> latest{kStart, kStart};
    for (const Step& step : steps) {
        for (const Side side : {Side::left, Side::right}) {
            if (step.states[index(side)].empty()) continue;
            CHECK(step.at[index(side)] >= latest[index(side)]);
            latest[index(side)] = step.at[index(side)];
        }
    }
    CHECK(steps[3].kind == Kind::departure);
    CHECK(steps[4].kind == Kind::packet);  // the client did nothing between 220 and 270
}

TEST_CASE("a copy that a link made comes as what it is") {
    Film film;
    film.open();
    const std::size_t original = film.send(150, 200, Film::segment(Side::right, 1, 1000, 1));
    film.copy(160, 210, original);
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 5);
    CHECK(steps[4].kind == Kind::arrival);
    CHECK(words(steps[4].label) == "1:1001 (1000)|ACK 1|win 1000|copy made on the way");
}

TEST_CASE("a copy of a copy comes as what the first one is") {
    Film film;
    film.open();
    const std::size_t original = film.send(150, 200, Film::segment(Side::right, 1, 500, 1));
    film.copy(160, 210, original);
    film.copy(170, 220, original + 1);
    const std::vector<Step> steps = film.ladder().steps;
    REQUIRE(steps.size() == 6);
    CHECK(words(steps[5].label) == "1:501 (500)|ACK 1|win 1000|copy made on the way");
}

TEST_CASE("ladders of several connections are those of each alone") {
    Film film;
    film.open();
    film.send(100, 150, Film::segment(Side::left, 1, 300, 1, flag::psh));
    const Ladder alone = film.ladder();
    ConnectionRow other = film.row();
    other.id = 2;
    other.tuple.local.port = 60'000;
    const std::vector<Ladder> both = make_ladders(film.recording(), {film.row(), other}, {1, 0});
    REQUIRE(both.size() == 2);
    CHECK(both[0].steps.empty());
    CHECK(both[0].endpoints[0].port == 60'000);
    REQUIRE(both[1].steps.size() == alone.steps.size());
    CHECK(words(both[1].steps.back().label) == words(alone.steps.back().label));
}

TEST_CASE("only the connection's own packets, though its ports come back") {
    Film film;
    film.open();
    film.ladder();
    ConnectionRow first = film.row();
    ConnectionRow second = first;
    second.id = 2;
    second.opened = Film::at(100);
    const std::vector<ConnectionRow> rows{first, second};
    CHECK(make_ladder(film.recording(), rows, 0).steps.size() == 2);
    CHECK(make_ladder(film.recording(), rows, 1).steps.size() == 1);
}

TEST_CASE("what is ordinary may be folded: the first of its sort never is") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 1000, 1));
    film.send(200, 250, with(Film::segment(Side::left, 1, 0, 1001), SendReason::duplicate_ack));
    film.send(200, 250, with(Film::segment(Side::left, 1, 0, 1001), SendReason::duplicate_ack));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 0, flag::rst));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 0, flag::rst));
    Segment congested = Film::segment(Side::left, 1, 0, 1001, flag::ece);
    film.send(200, 250, congested);
    film.send(200, 250, congested);
    std::vector<bool> ordinary;
    for (const Step& step : film.ladder().steps) ordinary.push_back(step.ordinary);
    CHECK(ordinary == std::vector<bool>{false, false, false, true, false, true, false, true, false, true});
}

TEST_CASE("a time's steps, with the states as they were before it") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 1000, 1));
    film.send(200, 250, Film::segment(Side::left, 1, 0, 1001));
    const Ladder some = select(film.ladder(), Film::at(120), Film::at(199));
    REQUIRE(some.steps.size() == 2);
    CHECK(some.before == 2);
    CHECK(some.behind == 1);
    CHECK(some.states == std::array<std::string, 2>{"ESTABLISHED", "SYN-RECEIVED"});
    CHECK(select(film.ladder(), kStart, kNever).steps.size() == 5);
    CHECK(select(film.ladder(), Film::at(9000), kNever).before == 5);
}

TEST_CASE("of several states that one packet brought before that time, the last is the end's") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1, flag::fin));
    film.state(200, Side::left, State::close_wait);
    film.state(200, Side::left, State::last_ack);
    film.send(300, 350, Film::segment(Side::right, 2, 0, 1));
    CHECK(film.ladder().steps[3].states[0] == "CLOSE-WAIT, LAST-ACK");
    CHECK(select(film.ladder(), Film::at(250), kNever).states[0] == "LAST-ACK");
}
