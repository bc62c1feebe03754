// TCP_INFO: what a connection tells of itself, field by field as tcp_get_info() fills it.
#include "tcp/tcp_info.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "tcp/connection.hpp"

namespace tcplab {

namespace {

/// By State: the kernel's numbers (net/tcp_states.h). A socket whose connection is in TIME-WAIT is closed.
constexpr std::array<std::uint8_t, 11> kStates{10, 2, 3, 1, 4, 5, 8, 11, 9, 7, 7};
static_assert(kStates[static_cast<std::size_t>(State::established)] == 1);
static_assert(kStates[static_cast<std::size_t>(State::last_ack)] == 9);

constexpr std::uint8_t kTimestamps = 1;     // TCPI_OPT_TIMESTAMPS
constexpr std::uint8_t kSack = 2;           // TCPI_OPT_SACK
constexpr std::uint8_t kWindowScaling = 4;  // TCPI_OPT_WSCALE
constexpr std::uint8_t kEcn = 8;            // TCPI_OPT_ECN
constexpr std::uint8_t kSynData = 32;       // TCPI_OPT_SYN_DATA

std::uint32_t microseconds(Duration d) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    return static_cast<std::uint32_t>(std::min(d / 1us, most));
}
std::uint32_t milliseconds(Duration d) { return static_cast<std::uint32_t>(d / 1ms); }

}  // namespace

TcpInfo Connection::tcp_info(Time now) const {
    TcpInfo i;
    const bool nothing_out = queue_.empty();
    i.state = kStates[static_cast<std::size_t>(state_)];
    i.ca_state = static_cast<std::uint8_t>(ca_state_);
    i.retransmits = nothing_out ? 0U : retries_;
    i.probes = nothing_out ? std::max<std::uint32_t>(retries_, keepalive_probes_) : 0U;
    i.backoff = backoff_;
    i.options = static_cast<std::uint8_t>((timestamps_.in_force() ? kTimestamps : 0) | (sack_ ? kSack : 0) |
                                          (scaling_ ? kWindowScaling : 0) | (ecn_ ? kEcn : 0) |
                                          (syn_data_taken_ ? kSynData : 0));
    i.snd_wscale = peer_.scale();
    i.rcv_wscale = scaling_ ? receive_.scale() : std::uint8_t{0};
    i.rto = microseconds(rto());
    i.ato = microseconds(acks_.timeout());
    i.snd_mss = segment_size_;
    i.rcv_mss = acks_.segment();
    i.unacked = queue_.size();
    i.sacked = sacked_out();
    i.lost = queue_.lost();
    i.retrans = queue_.retransmitted();
    i.reordering = reordering_;
    if (doubt_) {
        i.reord_seen = doubt_->reorderings;
        i.dsack_dups = doubt_->reported;
    }
    i.delivered = delivered_;
    i.last_data_sent = milliseconds(now - last_sent_);
    i.last_data_recv = milliseconds(now - acks_.last_data());
    i.rcv_ssthresh = static_cast<std::uint32_t>(receive_.threshold());
    i.rtt = microseconds(rtt_.srtt());
    i.rttvar = microseconds(rtt_.deviation());
    i.snd_ssthresh = window_.ssthresh;
    i.snd_cwnd = window_.cwnd;
    i.advmss = config_->mss - timestamps_.option_bytes();
    i.rcv_rtt = microseconds(receive_.rtt());
    i.rcv_space = static_cast<std::uint32_t>(receive_.read_per_round());
    i.total_retrans = retransmitted_;
    i.bytes_acked = passive_ ? std::max<std::uint64_t>(una_, 1) - 1 : una_;
    i.bytes_received = receive_next_ - 1;
    i.notsent_bytes = static_cast<std::uint32_t>(send_end() > next_ ? send_end() - next_ : 0);
    i.min_rtt = microseconds(rtt_.min_rtt());
    i.data_segs_out = data_segments_sent_;
    i.snd_wnd = peer_.bytes();
    i.rcv_wnd = static_cast<std::uint32_t>(receive_.offered());
    return i;
}

}  // namespace tcplab
