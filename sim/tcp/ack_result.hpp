#pragma once

#include <cstdint>
#include <limits>

#include "tcp/connection.hpp"

namespace tcplab {

/// What one acknowledgement told, gathered on its way through process_ack (the FLAG_* of tcp_input.c, the names of
/// which are given).
struct Connection::AckResult {
    std::uint32_t acked = 0;           ///< segments removed
    std::uint32_t delivered = 0;       ///< segments that it tells have arrived and nothing told before
    std::uint32_t lost = 0;            ///< segments that it had marked lost
    std::uint32_t duplicates = 0;      ///< 1: it acknowledges nothing new (num_dupack)
    bool advanced = false;             ///< SND.UNA moved (SND_UNA_ADVANCED)
    bool carried_data = false;         ///< it occupies sequence numbers itself (DATA)
    bool window_updated = false;       ///< (WIN_UPDATE)
    bool data_acked = false;           ///< a segment other than the SYN was removed (DATA_ACKED)
    bool runt = false;                 ///< just one segment was acknowledged, and not a full one
    bool data_sacked = false;          ///< a block covers what none covered before (DATA_SACKED)
    bool retransmitted_acked = false;  ///< a removed one was sent twice: no round trip is measured (RETRANS_DATA_ACKED)
    bool original_arrived = false;     ///< one sent once, and before the recovery point (ORIG_SACK_ACKED)
    bool duplicate_reported = false;   ///< D-SACK (DSACKING_ACK)
    bool probe_was_duplicate = false;  ///< D-SACK of a tail loss probe (DSACK_TLP)
    bool congestion_echoed = false;    ///< ECE
    bool reneged = false;              ///< the head was acknowledged selectively and still is not removed
    bool set_timer = false;            ///< the retransmission timer is to start anew (SET_XMIT_TIMER)
    bool retransmission_lost = false;  ///< (LOST_RETRANS)
    bool retransmit = false;           ///< marked segments may go (REXMIT_LOST)
    bool try_new = false;              ///< new data first: F-RTO asks whether it arrives (REXMIT_NEW)
    Duration rtt{-1};                  ///< of the newest segment acknowledged that was sent once; negative: none
    Time first_sacked = kNever;        ///< when the first and
    Time last_sacked = kNever;         ///< the last segment newly covered, and sent once, were sent
    std::uint64_t reordered_from = std::numeric_limits<std::uint64_t>::max();  ///< lowest position that came late
    std::uint64_t prior_una = 0;
    std::uint64_t prior_highest = 0;  ///< highest_sacked() before it

    /// Nothing but a duplicate would have come (FLAG_NOT_DUP).
    [[nodiscard]] bool not_duplicate() const { return carried_data || window_updated || acked > 0; }
};

}  // namespace tcplab
