#include "har/reader.hpp"

#include <fmt/format.h>

#include <cmath>

namespace tcplab::har {

namespace {

using Is = JsonValue::Kind;

constexpr double kLargestSize = 1e15;          // a petabyte
constexpr double kLongestMilliseconds = 1e10;  // four months

}  // namespace

void Reader::mismatch(const Place& place, std::string_view expected) {
    out_->add(place, fmt::format("expected {}, found {}", expected, found_text(place.value())));
}

std::string Reader::text(const Place& place) {
    if (const JsonValue* v = place.as(Is::string)) return v->text;
    if (place) mismatch(place, "a text");
    return "";
}

std::optional<double> Reader::number(const Place& place) {
    if (const JsonValue* v = place.as(Is::number)) return v->number;
    if (place) mismatch(place, "a number");
    return std::nullopt;
}

std::optional<std::uint64_t> Reader::size(const Place& place) {
    const std::optional<double> n = number(place);
    if (!n || *n < 0) return std::nullopt;
    if (*n > kLargestSize) {
        fail(place, fmt::format("{} bytes are more than a petabyte", *n));
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(*n);
}

std::optional<Duration> Reader::milliseconds(const Place& place) {
    const std::optional<double> n = number(place);
    constexpr double none = -1;
    if (n && *n < 0 && *n != none) ++negative_times_;
    if (!n || *n < 0) return std::nullopt;
    if (*n > kLongestMilliseconds) {
        fail(place, fmt::format("{} milliseconds are more than four months", *n));
        return std::nullopt;
    }
    return Duration(std::llround(*n * 1e6));
}

std::size_t Reader::items(const Place& list) {
    if (const JsonValue* v = list.as(Is::array)) return v->items.size();
    if (list) mismatch(list, "a list");
    return 0;
}

bool Reader::object(const Place& place) {
    if (place.as(Is::object) != nullptr) return true;
    if (place) mismatch(place, "an object");
    return false;
}

std::string vendor_text(const Place& place) {
    if (const JsonValue* v = place.as(Is::string)) return v->text;
    if (const JsonValue* v = place.as(Is::number)) return fmt::format("{}", v->number);
    return "";
}

std::optional<std::uint64_t> vendor_size(const Place& place) {
    const JsonValue* v = place.as(Is::number);
    if (v == nullptr || v->number < 0 || v->number > kLargestSize) return std::nullopt;
    return static_cast<std::uint64_t>(v->number);
}

bool vendor_flag(const Place& place) {
    const JsonValue* v = place.as(Is::boolean);
    return v != nullptr && v->flag;
}

}  // namespace tcplab::har
