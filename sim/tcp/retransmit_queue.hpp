#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/pool.hpp"
#include "core/ring.hpp"
#include "core/time.hpp"
#include "tcp/rate_sample.hpp"

namespace tcplab {

/// A segment that was sent and is not yet acknowledged cumulatively.
struct SentSegment {
    std::uint64_t pos = 0;           ///< first stream position
    Time sent{};                     ///< last transmission
    Time first_sent{};               ///< set by push()
    std::uint32_t order = 0;         ///< of the last transmission among all of the connection, modulo 2^32
    std::uint16_t length = 0;        ///< positions: payload, and one each for SYN and FIN
    std::uint8_t transmissions = 0;  ///< 255: so many or more
    bool lost : 1 = false;           ///< believed lost; counts in lost()
    bool retransmitted : 1 = false;  ///< sent again since it was marked lost; counts in retransmitted()
    bool sacked : 1 = false;         ///< a SACK block covers it; counts in sacked()
    bool push : 1 = false;           ///< it ended a write, so it has PSH whenever it is sent
    bool joined : 1 = false;         ///< one burst with the entry before it (one sk_buff of several segments)
    [[nodiscard]] std::uint64_t end() const { return pos + length; }
};

/// The delivered segment that was sent last, as RACK keeps it (RFC 8985 5.2, where time and sequence number stand for
/// the order).
struct LatestDelivered {
    std::uint32_t order = 0;
    Duration rtt{0};
    [[nodiscard]] bool after(const SentSegment& s) const { return static_cast<std::int32_t>(order - s.order) > 0; }
};

/// What is between SND.UNA and SND.NXT, a segment an entry, in order: the scoreboard (RFC 6675 4), with the counts
/// that the pipe is computed from (packets_out, sacked_out, lost_out and retrans_out in Linux). While it is empty it
/// has no memory: that is lent by a pool from the first entry to the last.
class RetransmitQueue {
    struct Resent {
        std::uint64_t pos = 0;  // of the entry
        std::uint32_t order = 0;
    };

  public:
    /// What the pool lends.
    struct Entries {
        Ring<SentSegment> sent;
        Ring<Resent> resent;     // in the order of their last transmission, with entries that no longer count
        Ring<RateStamp> stamps;  // of `sent`, if they are wanted
        std::uint32_t lost = 0;
        std::uint32_t retransmitted = 0;
        std::uint32_t sacked = 0;
        std::uint32_t joined = 0;
        std::uint32_t next_retransmit = 0;  // no entry before it is to be retransmitted
        std::uint32_t scanned = 0;          // every entry before it is lost, sacked or sent again
        std::uint64_t small_end = 0;

        void clear();
    };
    using Memory = Pool<Entries>;

    [[nodiscard]] bool empty() const { return !e_; }
    [[nodiscard]] std::uint32_t size() const { return e_ ? e_->sent.size() : 0; }
    [[nodiscard]] std::uint32_t lost() const { return e_ ? e_->lost : 0; }
    [[nodiscard]] std::uint32_t retransmitted() const { return e_ ? e_->retransmitted : 0; }
    [[nodiscard]] std::uint32_t sacked() const { return e_ ? e_->sacked : 0; }
    /// Packet buffers that hold the entries: those that are joined() share one.
    [[nodiscard]] std::uint32_t buffers() const { return e_ ? e_->sent.size() - e_->joined : 0; }
    /// How often one was ever marked lost, modulo 2^32 (tp->lost).
    [[nodiscard]] std::uint32_t losses() const { return losses_; }
    SentSegment& head() { return e_->sent.front(); }
    [[nodiscard]] const SentSegment& head() const { return e_->sent.front(); }
    SentSegment& operator[](std::uint32_t i) { return e_->sent[i]; }
    const SentSegment& operator[](std::uint32_t i) const { return e_->sent[i]; }
    /// The last entry that was not a full segment ended there (Minshall's variant of Nagle); 0: there was none.
    [[nodiscard]] std::uint64_t small_end() const { return e_ ? e_->small_end : 0; }
    void note_small(std::uint64_t end) { e_->small_end = end; }
    /// The first entry that ends after `pos`; size() when there is none.
    [[nodiscard]] std::uint32_t find(std::uint64_t pos) const;

    /// What entry `i` was stamped with.
    RateStamp& stamp(std::uint32_t i) { return e_->stamps[i]; }
    /// `stamped`: with a RateStamp too, as all entries of this queue or none.
    void push(const SentSegment& s, Memory& memory, bool stamped) {
        if (!e_) e_ = memory.take();
        e_->joined += s.joined ? 1U : 0U;
        e_->sent.push_back(s);
        e_->sent.back().order = ++sent_;
        e_->sent.back().first_sent = s.sent;
        if (stamped) e_->stamps.push_back(RateStamp());
    }
    void pop() {
        if (e_->sent.size() == 1) {
            clear();
            return;
        }
        forget(e_->sent.front());
        e_->sent.pop_front();
        split(0);
        if (!e_->stamps.empty()) e_->stamps.pop_front();
        if (e_->next_retransmit > 0) --e_->next_retransmit;
        if (e_->scanned > 0) --e_->scanned;
    }
    /// The head was acknowledged up to `una`, within it.
    void shorten_head(std::uint64_t una) {
        SentSegment& h = head();
        h.length = static_cast<std::uint16_t>(h.end() - una);
        h.pos = una;
    }
    /// Entry `i`, if there is one, no longer shares a buffer with the one before it (tcp_fragment).
    void split(std::uint32_t i) {
        if (i >= size() || !e_->sent[i].joined) return;
        e_->sent[i].joined = false;
        --e_->joined;
    }
    /// Lost; of one that is lost already its retransmission is. Nothing happens to what a SACK block covers.
    void mark_lost(std::uint32_t i);
    /// A SACK block covers it: it is neither lost nor in flight.
    void mark_sacked(std::uint32_t i);
    /// A duplicate SACK told of a retransmission that is still counted: it has arrived.
    void retransmission_arrived(std::uint32_t i);
    /// Losses were imagined: what is marked lost is in flight.
    void unmark_lost();
    /// The receiver has thrown away what it had acknowledged selectively (RFC 2018 8).
    void forget_sacked();
    /// Marks lost what was sent so long before `latest` that it must have been delivered too, were it not lost: its
    /// round trip and `window` ago (RFC 8985 6.2 step 5). Returns how long the last of the others has still to wait;
    /// zero: there are none.
    Duration mark_overdue(Time now, const LatestDelivered& latest, Duration window);
    /// The first segment that is lost and not yet sent again; size() when there is none.
    std::uint32_t next_to_retransmit();
    /// Entry `i` went out once more; `counted`: as the repair of a loss, not as a probe.
    void sent_again(std::uint32_t i, Time now, bool counted);
    void clear() { e_.give_back(); }

  private:
    void forget(const SentSegment& s) {
        e_->lost -= s.lost ? 1U : 0U;
        e_->retransmitted -= s.retransmitted ? 1U : 0U;
        e_->sacked -= s.sacked ? 1U : 0U;
    }
    void join(std::uint32_t i);
    [[nodiscard]] bool takes_neighbour(std::uint32_t i, const SentSegment& s) const {
        const SentSegment& own = e_->sent[i];
        return own.sacked && !own.retransmitted && own.length == s.length;
    }
    void drop_settled();
    /// The entry that `r` still stands for; size() when it has arrived or is lost.
    [[nodiscard]] std::uint32_t unsettled(const Resent& r) const;

    Memory::Lent e_;  // while there are any
    std::uint32_t losses_ = 0;
    std::uint32_t sent_ = 0;
};

}  // namespace tcplab
