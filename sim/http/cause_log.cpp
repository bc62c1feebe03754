#include "http/cause_log.hpp"

namespace tcplab {

// A byte says how many causes there are. Then each has one for its name, and its nanoseconds in groups of seven bits,
// the lowest first, the last one without the high bit; but the longest comes last, and has what is left of the total.

namespace {
constexpr std::uint8_t kMore = 0x80;
}

std::uint32_t CauseLog::add(const Causes& causes) {
    if (bytes_.size() >= kNone) return kNone;
    const auto number = static_cast<std::uint32_t>(bytes_.size());
    bytes_.push_back(static_cast<std::uint8_t>(causes.size()));
    Causes::Entry longest;
    for (std::size_t i = 0; i < causes.size(); ++i) {
        Causes::Entry e = causes.entry(i);
        if (e.time > longest.time) std::swap(e, longest);
        if (e.time > Duration::zero()) append(e.cause, e.time);
    }
    if (causes.size() > 0) bytes_.push_back(static_cast<std::uint8_t>(longest.cause));
    return number;
}

void CauseLog::append(Cause cause, Duration time) {
    bytes_.push_back(static_cast<std::uint8_t>(cause));
    auto left = static_cast<std::uint64_t>(time.count());
    for (; left >= kMore; left >>= 7U) bytes_.push_back(static_cast<std::uint8_t>(left | kMore));
    bytes_.push_back(static_cast<std::uint8_t>(left));
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
