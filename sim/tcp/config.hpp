#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"

namespace tcplab {

enum class Profile : std::uint8_t { linux_, rfc, classic };
enum class CongestionControl : std::uint8_t { reno, cubic, bbr };
enum class SlowStartGrowth : std::uint8_t { segments, acks };
enum class NagleVariant : std::uint8_t { minshall, rfc896 };
enum class Recovery : std::uint8_t { newreno, sack, rack };
enum class TimeWaitReuse : std::uint8_t { never, loopback, always };
/// With the numbers of tcp_ecn. `on` asks and agrees, `accept` agrees when the peer asks.
enum class Ecn : std::uint8_t { off, on, accept };

/// Bits of Config::fast_open, with the numbers of tcp_fastopen.
namespace fast_open {
inline constexpr std::uint32_t client = 0x1;            ///< connect_write() may put data into its SYN
inline constexpr std::uint32_t server = 0x2;            ///< listeners with SocketOption::fast_open take it
inline constexpr std::uint32_t client_no_cookie = 0x4;  ///< without having a cookie
inline constexpr std::uint32_t server_no_cookie = 0x200;
inline constexpr std::uint32_t all_listeners = 0x400;  ///< those without the option too
}  // namespace fast_open

/// "No limit" for the unsent bytes of a connection.
inline constexpr std::uint64_t kNoLowWater = 0xffffffff;

/// "No limit" for a window or a threshold counted in segments.
inline constexpr std::uint32_t kInfiniteSegments = 0x7fffffff;

/// How one end's TCP behaves. Every default comes from a profile (make_config); the names are those of the
/// scenario's [tcp] table, where each has its meaning and source (`tcplab keys`).
struct Config {
    bool attribution = false;  ///< keeps a StreamJournal of what is written (core/stream_journal.hpp)
    CongestionControl congestion_control = CongestionControl::cubic;
    std::uint32_t initial_window = 10;                              ///< segments (RFC 6928)
    std::uint32_t initial_ssthresh = kInfiniteSegments;             ///< segments
    SlowStartGrowth slow_start_growth = SlowStartGrowth::segments;  ///< RFC 3465 with L = infinite | RFC 5681
    bool hystart = true;                                            ///< tcp_cubic.c
    bool pacing = false;                                            ///< bbr always does (SO_MAX_PACING_RATE)
    std::uint16_t mss = 1460;                                       ///< bytes announced; options come off the payload
    bool nagle = true;                                              ///< false: TCP_NODELAY
    NagleVariant nagle_variant = NagleVariant::minshall;            ///< tcp_minshall_check
    bool cork = false;                                              ///< TCP_CORK
    Duration delayed_ack{40'000'000};                               ///< TCP_DELACK_MIN; 0 acknowledges at once
    Duration delayed_ack_max{200'000'000};                          ///< TCP_DELACK_MAX
    std::uint32_t ack_every = 2;                                    ///< full segments
    bool quickack = true;                                           ///< quick acknowledgements at the start
    bool sack = true;                                               ///< RFC 2018: offered in the handshake
    bool timestamps = true;                                         ///< RFC 7323
    bool window_scaling = true;                                     ///< RFC 7323
    Ecn ecn = Ecn::accept;                                          ///< RFC 3168; tcp_ecn
    bool dsack = true;                                              ///< RFC 2883: duplicates are reported; tcp_dsack
    Recovery recovery = Recovery::rack;                             ///< without SACK always newreno; tcp_recovery
    bool tail_loss_probe = true;                                    ///< RFC 8985 7; tcp_early_retrans
    bool frto = true;                                               ///< RFC 5682; tcp_frto
    bool limited_transmit = true;                                   ///< RFC 3042
    Duration min_rto{200'000'000};                                  ///< TCP_RTO_MIN
    Duration max_rto{120'000'000'000};                              ///< TCP_RTO_MAX
    Duration initial_rto{1'000'000'000};                            ///< RFC 6298 2.1
    std::uint32_t syn_retries = 6;                                  ///< tcp_syn_retries
    std::uint32_t syn_linear_timeouts = 4;                          ///< tcp_syn_linear_timeouts
    std::uint32_t synack_retries = 5;                               ///< tcp_synack_retries
    std::uint32_t retries = 15;                                     ///< tcp_retries2
    std::uint32_t orphan_retries = 0;                               ///< tcp_orphan_retries; 0 is 8
    std::uint32_t max_orphans = 65536;                              ///< of a host; tcp_max_orphans
    Duration user_timeout{0};                                       ///< TCP_USER_TIMEOUT (RFC 5482); 0: off
    bool slow_start_after_idle = true;                              ///< tcp_slow_start_after_idle (RFC 2861)
    std::uint64_t receive_buffer = 131072;                          ///< bytes; tcp_rmem[1]
    std::uint64_t receive_buffer_max = 33554432;                    ///< bytes; tcp_rmem[2]; equal: no auto-tuning
    std::uint64_t send_buffer = 4194304;  ///< bytes of unacknowledged and unsent data; tcp_wmem[2]
    /// tcp_wmem[1]: send_buffer is the most of a buffer that is tuned, and counts memory; none: it counts data
    std::optional<std::uint64_t> send_buffer_start = 16384;
    std::optional<std::uint64_t> window_clamp;                ///< bytes; TCP_WINDOW_CLAMP
    Duration time_wait{60'000'000'000};                       ///< 2 MSL; TCP_TIMEWAIT_LEN
    TimeWaitReuse time_wait_reuse = TimeWaitReuse::loopback;  ///< tcp_tw_reuse 0, 2, 1
    std::uint16_t port_first = 32768;                         ///< ip_local_port_range
    std::uint16_t port_last = 60999;
    /// tcp_fin_timeout, TCP_LINGER2: an orphan in FIN-WAIT-2; negative: it is reset instead
    Duration fin_timeout{60'000'000'000};
    Duration keepalive{0};                        ///< idle time before a probe, TCP_KEEPIDLE; 0: off
    Duration keepalive_interval{75'000'000'000};  ///< tcp_keepalive_intvl: between probes
    std::uint32_t keepalive_probes = 9;           ///< tcp_keepalive_probes: unanswered ones
    std::optional<Duration> linger;               ///< SO_LINGER; 0: close() resets
    std::uint32_t syn_backlog = 4096;             ///< tcp_max_syn_backlog
    bool syn_cookies = true;                      ///< tcp_syncookies (RFC 4987 3.6)
    std::uint32_t fast_open = fast_open::client;  ///< fast_open:: bits; tcp_fastopen (RFC 7413)
    std::uint32_t defer_accept = 0;               ///< SYN-ACK timeouts that a listener waits for data; TCP_DEFER_ACCEPT
    std::uint64_t unsent_low_water = kNoLowWater;  ///< bytes; TCP_NOTSENT_LOWAT
    std::uint32_t timer_hz = 0;                    ///< CONFIG_HZ: timers fire as its wheel does; 0: exactly

    // What a profile fixes and no key changes.
    bool linux_receive_window = true;  ///< buffer bookkeeping by skb truesize (false: every byte counts one)
    bool linux_ack_policy = true;      ///< ATO estimation and interactive mode (false: RFC 1122 4.2.3.2)
    bool linux_rtt = true;             ///< RTO as tcp_rtt_estimator has it (false: RFC 6298 to the letter)
    bool decay_when_idle = true;       ///< RFC 2861: cwnd halves per RTO of idleness (false: RFC 5681 4.1, at once)
    bool window_holds_fin = true;      ///< a bare FIN waits for the congestion window (false: RFC 5681 has data wait)
    bool retries_by_time = true;       ///< gives up after as long as so many retries last (retransmits_timed_out)
    bool linux_checks = true;  ///< arrivals are judged as tcp_validate_incoming does (false: RFC 9293, 5961, 7323)
    bool keep_unread_after_reset = true;    ///< a RST leaves what has arrived to the reader (false: RFC 9293 3.10.7.4)
    bool request_on_handshake_ack = false;  ///< the handshake's ACK carries data that is already written
};

/// The defaults of a profile. docs/profiles.md has each with its source.
Config make_config(Profile profile);

}  // namespace tcplab
