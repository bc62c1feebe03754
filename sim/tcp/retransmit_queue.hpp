#pragma once

#include <cstdint>

#include "core/ring.hpp"
#include "core/time.hpp"
#include "tcp/rate_sample.hpp"

namespace tcplab {

/// A segment that was sent and not yet acknowledged.
struct SentSegment {
    std::uint64_t pos = 0;     ///< first stream position
    Time sent{};               ///< last transmission
    std::uint32_t length = 0;  ///< positions: payload, and one each for SYN and FIN
    std::uint16_t transmissions = 0;
    bool lost = false;           ///< believed lost; counts in lost()
    bool retransmitted = false;  ///< sent again since it was marked lost; counts in retransmitted()
    RateStamp rate{};            ///< of the last transmission
    [[nodiscard]] std::uint64_t end() const { return pos + length; }
};

/// What is between SND.UNA and SND.NXT, a segment an entry, in order, with the counts that the pipe is computed
/// from (RFC 6675; packets_out, lost_out and retrans_out in Linux).
class RetransmitQueue {
  public:
    [[nodiscard]] bool empty() const { return ring_.empty(); }
    [[nodiscard]] std::uint32_t size() const { return ring_.size(); }
    [[nodiscard]] std::uint32_t lost() const { return lost_; }
    [[nodiscard]] std::uint32_t retransmitted() const { return retransmitted_; }
    /// How often a segment was ever marked lost (tp->lost).
    [[nodiscard]] std::uint32_t losses() const { return losses_; }
    SentSegment& head() { return ring_.front(); }
    [[nodiscard]] const SentSegment& head() const { return ring_.front(); }
    SentSegment& operator[](std::uint32_t i) { return ring_[i]; }

    void push(SentSegment s) { ring_.push_back(s); }
    void pop() {
        forget(ring_.front());
        ring_.pop_front();
        if (next_retransmit_ > 0) --next_retransmit_;
    }
    /// The head was acknowledged up to `una`, within it.
    void shorten_head(std::uint64_t una) {
        SentSegment& h = ring_.front();
        h.length = static_cast<std::uint32_t>(h.end() - una);
        h.pos = una;
    }
    void mark_lost(std::uint32_t i);
    /// A timeout: everything is lost, what was sent again too.
    void mark_all_lost();
    /// The first segment that is lost and not yet sent again; size() when there is none.
    std::uint32_t next_to_retransmit();
    /// Entry `i` went out once more.
    void sent_again(std::uint32_t i, Time now);
    void clear() {
        ring_.release();
        lost_ = retransmitted_ = next_retransmit_ = 0;
    }

  private:
    void forget(const SentSegment& s) {
        lost_ -= s.lost ? 1U : 0U;
        retransmitted_ -= s.retransmitted ? 1U : 0U;
    }

    Ring<SentSegment> ring_;
    std::uint32_t lost_ = 0;
    std::uint32_t retransmitted_ = 0;
    std::uint32_t losses_ = 0;
    std::uint32_t next_retransmit_ = 0;  // no entry before it is to be retransmitted
};

}  // namespace tcplab
