#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "terminal/terminal.hpp"
#include "terminal/units.hpp"

using namespace tcplab;

namespace {

// Sets or removes an environment variable until the end of the scope.
class Environment {
  public:
    Environment(const char* name, const char* value) : name_(name) {
        if (const char* old = std::getenv(name)) old_ = old;
        set(value);
    }
    ~Environment() { set(old_ ? old_->c_str() : nullptr); }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    void set(const char* value) {
        if (value != nullptr) {
            setenv(name_, value, 1);
        } else {
            unsetenv(name_);
        }
    }
    const char* name_;
    std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("one unit per column: the largest value chooses") {
    CHECK(choose_unit({900us, 3200ms}).symbol == "s");
    CHECK(choose_unit({900us, 320ms}).symbol == "ms");
    CHECK(choose_unit({900us, 320us}).symbol == "us");
    CHECK(text_in(Duration(905'600'000), choose_unit({905600us, 3243ms})) == "0.906 s");
    CHECK(text_in(208'400us, choose_unit({208'400us})) == "208.4 ms");
    CHECK(text_in(Duration::zero(), choose_unit({Duration::zero()})) == "0.000 ms");
    CHECK(text_in(12'300ns, choose_unit({12'300ns})) == "12.3 us");
    CHECK(short_duration(1500s) == "1500.0 s");
    CHECK(choose_unit({}).symbol == "ms");
}

TEST_CASE("the width comes from COLUMNS where it is a number") {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    {
        const Environment columns("COLUMNS", "63");
        CHECK(terminal_width(pipe_ends[1]) == 63);
    }
    for (const char* bad : {"", "0", "-5", "80x", "99999999"}) {
        const Environment columns("COLUMNS", bad);
        CHECK(terminal_width(pipe_ends[1]) == 100);
    }
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}

TEST_CASE("the first locale variable that is set says whether it is UTF-8") {
    const Environment all("LC_ALL", "");
    const Environment characters("LC_CTYPE", "");
    {
        const Environment lang("LANG", "en_US.UTF-8");
        CHECK(use_utf8());
        const Environment overrides("LC_ALL", "C");
        CHECK_FALSE(use_utf8());
    }
    for (const auto& [value, expected] : {std::pair{"ko_KR.utf8", true}, {"C", false}, {"", false}}) {
        const Environment lang("LANG", value);
        CHECK(use_utf8() == expected);
    }
}

TEST_CASE("colour and progress are for terminals, unless asked for") {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    CHECK_FALSE(use_color(When::automatic, pipe_ends[1]));
    CHECK(use_color(When::always, pipe_ends[1]));
    CHECK_FALSE(use_color(When::never, pipe_ends[1]));
    CHECK_FALSE(use_progress(When::automatic, pipe_ends[1]));
    CHECK(use_progress(When::always, pipe_ends[1]));
    CHECK(parse_when("auto") == When::automatic);
    CHECK(parse_when("always") == When::always);
    CHECK_FALSE(parse_when("sometimes").has_value());
    close(pipe_ends[0]);
    close(pipe_ends[1]);
}
