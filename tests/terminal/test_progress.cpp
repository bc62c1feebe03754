#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "terminal/progress.hpp"
#include "terminal/terminal.hpp"
#include "terminal/width.hpp"

using namespace tcplab;

namespace {

std::string line(const WorkDone& work, double seconds, std::size_t width = 200, bool utf8 = true) {
    return progress_line(work, std::chrono::duration<double>(seconds), width, utf8);
}

WorkDone sweep(std::size_t done, std::size_t total) {
    return {done, total, static_cast<double>(done) / static_cast<double>(total), {}, 0};
}

}  // namespace

TEST_CASE("of a sweep: how many runs, how fast and how long") {
    CHECK(line({0, 100, {}, {}, 0}, 1) == "⠙ 0 of 100 runs");
    CHECK(line(sweep(50, 100), 2) == "▕███████████████               ▏  50 %  50 of 100 runs · 25/s · 2 s left");
    CHECK(line(sweep(1, 1000), 10) == "▕                              ▏   0 %  1 of 1000 runs · 0.1/s · 2.8 h left");
    CHECK(line(sweep(10, 100), 100) == "▕███                           ▏  10 %  10 of 100 runs · 0.1/s · 15 min left");
    CHECK(line(sweep(999, 1000), 100) ==
          "▕█████████████████████████████▉▏  99 %  999 of 1000 runs · 10.0/s · 1 s left");
    CHECK(line(sweep(7, 7), 1) == "▕██████████████████████████████▏ 100 %  7 of 7 runs · 7.0/s · 0 s left");
}

TEST_CASE("runs that are under way count for the bar and for the time that is left") {
    CHECK(line({0, 4, 0.125, {}, 0}, 10) == "▕███▊                          ▏  12 %  0 of 4 runs · 70 s left");
}

TEST_CASE("of a single run: simulated time and events; a wheel where nobody knows how much is left") {
    CHECK(line({0, 1, 0.5, Duration(30'000'000'000), 8'400'000}, 2) ==
          "▕███████████████               ▏  50 %  30.000 s simulated · 4.2 M events/s · 2 s left");
    CHECK(line({0, 1, 0.5, Duration(30'000'000'000), 8'400'000, true}, 2) ==
          "▕███████████████               ▏  50 %  30.000 s simulated · writing · 2 s left");
    CHECK(line({0, 1, {}, Duration(250'000'000), 1000}, 2) == "⢰ 250.0 ms simulated · 500 events/s");
    CHECK(line({0, 1, {}, Duration(250'000'000), 1000}, 2.1) != line({0, 1, {}, Duration(250'000'000), 1000}, 2));
}

TEST_CASE("without UTF-8 every byte is ASCII") {
    CHECK(line(sweep(50, 100), 2, 200, false) ==
          "[###############---------------]  50 %  50 of 100 runs, 25/s, 2 s left");
    CHECK(line({0, 1, {}, Duration(250'000'000), 1000}, 2, 200, false) == "| 250.0 ms simulated, 500 events/s");
}

TEST_CASE("it fits into any terminal: the bar shrinks, then goes, then the text is cut") {
    for (const bool utf8 : {true, false}) {
        for (std::size_t width = 1; width < 100; ++width) {
            CAPTURE(width);
            CHECK(display_width(line(sweep(50, 100), 2, width, utf8)) <= width);
            CHECK(display_width(line({0, 1, {}, {}, 5}, 2, width, utf8)) <= width);
        }
    }
    CHECK(line(sweep(50, 100), 2, 50) == "▕████    ▏  50 %  50 of 100 runs · 25/s · 2 s left");
    CHECK(line(sweep(50, 100), 2, 49) == "50 of 100 runs · 25/s · 2 s left");
    CHECK(line(sweep(50, 100), 2, 20) == "50 of 100 runs · 25…");
}

TEST_CASE("a locale has UTF-8 when the variable that counts says so") {
    const auto with = [](const char* all, const char* type, const char* lang) {
        setenv("LC_ALL", all, 1);
        setenv("LC_CTYPE", type, 1);
        setenv("LANG", lang, 1);
        return use_utf8();
    };
    CHECK(with("", "", "de_DE.UTF-8"));
    CHECK(with("", "C.utf8", "C"));
    CHECK_FALSE(with("C", "C.UTF-8", "C.UTF-8"));
    CHECK_FALSE(with("", "", "ko_KR.EUC-KR"));
    CHECK_FALSE(with("", "", ""));
}
