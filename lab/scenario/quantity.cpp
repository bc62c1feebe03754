#include "scenario/quantity.hpp"

#include <fmt/format.h>

#include <array>
#include <cctype>
#include <limits>
#include <optional>
#include <span>

#include "scenario/text.hpp"

namespace tcplab {

namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// The smallest first: it is what a value is counted in.
constexpr std::array<Unit, 5> kDurations{
    {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"min", 60'000'000'000}}};
constexpr std::array<Unit, 5> kRates{
    {{"bit/s", 1}, {"kbit/s", 1'000}, {"Mbit/s", 1'000'000}, {"Gbit/s", 1'000'000'000}, {"Tbit/s", 1'000'000'000'000}}};
constexpr std::array<Unit, 7> kSizes{{{"B", 1},
                                      {"kB", 1'000},
                                      {"KiB", 1'024},
                                      {"MB", 1'000'000},
                                      {"MiB", 1'048'576},
                                      {"GB", 1'000'000'000},
                                      {"GiB", 1'073'741'824}}};
constexpr std::array<Unit, 1> kPercent{{{"%", kWhole / 100}}};
constexpr std::array<Unit, 2> kPackets{{{"packets", 1}, {"packet", 1}}};
constexpr std::array<Unit, 1> kPlain{{{"", 1}}};

std::span<const Unit> units(Measure measure) {
    switch (measure) {
        case Measure::duration: return kDurations;
        case Measure::rate: return kRates;
        case Measure::size: return kSizes;
        case Measure::percent: return kPercent;
        case Measure::packets: return kPackets;
        case Measure::plain: return kPlain;
    }
    return {};
}

/// "Mbps", "mbit" and "Mbit" are "Mbit/s". Letters of a prefix may be of either case: no rate is in millibits.
std::optional<std::uint64_t> rate_factor(std::string_view unit) {
    std::uint64_t factor = 1;
    if (!unit.empty()) {
        switch (unit.front()) {
            case 'k':
            case 'K': factor = 1'000; break;
            case 'm':
            case 'M': factor = 1'000'000; break;
            case 'g':
            case 'G': factor = 1'000'000'000; break;
            case 't':
            case 'T': factor = 1'000'000'000'000; break;
            default: break;
        }
    }
    if (factor > 1) unit.remove_prefix(1);
    if (unit == "bit/s" || unit == "bit" || unit == "bps" || unit == "b/s") return factor;
    return std::nullopt;
}

std::optional<std::uint64_t> factor_of(std::string_view unit, Measure measure) {
    if (measure == Measure::rate) return rate_factor(unit);
    for (const Unit& u : units(measure)) {
        if (u.name == unit) return u.factor;
    }
    return std::nullopt;
}

/// mantissa * 10^exponent
struct Decimal {
    std::uint64_t mantissa = 0;
    int exponent = 0;
    bool negative = false;
    bool overflow = false;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void append_digit(Decimal& d, char digit) {
    constexpr std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / 10 - 1;
    if (d.mantissa > limit) {
        d.overflow = true;
        return;
    }
    d.mantissa = d.mantissa * 10 + static_cast<std::uint64_t>(digit - '0');
}

/// Takes an exponent such as "e-3" off the front, if there is one.
void read_exponent(std::string_view& text, Decimal& d) {
    if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return;
    std::size_t i = 1;
    const bool negative = i < text.size() && text[i] == '-';
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (i == text.size() || !is_digit(text[i])) return;
    int exponent = 0;
    constexpr int enough = 10'000;
    for (; i < text.size() && is_digit(text[i]); ++i) {
        if (exponent < enough) exponent = exponent * 10 + (text[i] - '0');
    }
    d.exponent += negative ? -exponent : exponent;
    text.remove_prefix(i);
}

/// Takes a decimal number off the front of the text.
std::optional<Decimal> read_decimal(std::string_view& text) {
    Decimal d;
    if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
        d.negative = text[0] == '-';
        text.remove_prefix(1);
    }
    std::size_t digits = 0;
    bool fraction = false;
    std::size_t zeros = 0;  // not appended yet: trailing zeros of a fraction say nothing
    std::size_t i = 0;
    for (; i < text.size(); ++i) {
        if (text[i] == '.' && !fraction && digits > 0) {
            fraction = true;
            continue;
        }
        if (!is_digit(text[i])) break;
        ++digits;
        if (fraction && text[i] == '0') {
            ++zeros;
            continue;
        }
        for (; zeros > 0 && !d.overflow; --zeros, --d.exponent) append_digit(d, '0');
        append_digit(d, text[i]);
        if (fraction) --d.exponent;
    }
    if (digits == 0 || text[i - 1] == '.') return std::nullopt;
    text.remove_prefix(i);
    read_exponent(text, d);
    return d;
}

Quantity scaled(Decimal d, std::uint64_t factor, std::string_view unit) {
    Quantity q{0, QuantityError::none, unit};
    if (d.mantissa == 0 && !d.overflow) return q;
    if (d.overflow) {
        q.error = d.exponent < 0 ? QuantityError::too_fine : QuantityError::too_large;
        return q;
    }
    while (factor % 10 == 0) {
        factor /= 10;
        ++d.exponent;
    }
    for (; d.exponent < 0 && d.mantissa % 10 == 0; ++d.exponent) d.mantissa /= 10;
    // A factor such as 1024 can still cancel tens: 0.5 KiB.
    for (; d.exponent < 0 && factor % 2 == 0 && d.mantissa % 5 == 0; ++d.exponent) {
        factor /= 2;
        d.mantissa /= 5;
    }
    if (d.exponent < 0) {
        q.error = QuantityError::too_fine;
        return q;
    }
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    if (d.mantissa > most / factor) {
        q.error = QuantityError::too_large;
        return q;
    }
    q.value = d.mantissa * factor;
    for (; d.exponent > 0; --d.exponent) {
        if (q.value > most / 10) {
            q.error = QuantityError::too_large;
            return q;
        }
        q.value *= 10;
    }
    return q;
}

}  // namespace

Quantity parse_quantity(std::string_view text, Measure measure) {
    std::string_view rest = trimmed(text);
    const std::optional<Decimal> number = read_decimal(rest);
    if (!number) return {0, QuantityError::not_a_number, {}};
    const std::string_view unit = trimmed(rest);
    const bool zero = number->mantissa == 0 && !number->overflow;
    const std::optional<std::uint64_t> factor = factor_of(unit, measure);
    if (!factor && !(zero && unit.empty())) {
        return {0, unit.empty() ? QuantityError::no_unit : QuantityError::unknown_unit, unit};
    }
    if (number->negative && !zero) return {0, QuantityError::negative, unit};
    return scaled(*number, factor.value_or(1), unit);
}

std::string_view units_of(Measure measure) {
    switch (measure) {
        case Measure::duration: return "ns, us, ms, s, min";
        case Measure::rate: return "bit/s, kbit/s, Mbit/s, Gbit/s";
        case Measure::size: return "B, kB, MB, GB (1000) and KiB, MiB, GiB (1024)";
        case Measure::percent: return "%";
        case Measure::packets: return "packets";
        case Measure::plain: return "";
    }
    return "";
}

std::string format_quantity(std::uint64_t value, Measure measure) {
    if (measure == Measure::plain) return fmt::format("{}", value);
    if (measure == Measure::percent) return format_in(value, measure, "%");
    if (measure == Measure::duration && value == 0) return "0 s";
    const Unit* best = nullptr;
    for (const Unit& u : units(measure)) {
        // Minutes and singular packets are for typing, not for reading.
        if (u.name == "min" || u.name == "packet") continue;
        if (best == nullptr || (value != 0 && value % u.factor == 0)) best = &u;
    }
    return fmt::format("{} {}", value / best->factor, best->name);
}

std::string format_duration(Duration value) {
    const auto ns = static_cast<std::uint64_t>(value.count());
    const std::string_view unit = value >= 1s ? "s" : value >= 1ms ? "ms" : value >= 1us ? "us" : "ns";
    return format_in(ns, Measure::duration, ns == 0 ? "s" : unit);
}

std::string format_in(std::uint64_t value, Measure measure, std::string_view unit) {
    if (measure == Measure::plain) return fmt::format("{}", value);
    const std::uint64_t factor = factor_of(unit, measure).value_or(0);
    if (factor == 0) return format_quantity(value, measure);
    std::uint64_t rest = value % factor;
    std::string decimals;
    constexpr std::size_t most = 15;
    while (rest != 0 && decimals.size() < most) {
        rest *= 10;
        decimals += static_cast<char>('0' + static_cast<char>(rest / factor));
        rest %= factor;
    }
    if (rest != 0) return format_quantity(value, measure);
    return fmt::format("{}{}{} {}", value / factor, decimals.empty() ? "" : ".", decimals, unit);
}

}  // namespace tcplab
