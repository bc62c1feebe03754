#pragma once

#include <cstdint>
#include <memory>

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
/// that the pipe is computed from (packets_out, sacked_out, lost_out and retrans_out in Linux).
class RetransmitQueue {
  public:
    [[nodiscard]] bool empty() const { return ring_.empty(); }
    [[nodiscard]] std::uint32_t size() const { return ring_.size(); }
    [[nodiscard]] std::uint32_t lost() const { return lost_; }
    [[nodiscard]] std::uint32_t retransmitted() const { return retransmitted_; }
    [[nodiscard]] std::uint32_t sacked() const { return sacked_; }
    /// Packet buffers that hold the entries: those that are joined() share one.
    [[nodiscard]] std::uint32_t buffers() const { return ring_.size() - joined_; }
    /// How often one was ever marked lost, modulo 2^32 (tp->lost).
    [[nodiscard]] std::uint32_t losses() const { return losses_; }
    SentSegment& head() { return ring_.front(); }
    [[nodiscard]] const SentSegment& head() const { return ring_.front(); }
    SentSegment& operator[](std::uint32_t i) { return ring_[i]; }
    const SentSegment& operator[](std::uint32_t i) const { return ring_[i]; }
    /// The first entry that ends after `pos`; size() when there is none.
    [[nodiscard]] std::uint32_t find(std::uint64_t pos) const;

    /// Each entry has a RateStamp too; while the queue is empty.
    void keep_stamps() { stamps_ = std::make_unique<Ring<RateStamp>>(); }
    /// That of entry `i`, after keep_stamps().
    RateStamp& stamp(std::uint32_t i) { return (*stamps_)[i]; }
    void push(const SentSegment& s) {
        joined_ += s.joined ? 1U : 0U;
        ring_.push_back(s);
        ring_.back().order = ++sent_;
        ring_.back().first_sent = s.sent;
        if (stamps_) stamps_->push_back(RateStamp());
    }
    void pop() {
        forget(ring_.front());
        ring_.pop_front();
        split(0);
        if (stamps_) stamps_->pop_front();
        if (next_retransmit_ > 0) --next_retransmit_;
        if (scanned_ > 0) --scanned_;
    }
    /// The head was acknowledged up to `una`, within it.
    void shorten_head(std::uint64_t una) {
        SentSegment& h = ring_.front();
        h.length = static_cast<std::uint16_t>(h.end() - una);
        h.pos = una;
    }
    /// Entry `i`, if there is one, no longer shares a buffer with the one before it (tcp_fragment).
    void split(std::uint32_t i) {
        if (i >= ring_.size() || !ring_[i].joined) return;
        ring_[i].joined = false;
        --joined_;
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
    void clear();

  private:
    struct Resent {
        std::uint64_t pos = 0;  // of the entry
        std::uint32_t order = 0;
    };
    void forget(const SentSegment& s) {
        lost_ -= s.lost ? 1U : 0U;
        retransmitted_ -= s.retransmitted ? 1U : 0U;
        sacked_ -= s.sacked ? 1U : 0U;
    }
    void join(std::uint32_t i);
    [[nodiscard]] bool takes_neighbour(std::uint32_t i, const SentSegment& s) const {
        const SentSegment& own = ring_[i];
        return own.sacked && !own.retransmitted && own.length == s.length;
    }
    void drop_settled();
    /// The entry that `r` still stands for; size() when it has arrived or is lost.
    [[nodiscard]] std::uint32_t unsettled(const Resent& r) const;

    Ring<SentSegment> ring_;
    // In the order of their last transmission, with entries that no longer count; none before the first.
    std::unique_ptr<Ring<Resent>> resent_;
    std::unique_ptr<Ring<RateStamp>> stamps_;
    std::uint32_t losses_ = 0;
    std::uint32_t sent_ = 0;
    std::uint32_t lost_ = 0;
    std::uint32_t retransmitted_ = 0;
    std::uint32_t sacked_ = 0;
    std::uint32_t joined_ = 0;
    std::uint32_t next_retransmit_ = 0;  // no entry before it is to be retransmitted
    std::uint32_t scanned_ = 0;          // every entry before it is lost, sacked or sent again
};

}  // namespace tcplab
