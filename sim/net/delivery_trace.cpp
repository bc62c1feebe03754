#include "net/delivery_trace.hpp"

#include <algorithm>
#include <charconv>

namespace tcplab {

namespace {

constexpr std::uint64_t kLongest = 10'000'000'000;  // ms: four months, as of any duration

Duration from_ms(std::uint64_t ms) { return Duration(static_cast<std::int64_t>(ms * 1'000'000)); }

ReadTrace wrong(std::size_t line, std::string error) { return {nullptr, line, std::move(error)}; }

}  // namespace

ReadTrace read_delivery_trace(std::string_view text) {
    DeliveryTrace trace;
    std::vector<std::uint64_t>& all = trace.milliseconds;
    std::size_t line = 0;
    while (!text.empty()) {
        ++line;
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!word.empty() && word.back() == '\r') word.remove_suffix(1);
        std::uint64_t ms = 0;
        const char* last = word.data() + word.size();
        const auto [rest, error] = std::from_chars(word.data(), last, ms);
        if (word.empty() || error != std::errc{} || rest != last || ms > kLongest) {
            return wrong(line, "expected a whole number of milliseconds such as 12");
        }
        if (!all.empty() && ms < all.back()) {
            return wrong(line, std::to_string(ms) + " comes after " + std::to_string(all.back()));
        }
        all.push_back(ms);
    }
    if (all.empty()) return wrong(0, "the trace is empty");
    if (all.back() == 0) return wrong(line, "the trace ends at 0 ms: it must take some time");
    return {std::make_shared<const DeliveryTrace>(std::move(trace)), 0, {}};
}

Time Opportunities::next() const { return round_ + from_ms(trace_->milliseconds[place_]); }

void Opportunities::pop() {
    if (++place_ < trace_->milliseconds.size()) return;
    place_ = 0;
    round_ += from_ms(trace_->milliseconds.back());
}

void Opportunities::skip_past(Time now) {
    if (next() > now) return;
    const std::vector<std::uint64_t>& all = trace_->milliseconds;
    const Duration period = from_ms(all.back());
    round_ += (now - round_) / period * period;
    const auto past = std::upper_bound(all.begin(), all.end(), (now - round_).count(),
                                       [](auto ns, std::uint64_t ms) { return Duration(ns) < from_ms(ms); });
    place_ = static_cast<std::size_t>(past - all.begin());  // there is one: less than a period has passed
}

}  // namespace tcplab
