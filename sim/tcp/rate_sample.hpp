#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace tcplab {

/// Delivery-rate sampling (draft-cheng-iccrg-delivery-rate-estimation; net/ipv4/tcp_rate.c): each acknowledgement
/// tells how many segments arrived since the newest of those that it acknowledges was sent, and in how long.
/// Counts are segments and wrap; instants are whole microseconds, as Linux stamps packets.

/// What a connection keeps.
struct RateState {
    std::uint32_t delivered = 1;    ///< ever, the SYN included
    std::uint32_t lost = 0;         ///< ever marked lost, retransmissions too (RetransmitQueue::losses)
    std::uint32_t app_limited = 0;  ///< samples are the application's until this many are delivered; 0: none are
    Time delivered_at{};            ///< when `delivered` last grew
    Time first_sent{};              ///< of the newest segment delivered: where the next sample's sending begins
};

/// What every segment carries from its (last) transmission to its acknowledgement. Times are microseconds that wrap
/// after 71 minutes.
struct RateStamp {
    std::uint32_t delivered = 0;
    std::uint32_t delivered_at = 0;
    std::uint32_t first_sent = 0;
    bool app_limited = false;
};

/// What one acknowledgement gave; `delivered` and `interval_us` are negative when that is no sample of the rate.
struct RateSample {
    bool timed = false;  ///< some segment was delivered
    bool app_limited = false;
    bool retransmitted = false;
    bool ack_delayed = false;           ///< may be the delayed acknowledgement of a lone small segment
    std::uint32_t prior_delivered = 0;  ///< RateState::delivered when that segment was sent
    std::uint32_t prior_delivered_at = 0;
    std::uint64_t last_end = 0;         ///< end of that segment
    std::int64_t delivered = -1;        ///< segments over the interval
    std::int64_t interval_us = -1;      ///< the longer of sending and acknowledging them
    std::uint32_t acked_sacked = 0;     ///< segments that this acknowledgement delivered
    std::uint32_t losses = 0;           ///< segments that were marked lost while it was processed
    std::uint32_t prior_in_flight = 0;  ///< segments in flight before it
    std::int64_t rtt_us = -1;           ///< of the newest segment delivered; negative: none
};

/// A segment is sent (again); `none_out`: nothing unacknowledged was out before it. Call for each transmission.
RateStamp rate_sent(RateState& state, Time now, bool none_out);

/// A segment that was sent at `sent` and ends at `end` has been delivered: SACKed, or acknowledged without having
/// been SACKed before. Never twice for one segment.
void rate_delivered(const RateStamp& stamp, Time sent, std::uint64_t end, bool retransmitted, RateState& state,
                    RateSample& sample);

/// An acknowledgement arrives: the sample that it will give. `losses` as in rate_finish.
RateSample rate_begin(std::uint32_t in_flight, std::uint32_t losses, RateState& state);

/// The acknowledgement is processed: it delivered `delivered` segments; `losses` have ever been marked lost. Completes
/// `sample`, which is none when it is shorter than `min_rtt`, as only a spurious retransmission can be.
void rate_finish(Time now, std::uint32_t delivered, std::uint32_t losses, Duration min_rtt, RateState& state,
                 RateSample& sample);

/// Sending has paused for want of data with `in_flight` segments out: samples tell of the application until what is
/// sent from now on is delivered.
void rate_app_limited(RateState& state, std::uint32_t in_flight);

}  // namespace tcplab
