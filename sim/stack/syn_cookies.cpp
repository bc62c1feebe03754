#include "stack/syn_cookies.hpp"

#include <algorithm>
#include <array>

namespace tcplab {

namespace {

constexpr unsigned kCountBits = 24;  // COOKIEBITS: below them the hash with the MSS, above them the minute
constexpr std::uint32_t kMask = (1U << kCountBits) - 1;
constexpr std::uint32_t kOldest = 2;  // MAX_SYNCOOKIE_AGE, minutes
constexpr std::uint16_t kDefaultMss = 536;
constexpr std::array<std::uint16_t, 4> kSizes{536, 1300, 1440, 1460};  // msstab

// The low bits of the timestamp (TS_OPT_*).
constexpr unsigned kOptionBits = 6;
constexpr std::uint32_t kNoScale = 15;
constexpr std::uint32_t kSack = 16;
constexpr std::uint32_t kEcn = 32;

std::uint32_t minute_of(Time now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::minutes(1));
}

}  // namespace

std::uint32_t SynCookies::hash(const FourTuple& tuple, std::uint32_t minute, std::uint32_t which) const {
    const std::uint64_t purpose = (std::uint64_t{minute} << 32U) | which;
    return static_cast<std::uint32_t>(mix64(mix64(seed_ ^ hash_value(tuple)) ^ purpose));
}

SeqNum SynCookies::make(Time now, const FourTuple& tuple, SeqNum theirs, std::uint16_t mss) const {
    if (mss == 0) mss = kDefaultMss;
    auto index = static_cast<std::uint32_t>(kSizes.size() - 1);
    while (index > 0 && mss < kSizes[index]) --index;
    const std::uint32_t minute = minute_of(now);
    const std::uint32_t low = (hash(tuple, minute, 1) + index) & kMask;
    return SeqNum(hash(tuple, 0, 0) + theirs.raw() + (minute << kCountBits) + low);
}

std::optional<std::uint16_t> SynCookies::check(Time now, const FourTuple& tuple, SeqNum theirs, SeqNum cookie) const {
    const std::uint32_t rest = cookie.raw() - hash(tuple, 0, 0) - theirs.raw();
    const std::uint32_t minute = minute_of(now);
    const std::uint32_t age = (minute - (rest >> kCountBits)) & (0xffffffffU >> kCountBits);
    if (age >= kOldest) return std::nullopt;
    const std::uint32_t index = (rest - hash(tuple, minute - age, 1)) & kMask;
    if (index >= kSizes.size()) return std::nullopt;
    return kSizes[index];
}

std::uint32_t timestamp_with_options(std::uint32_t clock, const Segment& syn) {
    std::uint32_t options = syn.has_window_scale ? std::min<std::uint32_t>(syn.window_scale, 14) : kNoScale;
    if (syn.sack_permitted) options |= kSack;
    if (syn.has(flag::ece) && syn.has(flag::cwr)) options |= kEcn;
    const std::uint32_t stamp = (clock >> kOptionBits << kOptionBits) | options;
    return stamp > clock ? stamp - (1U << kOptionBits) : stamp;
}

void restore_options(std::uint32_t echo, Segment& syn) {
    syn.sack_permitted = (echo & kSack) != 0;
    syn.has_window_scale = (echo & kNoScale) != kNoScale;
    syn.window_scale = static_cast<std::uint8_t>(syn.has_window_scale ? echo & kNoScale : 0);
    if ((echo & kEcn) != 0) syn.flags |= flag::ece | flag::cwr;
}

}  // namespace tcplab
