#pragma once

#include <cstdint>

namespace tcplab {

/// What getsockopt(TCP_INFO) shows of a connection: names, units and numbers of linux/tcp.h (struct tcp_info, filled
/// by tcp_get_info). Only fields that the endpoint really has are here.
struct TcpInfo {
    std::uint8_t state = 7;            ///< TCP_ESTABLISHED (1) to TCP_CLOSING (11); 7 is TCP_CLOSE
    std::uint8_t ca_state = 0;         ///< TCP_CA_Open (0), Disorder, CWR, Recovery, Loss (4)
    std::uint32_t retransmits = 0;     ///< timeouts of the first unacknowledged segment
    std::uint32_t probes = 0;          ///< window or keepalive probes that had no answer
    std::uint32_t backoff = 0;         ///< doublings of the timeout
    std::uint8_t options = 0;          ///< TCPI_OPT_TIMESTAMPS (1), TCPI_OPT_SACK (2), TCPI_OPT_WSCALE (4)
    std::uint8_t snd_wscale = 0;       ///< of the peer's windows
    std::uint8_t rcv_wscale = 0;       ///< of the windows offered
    std::uint32_t rto = 0;             ///< microseconds, backed off
    std::uint32_t ato = 0;             ///< microseconds
    std::uint32_t snd_mss = 0;         ///< payload of a full segment
    std::uint32_t rcv_mss = 0;         ///< the estimate of the peer's
    std::uint32_t unacked = 0;         ///< segments (packets_out)
    std::uint32_t sacked = 0;          ///< of them, covered by SACK or told of by duplicates
    std::uint32_t lost = 0;            ///< of them, believed lost
    std::uint32_t retrans = 0;         ///< of those, sent again
    std::uint32_t reordering = 0;      ///< segments that a late one may be behind
    std::uint32_t reord_seen = 0;      ///< times that one was
    std::uint32_t delivered = 0;       ///< segments known to have arrived, the SYN too
    std::uint32_t dsack_dups = 0;      ///< segments that D-SACK reported
    std::uint32_t last_data_sent = 0;  ///< milliseconds ago
    std::uint32_t last_data_recv = 0;  ///< milliseconds ago
    std::uint32_t rcv_ssthresh = 0;    ///< bytes
    std::uint32_t rtt = 0;             ///< smoothed, microseconds
    std::uint32_t rttvar = 0;          ///< mean deviation, microseconds
    std::uint32_t snd_ssthresh = 0;    ///< segments
    std::uint32_t snd_cwnd = 0;        ///< segments
    std::uint32_t advmss = 0;          ///< announced, less what every segment's options take
    std::uint32_t rcv_rtt = 0;         ///< the receiver's estimate, microseconds
    std::uint32_t rcv_space = 0;       ///< bytes read in a round trip
    std::uint32_t total_retrans = 0;   ///< segments
    std::uint64_t bytes_acked = 0;     ///< with the SYN of an active open, and the FIN, as the kernel counts
    std::uint64_t bytes_received = 0;  ///< in order, with the FIN
    std::uint32_t notsent_bytes = 0;   ///< written and not yet sent, with the FIN
    std::uint32_t min_rtt = 0;         ///< microseconds; 0xffffffff: none yet
    std::uint32_t data_segs_out = 0;   ///< segments with payload, retransmissions too
    std::uint32_t snd_wnd = 0;         ///< bytes that the peer offers
    std::uint32_t rcv_wnd = 0;         ///< bytes that were offered to the peer
};

}  // namespace tcplab
