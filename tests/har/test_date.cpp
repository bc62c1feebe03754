#include <doctest/doctest.h>

#include "har/date.hpp"

using namespace tcplab;
using namespace tcplab::har;

namespace {

std::string again(std::string_view text) {
    const auto date = parse_date(text);
    return date ? format_date(*date) : "none";
}

}  // namespace

TEST_CASE("dates as recorders write them") {
    CHECK(again("2024-05-01T12:00:00.123Z") == "2024-05-01T12:00:00.123Z");
    CHECK(again("2024-05-01T12:00:00.123456+00:00") == "2024-05-01T12:00:00.123456Z");
    CHECK(again("2024-05-01T12:00:00.1234567891Z") == "2024-05-01T12:00:00.123456789Z");
    CHECK(again("2024-02-29T23:30:00-01:30") == "2024-03-01T01:00:00.000Z");
    CHECK(again("2013-03-01T00:30:00.5+0100") == "2013-02-28T23:30:00.500Z");
    CHECK(again("2013-03-01 00:30:00") == "2013-03-01T00:30:00.000Z");
    CHECK(again("2013-03-01T00:30Z") == "2013-03-01T00:30:00.000Z");
    CHECK(again("1999-12-31T23:59:60Z") == "2000-01-01T00:00:00.000Z");
    CHECK(parse_date("1970-01-01T00:00:01Z")->time_since_epoch() == 1s);
}

TEST_CASE("what is no date") {
    for (const char* text : {"", "yesterday", "2024-05-01", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z",
                             "2024-05-01T25:00:00Z", "2024-05-01T12:60:00Z", "1024-05-01T12:00:00Z",
                             "2024-05-01T12:00:00Zx", "2024-05-01T12:00:00+1", "2024-05-01T12:00:00+01:99"}) {
        CAPTURE(text);
        CHECK(again(text) == "none");
    }
}
