#include "http/cause_log.hpp"

#include <array>
#include <utility>

namespace tcplab {

// A byte says how many causes there are. Then each has one for its name, and its nanoseconds in groups of seven bits,
// the lowest first, the last one without the high bit; but the longest comes last, and has what is left of the total.

namespace {
constexpr std::uint8_t kMore = 0x80;
}

std::uint32_t CauseLog::add(const Causes& causes) {
    constexpr std::size_t most = 1 + kCauses * 10;
    std::array<std::uint8_t, most> text{};
    std::size_t size = 0;
    if (bytes_.size() >= kNone) return kNone;
    text[size++] = static_cast<std::uint8_t>(causes.size());
    Causes::Entry longest;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        Causes::Entry e = causes.entry(i);
        if (e.time > longest.time) std::swap(e, longest);
        if (e.time == Duration::zero()) continue;
        text[size++] = static_cast<std::uint8_t>(e.cause);
        auto left = static_cast<std::uint64_t>(e.time.count());
        for (; left >= kMore; left >>= 7U) text[size++] = static_cast<std::uint8_t>(left | kMore);
        text[size++] = static_cast<std::uint8_t>(left);
    }
    if (causes.size() > 0) text[size++] = static_cast<std::uint8_t>(longest.cause);
    const auto number = static_cast<std::uint32_t>(bytes_.size());
    bytes_.insert(bytes_.end(), text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    return number;
}

Causes CauseLog::find(std::uint32_t number, Duration total) const {
    Causes out;
    if (number == kNone) return out;
    std::size_t at = number;
    for (std::uint8_t left = bytes_[at++]; left > 1; --left) {
        const auto cause = static_cast<Cause>(bytes_[at++]);
        std::uint64_t time = 0;
        unsigned shift = 0;
        for (; bytes_[at] >= kMore; shift += 7) time |= std::uint64_t{bytes_[at++] & 0x7fU} << shift;
        time |= std::uint64_t{bytes_[at++]} << shift;
        out.add(cause, Duration(static_cast<std::int64_t>(time)));
        total -= Duration(static_cast<std::int64_t>(time));
    }
    if (total > Duration::zero()) out.add(static_cast<Cause>(bytes_[at]), total);
    return out;
}

}  // namespace tcplab
