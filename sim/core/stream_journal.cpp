#include "core/stream_journal.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

// --- the sender's side: what held bytes back, as a list of stretches of time ---

void StreamJournal::change(Time now, std::uint8_t label) {
    close(now, label_);
    label_ = label;
}

void StreamJournal::close(Time until, std::uint8_t label) {
    if (until <= since_) return;
    since_ = until;
    if (!holds_.empty() && holds_.back().label == label) {
        holds_.back().until = until;
    } else {
        holds_.push_back({until, label});
    }
}

void StreamJournal::acknowledged(Time now, const Journey& journey) {
    const auto waits_for = [&](Cause c) { return label_ == static_cast<std::uint8_t>(c); };
    const bool waited = waits_for(Cause::slow_start) || waits_for(Cause::congestion) || waits_for(Cause::nagle) ||
                        waits_for(Cause::receive_window);
    if (!waited) return;
    close(journey.sent - journey.held, label_);
    // It would have come so much earlier, and no earlier than the wait began.
    close(std::min(now, since_ + journey.held), static_cast<std::uint8_t>(Cause::delayed_ack));
    close(now, label_);
}

void StreamJournal::timed_out(Time now) {
    if (label_ != kIdle) close(now, static_cast<std::uint8_t>(Cause::loss));
}

// --- the receiver's side: the front moves on ---

inline void StreamJournal::take(Time until, std::uint8_t label) {
    if (until <= front_) return;
    if (label == kIdle && !early_.empty()) label = static_cast<std::uint8_t>(Cause::loss);  // all but that is there
    sums_.add(label, until - front_);
    if (story_ != nullptr) story_->push_back({front_, until, label});
    front_ = until;
}

/// Gives the time from the front to `to` to the causes: of the newest packet's life that stretch is the end.
void StreamJournal::fill(Time to, const Journey& journey) {
    const Time served = journey.sent + journey.queued;
    if (front_ < served) wait(std::min(served, to), journey);  // else it followed another of its own, as most do
    take(to, static_cast<std::uint8_t>(Cause::transmission));
}

/// Until the packet was served it stood at its sender, was lost, or queued behind others.
void StreamJournal::wait(Time until, const Journey& journey) {
    const Time first_sent = journey.sent - journey.repaired;
    if (front_ < first_sent) take_holds(std::min(first_sent, until));
    take(std::min(journey.sent, until), static_cast<std::uint8_t>(Cause::loss));
    take(until, static_cast<std::uint8_t>(Cause::queueing));
}

/// The time until then bytes stood at the sender.
void StreamJournal::take_holds(Time until) {
    for (std::uint32_t i = 0; i < holds_.size() && front_ < until; ++i) {
        take(std::min(holds_[i].until, until), holds_[i].label);
    }
    take(until, label_);
}

void StreamJournal::advance(const Journey& journey) {
    const Time to = journey.sent + journey.queued + journey.transmission;
    if (to <= front_) return;
    newest_ = ReadingRef();
    if (based_ < marks_.size()) base_marks(to, journey);
    fill(to, journey);
    while (!holds_.empty() && holds_.front().until <= front_) holds_.pop_front();
}

/// Marks that were written before the front moves to `until`.
void StreamJournal::base_marks(Time until, const Journey& journey) {
    for (; based_ < marks_.size() && marks_[based_].written < until; ++based_) {
        Mark& m = marks_[based_];
        if (m.written > front_) {
            newest_ = ReadingRef();
            fill(m.written, journey);
        }
        if (!sums_.empty()) m.base = reading();
        m.based = true;
    }
    newest_ = ReadingRef();
}

/// The sums as they are, shared by all who ask before they change.
StreamJournal::ReadingRef StreamJournal::reading() {
    if (newest_) return newest_;
    const auto unused =
        std::find_if(kept_.begin(), kept_.end(), [](const ReadingRef& r) { return !r || r->owners == 1; });
    newest_ = unused != kept_.end() && *unused ? *unused : ReadingRef(new Reading);
    if (unused != kept_.end()) *unused = newest_;
    newest_->sums = sums_;
    return newest_;
}

/// When bytes came is forgotten as soon as they have been read, and no message ends in them that is not settled: an
/// application may read more than it looks at.
void StreamJournal::keep_unsettled(std::uint64_t copied) {
    std::uint64_t done = copied;
    if (!marks_.empty() && marks_.front().end != 0) done = std::min(done, marks_.front().end - 1);
    if (done >= end_) {
        arrivals_.clear();
        return;
    }
    const auto kept = std::find_if(arrivals_.begin(), arrivals_.end(), [&](const Arrival& a) { return a.end > done; });
    arrivals_.erase(arrivals_.begin(), kept);
    if (arrivals_.empty() || arrivals_.back().end < end_) {
        arrivals_.push_back({end_, at_, front_, reading(), 0, {}, {}});
    }
}

void StreamJournal::arrived(Time now, std::uint64_t copied, std::uint64_t end, std::uint64_t next,
                            const Journey& journey) {
    keep_unsettled(copied);
    advance(journey);
    at_ = now;
    end_ = next;
    if (next > end) take_early(now, end, next);
}

void StreamJournal::arrived_early(Time now, std::uint64_t end, const Journey& journey) {
    const auto place =
        std::find_if(early_.rbegin(), early_.rend(), [&](const Early& e) { return e.end <= end; }).base();
    if (place != early_.begin() && std::prev(place)->end == end) return;  // again
    early_.insert(place, {end, now, journey});
    if (arrivals_.empty() || arrivals_.back().end < end_)
        arrivals_.push_back({end_, at_, front_, reading(), 0, {}, {}});
    advance(journey);
}

/// What waited behind a hole is there.
void StreamJournal::take_early(Time now, std::uint64_t hole_end, std::uint64_t next) {
    arrivals_.push_back({hole_end, now, front_, reading(), 0, {}, {}});
    std::size_t taken = 0;
    for (; taken < early_.size() && early_[taken].end <= next; ++taken) {
        const Early& e = early_[taken];
        if (e.end > hole_end) arrivals_.push_back({e.end, now, front_, reading(), hole_end, e.at, e.journey});
    }
    early_.erase(early_.begin(), early_.begin() + static_cast<std::ptrdiff_t>(taken));
}

// --- messages ---

void StreamJournal::begin(Time now, std::uint32_t id, History history) {
    Mark m;
    m.written = now;
    m.id = id;
    m.history = std::move(history);
    if (m.history.is_story() && story_ == nullptr) story_ = std::make_unique<std::vector<Stretch>>();
    marks_.push_back(std::move(m));
}

void StreamJournal::written(std::uint32_t id, std::uint64_t end) {
    const std::uint32_t i = id == 0 ? written_++ : find(id);
    if (i < marks_.size()) marks_[i].end = end;
}

std::optional<std::uint32_t> StreamJournal::passed(std::uint64_t copied) const {
    for (std::uint32_t i = 0; i < marks_.size(); ++i) {
        const Mark& m = marks_[i];
        if (m.end != 0 && m.end <= copied) return m.id;
        if (m.id == 0) break;  // those behind it come later
    }
    return std::nullopt;
}

std::uint32_t StreamJournal::find(std::uint32_t id) const {
    std::uint32_t i = 0;
    while (i < marks_.size() && marks_[i].id != id) ++i;
    return i;
}

/// That which brought the byte before position `end`.
StreamJournal::Arrival StreamJournal::arrival(std::uint64_t end) const {
    for (const Arrival& a : arrivals_) {
        if (a.end >= end) return a;
    }
    return {end_, at_, front_, {}, 0, {}, {}};
}

const StreamJournal::Sums& StreamJournal::sums(const ReadingRef& base) {
    static constexpr Sums kNothing;
    return base ? base->sums : kNothing;
}

template <class To>
void StreamJournal::add(To& out, const Sums& from, const Sums& to, Cause idle) {
    to.since(from, [&](std::uint8_t label, Duration time) {
        out.add(label == kIdle ? idle : static_cast<Cause>(label), time);
    });
}

/// An application that has all of a message writes it, unless its own windows keep it from doing so, or the message
/// is over and only its end is not to be seen yet.
Cause StreamJournal::idle(const Mark& m, Cause unread) {
    if (m.id != 0) return Cause::receive_window;
    return unread == Cause::close ? Cause::close : Cause::other;
}

/// What was on the way from `from` on, when the sums were as in `base`.
template <class To>
void StreamJournal::add_way(To& out, const ReadingRef& base, Time from, const Arrival& a, Cause idle) const {
    if (!out.is_story() || story_ == nullptr) {
        add(out, sums(base), sums(a), idle);
        return;
    }
    for (const Stretch& s : *story_) {
        const Duration length = std::min(s.to, a.front) - std::max(s.from, from);
        if (length > Duration::zero()) out.add(s.label == kIdle ? idle : static_cast<Cause>(s.label), length);
    }
}

/// Adds what has happened since the message was written.
void StreamJournal::add_passage(History& h, Time now, const Mark& m, const Arrival& a, Cause unread) const {
    const Time at = std::max(a.at, m.written);
    if (!m.based || a.front <= m.written) {
        h.add(Cause::propagation, at - m.written);
    } else if (m.id == 0 && a.hole_end == 0 && !behind_another(m)) {
        add_way(h, m.base, m.written, a, idle(m, unread));
        h.add(Cause::propagation, a.at - a.front);
    } else {
        Causes way = h.is_story() ? Causes::begin_story(h.path().place()) : Causes();
        add_way(way, m.base, m.written, a, idle(m, unread));
        way.add(Cause::propagation, a.at - a.front);
        h.add(own_passage(m, a, idle(m, unread)), way);
    }
    h.add(unread, now - at);
}

Causes StreamJournal::own_passage(const Mark& m, const Arrival& a, Cause idle) const {
    if (m.id == 0 && a.hole_end != 0 && last_end_ >= a.hole_end) return early_passage(m, a);
    Causes own = m.own;
    if (m.id != 0 && m.touched == Time{}) {  // passed on by somebody who did not look at it
        add(own, sums(m.base), sums(a), idle);
    } else if (m.id == 0) {
        add(own, sums(behind_another(m) ? last_base_ : m.base), sums(a), idle);
    }
    own.add(Cause::blocked, a.front - m.written - own.total());
    own.add(Cause::propagation, a.at - a.front);
    return own;
}

/// None of its bytes was missing: it arrived when its own last packet did, and waited for what others had lost.
Causes StreamJournal::early_passage(const Mark& m, const Arrival& a) {
    Causes own;
    const Time at = std::max(a.early_at, m.written);
    own.add(Cause::head_of_line, a.at - at);
    Duration left = at - m.written;
    const auto take = [&](Cause cause, Duration time) {
        time = std::min(time, left);
        own.add(cause, time);
        left -= time;
    };
    const Journey& j = a.early;
    take(Cause::propagation, at - (j.sent + j.queued + j.transmission));
    take(Cause::transmission, j.transmission);
    take(Cause::queueing, j.queued);
    take(Cause::loss, j.repaired);
    take(Cause::blocked, left);
    return own;
}

Settled StreamJournal::settle(Time now, std::uint32_t id, std::uint64_t end, Cause unread) {
    const std::uint32_t i = find(id);
    if (i == marks_.size()) return {};
    Mark& m = marks_[i];
    if (id == 0 && m.end != 0) end = std::min(end, m.end);  // more may have been read
    const Arrival a = arrival(end);
    Settled out;
    out.history = std::move(m.history);
    add_passage(out.history, now, m, a, unread);
    out.behind = id == 0 && behind_another(m) && a.front >= last_front_;
    if (out.behind) {
        if (out.history.is_story()) out.after = Causes::begin_story(out.history.path().place());
        add_way(out.after, last_base_, last_front_, a, idle(m, unread));
        out.after.add(unread, now - std::max(a.at, m.written));
    }
    erase(i);
    if (id == 0) {
        last_end_ = end;
        last_front_ = a.front;
        last_base_ = marks_.empty() ? ReadingRef() : a.reading ? a.reading : reading();
    }
    return out;
}

History StreamJournal::so_far(Time now, std::uint32_t id, std::uint64_t end, Cause unread) const {
    const std::uint32_t i = find(id);
    if (i == marks_.size() || marks_[i].written > now) return {};
    History h = marks_[i].history;
    add_passage(h, now, marks_[i], arrival(end), unread);
    return h;
}

void StreamJournal::touch(std::uint32_t id, std::uint64_t end, std::uint64_t length) {
    const std::uint32_t i = find(id);
    if (i == marks_.size()) return;
    const Arrival a = arrival(end);
    if (a.front != turn_front_) {
        last_front_ = std::exchange(turn_front_, a.front);
        last_base_ = std::exchange(turn_base_, a.reading ? a.reading : reading());
    }
    Mark& m = marks_[i];
    if (!m.based || a.front <= m.written || m.touched == a.front) return;
    m.touched = a.front;
    if (a.hole_end == 0 || end - length < a.hole_end) {  // what came, or was missing, was its own
        add(m.own, sums(behind_another(m) ? last_base_ : m.base), sums(a), Cause::receive_window);
    } else {
        const Duration stretch = a.front - std::max(last_base_ ? last_front_ : m.written, m.written);
        m.own.add(Cause::head_of_line, std::min(a.at - a.early_at, stretch));
    }
}

void StreamJournal::forget(std::uint32_t id) {
    const std::uint32_t i = find(id);
    if (i < marks_.size()) erase(i);
}

void StreamJournal::erase(std::uint32_t i) {
    if (i < based_) --based_;
    if (i < written_) --written_;
    for (; i > 0; --i) marks_[i] = std::move(marks_[i - 1]);
    marks_.pop_front();
}

}  // namespace tcplab
