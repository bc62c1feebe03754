#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "reading.hpp"
#include "scenario/file_text.hpp"

using namespace tcplab;
using namespace tcplab::reading;

namespace {

std::string rendered(std::string_view text) { return read_scenario(text, "x.toml").errors; }

/// A file that is gone when the test is over.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& text)
        : path_((std::filesystem::temp_directory_path() / "tcplab-scenario-test.toml").string()) {
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("after a syntax error only that one is reported") {
    CHECK(joined(errors_of("foo = 1\n[link\nrtt = 5\n")) == "2:6: error: not TOML: expected ']', saw '\\n'");
    CHECK(joined(errors_of("a = 1\na = 2\nfoo = 3\n")).rfind("2:5: error: not TOML: cannot redefine", 0) == 0);
    for (const char* broken : {"\"5 ms\nrate = 1\n", "'5 ms\nrate = 1\n", "\"5 ms", "'5 ms", "\"5 ms\r\n"}) {
        CAPTURE(broken);
        CHECK(joined(errors_of(std::string("rtt = ") + broken)) ==
              "1:12: error: not TOML: the closing quote is missing");
    }
    CHECK(joined(errors_of("rtt = \"5\x01 ms\"\n")).find("quote") == std::string::npos);
}

TEST_CASE("brackets that close nothing") {
    CHECK(joined(errors_of("a = [1, }\n")) == "1:9: error: not TOML: '}' closes no '{'");
    CHECK(joined(errors_of("a = { b = ]\n")) == "1:11: error: not TOML: ']' closes no '['");
    CHECK(joined(errors_of("[a]]\n")) == "1:4: error: not TOML: ']' closes no '['");
    CHECK(joined(errors_of("a = }\n")) == "1:5: error: not TOML: '}' closes no '{'");
}

TEST_CASE("a table's header without a name") {
    for (const char* header : {"[", "[]", "[[]]", "[ ~a]", "[[ ]]", "[=]", "[.a]"}) {
        CAPTURE(header);
        CHECK(joined(errors_of(std::string("\n ") + header + "\n")) == "2:2: error: not TOML: expected a table's name");
    }
    CHECK(joined(errors_of("[ page ]\nhtml = '1 kB'\n[[ 'variant' ]]\nname = \"\"\"a\"\"\"\n[\"link\"]\n")).empty());
}

TEST_CASE("letters beyond ASCII stand in quotes or comments") {
    CHECK(joined(errors_of("[link]\nrtt = “100 ms”\n")) == "2:7: error: not TOML: \"“\" outside quotes");
    CHECK(joined(errors_of("é = 1\n")) == "1:1: error: not TOML: \"é\" outside quotes");
    CHECK(joined(errors_of("title = \"é\"  # é\n" + std::string(kPage))).empty());
    CHECK(joined(errors_of("title = \"\\é\"\n")) == "1:10: error: not TOML: a backslash before letters beyond ASCII");
    CHECK(joined(errors_of("title = \"\"\"a\\\n  é\"\"\"\n")) ==
          "1:13: error: not TOML: a backslash before letters beyond ASCII");
    CHECK(joined(errors_of("title = \"\"\"a\\\n  b é\"\"\"\n" + std::string(kPage))).empty());
}

TEST_CASE("strings end where TOML says") {
    CHECK(run_of("title = \"\"\"a\"\"\"\"\"\n" + std::string(kPage)).page.objects.size() == 1);
    CHECK(run_of("title = '\\'\n" + std::string(kPage)).page.objects.size() == 1);
    CHECK(run_of("title = \"\\\\\"\n" + std::string(kPage)).page.objects.size() == 1);
    CHECK(run_of("title = \"# \\\" [[[\"  # [[[ \"\n" + std::string(kPage)).page.objects.size() == 1);
}

TEST_CASE("a quantity without quotes is explained") {
    CHECK(rendered("[link]\nrtt = 40 ms  # there and back\n") ==
          "x.toml:2:10: error: not TOML: expected a comment or whitespace, saw 'm'\n"
          "  2 | rtt = 40 ms  # there and back\n"
          "    |          ^ text stands in quotes: \"40 ms\"\n");
    CHECK(rendered("[client]\nstrategy = serial\n").find("text stands in quotes: \"serial\"") != std::string::npos);
}

TEST_CASE("carets stand below what they mean: tabs, letters beyond ASCII, wide letters") {
    CHECK(rendered("[link]\n\trtt = 5\n[page]\nhtml = \"1 kB\"") ==
          "x.toml:2:8: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5\n"
          "  2 | \trtt = 5\n"
          "    | \t      ^\n");
    CHECK(rendered("client.headers = [\"É: x\"]\n[page]\nhtml = \"1 kB\"") ==
          "x.toml:1:19: error: [client] headers: \"É: x\" is no header line\n"
          "  1 | client.headers = [\"É: x\"]\n"
          "    |                   ^~~~~~ such as \"Accept: text/html\"\n");
    CHECK(rendered("link = { \"한글\" = 1, rtt = 5 }\n[page]\nhtml = \"1 kB\"") ==
          "x.toml:1:10: error: unknown key \"한글\" in [link]\n"
          "  1 | link = { \"한글\" = 1, rtt = 5 }\n"
          "    |          ^~~~~~\n"
          "x.toml:1:26: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5\n"
          "  1 | link = { \"한글\" = 1, rtt = 5 }\n"
          "    |                            ^\n");
}

TEST_CASE("a very long line is cut around the error") {
    const std::string text =
        "client.headers = [" + std::string(5000, ' ') + "5" + std::string(5000, ' ') + "]\n[page]\nhtml = \"1 kB\"";
    const std::string errors = rendered(text);
    CHECK(errors.find("1:5019: error:") != std::string::npos);
    CHECK(errors.size() < 500);
}

TEST_CASE("line ends of Windows, and a byte order mark") {
    CHECK(joined(errors_of("[page]\r\nhtml = \"1 kB\"\r\n")).empty());
    CHECK(rendered("[link]\r\nrtt = 5\r\n[page]\r\nhtml = \"1 kB\"\r\n") ==
          "x.toml:2:7: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5\n"
          "  2 | rtt = 5\n"
          "    |       ^\n");
    CHECK(joined(errors_of("\xef\xbb\xbf[page]\nhtml = \"1 kB\"\n")).empty());
}

TEST_CASE("what is no text") {
    CHECK(joined(errors_of("a = \"\xff\"\n")) == "1:6: error: this is not UTF-8 text");
    CHECK(joined(errors_of(std::string_view("a = 1\n\0\n", 8))) == "2:1: error: a NUL byte: this is not a text file");
    CHECK(joined(errors_of("# caf\xe9\n")) == "1:6: error: this is not UTF-8 text");
    CHECK(joined(errors_of("title = \"a\\u0000b\"\n" + std::string(kPage))) ==
          "1:9: error: title: has a control character");
}

TEST_CASE("absurd nesting is refused before it costs a stack") {
    CHECK(joined(errors_of("a = " + std::string(100'000, '[') + "\n")) ==
          "1:37: error: brackets are nested too deeply");
    std::string key = "a";
    for (int i = 0; i < 100'000; ++i) key += ".a";
    CHECK(joined(errors_of(key + " = 1\n")) == "1:34: error: a key of too many parts");
    CHECK(
        joined(errors_of("title = \"" + std::string(1000, '.') + std::string(1000, '[') + "\"\n" + std::string(kPage)))
            .empty());
    CHECK(
        joined(errors_of("# " + std::string(1000, '.') + std::string(1000, '[') + "\n" + std::string(kPage))).empty());
    CHECK(joined(errors_of("title = '''" + std::string(1000, '[') + "'''\n" + std::string(kPage))).empty());
    CHECK(joined(errors_of("title = \"\\\"" + std::string(1000, '[') + "\"\n" + std::string(kPage))).empty());
}

TEST_CASE("a file's bytes, or why there are none") {
    const std::string bytes = std::string("a\0b\r\n", 5) + std::string(200'000, 'x');
    const TemporaryFile file(bytes);
    CHECK(read_file(file.path()).text == bytes);
    CHECK(read_file(file.path(), bytes.size()).text == bytes);
    const FileText large = read_file(file.path(), bytes.size() - 1);
    CHECK_FALSE(large.text);
    CHECK(large.why == std::errc::file_too_large);
    CHECK(read_file("/nonexistent/x").why == std::errc::no_such_file_or_directory);
    const FileText folder = read_file("/");
    CHECK_FALSE(folder.text);
    CHECK(folder.why == std::errc::is_a_directory);
    CHECK(read_file(TemporaryFile("").path(), 0).text == "");
}

TEST_CASE("files that cannot be read") {
    const Loaded none = load_scenario("/nonexistent/x.toml");
    CHECK(none.unreadable);
    CHECK(none.errors == "/nonexistent/x.toml: error: No such file or directory\n");
    const Loaded folder = load_scenario("/");
    CHECK(folder.unreadable);
    CHECK(folder.errors == "/: error: this is a folder, not a scenario\n");
    const TemporaryFile large(std::string(16 * 1024 * 1024 + 1, '\n'));
    const Loaded too_large = load_scenario(large.path());
    CHECK_FALSE(too_large.unreadable);
    CHECK(too_large.errors == large.path() + ": error: larger than 16 MiB\n");
}

TEST_CASE("a file is read; its stem is the default name") {
    const TemporaryFile file(std::string{kPage});
    const Loaded loaded = load_scenario(file.path());
    REQUIRE(loaded.scenario);
    CHECK(loaded.scenario->name == "tcplab-scenario-test");
    CHECK(loaded.scenario->text == kPage);
    CHECK(loaded.scenario->hash.size() == 16);
    CHECK(joined(errors_of("name = \"a/b\"\n" + std::string(kPage))) ==
          "1:8: error: name: \"a/b\" cannot name a folder");
}
