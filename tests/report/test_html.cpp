#include <doctest/doctest.h>

#include <chrono>

#include "report/bar_table.hpp"
#include "report/html.hpp"

using namespace tcplab;
using namespace tcplab::report;

TEST_CASE("text in HTML neither ends an attribute nor begins a tag") {
    CHECK(escaped("</script><b title='x'>\"&amp;") == "&lt;/script&gt;&lt;b title=&#39;x&#39;&gt;&quot;&amp;amp;");
    CHECK(escaped("a\nb\tc") == "a\nb\tc");
    CHECK(escaped("é – ✗") == "é – ✗");
}

TEST_CASE("what HTML may not hold is replaced") {
    CHECK(escaped(std::string_view("a\0b\x1b", 4)) ==
          "a\xef\xbf\xbd"
          "b\xef\xbf\xbd");
    CHECK(escaped("\xff\xc3") == "\xef\xbf\xbd\xef\xbf\xbd");
    CHECK(escaped("a\\\"b") == "a\\&quot;b");
}

TEST_CASE("a string in a script element cannot end it") {
    const std::string json = in_script(json_string("</script><!-- \"x\""));
    CHECK(json == "\"\\u003c/script>\\u003c!-- \\\"x\\\"\"");
}

TEST_CASE("numbers") {
    CHECK(with_commas(0) == "0");
    CHECK(with_commas(999) == "999");
    CHECK(with_commas(1000) == "1,000");
    CHECK(with_commas(1234567) == "1,234,567");
    CHECK(exact_ms(208'400'001) == "208.400001 ms");
    CHECK(exact_ms(FieldValue{}) == "none");
}

TEST_CASE("a time axis has three to seven marks") {
    CHECK(axis_step(Duration(1)) == Duration(1));
    CHECK(axis_step(std::chrono::milliseconds(3053)) == std::chrono::milliseconds(500));
    CHECK(axis_step(std::chrono::seconds(60)) == std::chrono::seconds(10));
    for (const std::int64_t extent : {7LL, 10LL, 34LL, 99'999LL, 1'000'000'000LL, 9'000'000'000'000'000'000LL}) {
        const std::int64_t marks = extent / axis_step(Duration(extent)).count();
        CHECK_MESSAGE(marks >= 2, extent);
        CHECK_MESSAGE(marks < 7, extent);
    }
}

TEST_CASE("bars stand where their times are, and none has a part without length") {
    BarTable table{"test", "object", "total", 10, {}};
    table.rows.push_back({"<a>", "1 ms", "story", {{Duration(0), Duration(250), "wait"}}, 1, false});
    table.rows.push_back(
        {"b", "2 ms", "", {{Duration(250), Duration(0), "dns"}, {Duration(500), Duration(500), "tls", 1}}, 2, true});
    const std::string html = bar_table_html(table);
    CHECK(html.find("<rect class=\"wait\" x=\"0.000%\" y=\"0\" width=\"25.000%\" height=\"10\"/>") !=
          std::string::npos);
    CHECK(html.find("<rect class=\"tls\" x=\"50.000%\" y=\"11\" width=\"50.000%\" height=\"10\"/>") !=
          std::string::npos);
    CHECK(html.find("class=\"dns\"") == std::string::npos);
    CHECK(html.find("&lt;a&gt;</th>") != std::string::npos);
    CHECK(html.find("<tr class=\"failed\">") != std::string::npos);
}

TEST_CASE("a table whose bars all have no length is a table still") {
    BarTable table{"test", "object", "total", 10, {}};
    table.rows.push_back({"a", "0 ms", "", {{Duration(0), Duration(0), "wait"}}, 1, false});
    const std::string html = bar_table_html(table);
    CHECK(html.find(">a</th>") != std::string::npos);
    CHECK(html.find("nan") == std::string::npos);
    CHECK(html.find("<rect") == std::string::npos);
}
