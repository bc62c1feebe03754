// Sysctls and tcplab's own keys become a Config.
#include "scripts.hpp"

namespace tcplab::script {

namespace {

const std::string kStep = "0 close(3) = 0\n";

Config config_of(const std::string& commands, const Extras& extras = {}) {
    return readable("`" + commands + "`\n" + kStep, extras).setup.config;
}

std::string errors_in(const std::string& commands) { return errors_of("`" + commands + "`\n" + kStep); }

}  // namespace

TEST_CASE("a sysctl sets the key that it stands for") {
    CHECK_FALSE(config_of("sysctl -q net.ipv4.tcp_sack=0").sack);
    CHECK_FALSE(config_of("sysctl -w net.ipv4.tcp_timestamps=0").timestamps);
    CHECK(config_of("sysctl -q net.ipv4.tcp_timestamps=2").timestamps);
    CHECK(config_of("sysctl -q net.ipv4.tcp_syn_retries=3").syn_retries == 3);
    CHECK(config_of("sysctl -q net.ipv4.tcp_fin_timeout=7").fin_timeout == 7s);
    CHECK(config_of("sysctl -q net.ipv4.tcp_rto_min_us=50000").min_rto == 50ms);
    CHECK(config_of("sysctl -q net.ipv4.tcp_rto_max_ms=3000").max_rto == 3s);
    CHECK(config_of("sysctl -q net.ipv4.tcp_congestion_control=reno").congestion_control == CongestionControl::reno);
    CHECK(config_of("sysctl -q net.ipv4.tcp_tw_reuse=1").time_wait_reuse == TimeWaitReuse::always);
    const Config ports = config_of("sysctl -q net.ipv4.ip_local_port_range=\"2000 2009\"");
    CHECK(ports.port_first == 2000);
    CHECK(ports.port_last == 2009);
    const Config buffers = config_of("sysctl -q \"net.ipv4.tcp_rmem=4096 540000 15000000\" net.ipv4.tcp_wmem='1 2 3'");
    CHECK(buffers.receive_buffer == 540000);
    CHECK(buffers.receive_buffer_max == 15000000);
    CHECK(buffers.send_buffer == 3);
    CHECK(buffers.send_buffer_start == 2);
    const Config keepalive = config_of("sysctl -q net.ipv4.tcp_keepalive_intvl=7 net.ipv4.tcp_keepalive_probes=3");
    CHECK(keepalive.keepalive_interval == 7s);
    CHECK(keepalive.keepalive_probes == 3);
    CHECK(config_of("sysctl -q net.ipv4.tcp_orphan_retries=2").orphan_retries == 2);
    CHECK(config_of("sysctl -q net.ipv4.tcp_max_orphans=7").max_orphans == 7);
    CHECK(config_of("sysctl -q net.ipv4.tcp_ecn=0").ecn == Ecn::off);
    CHECK(config_of("sysctl -q net.ipv4.tcp_ecn=1").ecn == Ecn::on);
    CHECK(config_of("sysctl -q net.ipv4.tcp_ecn=2").ecn == Ecn::accept);
    CHECK(config_of("sysctl -q net.ipv4.tcp_notsent_lowat=5000").unsent_low_water == 5000);
    CHECK(config_of("sysctl -q net.ipv4.tcp_fastopen=0x603").fast_open == 0x603);
    CHECK(readable("`sysctl -q net.ipv4.tcp_keepalive_time=10`\n" + kStep).setup.keepalive_time == 10s);
}

TEST_CASE("several commands stand in one pair of backquotes") {
    const Config c = config_of(
        "sysctl -q net.ipv4.tcp_sack=0; sysctl -q net.ipv4.tcp_syn_retries=2 &&\n"
        "# a comment\n"
        "sysctl -q net.ipv4.tcp_synack_retries=1");
    CHECK_FALSE(c.sack);
    CHECK(c.syn_retries == 2);
    CHECK(c.synack_retries == 1);
}

TEST_CASE("tcplab's keys, the profile, and --set, which wins") {
    CHECK(config_of("tcp.min_rto = \"250 ms\"").min_rto == 250ms);
    CHECK(config_of("profile = \"classic\"").initial_window == 1);
    CHECK(config_of("tcp.initial_window = 4\nprofile = \"classic\"").initial_window == 4);
    Extras extras;
    extras.settings = {"tcp.initial_window=3", "tcp.sack=false"};
    const Config c = config_of("tcp.initial_window = 4", extras);
    CHECK(c.initial_window == 3);
    CHECK_FALSE(c.sack);
}

TEST_CASE("what is not simulated is an error, unless it is what the simulator does") {
    CHECK(errors_in("sysctl -q net.ipv4.tcp_rfc1337=0").empty());
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_rfc1337=1"), "x.pkt:1:33: error: net.ipv4.tcp_rfc1337=1"));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_sak=1"), "did you mean \"tcp_sack\"?"));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_sack=yes"), "cannot be \"yes\""));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_rmem=4096"), "cannot be \"4096\""));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_sack"), "expected NAME=VALUE"));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_ecn=3"), "cannot be \"3\""));
    CHECK(contains(errors_in("sysctl -q net.ipv4.tcp_keepalive_intvl=0"), "expected a whole number, 1 to"));
    CHECK(contains(errors_in("tc qdisc add dev tun0 root fq"), "cannot be run here"));
    CHECK(contains(errors_in("link.rtt = \"5 ms\""), "is no key of [tcp]"));
    CHECK(contains(errors_in("tcp.min_rto = 5"), "expected a duration"));
    CHECK(contains(errors_in("tcp.min_rot = \"5 ms\""), "did you mean \"min_rto\"?"));
    Extras extras;
    extras.settings = {"tcp.sak=false"};
    CHECK(contains(errors_of(kStep, extras), "--set tcp.sak=false: error: unknown key"));
}

}  // namespace tcplab::script
