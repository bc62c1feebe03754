#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/causes.hpp"
#include "core/content.hpp"
#include "core/journey.hpp"
#include "core/ring.hpp"
#include "core/time.hpp"

namespace tcplab {

/// Why the bytes of one direction of a connection arrive when they do. Its sender tells what holds unsent bytes back,
/// its receiver what arrives, and the applications at both ends where messages begin and end.
///
/// All is told on the front: the time at which the newest byte would have arrived, were there no propagation. A packet
/// moves the front from that of the packet before it to its own departure from the last link. That stretch is filled
/// from its end: its own serialisation, its wait behind other connections' packets, the time that its bytes were lost,
/// and before that whatever held it at the sender. What the packet waited for own packets is their serialisation, which
/// the front has passed already. So every instant has one cause, and a message's causes are the difference of two
/// readings of running sums; its own propagation comes on top, once. docs/attribution.md has the reasons.
class StreamJournal {
  public:
    /// What holds bytes back, at the sender, when there are none.
    static constexpr std::uint8_t kIdle = kCauses;

    /// The stream is silent, and everything before position `end` has arrived.
    StreamJournal(Time now, std::uint64_t end)
        : since_(now), front_(now), at_(now), end_(end), last_end_(end), last_front_(now) {}

    // --- its sender ---
    /// From now on bytes are held back by `label`: a Cause, or kIdle when none are there.
    void hold(Time now, std::uint8_t label) {
        if (label != label_) change(now, label);
    }
    /// An acknowledgement arrived that the peer had held back: if bytes waited for it, they also did so then.
    void acknowledged(Time now, const Journey& journey);
    /// A timer went off: what it waited for was lost.
    void timed_out(Time now);

    // --- its receiver ---
    /// A segment arrived and what is there in order ends at `next` now; `end` is its own end, before which nothing was
    /// there. Before `copied` everything has been read.
    void arrived(Time now, std::uint64_t copied, std::uint64_t end, std::uint64_t next, const Journey& journey);
    /// A segment arrived behind a hole. It moves the front as well: without the loss the link would have been as busy.
    void arrived_early(Time now, std::uint64_t end, const Journey& journey);

    // --- applications ---
    /// The sender has all of a message's bytes and wants to write the last. `id` tells messages apart that are not
    /// received in the order in which they were begun; 0: they are. `history` is the message's so far.
    void begin(Time now, std::uint32_t id, History history);
    /// Everything up to stream position `end` was written: the last byte of message `id` is there, of messages in order
    /// that of the first that was not.
    void written(std::uint32_t id, std::uint64_t end);
    /// A message whose end is known, and that has been read to there, if there is one.
    [[nodiscard]] std::optional<std::uint32_t> passed(std::uint64_t copied) const;
    /// Message `id` has been read to its end at position `end`, at `now`: its whole history. `unread` is why it was
    /// not read when it arrived. A message that was never begun has none.
    Settled settle(Time now, std::uint32_t id, std::uint64_t end, Cause unread);
    /// The same without an end of it.
    [[nodiscard]] History so_far(Time now, std::uint32_t id, std::uint64_t end, Cause unread) const;
    /// Interleaved messages: a part of message `id` that ends at position `end` has been read, `length` bytes of it.
    void touch(std::uint32_t id, std::uint64_t end, std::uint64_t length);
    /// Nobody will ask for message `id` any more.
    void forget(std::uint32_t id);
    /// No message is under way.
    [[nodiscard]] bool settled() const { return marks_.empty(); }
    /// Position up to which bytes have arrived in order.
    [[nodiscard]] std::uint64_t end() const { return end_; }

  private:
    /// Time by Cause, and by kIdle: most are zero.
    class Sums {
      public:
        void add(std::uint8_t label, Duration time) {
            times_[label] += time;
            used_ |= std::uint32_t{1} << label;
        }
        [[nodiscard]] bool empty() const { return used_ == 0; }
        /// Calls `f(label, time)` for what was added since they were `earlier`.
        template <class F>
        void since(const Sums& earlier, F f) const {
            for (std::uint32_t left = used_; left != 0; left &= left - 1) {
                const auto label = static_cast<std::uint8_t>(std::countr_zero(left));
                const Duration time = times_[label] - earlier.times_[label];
                if (time != Duration::zero()) f(label, time);
            }
        }

      private:
        std::array<Duration, kCauses + 1> times_{};
        std::uint32_t used_ = 0;
    };
    struct Reading {
        Sums sums;
        unsigned owners = 0;
    };
    using ReadingRef = Ref<Reading>;
    struct Hold {
        Time until{};
        std::uint8_t label = kIdle;
    };
    /// A message that was begun and not settled.
    struct Mark {
        Time written{};
        std::uint64_t end = 0;  // 0: not all of it is written
        std::uint32_t id = 0;
        bool based = false;  // the front has passed `written`
        ReadingRef base;     // when the front had passed `written`; absent: nothing had happened
        History history;
        Causes own;      // of interleaved ones: while its own parts came
        Time touched{};  // the front at the last of them
    };
    /// A queue of them. Most often there is one, which needs no memory of its own.
    class Marks {
      public:
        [[nodiscard]] bool empty() const { return size() == 0; }
        [[nodiscard]] std::uint32_t size() const { return any_ ? 1 + others_.size() : 0; }
        Mark& operator[](std::uint32_t i) { return i == 0 ? first_ : others_[i - 1]; }
        const Mark& operator[](std::uint32_t i) const { return i == 0 ? first_ : others_[i - 1]; }
        [[nodiscard]] const Mark& front() const { return first_; }
        void push_back(Mark&& m) {
            if (any_) return others_.push_back(std::move(m));
            first_ = std::move(m);
            any_ = true;
        }
        void pop_front() {
            any_ = !others_.empty();
            first_ = any_ ? std::move(others_.front()) : Mark();
            if (any_) others_.pop_front();
        }

      private:
        Mark first_;
        Ring<Mark> others_;
        bool any_ = false;
    };
    /// Bytes that arrived and may not have been read when more did.
    struct Arrival {
        std::uint64_t end = 0;
        Time at{};
        Time front{};
        ReadingRef reading;          // absent: of sums_ as they are
        std::uint64_t hole_end = 0;  // not 0: they waited for what was missing before that position
        Time early_at{};             // they came then
        Journey early;
    };
    /// A stretch of the front's way, for stories.
    struct Stretch {
        Time from{};
        Time to{};
        std::uint8_t label = kIdle;
    };
    struct Early {
        std::uint64_t end = 0;
        Time at{};
        Journey journey;
    };

    void change(Time now, std::uint8_t label);
    void close(Time until, std::uint8_t label);
    void take(Time until, std::uint8_t label);
    void take_holds(Time until);
    void fill(Time to, const Journey& journey);
    void wait(Time until, const Journey& journey);
    void advance(const Journey& journey);
    ReadingRef reading();
    void base_marks(Time until, const Journey& journey);
    void keep_unsettled(std::uint64_t copied);
    void take_early(Time now, std::uint64_t hole_end, std::uint64_t next);
    [[nodiscard]] std::uint32_t find(std::uint32_t id) const;
    [[nodiscard]] Arrival arrival(std::uint64_t end) const;
    void add_passage(History& h, Time now, const Mark& m, const Arrival& a, Cause unread) const;
    [[nodiscard]] Causes own_passage(const Mark& m, const Arrival& a, Cause idle) const;
    [[nodiscard]] static Causes early_passage(const Mark& m, const Arrival& a);
    [[nodiscard]] const Sums& sums(const Arrival& a) const { return a.reading ? a.reading->sums : sums_; }
    [[nodiscard]] static const Sums& sums(const ReadingRef& base);
    [[nodiscard]] bool behind_another(const Mark& m) const { return last_base_ && last_front_ > m.written; }
    template <class To>
    static void add(To& out, const Sums& from, const Sums& to, Cause idle);
    static Cause idle(const Mark& m, Cause unread);
    template <class To>
    void add_way(To& out, const ReadingRef& base, Time from, const Arrival& a, Cause idle) const;
    void erase(std::uint32_t i);

    // sender
    Ring<Hold> holds_;  // back to back; the last ends at since_
    Time since_;
    std::uint8_t label_ = kIdle;
    // receiver
    Sums sums_;
    std::unique_ptr<std::vector<Stretch>> story_;  // absent: nobody wants to hear it
    ReadingRef newest_;                            // of sums_ as they are; absent: nobody has asked
    std::array<ReadingRef, 2> kept_;               // to be used again when nobody has them: as many as a hole needs
    Time front_;
    Time at_;  // the last arrival in order
    std::uint64_t end_;
    std::vector<Arrival> arrivals_;  // empty as long as everything is read when it arrives
    std::vector<Early> early_;       // by position
    // messages
    Marks marks_;
    std::uint32_t based_ = 0;    // of the marks, so many have their base
    std::uint32_t written_ = 0;  // of those in order, so many have their end
    std::uint64_t last_end_;
    Time last_front_;       // of the last message that was settled; of interleaved ones, before the newest part read
    ReadingRef last_base_;  // the same; absent: no message was under way behind it
    Time turn_front_{};     // of interleaved ones: of the newest part read
    ReadingRef turn_base_;
};

}  // namespace tcplab
