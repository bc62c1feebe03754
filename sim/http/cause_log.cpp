#include "http/cause_log.hpp"

namespace tcplab {

// A byte says how many causes there are, then each has one for its name and its nanoseconds in groups of seven bits,
// the lowest first, the last one without the high bit.

std::uint32_t CauseLog::add(const Causes& causes) {
    if (bytes_.size() >= kNone) return kNone;
    const auto number = static_cast<std::uint32_t>(bytes_.size());
    bytes_.push_back(static_cast<std::uint8_t>(causes.size()));
    for (std::size_t i = 0; i < causes.size(); ++i) {
        const Causes::Entry e = causes.entry(i);
        bytes_.push_back(static_cast<std::uint8_t>(e.cause));
        auto left = static_cast<std::uint64_t>(e.time.count());
        for (; left >= 0x80; left >>= 7U) bytes_.push_back(static_cast<std::uint8_t>(left | 0x80U));
        bytes_.push_back(static_cast<std::uint8_t>(left));
    }
    return number;
}

Causes CauseLog::operator[](std::uint32_t number) const {
    Causes out;
    if (number == kNone) return out;
    std::size_t at = number;
    for (std::uint8_t left = bytes_[at++]; left > 0; --left) {
        const auto cause = static_cast<Cause>(bytes_[at++]);
        std::uint64_t time = 0;
        unsigned shift = 0;
        for (; bytes_[at] >= 0x80; shift += 7) time |= std::uint64_t{bytes_[at++] & 0x7fU} << shift;
        time |= std::uint64_t{bytes_[at++]} << shift;
        out.add(cause, Duration(static_cast<std::int64_t>(time)));
    }
    return out;
}

}  // namespace tcplab
