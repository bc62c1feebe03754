// TCP: its segments, windows, timers, buffers and ports.
#include <fmt/format.h>

#include <algorithm>

#include "explain/propose.hpp"

namespace tcplab::explain {
namespace {

constexpr std::uint64_t kLarge = std::uint64_t{4} << 20U;  // bytes: no window or buffer of that size is in the way

// --- small segments and acknowledgements ---

Proposal server_nagle(const Case& of) {
    const Config& c = of.scenario.server_tcp;
    return set_if(c.nagle && !c.cork, "server.tcp.nagle", "false");
}
Proposal client_nagle(const Case& of) {
    const Config& c = of.scenario.client_tcp;
    return set_if(c.nagle && !c.cork, "client.tcp.nagle", "false");
}
Proposal no_cork(const Case& of) {
    return set_if(of.scenario.client_tcp.cork || of.scenario.server_tcp.cork, "tcp.cork", "false");
}
Proposal client_acks_at_once(const Case& of) {
    return set_if(of.scenario.client_tcp.delayed_ack > Duration::zero(), "client.tcp.delayed_ack", "\"0 ms\"");
}
Proposal server_acks_at_once(const Case& of) {
    return set_if(of.scenario.server_tcp.delayed_ack > Duration::zero(), "server.tcp.delayed_ack", "\"0 ms\"");
}

// --- the congestion window ---

Proposal window_of_10(const Case& of) {
    return set_if(of.scenario.server_tcp.initial_window < 10, "tcp.initial_window", "10");
}
Proposal window_of_20(const Case& of) {
    return set_if(of.scenario.server_tcp.initial_window < 20, "tcp.initial_window", "20");
}
Proposal warm_when_idle(const Case& of) {
    const Strategy strategy = of.scenario.client.strategy;
    return set_if(
        of.scenario.server_tcp.slow_start_after_idle && strategy != Strategy::serial && strategy != Strategy::parallel,
        "tcp.slow_start_after_idle", "false");
}
Proposal no_early_threshold(const Case& of) {
    const std::uint32_t segments = of.scenario.server_tcp.initial_ssthresh;
    if (segments == kInfiniteSegments) return std::nullopt;
    return set("tcp.initial_ssthresh", fmt::format("{}", 4ULL * segments));
}
Proposal bbr(const Case& of) {
    return set_if(of.scenario.server_tcp.congestion_control != CongestionControl::bbr, "tcp.congestion_control",
                  "\"bbr\"");
}
Proposal cubic(const Case& of) {
    return set_if(of.scenario.server_tcp.congestion_control != CongestionControl::cubic, "tcp.congestion_control",
                  "\"cubic\"");
}
Proposal no_pacing(const Case& of) {
    return set_if(of.scenario.server_tcp.pacing || of.scenario.client_tcp.pacing, "tcp.pacing", "false");
}

// --- buffers ---

Proposal larger_send_buffer(const Case& of) {
    Change change;
    if (of.evidence.server_buffer && of.scenario.server_tcp.send_buffer < kLarge) {
        also_set(change, "server.tcp.send_buffer", size(kLarge));
    }
    if (of.evidence.client_buffer && of.scenario.client_tcp.send_buffer < kLarge) {
        also_set(change, "client.tcp.send_buffer", size(kLarge));
    }
    return change;
}

void open_clamp(const char* end, const Config& c, Change& change) {
    const bool clamped = c.window_clamp && *c.window_clamp < kLarge;
    if (clamped) also_set(change, fmt::format("{}.tcp.window_clamp", end), size(kLarge));
}

/// The whole of a window: the clamp, where there is one, and the buffer.
void open_window(const char* end, const Config& c, Change& change) {
    const auto key = [end](const char* name) { return fmt::format("{}.tcp.{}", end, name); };
    open_clamp(end, c, change);
    if (c.receive_buffer < kLarge) also_set(change, key("receive_buffer"), size(kLarge));
    if (c.receive_buffer_max < kLarge) also_set(change, key("receive_buffer_max"), size(kLarge));
}

Proposal larger_clamp(const Case& of) {
    Change change;
    open_clamp("client", of.scenario.client_tcp, change);
    if (of.scenario.client.request_body > 0) open_clamp("server", of.scenario.server_tcp, change);
    return change;
}
Proposal larger_receive_buffer(const Case& of) {
    const Scenario& s = of.scenario;
    Change change;
    open_window("client", s.client_tcp, change);
    if (s.client.request_body > 0) open_window("server", s.server_tcp, change);
    if (!s.client_tcp.window_scaling || !s.server_tcp.window_scaling) also_set(change, "tcp.window_scaling", "true");
    return change;
}
Proposal larger_stream_window(const Case& of) {
    const ClientConfig& c = of.scenario.client;
    return set_if(c.strategy == Strategy::multiplexed, "client.multiplexed.window",
                  size(4 * std::uint64_t{c.multiplexed.window}));
}

// --- repairs ---

Proposal modern_recovery(const Case& of) {
    const Config& server = of.scenario.server_tcp;
    if (!of.evidence.lost_data) return std::nullopt;
    Change change;
    if (!server.sack || !of.scenario.client_tcp.sack) also_set(change, "tcp.sack", "true");
    if (server.recovery != Recovery::rack) also_set(change, "tcp.recovery", "\"rack\"");
    if (!server.tail_loss_probe) also_set(change, "tcp.tail_loss_probe", "true");
    return change;
}
Proposal shorter_timeout(const Case& of) {
    const bool long_one = of.scenario.server_tcp.min_rto > 200ms || of.scenario.client_tcp.min_rto > 200ms;
    return set_if(of.evidence.timeout && long_one, "tcp.min_rto", "\"200 ms\"");
}
Proposal shorter_first_timeout(const Case& of) {
    return set_if(of.evidence.lost_handshake && of.scenario.client_tcp.initial_rto > 200ms, "tcp.initial_rto",
                  "\"200 ms\"");
}

// --- opening a connection ---

Proposal larger_backlog(const Case& of) {
    if (!of.evidence.backlog) return std::nullopt;
    const std::uint64_t more = 4 * std::max<std::uint64_t>(of.scenario.server.backlog, 1);
    Change change = set("server.backlog", fmt::format("{}", more));
    const Config& c = of.scenario.server_tcp;
    if (!c.syn_cookies) {  // three quarters of this are for strangers then
        also_set(change, "server.tcp.syn_backlog",
                 fmt::format("{}", std::max<std::uint64_t>(4 * std::uint64_t{c.syn_backlog}, 2 * more)));
    }
    return change;
}
Proposal syn_cookies(const Case& of) {
    return set_if(of.evidence.backlog && !of.scenario.server_tcp.syn_cookies, "server.tcp.syn_cookies", "true");
}
Proposal fast_open(const Case& of) {
    return set_if((of.scenario.server_tcp.fast_open & fast_open::server) == 0, "tcp.fast_open", "true");
}
Proposal more_ports(const Case& of) {
    const Config& c = of.scenario.client_tcp;
    return set_if(c.port_first > 1024 || c.port_last < 65535, "client.tcp.ports", "[1024, 65535]");
}
Proposal reused_time_wait(const Case& of) {
    const Config& c = of.scenario.client_tcp;
    return set_if(c.time_wait_reuse != TimeWaitReuse::always && c.timestamps, "client.tcp.time_wait_reuse",
                  "\"always\"");
}
Proposal shorter_time_wait(const Case& of) {
    return set_if(of.scenario.client_tcp.time_wait > 1s, "client.tcp.time_wait", "\"1 s\"");
}

}  // namespace

std::vector<Remedy> tcp_remedies() {
    return {
        {{Cause::nagle, Cause::delayed_ack}, server_nagle},
        {{Cause::nagle, Cause::delayed_ack}, client_nagle},
        {{Cause::nagle}, no_cork},
        {{Cause::delayed_ack}, client_acks_at_once},
        {{Cause::delayed_ack}, server_acks_at_once},
        {{Cause::slow_start, Cause::delayed_ack}, window_of_10},
        {{Cause::slow_start, Cause::delayed_ack}, window_of_20},
        {{Cause::slow_start}, warm_when_idle},
        {{Cause::congestion}, larger_send_buffer},
        {{Cause::congestion}, no_early_threshold},
        {{Cause::congestion, Cause::queueing}, bbr},
        {{Cause::congestion, Cause::pacing}, cubic},
        {{Cause::pacing}, no_pacing},
        {{Cause::receive_window}, larger_clamp},
        {{Cause::receive_window}, larger_receive_buffer},
        {{Cause::receive_window}, larger_stream_window},
        {{Cause::loss}, larger_backlog},
        {{Cause::loss}, syn_cookies},
        {{Cause::loss}, modern_recovery},
        {{Cause::loss}, shorter_timeout},
        {{Cause::loss}, shorter_first_timeout},
        {{Cause::ports}, more_ports},
        {{Cause::ports}, reused_time_wait},
        {{Cause::ports}, shorter_time_wait},
        {{Cause::handshake}, fast_open},
    };
}

}  // namespace tcplab::explain
