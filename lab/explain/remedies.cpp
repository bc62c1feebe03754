#include "explain/remedies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <utility>

#include "explain/causes.hpp"
#include "http/object_index.hpp"
#include "scenario/quantity.hpp"

namespace tcplab::explain {
namespace {

using Proposal = std::optional<Change>;

std::string quoted(const std::string& text) { return "\"" + text + "\""; }
std::string duration(Duration d) { return quoted(format_duration(d)); }
std::string rate(std::uint64_t bits) { return quoted(format_quantity(bits, Measure::rate)); }
std::string size(std::uint64_t bytes) { return quoted(format_quantity(bytes, Measure::size)); }

Change set(std::string key, std::string value) { return {{std::move(key), std::move(value)}}; }
Proposal set_if(bool useful, std::string key, std::string value) {
    return useful ? Proposal(set(std::move(key), std::move(value))) : std::nullopt;
}

std::vector<const LinkConfig*> directions(const Scenario& s) {
    std::vector<const LinkConfig*> all{&s.link.up, &s.link.down};
    for (const auto& pair : {&s.access, &s.server_access}) {
        if (*pair) all.insert(all.end(), {&(*pair)->up, &(*pair)->down});
    }
    return all;
}

// --- the path ---

Proposal half_the_round_trip(const Scenario& s) {
    if (s.link.up.delay == s.link.down.delay) {
        return set_if(s.link.up.delay > Duration::zero(), "link.rtt", duration(s.link.up.delay));
    }
    return Change{{"link.up.delay", duration(s.link.up.delay / 2)},
                  {"link.down.delay", duration(s.link.down.delay / 2)}};
}

Proposal twice_the_rate(const Scenario& s) {
    const std::uint64_t up = s.link.up.rate.bits_per_second;
    const std::uint64_t down = s.link.down.rate.bits_per_second;
    if (up == down) return set_if(up > 0, "link.rate", rate(2 * up));
    Change change;
    if (up > 0) change.push_back({"link.up.rate", rate(2 * up)});
    if (down > 0) change.push_back({"link.down.rate", rate(2 * down)});
    return change;
}

Proposal no_loss(const Scenario& s) {
    const std::vector<const LinkConfig*> all = directions(s);
    const auto any = [&](auto of) { return std::any_of(all.begin(), all.end(), of); };
    const bool random = any([](const LinkConfig* l) { return l->loss > 0 || l->bursts; });
    const bool scripted = any([](const LinkConfig* l) { return !l->drop.empty(); });
    const bool damaged = any([](const LinkConfig* l) { return l->corrupt > 0; });
    Change change;
    for (const auto& [table, there] : {std::pair("link", true), std::pair("access", s.access.has_value()),
                                       std::pair("server_access", s.server_access.has_value())}) {
        if (there && random) change.push_back({fmt::format("{}.loss", table), "\"0 %\""});
        if (there && scripted) change.push_back({fmt::format("{}.drop", table), "[]"});
        if (there && damaged) change.push_back({fmt::format("{}.corrupt", table), "\"0 %\""});
    }
    return change.empty() ? Proposal() : change;
}

Proposal no_reordering(const Scenario& s) {
    return set_if(s.link.up.reorder > 0 || s.link.down.reorder > 0, "link.reorder", "\"0 %\"");
}

Proposal larger_queue(const Scenario& s) {
    const LinkConfig& down = s.link.down;
    if (down.discipline != Discipline::droptail) return std::nullopt;
    if (down.queue)
        return set("link.queue", quoted(fmt::format("{} packets", 4 * std::max<std::uint64_t>(*down.queue, 1))));
    if (down.queue_bytes) return set("link.queue", size(4 * *down.queue_bytes));
    return std::nullopt;
}

Proposal fair_queue(const Scenario& s) {
    return set_if(s.link.down.discipline != Discipline::fq_codel, "link.queue.discipline", "\"fq_codel\"");
}

// --- TCP ---

Proposal server_nagle(const Scenario& s) { return set_if(s.server_tcp.nagle, "server.tcp.nagle", "false"); }
Proposal client_nagle(const Scenario& s) { return set_if(s.client_tcp.nagle, "client.tcp.nagle", "false"); }
Proposal no_cork(const Scenario& s) { return set_if(s.client_tcp.cork || s.server_tcp.cork, "tcp.cork", "false"); }
Proposal client_acks_at_once(const Scenario& s) {
    return set_if(s.client_tcp.delayed_ack > Duration::zero(), "client.tcp.delayed_ack", "\"0 ms\"");
}
Proposal server_acks_at_once(const Scenario& s) {
    return set_if(s.server_tcp.delayed_ack > Duration::zero(), "server.tcp.delayed_ack", "\"0 ms\"");
}
Proposal window_of_10(const Scenario& s) {
    return set_if(s.server_tcp.initial_window < 10, "tcp.initial_window", "10");
}
Proposal window_of_20(const Scenario& s) {
    return set_if(s.server_tcp.initial_window < 20, "tcp.initial_window", "20");
}
Proposal warm_when_idle(const Scenario& s) {
    return set_if(s.server_tcp.slow_start_after_idle && s.client.strategy != Strategy::serial &&
                      s.client.strategy != Strategy::parallel,
                  "tcp.slow_start_after_idle", "false");
}
Proposal no_early_threshold(const Scenario& s) {
    if (s.server_tcp.initial_ssthresh == kInfiniteSegments) return std::nullopt;
    return set("tcp.initial_ssthresh", fmt::format("{}", 4ULL * s.server_tcp.initial_ssthresh));
}
Proposal bbr(const Scenario& s) {
    return set_if(s.server_tcp.congestion_control != CongestionControl::bbr, "tcp.congestion_control", "\"bbr\"");
}
Proposal cubic(const Scenario& s) {
    return set_if(s.server_tcp.congestion_control != CongestionControl::cubic, "tcp.congestion_control", "\"cubic\"");
}
Proposal no_pacing(const Scenario& s) {
    return set_if(s.server_tcp.pacing || s.client_tcp.pacing, "tcp.pacing", "false");
}
Proposal modern_recovery(const Scenario& s) {
    const Config& c = s.server_tcp;
    if (c.recovery == Recovery::rack && c.sack && s.client_tcp.sack && c.tail_loss_probe) return std::nullopt;
    return Change{{"tcp.sack", "true"}, {"tcp.recovery", "\"rack\""}, {"tcp.tail_loss_probe", "true"}};
}
Proposal shorter_timeout(const Scenario& s) {
    return set_if(s.server_tcp.min_rto > 200ms || s.client_tcp.min_rto > 200ms, "tcp.min_rto", "\"200 ms\"");
}
Proposal shorter_first_timeout(const Scenario& s) {
    return set_if(s.client_tcp.initial_rto > 200ms, "tcp.initial_rto", "\"200 ms\"");
}
Proposal larger_receive_buffer(const Scenario& s) {
    Change change;
    for (const auto& [end, config] : {std::pair("client", &s.client_tcp), std::pair("server", &s.server_tcp)}) {
        if (end == std::string_view("server") && s.client.request_body == 0) continue;
        const std::uint64_t more = 4 * config->receive_buffer;
        change.push_back({fmt::format("{}.tcp.receive_buffer", end), size(more)});
        if (config->receive_buffer_max < more)
            change.push_back({fmt::format("{}.tcp.receive_buffer_max", end), size(more)});
        if (config->window_clamp) {
            change.push_back({fmt::format("{}.tcp.window_clamp", end), size(4 * *config->window_clamp)});
        }
    }
    if (!s.client_tcp.window_scaling || !s.server_tcp.window_scaling) change.push_back({"tcp.window_scaling", "true"});
    return change;
}
Proposal larger_stream_window(const Scenario& s) {
    return set_if(s.client.strategy == Strategy::multiplexed, "client.multiplexed.window",
                  size(4 * std::uint64_t{s.client.multiplexed.window}));
}
Proposal fast_open(const Scenario& s) {
    return set_if((s.server_tcp.fast_open & fast_open::server) == 0, "tcp.fast_open", "true");
}
Proposal more_ports(const Scenario& s) {
    const bool narrow = s.client_tcp.port_first > 1024 || s.client_tcp.port_last < 65535;
    return set_if(narrow, "client.tcp.ports", "[1024, 65535]");
}
Proposal reused_time_wait(const Scenario& s) {
    return set_if(s.client_tcp.time_wait_reuse != TimeWaitReuse::always && s.client_tcp.timestamps,
                  "client.tcp.time_wait_reuse", "\"always\"");
}

// --- HTTP and what is around it ---

bool several_objects(const Scenario& s) { return ObjectIndex(s.page).size() > 1 || s.client.loads > 1; }

bool alone(const Scenario& s) {
    return s.client.strategy == Strategy::serial || s.client.strategy == Strategy::parallel;
}

Proposal strategy(const Scenario& s, Strategy wanted, const char* name) {
    if (!several_objects(s) || s.client.strategy == wanted) return std::nullopt;
    Change change = set("client.strategy", quoted(name));
    if (s.client.http == HttpVersion::http11 || wanted == Strategy::parallel) return change;
    if (wanted == Strategy::multiplexed) return std::nullopt;  // which has a version of its own
    change.push_back({"client.http", "\"1.1\""});
    return change;
}
Proposal persistent(const Scenario& s) {
    return alone(s) ? strategy(s, Strategy::persistent, "persistent") : std::nullopt;
}
Proposal pipelined(const Scenario& s) {
    // What is not idempotent cannot be (RFC 9112 9.3.2).
    if (s.client.strategy == Strategy::multiplexed || s.client.request_body > 0) return std::nullopt;
    return strategy(s, Strategy::pipelined, "pipelined");
}
Proposal multiplexed(const Scenario& s) { return strategy(s, Strategy::multiplexed, "multiplexed"); }
Proposal more_connections(const Scenario& s) {
    if (s.client.strategy == Strategy::serial) return strategy(s, Strategy::parallel, "parallel");
    return set_if(several_objects(s) && s.client.strategy != Strategy::multiplexed && s.client.connections < 6,
                  "client.connections", "6");
}
Proposal keep_alive(const Scenario& s) {
    return set_if(!s.server.keep_alive && !alone(s), "server.keep_alive", "true");
}
Proposal http_1_1(const Scenario& s) {
    return set_if(s.client.http == HttpVersion::http10 && s.client.strategy != Strategy::multiplexed, "client.http",
                  "\"1.1\"");
}
Proposal content_length(const Scenario& s) {
    return set_if(s.server.content_length != LengthField::right && !s.server.chunked, "server.content_length",
                  "\"right\"");
}
Proposal server_one_write(const Scenario& s) {
    return set_if(s.server.writes == Writes::split, "server.writes", "\"one\"");
}
Proposal client_one_write(const Scenario& s) {
    return set_if(s.client.writes == Writes::split, "client.writes", "\"one\"");
}
Proposal large_writes(const Scenario& s) {
    return set_if(s.server.write_chunk > 0 && s.server.write_chunk < 65536, "server.write_chunk", "\"64 KiB\"");
}
Proposal no_thinking(const Scenario& s) {
    return set_if(s.server.think_time > Duration::zero(), "server.think_time", "\"0 ms\"");
}
Proposal parallel_work(const Scenario& s) {
    return set_if(!s.server.pipeline_parallel && s.client.strategy == Strategy::pipelined, "server.pipeline",
                  "\"parallel\"");
}
Proposal more_workers(const Scenario& s) { return set_if(s.server.workers > 0, "server.workers", "0"); }
Proposal no_gap(const Scenario& s) { return set_if(s.client.gap > Duration::zero(), "client.gap", "\"0 ms\""); }
Proposal faster_reader(const Scenario& s) {
    const std::uint64_t bits = s.client.read_rate.bits_per_second;
    return set_if(bits > 0, "client.read_rate", rate(4 * bits));
}
Proposal cached_name(const Scenario& s) { return set_if(s.dns.has_value(), "dns.delay", "\"0 ms\""); }
Proposal tls_1_3(const Scenario& s) {
    return set_if(s.tls && s.tls->version == TlsVersion::tls12, "tls.version", "\"1.3\"");
}
Proposal resumed(const Scenario& s) { return set_if(s.tls && !s.tls->resumption, "tls.resumption", "true"); }
Proposal early_data(const Scenario& s) {
    if (!s.tls || s.tls->early_data || s.tls->version == TlsVersion::tls12) return std::nullopt;
    return Change{{"tls.resumption", "true"}, {"tls.early_data", "true"}};
}
Proposal small_certificate(const Scenario& s) {
    return set_if(s.tls && s.tls->certificate > 1500, "tls.certificate", "\"1500 B\"");
}

/// What may help against which causes.
struct Remedy {
    std::initializer_list<Cause> against;
    Proposal (*propose)(const Scenario&) = nullptr;
};

// The cures of the cause itself come before those that help against much else.
const Remedy kRemedies[] = {
    {{Cause::nagle, Cause::delayed_ack}, server_nagle},
    {{Cause::nagle, Cause::delayed_ack}, client_nagle},
    {{Cause::nagle, Cause::delayed_ack}, server_one_write},
    {{Cause::nagle, Cause::delayed_ack}, client_one_write},
    {{Cause::nagle, Cause::delayed_ack}, large_writes},
    {{Cause::nagle}, no_cork},
    {{Cause::delayed_ack}, client_acks_at_once},
    {{Cause::delayed_ack}, server_acks_at_once},
    {{Cause::slow_start, Cause::delayed_ack}, window_of_10},
    {{Cause::slow_start, Cause::delayed_ack}, window_of_20},
    {{Cause::slow_start}, warm_when_idle},
    {{Cause::loss, Cause::head_of_line, Cause::congestion, Cause::retry}, no_loss},
    {{Cause::loss, Cause::congestion}, larger_queue},
    {{Cause::loss}, modern_recovery},
    {{Cause::loss}, shorter_timeout},
    {{Cause::loss}, shorter_first_timeout},
    {{Cause::head_of_line, Cause::loss}, no_reordering},
    {{Cause::congestion}, no_early_threshold},
    {{Cause::congestion, Cause::queueing}, bbr},
    {{Cause::congestion}, cubic},
    {{Cause::pacing}, no_pacing},
    {{Cause::receive_window}, larger_receive_buffer},
    {{Cause::receive_window}, larger_stream_window},
    {{Cause::reader, Cause::receive_window}, faster_reader},
    {{Cause::ports}, more_ports},
    {{Cause::ports}, reused_time_wait},
    {{Cause::dns}, cached_name},
    {{Cause::tls}, tls_1_3},
    {{Cause::tls}, resumed},
    {{Cause::tls}, early_data},
    {{Cause::tls, Cause::slow_start}, small_certificate},
    {{Cause::close, Cause::handshake, Cause::ports}, keep_alive},
    {{Cause::close, Cause::handshake}, http_1_1},
    {{Cause::close}, content_length},
    {{Cause::handshake, Cause::ports, Cause::tls, Cause::slow_start, Cause::retry}, persistent},
    {{Cause::server}, no_thinking},
    {{Cause::server, Cause::blocked}, parallel_work},
    {{Cause::server}, more_workers},
    {{Cause::blocked}, no_gap},
    {{Cause::handshake}, fast_open},
    {{Cause::transmission, Cause::queueing}, twice_the_rate},
    {{Cause::queueing}, fair_queue},
    {{Cause::propagation, Cause::handshake, Cause::tls, Cause::slow_start, Cause::nagle, Cause::receive_window},
     half_the_round_trip},
    {{Cause::propagation, Cause::handshake, Cause::blocked, Cause::server, Cause::ports}, pipelined},
    {{Cause::propagation, Cause::handshake, Cause::blocked, Cause::server, Cause::ports}, multiplexed},
    {{Cause::propagation, Cause::handshake, Cause::blocked, Cause::server, Cause::head_of_line}, more_connections},
};

bool same(const Change& a, const Change& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const NewValue& x, const NewValue& y) { return x.key == y.key && x.value == y.value; });
}

}  // namespace

std::string as_line(const NewValue& v) { return fmt::format("{} = {}", v.key, v.value); }
std::string as_option(const NewValue& v) { return fmt::format("{}={}", v.key, v.value); }

std::vector<Change> remedies(const Scenario& scenario, const Causes& causes, std::size_t most) {
    constexpr int kLeastShare = 100;
    std::vector<Change> changes;
    const Duration least = causes.total() / kLeastShare;
    for (const Causes::Entry& e : by_size(causes)) {
        if (e.time < least) break;
        for (const Remedy& r : kRemedies) {
            if (std::find(r.against.begin(), r.against.end(), e.cause) == r.against.end()) continue;
            const Proposal change = r.propose(scenario);
            if (!change || change->empty() || changes.size() == most) continue;
            const bool known =
                std::any_of(changes.begin(), changes.end(), [&](const Change& c) { return same(c, *change); });
            if (!known) changes.push_back(*change);
        }
    }
    return changes;
}

}  // namespace tcplab::explain
