#include "core/causes.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

namespace tcplab {

std::string_view name(Cause cause) {
    static constexpr std::array<std::string_view, kCauses> kNames = {
        "blocked",      "ports",          "dns",    "handshake",   "tls",        "propagation",
        "transmission", "queueing",       "server", "proxy",       "slow_start", "congestion",
        "pacing",       "receive_window", "nagle",  "delayed_ack", "loss",       "head_of_line",
        "reader",       "close",          "retry",  "other"};
    return kNames[static_cast<std::size_t>(cause)];
}

Causes& Causes::operator=(const Causes& o) {
    if (this == &o) return *this;
    words_.reset();
    if (o.size() == 0) return *this;
    words_.reset(new std::uint64_t[1 + room(o.size())]);
    std::copy(o.words_.get(), o.words_.get() + 1 + o.size(), words_.get());
    return *this;
}

void Causes::add(Cause cause, Duration time) {
    assert(time >= Duration::zero());
    if (time == Duration::zero()) return;
    for (std::size_t i = 1; i <= size(); ++i) {
        if (unpack(words_[i]).cause != cause) continue;
        words_[i] += static_cast<std::uint64_t>(time.count());
        return;
    }
    append(pack(cause, time));
}

void Causes::append(std::uint64_t word) {
    const std::size_t count = size();
    if (count == room(count)) {
        decltype(words_) more(new std::uint64_t[1 + room(count + 1)]);
        if (words_ != nullptr) std::copy(words_.get(), words_.get() + 1 + count, more.get());
        words_ = std::move(more);
    }
    words_[1 + count] = word;
    words_[0] = count + 1;
}

void Causes::add(const Causes& o) {
    if (words_ == nullptr) {
        *this = o;
        return;
    }
    for (std::size_t i = 0; i < o.size(); ++i) {
        const Entry e = o.entry(i);
        add(e.cause, e.time);
    }
}

Duration Causes::operator[](Cause cause) const {
    for (std::size_t i = 0; i < size(); ++i) {
        const Entry e = entry(i);
        if (e.cause == cause) return e.time;
    }
    return Duration::zero();
}

Duration Causes::total() const {
    Duration sum{0};
    for (std::size_t i = 0; i < size(); ++i) sum += entry(i).time;
    return sum;
}

bool operator==(const Causes& a, const Causes& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const Causes::Entry e = a.entry(i);
        if (b[e.cause] != e.time) return false;
    }
    return true;
}

}  // namespace tcplab
