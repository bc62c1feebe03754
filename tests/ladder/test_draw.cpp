#include <doctest/doctest.h>

#include <algorithm>

#include "film.hpp"
#include "ladder/fold.hpp"
#include "ladder/scale.hpp"
#include "terminal/width.hpp"

using namespace tcplab;
using namespace tcplab::ladder;

namespace {

Segment with(Segment s, SendReason reason) {
    s.reason = reason;
    return s;
}

Segment with_text(Segment s, std::string text) {
    s.payload = Payload::of(std::move(text));
    return s;
}

std::string drawn(const Ladder& ladder, const Look& look) { return draw(ladder, {"A title", "a subtitle"}, look); }

bool contains(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

// A little of everything.
Film everything() {
    Film film;
    film.open();
    film.send(100, 150,
              with_text(Film::segment(Side::left, 1, 0, 1, flag::psh),
                        "GET /a-long-way-to-go/index.html?with=parameters HTTP/1.1\r\n\r\n"));
    film.lose(150, Film::segment(Side::right, 1, 1448, 61));
    film.send(150, 230, Film::segment(Side::right, 1449, 1448, 61));
    film.send(151, 201, Film::segment(Side::right, 2897, 1448, 61));
    for (int i = 0; i < 40; ++i) {
        film.send(202 + i, 252 + i, with(Film::segment(Side::left, 61, 0, 1), SendReason::duplicate_ack));
    }
    film.timer(450, Side::right, FiredTimer::retransmission);
    film.send(450, 500, with(Film::segment(Side::right, 1, 1448, 61), SendReason::timeout_retransmission));
    film.lose(450, Film::segment(Side::left, 61, 300, 1449), PacketFate::queue_full);
    film.state(500, Side::left, State::fin_wait_1);
    film.timer(60'600, Side::left, FiredTimer::time_wait);
    film.state(60'600, Side::left, State::closed);
    return film;
}

}  // namespace

TEST_CASE("a handshake in 80 columns") {
    Film film;
    film.open();
    CHECK(drawn(film.ladder(), {80, true, false, false}) ==
          "A title                                                               a subtitle\n"
          "\n"
          "       client 10.0.0.1:59399                         server 10.255.0.1:80\n"
          "    ms CLOSED                                                      LISTEN     ms\n"
          "  0.00 ├──── SYN 0  win 1000  <mss 1460, sack, wscale 7> ──────────────▸│  50.00\n"
          "       │ SYN-SENT                                          SYN-RECEIVED │\n"
          "100.00 │◂─── SYN 0  ACK 1  win 1000  <mss 1460, wscale 0> ──────────────┤  50.00\n"
          "       │ ESTABLISHED                                                    │\n"
          "100.00 ├──── ACK 1  win 128000 ────────────────────────────────────────▸│ 150.00\n"
          "       │                                                    ESTABLISHED │\n");
}

TEST_CASE("the same in 40 columns and ASCII") {
    Film film;
    film.open();
    CHECK(drawn(film.ladder(), {40, false, false, false}) ==
          "A title                       a subtitle\n"
          "\n"
          "       client              server\n"
          "10.0.0.1:59399             10.255.0.1:80\n"
          "    ms CLOSED              LISTEN     ms\n"
          "  0.00 |-- SYN 0  win 1000 ---->|  50.00\n"
          "       | SYN-SENT  SYN-RECEIVED |\n"
          "100.00 |<- SYN 0  ACK 1 --------|  50.00\n"
          "       | ESTABLISHED            |\n"
          "100.00 |-- ACK 1  win 128000 -->| 150.00\n"
          "       |            ESTABLISHED |\n");
}

TEST_CASE("every line fits, in any width and either character set") {
    Film film = everything();
    const Ladder ladder = film.ladder();
    for (const std::size_t width : {40U, 41U, 52U, 60U, 79U, 80U, 100U, 119U, 120U, 200U}) {
        for (const bool utf8 : {true, false}) {
            const std::string text = drawn(ladder, {width, utf8, false, true});
            std::istringstream in(text);
            for (std::string line; std::getline(in, line);) {
                CAPTURE(line);
                CHECK(display_width(line) <= std::min<std::size_t>(width, 120));
                CHECK((line.empty() || line.back() != ' '));
            }
            const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
            CHECK(ascii == !utf8);
        }
    }
}

TEST_CASE("what has no room on the arrow is left out by its rank, what was promised goes below it") {
    Film film;
    film.open();
    film.send(100, 150, with_text(Film::segment(Side::left, 1, 0, 1, flag::psh), "GET /index.html HTTP/1.1\r\n\r\n"));
    const Ladder ladder = film.ladder();
    const auto row = [&](std::size_t width) { return lines_of(ladder, {width, true, false, false})[6]; };
    CHECK(contains(row(120), " GET /index.html  1:29 (28)  PSH  ACK 1  win 128000 ─"));
    CHECK(contains(row(70), " GET /index.html  1:29 (28)  PSH  ACK 1 ─") == false);
    CHECK(contains(row(70), " GET /index.html  1:29 (28)  ACK 1  win 128000 ─"));
    CHECK(contains(row(60), " GET /index.html  1:29 (28)  ACK 1 ─"));
    const std::vector<std::string> narrow = lines_of(ladder, {40, true, false, false});
    CHECK(narrow[6] == "100.00 ├── 1:29 (28) ──────────▸│ 150.00");
    CHECK(narrow[7] == "       │ GET /index.html        │");
}

TEST_CASE("a lost packet's arrow ends in a cross on its way, with the reason") {
    Film film;
    film.open();
    film.lose(150, Film::segment(Side::right, 1, 1448, 1));
    film.lose(160, Film::segment(Side::left, 1, 300, 1), PacketFate::queue_full);
    const Ladder ladder = film.ladder();
    const std::vector<std::string> wide = lines_of(ladder, {100, true, false, false});
    CHECK(wide[6] ==
          "       │         lost on link down ✗──── 1:1449 (1448)  ACK 1  win 1000 ────────────────────┤ 150.00");
    CHECK(wide[7] == "160.00 ├──── 1:301 (300)  ACK 1  win 128000 ──────────────✗ dropped by the queue of link up │");
    const std::vector<std::string> narrow = lines_of(ladder, {40, true, false, false});
    CHECK(narrow[6] == "       │     ✗── 1:1449 (1448) ─┤ 150.00");
    CHECK(narrow[7] == "       │      lost on link down │");
    // The reason stands beside the cross only where the numbers need not be cut for it.
    for (std::size_t width = 40; width <= 120; ++width) {
        CHECK(contains(text_of(ladder, {width, true, false, false}), "1:1449 (1448)"));
    }
}

TEST_CASE("a packet that is overtaken is dotted where it is told elsewhere") {
    Film film;
    film.open();
    film.send(150, 230, Film::segment(Side::right, 1, 1000, 1));
    film.send(151, 201, Film::segment(Side::right, 1001, 1000, 1));
    const std::vector<std::string> lines = lines_of(film.ladder(), {60, true, false, false});
    CHECK(lines[6] == "       │╌╌╌╌ 1:1001 (1000)  ACK 1  win 1000 ────────┤ 150.00");
    CHECK(lines[7] == "201.00 │◂─── 1001:2001 (1000)  ACK 1  win 1000 ─────┤ 151.00");
    CHECK(lines[8] == "230.00 │◂─── 1:1001 (1000)  ACK 1  win 1000 ────╌╌╌╌│");
}

TEST_CASE("remarks, pauses and what was not asked for have rows of their own") {
    Film film;
    film.open();
    film.timer(1150, Side::right, FiredTimer::keepalive);
    film.timer(1300, Side::left, FiredTimer::time_wait);
    film.state(1300, Side::left, State::closed);
    film.send(1310, 1360, Film::segment(Side::left, 1, 0, 0, flag::rst));
    const Ladder some = select(film.ladder(), Film::at(120), Film::at(1305));
    const std::vector<std::string> lines = lines_of(some, {62, true, false, false});
    REQUIRE(lines.size() == 8);
    CHECK(lines[0] == "        │    ⋮ 2 earlier rows                        │");
    CHECK(lines[3] == "        │    ⋮ 1.000 s                               │");
    CHECK(lines[4] == "        │                                  keepalive │ 1150.00");
    CHECK(lines[5] == "        │    ⋮ 150.0 ms                              │");
    CHECK(lines[6] == "1300.00 │ CLOSED  end of TIME-WAIT                   │");
    CHECK(lines[7] == "        │    ⋮ 1 later row                           │");
}

TEST_CASE("long runs of ordinary packets are folded, and --all unfolds them") {
    Film film;
    film.open();
    for (unsigned i = 0; i < 100; ++i) {
        film.send(150 + i, 200 + i, Film::segment(Side::right, 1 + 1000 * i, 1000, 1));
    }
    const Ladder ladder = film.ladder();
    const std::string folded = text_of(ladder, {80, true, false, false});
    CHECK(contains(folded, "⋮ 88 packets like these with 88000 B"));
    CHECK(contains(folded, "8001:9001 (1000)") == false);
    CHECK(contains(folded, "7001:8001 (1000)"));
    CHECK(contains(folded, "95001:96001 (1000)") == false);
    CHECK(contains(folded, "96001:97001 (1000)"));
    CHECK(lines_of(ladder, {80, true, false, true}).size() == 106);
}

TEST_CASE("a fold tells data from acknowledgements") {
    Film film;
    film.open();
    for (unsigned i = 0; i < 20; ++i) {
        film.send(150 + i, 200 + i, Film::segment(Side::right, 1 + 1000 * i, 1000, 1));
        film.send(200 + i, 250 + i, Film::segment(Side::left, 1, 0, 1001 + 1000 * i));
    }
    // In the order of sending: 20 with data, then 20 acknowledgements; 8 and 4 of them are shown.
    CHECK(contains(text_of(film.ladder()), "⋮ 28 packets like these, 12 of them with 12000 B"));
}

TEST_CASE("a narrow ladder has two states of one packet in two rows where they are long") {
    Film film;
    film.open();
    film.send(150, 200, Film::segment(Side::right, 1, 0, 1, flag::fin));
    film.state(150, Side::right, State::fin_wait_1);
    film.state(200, Side::left, State::time_wait);
    film.row().time_wait_until = Film::at(60'200);
    const std::vector<std::string> lines = lines_of(film.ladder(), {40, true, false, false});
    CHECK(lines[7] == "       │ TIME-WAIT for 60 s     │");
    CHECK(lines[8] == "       │             FIN-WAIT-1 │");
}

TEST_CASE("runs that are short, or interrupted, are not folded") {
    Film film;
    film.open();
    for (unsigned i = 0; i < 40; ++i) {
        const Segment data = Film::segment(Side::right, 1 + 1000 * i, 1000, 1);
        if (i == 20) {
            film.lose(150 + i, data);
        } else {
            film.send(150 + i, 200 + i, data);
        }
    }
    CHECK(contains(text_of(film.ladder()), "like these") == false);
}

TEST_CASE("what is too long keeps its beginning and its end, and says how much lies between") {
    std::vector<Item> items;
    for (std::size_t i = 0; i < 100; ++i) items.push_back({i, ""});
    CHECK(shortened(items, 100).size() == 100);
    const std::vector<Item> some = shortened(items, 20);
    REQUIRE(some.size() == 20);
    CHECK(some[13].step == 13);
    CHECK(some[14].text == "81 rows are left out");
    CHECK(some[15].step == 95);
    CHECK(some.back().step == 99);
    const std::vector<Item> least = shortened(items, 2);
    REQUIRE(least.size() == 2);
    CHECK(least[0].text == "99 rows are left out");
    CHECK(least[1].step == 99);
}

TEST_CASE("colour marks reasons, losses and lines, and changes no character") {
    Film film = everything();
    const Ladder ladder = film.ladder();
    std::string colored = drawn(ladder, {100, true, true, true});
    CHECK(contains(colored, "\x1b[31m✗\x1b[0m"));
    CHECK(contains(colored, "\x1b[33msent again: retransmission timeout\x1b[0m"));
    for (std::size_t at = 0; (at = colored.find('\x1b', at)) != std::string::npos;) {
        colored.erase(at, colored.find('m', at) + 1 - at);
    }
    std::string trimmed;
    std::istringstream in(colored);
    for (std::string line; std::getline(in, line);) {
        trimmed += line.erase(line.find_last_not_of(' ') + 1) + "\n";
    }
    CHECK(trimmed == drawn(ladder, {100, true, false, true}));
}

TEST_CASE("times have a unit that suits the last packet and decimals that suit what is shown") {
    const auto scale = [](double end, double begin = 0) {
        Ladder ladder;
        ladder.steps.resize(1);
        ladder.steps[0].at = {Film::at(begin), Film::at(end)};
        return Scale(ladder);
    };
    CHECK(scale(99.9994).text(Film::at(1.5)) == "1.500");
    CHECK(scale(100).text(Film::at(1.5)) == "1.50");
    CHECK(scale(1000).text(Film::at(1.5)) == "1.5");
    CHECK(scale(1000).unit() == "ms");
    CHECK(scale(10'000).text(Film::at(1.5)) == "0.002");
    CHECK(scale(10'000).unit() == "s");
    CHECK(scale(10'000.5, 10'000).text(Film::at(10'000.123)) == "10.000123");
    CHECK(scale(11'000, 10'500).text(Film::at(10'500.123)) == "10.50012");
    CHECK(scale(5'050, 5'000).text(Film::at(5'001.5)) == "5001.500");
    CHECK(scale(400).text(kNever).empty());
    CHECK(scale(400).text(Film::at(60'400)) == "60400");  // the end of TIME-WAIT makes no column wider
}
