#pragma once

#include <cstdint>
#include <memory>

#include "core/time.hpp"
#include "tcp/fast_open.hpp"
#include "tcp/reassembly.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// What a connection keeps from the first sign of a loss or a stranger on, as sender and as receiver, or for Fast Open,
/// and most never need.
struct Doubt {
    // the scoreboard
    std::uint64_t recovery_point = 0;  ///< SND.NXT when the state of recovery began, or ended (high_seq)
    std::uint64_t highest_sacked = 0;  ///< end of the highest segment that a SACK block covers
    SackBlocks known_sack;             ///< the blocks of the last acknowledgement that had any
    std::uint32_t reported = 0;        ///< segments that D-SACK told of
    std::uint32_t reorderings = 0;     ///< times that something came late (reord_seen)
    // the reduction: PRR's prior_cwnd, prr_delivered and prr_out
    std::uint32_t prior_cwnd = 0;
    std::uint32_t delivered = 0;
    std::uint32_t out = 0;
    // what it takes to undo it
    std::uint32_t prior_ssthresh = 0;    ///< 0: nothing to restore
    std::int32_t retransmissions = 0;    ///< that no D-SACK has told of; negative: none was made yet (undo_retrans)
    std::uint64_t undo_point = 0;        ///< SND.UNA when the reduction began; 0: there is none to undo (undo_marker)
    Time first_retransmission = kNever;  ///< of this recovery (retrans_stamp)
    std::uint64_t probe_end = 0;         ///< SND.NXT when a tail loss probe went out; 0: none is out (tlp_high_seq)
    // RACK's reordering window
    std::uint64_t window_adjusted_at = 0;  ///< SND.NXT when a D-SACK last widened it
    std::uint8_t steps = 1;                ///< of min RTT / 4
    std::uint8_t persists = 0;             ///< recoveries until it shrinks again
    bool duplicate_seen = false;           ///< a D-SACK that may be its fault
    // the receiver
    Reassembly out_of_order;
    StreamRange duplicate;              ///< to report by D-SACK
    Time next_challenge{};              ///< no challenge ACK goes out before
    std::uint64_t bytes_destroyed = 0;  ///< that arrived and that nobody was to read
    // the handshake
    Duration handshake_loss{0};           ///< how long SYNs of ours were lost
    std::unique_ptr<FastOpen> fast_open;  ///< null: it was not tried, or is of no more interest
};

}  // namespace tcplab
