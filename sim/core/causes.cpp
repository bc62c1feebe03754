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

std::size_t Causes::room(std::size_t entries) {
    std::size_t room = 4;
    while (room < entries) room *= 2;
    return room;
}

Causes& Causes::operator=(const Causes& o) {
    if (this == &o) return *this;
    words_.reset();
    if (o.words_ == nullptr) return *this;
    words_.reset(new std::uint64_t[1 + room(o.size())]);
    std::copy(o.words_.get(), o.words_.get() + 1 + o.size(), words_.get());
    return *this;
}

void Causes::add(Cause cause, Duration time) {
    assert(time >= Duration::zero());
    if (time == Duration::zero()) return;
    std::uint64_t word = pack(cause, time);
    std::size_t first = 1;
    if (is_story()) {
        word |= words_[0] & kPlace;
        first = std::max<std::size_t>(size(), 1);  // the last may go on
    }
    for (std::size_t i = first; i <= size(); ++i) {
        if ((words_[i] ^ word) >> kPlaceBits != 0) continue;
        words_[i] += static_cast<std::uint64_t>(time.count());
        return;
    }
    append(word);
}

void Causes::append(std::uint64_t word) {
    const std::size_t count = size();
    if (words_ == nullptr || count == room(count)) {
        decltype(words_) more(new std::uint64_t[1 + room(count + 1)]);
        more[0] = 0;
        if (words_ != nullptr) std::copy(words_.get(), words_.get() + 1 + count, more.get());
        words_ = std::move(more);
    }
    words_[1 + count] = word;
    ++words_[0];
}

void Causes::add(const Causes& o) {
    if (words_ == nullptr && !o.is_story()) {
        *this = o;
        if (words_ != nullptr) words_[0] &= ~kFollows;
        return;
    }
    for (std::size_t i = 1; i <= o.size(); ++i) {
        if (is_story() && o.is_story()) {
            append(o.words_[i]);
        } else {
            const Entry e = unpack(o.words_[i]);
            add(e.cause, e.time);
        }
    }
}

Duration Causes::operator[](Cause cause) const {
    Duration sum{0};
    for (std::size_t i = 0; i < size(); ++i) {
        const Entry e = entry(i);
        if (e.cause == cause) sum += e.time;
    }
    return sum;
}

Duration Causes::total() const {
    Duration sum{0};
    for (std::size_t i = 0; i < size(); ++i) sum += entry(i).time;
    return sum;
}

Causes Causes::begin_story(PathPlace place) {
    Causes out;
    out.words_.reset(new std::uint64_t[1 + room(0)]);
    out.words_[0] = kStory;
    out.set_place(place);
    return out;
}

void Causes::set_place(PathPlace place) {
    words_[0] = (words_[0] & ~kPlace) | (static_cast<std::uint64_t>(place) << kPlaceBits);
}

PathPlace Causes::place() const { return static_cast<PathPlace>((words_[0] & kPlace) >> kPlaceBits); }

/// The last word that says what a story is about.
std::uint64_t Causes::about() const {
    for (std::size_t i = size(); i > 0; --i) {
        if (words_[i] >> kCauseBits == kAbout) return words_[i];
    }
    return PathStep::kNone;
}

void Causes::set_about(std::uint32_t row, std::uint8_t hop) {
    const std::uint64_t word = (kAbout << kCauseBits) | (std::uint64_t{hop} << kHopBits) | row;
    if (word != about()) append(word);
}

std::uint32_t Causes::first_row() const {
    for (std::size_t i = 1; i <= size(); ++i) {
        if (words_[i] >> kCauseBits == kAbout) return static_cast<std::uint32_t>(words_[i]);
    }
    return PathStep::kNone;
}

std::vector<PathStep> Causes::steps() const {
    std::vector<PathStep> out;
    std::uint64_t about = PathStep::kNone;
    for (std::size_t i = 1; i <= size(); ++i) {
        const std::uint64_t word = words_[i];
        if (word >> kCauseBits == kAbout) {
            about = word;
            continue;
        }
        const Entry e = unpack(word);
        const PathStep step{e.time, e.cause, static_cast<PathPlace>((word & kPlace) >> kPlaceBits),
                            static_cast<std::uint32_t>(about), static_cast<std::uint8_t>(about >> kHopBits)};
        if (!out.empty() && step.goes_on(out.back())) {
            out.back().length += step.length;
        } else {
            out.push_back(step);
        }
    }
    return out;
}

void History::follow(const History& other, Duration time) {
    own_.add(Cause::blocked, time);
    if (other.path().total() == Duration::zero()) return;
    const std::uint32_t row = path_.first_row();
    path_ = other.path();
    path_.set_follows();
    if (path_.is_story()) path_.set_row(row);
}

bool operator==(const Causes& a, const Causes& b) {
    for (std::size_t i = 0; i < a.size(); ++i) {
        const Cause cause = a.entry(i).cause;
        if (a[cause] != b[cause]) return false;
    }
    return a.total() == b.total();
}

}  // namespace tcplab
