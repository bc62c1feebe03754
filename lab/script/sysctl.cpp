// A sysctl is a line here. A key that scenario files do not support yet may stand here already: it is an error to
// give it another value than the one in force, until it is supported.
#include "script/sysctl.hpp"

#include <type_traits>

namespace tcplab::script {

namespace {

template <auto Member>
void whole(Config& c, std::int64_t n) {
    c.*Member = static_cast<std::remove_reference_t<decltype(c.*Member)>>(n);
}

void set_send_buffer_start(Config& c, std::int64_t n) {
    if (c.send_buffer_start) c.send_buffer_start = static_cast<std::uint64_t>(n);
}

void set_keepalive_interval(Config& c, std::int64_t n) { c.keepalive_interval = std::chrono::seconds(n); }

}  // namespace

const std::vector<Sysctl>& sysctls() {
    using R = Reading;
    static const std::vector<Sysctl> all{
        {"tcp_timestamps", R::flag, "timestamps", ""},
        {"tcp_sack", R::flag, "sack", ""},
        {"tcp_dsack", R::flag, "dsack", ""},
        {"tcp_window_scaling", R::flag, "window_scaling", ""},
        {"tcp_ecn", R::choice, "ecn", "0=false 1=true 2=accept"},
        {"tcp_recovery", R::choice, "recovery", "0=sack 1=rack"},
        {"tcp_early_retrans", R::choice, "tail_loss_probe", "0=false 3=true 4=true"},
        {"tcp_frto", R::flag, "frto", ""},
        {"tcp_slow_start_after_idle", R::flag, "slow_start_after_idle", ""},
        {"tcp_rmem", R::second, "receive_buffer", ""},
        {"tcp_rmem", R::third, "receive_buffer_max", ""},
        {"tcp_wmem", R::direct, "", "", set_send_buffer_start, 1, 2},
        {"tcp_wmem", R::direct, "", "", whole<&Config::send_buffer>, 1, 3},
        {"tcp_congestion_control", R::word, "congestion_control", ""},
        {"tcp_syn_retries", R::number, "syn_retries", ""},
        {"tcp_synack_retries", R::number, "synack_retries", ""},
        {"tcp_syn_linear_timeouts", R::number, "syn_linear_timeouts", ""},
        {"tcp_retries1", R::ours, "", "3"},
        {"tcp_retries2", R::number, "retries", ""},
        {"tcp_orphan_retries", R::direct, "", "", whole<&Config::orphan_retries>},
        {"tcp_max_orphans", R::number, "max_orphans", ""},
        {"tcp_fin_timeout", R::seconds, "fin_timeout", ""},
        {"tcp_keepalive_time", R::keepalive_idle, "", ""},
        {"tcp_keepalive_intvl", R::direct, "", "", set_keepalive_interval, 1},
        {"tcp_keepalive_probes", R::direct, "", "", whole<&Config::keepalive_probes>, 1},
        {"tcp_max_syn_backlog", R::number, "syn_backlog", ""},
        {"tcp_syncookies", R::flag, "syn_cookies", ""},
        {"tcp_tw_reuse", R::choice, "time_wait_reuse", "0=never 1=always 2=loopback"},
        {"tcp_rfc1337", R::ours, "", "0"},
        {"tcp_fastopen", R::direct, "", "", whole<&Config::fast_open>},
        {"tcp_min_tso_segs", R::ours, "", "2"},
        {"tcp_tso_rtt_log", R::ours, "", "9"},
        {"tcp_tso_win_divisor", R::ours, "", "3"},
        {"tcp_ecn_option", R::ours, "", "0 1 2"},  // of AccECN, which is not asked for
        {"tcp_fastopen_key", R::nothing, "", ""},
        {"tcp_limit_output_bytes", R::ours, "", "262144 1048576 4194304"},
        {"tcp_pacing_ss_ratio", R::ours, "", "200"},
        {"tcp_pacing_ca_ratio", R::ours, "", "120"},
        {"tcp_invalid_ratelimit", R::ours, "", "500"},
        {"ip_local_port_range", R::range, "ports", ""},
        {"tcp_no_metrics_save", R::ours, "", "1"},
        {"tcp_rto_min_us", R::microseconds, "min_rto", ""},
        {"tcp_rto_max_ms", R::milliseconds, "max_rto", ""},
        {"tcp_abort_on_overflow", R::ours, "", "0"},
        {"tcp_moderate_rcvbuf", R::ours, "", "1"},
        {"tcp_autocorking", R::ours, "", "0"},
        {"tcp_reordering", R::ours, "", "3"},
        {"tcp_fack", R::ours, "", "0"},
        {"tcp_notsent_lowat", R::direct, "", "", whole<&Config::unsent_low_water>, 1},
        {"tcp_mtu_probing", R::ours, "", "0"},
        {"tcp_shrink_window", R::ours, "", "0"},
        {"tcp_thin_linear_timeouts", R::ours, "", "0"},
    };
    return all;
}

}  // namespace tcplab::script
