#include <doctest/doctest.h>

#include <limits>

#include "export/summary.hpp"
#include "export/text.hpp"

using namespace tcplab;

namespace {

std::string decimal(std::int64_t millionths) {
    std::string out;
    append_decimal(out, millionths);
    return out;
}

std::string field(std::string_view text) {
    std::string out;
    append_csv_field(out, text);
    return out;
}

std::string json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

}  // namespace

TEST_CASE("milliseconds from nanoseconds, exactly") {
    CHECK(decimal(208'400'000) == "208.4");
    CHECK(decimal(0) == "0");
    CHECK(decimal(41'361'234) == "41.361234");
    CHECK(decimal(1) == "0.000001");
    CHECK(decimal(-1'500'000) == "-1.5");
    CHECK(decimal(100'000'000) == "100");
    CHECK(decimal(std::numeric_limits<std::int64_t>::max()) == "9223372036854.775807");
    CHECK(decimal(std::numeric_limits<std::int64_t>::min()) == "-9223372036854.775808");
}

TEST_CASE("CSV fields are quoted as RFC 4180 has it") {
    CHECK(field("plain") == "plain");
    CHECK(field("") == "");
    CHECK(field("a,b") == "\"a,b\"");
    CHECK(field("say \"hi\"") == "\"say \"\"hi\"\"\"");
    CHECK(field("two\nlines") == "\"two\nlines\"");
    CHECK(field("한글") == "한글");
}

TEST_CASE("JSON strings are always valid") {
    CHECK(json("a\"b\\c\n\t\x01") == "\"a\\\"b\\\\c\\n\\t\\u0001\"");
    CHECK(json("한글 🐢") == "\"한글 🐢\"");
    CHECK(json("\xff") == "\"\xef\xbf\xbd\"");
    CHECK(json("\xed\xa0\x80x") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx\"");  // a lone surrogate
    CHECK(json("\xe2\x82") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");                    // cut short
}

TEST_CASE("values: exact, counted, absent") {
    std::string out;
    append_value(out, FieldKind::milliseconds, 208'400'000);
    out += '|';
    append_value(out, FieldKind::count, 12);
    out += '|';
    append_value(out, FieldKind::milliseconds, std::nullopt);
    CHECK(out == "208.4|12|");
}
