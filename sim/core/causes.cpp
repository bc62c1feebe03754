#include "core/causes.hpp"

#include <cassert>

namespace tcplab {

std::string_view name(Cause cause) {
    static constexpr std::array<std::string_view, kCauses> kNames = {
        "blocked",      "ports",          "dns",    "handshake",   "tls",        "propagation",
        "transmission", "queueing",       "server", "proxy",       "slow_start", "congestion",
        "pacing",       "receive_window", "nagle",  "delayed_ack", "loss",       "head_of_line",
        "reader",       "close",          "retry",  "other"};
    return kNames[static_cast<std::size_t>(cause)];
}

Causes::Causes(const Causes& o) : inside_(o.inside_), size_(o.size_) {
    if (o.more_) more_ = std::make_unique<std::vector<std::uint64_t>>(*o.more_);
}

Causes& Causes::operator=(const Causes& o) {
    if (this != &o) *this = Causes(o);
    return *this;
}

void Causes::add(Cause cause, Duration time) {
    assert(time >= Duration::zero());
    if (time == Duration::zero()) return;
    for (std::size_t i = 0; i < size_; ++i) {
        if (unpack(word(i)).cause != cause) continue;
        word(i) += static_cast<std::uint64_t>(time.count());
        return;
    }
    if (size_ >= kInside) {
        if (!more_) more_ = std::make_unique<std::vector<std::uint64_t>>();
        more_->resize(size_ - kInside + 1);
    }
    word(size_++) = pack(cause, time);
}

void Causes::add(const Causes& o) {
    for (std::size_t i = 0; i < o.size(); ++i) {
        const Entry e = o.entry(i);
        add(e.cause, e.time);
    }
}

Duration Causes::operator[](Cause cause) const {
    for (std::size_t i = 0; i < size_; ++i) {
        const Entry e = entry(i);
        if (e.cause == cause) return e.time;
    }
    return Duration::zero();
}

Duration Causes::total() const {
    Duration sum{0};
    for (std::size_t i = 0; i < size_; ++i) sum += entry(i).time;
    return sum;
}

bool operator==(const Causes& a, const Causes& b) {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
        const Causes::Entry e = a.entry(i);
        if (b[e.cause] != e.time) return false;
    }
    return true;
}

}  // namespace tcplab
