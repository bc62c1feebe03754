// RFC 4180: each numbered rule of its section 2, and what breaks them.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "export/csv.hpp"

using tcplab::CsvError;
using tcplab::CsvReader;

namespace {

using Records = std::vector<std::vector<std::string>>;

Records read(const std::string& text) {
    CsvReader reader(text);
    Records records;
    while (reader.next()) records.push_back(reader.fields());
    CHECK_FALSE(reader.error().has_value());
    return records;
}

CsvError error_of(const std::string& text) {
    CsvReader reader(text);
    while (reader.next()) {
    }
    REQUIRE(reader.error().has_value());
    CHECK_FALSE(reader.next());
    return *reader.error();
}

void check_error(const std::string& text, std::size_t line, std::size_t column, const std::string& what) {
    const CsvError e = error_of(text);
    CHECK(e.line == line);
    CHECK(e.column == column);
    CHECK(e.what == what);
}

}  // namespace

TEST_CASE("a line is a record, with LF as well as CRLF, and the last need not end") {
    CHECK(read("a,b\r\n1,2\r\n") == Records{{"a", "b"}, {"1", "2"}});
    CHECK(read("a,b\n1,2") == Records{{"a", "b"}, {"1", "2"}});
    CHECK(read("a,b\r\n1,2\r") == Records{{"a", "b"}, {"1", "2\r"}});
    CHECK(read("") == Records{});
}

TEST_CASE("fields may be empty, and blanks belong to them") {
    CHECK(read("a,b,c\n,,\n") == Records{{"a", "b", "c"}, {"", "", ""}});
    CHECK(read("a,b\n x , y \n") == Records{{"a", "b"}, {" x ", " y "}});
    CHECK(read("a\n\nb\n") == Records{{"a"}, {""}, {"b"}});
}

TEST_CASE("what stands in quotes may hold commas, lines and doubled quotes") {
    CHECK(read("a,b\n\"1,2\",\"x\ny\"\n") == Records{{"a", "b"}, {"1,2", "x\ny"}});
    CHECK(read("\"say \"\"hi\"\"\",\"\"\r\n") == Records{{"say \"hi\"", ""}});
    CHECK(read("\"\"\"\"") == Records{{"\""}});
}

TEST_CASE("a byte order mark is no part of the first field") {
    CHECK(read("\xef\xbb\xbfrun,x\n1,2\n") == Records{{"run", "x"}, {"1", "2"}});
}

TEST_CASE("what is wrong is said with its place, in characters") {
    check_error("a,b\n1\n", 2, 1, "1 field where the header has 2");
    check_error("a,b\n1,2\n1,2,3\n", 3, 1, "3 fields where the header has 2");
    check_error("a,b\n\n", 2, 1, "1 field where the header has 2");
    check_error("a,b\n\xc3\xa4\xc3\xa4,x\"y\n", 2, 5, "a quote inside a field that does not begin with one");
    check_error("a,b\n1,\"x\n\n", 2, 3, "this quote is never closed");
    check_error("a,b\n\"1\"2,3\n", 2, 4, "expected a comma or the line's end behind a quoted field");
    check_error("a,b\n\"1\"\r2\n", 2, 4, "expected a comma or the line's end behind a quoted field");
}

TEST_CASE("a complaint about a field points at it, behind fields of several lines") {
    const std::string text = "a,b\n\"x\ny\",oops\n";
    CsvReader reader(text);
    REQUIRE(reader.next());
    REQUIRE(reader.next());
    const CsvError e = reader.complaint(1, "no number");
    CHECK(e.line == 3);
    CHECK(e.column == 4);
}
