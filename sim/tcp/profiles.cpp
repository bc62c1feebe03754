#include "tcp/config.hpp"

namespace tcplab {

namespace {

/// RFC 9293, 5681, 6298, 6582, 6928, 7323, 1122 as they recommend.
Config rfc_config() {
    Config c;
    c.congestion_control = CongestionControl::reno;
    c.initial_window = 10;                        // RFC 6928 2
    c.slow_start_growth = SlowStartGrowth::acks;  // RFC 5681 3.1
    c.hystart = false;
    c.nagle_variant = NagleVariant::rfc896;  // RFC 9293 3.7.4
    c.delayed_ack = 200ms;                   // below the 500 ms of RFC 9293 3.8.6.3
    c.delayed_ack_max = 200ms;
    c.quickack = false;
    c.recovery = Recovery::sack;  // RFC 6675
    c.tail_loss_probe = false;    // RFC 8985 is none of the recommendations above
    c.frto = false;               // RFC 5682
    c.min_rto = 1s;               // RFC 6298 2.4
    c.max_rto = 60s;              // RFC 6298 2.5
    c.syn_retries = 7;            // 183 s: at least 3 minutes, RFC 9293 3.8.3
    c.syn_linear_timeouts = 0;
    c.synack_retries = 7;
    c.retries_by_time = false;
    c.keepalive_interval = 75s;  // BSD; RFC 9293 3.8.4 says nothing
    c.syn_cookies = false;       // RFC 4987 describes them and recommends nothing
    c.linux_checks = false;
    c.ecn = Ecn::off;
    c.max_orphans = kInfiniteSegments;
    c.receive_buffer = 1048576;
    c.receive_buffer_max = 1048576;
    c.send_buffer_start.reset();
    c.time_wait = 240s;  // 2 MSL of 2 minutes, RFC 9293 3.4.2
    c.time_wait_reuse = TimeWaitReuse::never;
    c.port_first = 1024;  // RFC 6056 3.2
    c.port_last = 65535;
    c.linux_receive_window = false;
    c.linux_ack_policy = false;
    c.linux_rtt = false;
    c.decay_when_idle = false;
    c.window_holds_fin = false;
    c.keep_unread_after_reset = false;
    c.request_on_handshake_ack = true;  // RFC 9293 3.10.7.3: data may go with the ACK
    return c;
}

/// RFC 1122 and 2001, and the systems of the book's time.
Config classic_config() {
    Config c = rfc_config();
    c.initial_window = 1;  // RFC 2001 1
    c.sack = false;
    c.dsack = false;
    c.recovery = Recovery::newreno;
    c.timestamps = false;
    c.window_scaling = false;
    c.limited_transmit = false;
    c.initial_rto = 3s;  // RFC 1122 4.2.3.1
    c.max_rto = 64s;
    c.syn_retries = 6;  // 221 s: at least 3 minutes, RFC 1122 4.2.3.5
    c.synack_retries = 6;
    c.retries = 12;          // 4.4BSD: TCP_MAXRXTSHIFT
    c.keepalive_probes = 8;  // 4.4BSD: TCPTV_KEEPCNT
    c.fast_open = 0;
    c.receive_buffer = 65535;
    c.receive_buffer_max = 65535;
    c.time_wait = 120s;  // 2 MSL of 60 s
    c.port_last = 5000;  // 4.4BSD: IPPORT_RESERVED to IPPORT_USERRESERVED
    c.request_on_handshake_ack = false;
    return c;
}

}  // namespace

Config make_config(Profile profile) {
    switch (profile) {
        case Profile::linux_: return Config();
        case Profile::rfc: return rfc_config();
        case Profile::classic: return classic_config();
    }
    return Config();
}

}  // namespace tcplab
