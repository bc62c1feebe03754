#include <doctest/doctest.h>

#include <sstream>

#include "terminal/table.hpp"
#include "terminal/width.hpp"

using namespace tcplab;

namespace {

TextTable example() {
    TextTable t;
    t.title = "One page";
    t.conditions = "100 ms · 1.5 Mbit/s";
    t.columns = {{"strategy", true, 0}, {"page", false, 0}, {"packets", false, 2}, {"overhead", false, 1}};
    t.rows = {{{"pipelined", Accent::none}, {"0.906 s", Accent::best}, {"151", Accent::none}, {"4.9 %", Accent::none}},
              {{"순차", Accent::none}, {"3.243 s", Accent::worst}, {"68", Accent::none}, {"8.0 %", Accent::none}}};
    return t;
}

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
}

}  // namespace

TEST_CASE("width of UTF-8") {
    CHECK(display_width("page") == 4);
    CHECK(display_width("한글 a") == 6);
    CHECK(display_width("e\xcc\x81") == 1);  // e and a combining acute accent
    CHECK(display_width("µ·…") == 3);
    CHECK(display_width("\xff\xc3") == 2);  // not UTF-8: a column each
    CHECK(display_width("🐢") == 2);
    CHECK(display_width("") == 0);
}

TEST_CASE("cut and pad by columns, not bytes") {
    CHECK(cut_to_width("handshake", 9) == "handshake");
    CHECK(cut_to_width("handshake", 5) == "hand…");
    CHECK(cut_to_width("한글한글", 6) == "한글…");
    CHECK(display_width(cut_to_width("한글한글", 6)) <= 6);
    CHECK(cut_to_width("abc", 0).empty());
    CHECK(pad_to_width("순차", 6, true) == "순차  ");
    CHECK(pad_to_width("7", 3, false) == "  7");
    CHECK(pad_to_width("long", 2, false) == "long");
}

TEST_CASE("a table as sketched") {
    CHECK(render(example(), 60, false) ==
          "One page                                 100 ms · 1.5 Mbit/s\n"
          "\n"
          "  strategy       page   packets   overhead\n"
          "  pipelined   0.906 s       151      4.9 %\n"
          "  순차        3.243 s        68      8.0 %\n");
}

TEST_CASE("narrow terminals drop columns by rank and never wrap") {
    const std::string no_packets = render(example(), 40, false);
    CHECK(no_packets.find("packets") == std::string::npos);
    CHECK(no_packets.find("overhead") != std::string::npos);
    const std::string least = render(example(), 25, false);
    CHECK(least.find("overhead") == std::string::npos);
    CHECK(least.find("3.243 s") != std::string::npos);
    for (std::size_t width = 1; width < 70; ++width) {
        for (const std::string& line : lines(render(example(), width, false))) {
            CHECK_MESSAGE(display_width(line) <= width, width << ": " << line);
        }
    }
}

TEST_CASE("a number that does not fit is left out, not cut") {
    for (std::size_t width = 1; width < 40; ++width) {
        const std::string text = render(example(), width, false);
        if (text.find("0.906") != std::string::npos) CHECK(text.find("0.906 s") != std::string::npos);
    }
}

TEST_CASE("colour repeats what the text says") {
    const std::string colored = render(example(), 60, true);
    CHECK(colored.find("\x1b[32m0.906 s\x1b[0m") != std::string::npos);
    CHECK(colored.find("\x1b[33m3.243 s\x1b[0m") != std::string::npos);
    CHECK(paint("failed", Accent::failed, true) == "\x1b[31mfailed\x1b[0m");
    CHECK(paint("failed", Accent::failed, false) == "failed");
    CHECK(paint("plain", Accent::none, true) == "plain");
}

TEST_CASE("the conditions go below a title that leaves no room") {
    TextTable t = example();
    t.title = std::string(50, 'x');
    CHECK(lines(render(t, 60, false)).at(1) == t.conditions);
    t.conditions.clear();
    CHECK(lines(render(t, 40, false)).at(0) == std::string(39, 'x') + "…");
    CHECK(lines(render(t, 40, false)).at(1).empty());
}
