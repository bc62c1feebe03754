#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "core/pool.hpp"
#include "core/ring.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// Payload that arrived, in one or more packets, with what the receive buffer is charged for it.
struct ReceivedSegment {
    std::uint64_t pos = 0;
    Payload payload;
    std::uint64_t cost = 0;  ///< bytes of buffer (skb truesize)
    [[nodiscard]] std::uint64_t end() const { return pos + payload.length; }
};

/// Stream positions from `from` up to `to`; none when they are equal.
struct StreamRange {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    [[nodiscard]] bool empty() const { return from == to; }
    /// Also `other`, where the two touch; else the first stays (tcp_dsack_extend).
    void extend(StreamRange other) {
        if (empty()) {
            *this = other;
        } else if (other.from <= to && from <= other.to) {
            from = other.from < from ? other.from : from;
            to = other.to > to ? other.to : to;
        }
    }
};

/// Data in order that nobody has read yet. At rest it has no memory.
class ReceiveQueue {
  public:
    using Memory = Pool<Ring<ReceivedSegment>>;

    [[nodiscard]] bool empty() const { return !held_ || held_->empty(); }
    [[nodiscard]] ReceivedSegment& front() { return held_->front(); }
    void push(ReceivedSegment s, Memory& memory) {
        if (!held_) held_ = memory.take();
        held_->push_back(std::move(s));
    }
    void pop() { held_->pop_front(); }
    /// It is empty, and nothing may come for long.
    void rest() { held_.give_back(); }

  private:
    Memory::Lent held_;
};

/// Data beyond a hole, as blocks that are sorted and do not touch (RFC 9293 3.10.7.4, seventh step). While it is
/// empty it has no memory.
class Reassembly {
  public:
    /// What the pool lends.
    struct Held {
        std::vector<ReceivedSegment> blocks;
        std::array<std::uint64_t, SackBlocks::kMost> recent{};  // positions that arrived last, newest first
        std::uint64_t fin = 0;
        bool fin_known = false;

        void clear();
    };
    using Memory = Pool<Held>;

    [[nodiscard]] bool empty() const { return !held_ || (held_->blocks.empty() && !held_->fin_known); }
    /// Keeps what of `s` was not there yet. Returns the buffer that this costs, 0 when all of it was known; what was
    /// there already is added to `duplicate`, as far as it is one range.
    std::uint32_t insert(ReceivedSegment s, StreamRange& duplicate, Memory& memory);
    /// The peer's FIN, at position `pos`, arrived beyond a hole.
    void set_fin(std::uint64_t pos, Memory& memory);
    [[nodiscard]] bool fin_at(std::uint64_t pos) const { return held_ && held_->fin_known && held_->fin == pos; }
    /// Takes the block that contains `next`, cut to begin there; false when `next` is still missing. What lies
    /// wholly below `next` is dropped and its cost added to `freed`.
    bool take(std::uint64_t next, ReceivedSegment& out, std::uint64_t& freed);
    /// Up to `most` blocks as a SACK option reports them, the one with the latest arrival first (RFC 2018 4).
    [[nodiscard]] SackBlocks report(SeqNum initial, unsigned most) const;
    /// One past the last position held, a FIN's included; not when empty().
    [[nodiscard]] std::uint64_t end() const {
        const std::uint64_t data = held_->blocks.empty() ? 0 : held_->blocks.back().end();
        return held_->fin_known ? held_->fin + 1 : data;
    }
    void clear() { held_.give_back(); }

  private:
    using Place = std::vector<ReceivedSegment>::iterator;
    void place(Place at, ReceivedSegment part);
    void remember(std::uint64_t pos);
    [[nodiscard]] const ReceivedSegment* containing(std::uint64_t pos) const;
    [[nodiscard]] std::optional<SeqRange> range_at(std::uint64_t pos, SeqNum initial) const;

    Memory::Lent held_;
};

}  // namespace tcplab
