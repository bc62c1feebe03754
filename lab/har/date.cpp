#include "har/date.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace tcplab::har {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

/// Takes a text apart from its front.
class Cursor {
  public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    /// Exactly `digits` digits as a number.
    std::optional<int> number(std::size_t digits) {
        if (rest_.size() < digits) return std::nullopt;
        int n = 0;
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return std::nullopt;
            n = n * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return n;
    }
    bool take(std::string_view any_of) {
        if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
        rest_.remove_prefix(1);
        return true;
    }
    /// Decimals of a second, cut after the nanoseconds.
    Duration fraction() {
        std::int64_t ns = 0;
        std::int64_t unit = 100'000'000;
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
            ns += unit * (rest_.front() - '0');
            unit /= 10;
            rest_.remove_prefix(1);
        }
        return Duration(ns);
    }
    [[nodiscard]] bool done() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

std::optional<sys_days> read_day(Cursor& in) {
    const auto year = in.number(4);
    if (!year || !in.take("-")) return std::nullopt;
    const auto month = in.number(2);
    if (!month || !in.take("-")) return std::nullopt;
    const auto day = in.number(2);
    if (!day || *year < 1970 || *year > 2200) return std::nullopt;
    const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                              std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return sys_days(date);
}

std::optional<Duration> read_time_of_day(Cursor& in) {
    const auto hour = in.number(2);
    if (!hour || !in.take(":")) return std::nullopt;
    const auto minute = in.number(2);
    if (!minute) return std::nullopt;
    int second = 0;
    Duration fraction{0};
    if (in.take(":")) {
        const auto read = in.number(2);
        if (!read) return std::nullopt;
        second = *read;
        if (in.take(".,")) fraction = in.fraction();
    }
    constexpr int leap = 60;
    if (*hour > 24 || *minute > 59 || second > leap) return std::nullopt;
    return hours(*hour) + minutes(*minute) + seconds(second) + fraction;
}

/// What the zone is ahead of UTC.
std::optional<Duration> read_zone(Cursor& in) {
    if (in.done() || in.take("Zz")) return Duration{0};
    const bool east = in.take("+");
    if (!east && !in.take("-")) return std::nullopt;
    const auto hour = in.number(2);
    if (!hour) return std::nullopt;
    in.take(":");
    const int minute = in.done() ? 0 : in.number(2).value_or(99);
    if (*hour > 24 || minute > 59) return std::nullopt;
    const Duration ahead = hours(*hour) + minutes(minute);
    return east ? ahead : -ahead;
}

}  // namespace

std::optional<Date> parse_date(std::string_view text) {
    Cursor in(text);
    const auto day = read_day(in);
    if (!day || !in.take("Tt ")) return std::nullopt;
    const auto time = read_time_of_day(in);
    if (!time) return std::nullopt;
    const auto zone = read_zone(in);
    if (!zone || !in.done()) return std::nullopt;
    return Date(*day) + *time - *zone;
}

std::string format_date(Date date) {
    const sys_days day = std::chrono::floor<days>(date);
    const year_month_day civil(day);
    const std::int64_t ns = (date - day).count();
    const std::int64_t second = ns / 1'000'000'000;
    std::string decimals = fmt::format("{:09}", ns % 1'000'000'000);
    while (decimals.size() > 3 && decimals.back() == '0') decimals.pop_back();
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{}Z", static_cast<int>(civil.year()),
                       static_cast<unsigned>(civil.month()), static_cast<unsigned>(civil.day()), second / 3600,
                       second / 60 % 60, second % 60, decimals);
}

}  // namespace tcplab::har
