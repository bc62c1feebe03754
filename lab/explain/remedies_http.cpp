// HTTP: connections and what goes over them, the server, and what is around it.
#include <fmt/format.h>

#include <algorithm>

#include "explain/propose.hpp"
#include "http/object_index.hpp"

namespace tcplab::explain {
namespace {

bool several_objects(const Scenario& s) { return ObjectIndex(s.page).size() > 1 || s.client.loads > 1; }

bool alone(const Scenario& s) {
    return s.client.strategy == Strategy::serial || s.client.strategy == Strategy::parallel;
}

// --- connections ---

Proposal strategy(const Scenario& s, Strategy wanted, const char* name) {
    if (!several_objects(s) || s.client.strategy == wanted) return std::nullopt;
    Change change = set("client.strategy", quoted(name));
    if (s.client.http == HttpVersion::http11 || wanted == Strategy::parallel) return change;
    if (wanted == Strategy::multiplexed) return std::nullopt;  // which has a version of its own
    also_set(change, "client.http", "\"1.1\"");
    return change;
}
Proposal persistent(const Case& of) {
    return alone(of.scenario) ? strategy(of.scenario, Strategy::persistent, "persistent") : std::nullopt;
}
Proposal pipelined(const Case& of) {
    // What is not idempotent cannot be (RFC 9112 9.3.2).
    const ClientConfig& c = of.scenario.client;
    if (c.strategy == Strategy::multiplexed || c.request_body > 0) return std::nullopt;
    return strategy(of.scenario, Strategy::pipelined, "pipelined");
}
Proposal multiplexed(const Case& of) { return strategy(of.scenario, Strategy::multiplexed, "multiplexed"); }
Proposal more_connections(const Case& of) {
    const Scenario& s = of.scenario;
    if (s.client.strategy == Strategy::serial) return strategy(s, Strategy::parallel, "parallel");
    if (!several_objects(s) || s.client.strategy == Strategy::multiplexed) return std::nullopt;
    if (s.client.connections < 6) return set("client.connections", "6");
    return set_if(of.evidence.connections, "client.connections", fmt::format("{}", 2 * s.client.connections));
}
Proposal keep_alive(const Case& of) {
    return set_if(!of.scenario.server.keep_alive && !alone(of.scenario), "server.keep_alive", "true");
}
Proposal http_1_1(const Case& of) {
    const ClientConfig& c = of.scenario.client;
    return set_if(c.http == HttpVersion::http10 && c.strategy != Strategy::multiplexed, "client.http", "\"1.1\"");
}
Proposal content_length(const Case& of) {
    const ServerConfig& c = of.scenario.server;
    return set_if(c.content_length != LengthField::right && !c.chunked, "server.content_length", "\"right\"");
}
Proposal server_closes(const Case& of) {
    return set_if(of.scenario.client.close == CloseFirst::client, "client.close", "\"server\"");
}
Proposal no_gap(const Case& of) {
    const bool gap = of.evidence.gap && of.scenario.client.gap > Duration::zero();
    return set_if(gap, "client.gap", "\"0 ms\"");
}
Proposal no_early_close(const Case& of) {
    const CloseAfter& c = of.scenario.server.close_after;
    return set_if(c.responses > 0 || c.body > 0 || c.in_header, "server.close_after", "\"never\"");
}

// --- how much is written at once ---

Proposal server_one_write(const Case& of) {
    return set_if(of.scenario.server.writes == Writes::split, "server.writes", "\"one\"");
}
Proposal client_one_write(const Case& of) {
    return set_if(of.scenario.client.writes == Writes::split, "client.writes", "\"one\"");
}
Proposal large_writes(const Case& of) {
    const std::uint64_t chunk = of.scenario.server.write_chunk;
    return set_if(chunk > 0 && chunk < 65536, "server.write_chunk", "\"64 KiB\"");
}

// --- work ---

Proposal no_thinking(const Case& of) {
    Change change;
    const Duration common = of.scenario.server.think_time;
    if (common > Duration::zero()) also_set(change, "server.think_time", "\"0 ms\"");
    for (std::size_t i = 0; i < of.scenario.hosts.size(); ++i) {
        const HostConfig& host = of.scenario.hosts[i];
        if (host.server.think_time == Duration::zero() || host.server.think_time == common) continue;
        if (!serves(of.scenario, i)) continue;
        change.push_back({"think_time", "\"0 ms\"", fmt::format("[[host]] {}", host.name),
                          [i](Scenario& s) { s.hosts[i].server.think_time = Duration::zero(); }});
    }
    return change;
}

/// Of all objects that have a time of their own: one is named, of several it is said how many.
Proposal objects_without_thinking(const Case& of) {
    std::size_t count = 0;
    std::string name;
    for (const PageObject& o : of.scenario.page.objects) {
        if (o.think_time.value_or(Duration::zero()) == Duration::zero()) continue;
        ++count;
        name = o.name;
    }
    if (count == 0) return std::nullopt;
    const std::string who =
        count == 1 && !name.empty() ? "page.objects " + quoted(name) : fmt::format("page.objects ({} of them)", count);
    return Change{{"think_time", "\"0 ms\"", who, [](Scenario& s) {
                       for (PageObject& o : s.page.objects) {
                           if (o.think_time) o.think_time = Duration::zero();
                       }
                   }}};
}
Proposal parallel_work(const Case& of) {
    return set_if(!of.scenario.server.pipeline_parallel && of.scenario.client.strategy == Strategy::pipelined,
                  "server.pipeline", "\"parallel\"");
}
Proposal more_workers(const Case& of) {
    return set_if(of.evidence.workers && of.scenario.server.workers > 0, "server.workers", "0");
}
Proposal more_proxy_connections(const Case& of) {
    Change change;
    for (std::size_t i = 0; i < of.scenario.proxies.size(); ++i) {
        if (of.scenario.proxies[i].http.connections == 0) continue;
        change.push_back({"connections", "0", fmt::format("[[proxy]] {}", i + 1),
                          [i](Scenario& s) { s.proxies[i].http.connections = 0; }});
    }
    return change;
}
Proposal aware_proxies(const Case& of) {
    Change change;
    for (std::size_t i = 0; i < of.scenario.proxies.size(); ++i) {
        if (of.scenario.proxies[i].http.kind != ProxyKind::blind) continue;
        change.push_back({"kind", "\"aware\"", fmt::format("[[proxy]] {}", i + 1),
                          [i](Scenario& s) { s.proxies[i].http.kind = ProxyKind::aware; }});
    }
    return change;
}
Proposal faster_reader(const Case& of) {
    Change change;
    const std::uint64_t client = of.scenario.client.read_rate.bits_per_second;
    const std::uint64_t server = of.scenario.server.read_rate.bits_per_second;
    if (client > 0) also_set(change, "client.read_rate", rate(4 * client));
    if (server > 0 && of.scenario.client.request_body > 0) also_set(change, "server.read_rate", rate(4 * server));
    return change;
}

// --- names and keys ---

Proposal cached_name(const Case& of) {
    return set_if(of.scenario.dns && of.scenario.dns->delay > Duration::zero(), "dns.delay", "\"0 ms\"");
}
Proposal tls_1_3(const Case& of) {
    return set_if(of.scenario.tls && of.scenario.tls->version == TlsVersion::tls12, "tls.version", "\"1.3\"");
}
Proposal resumed(const Case& of) {
    return set_if(of.scenario.tls && !of.scenario.tls->resumption, "tls.resumption", "true");
}
Proposal early_data(const Case& of) {
    const auto& tls = of.scenario.tls;
    if (!tls || tls->early_data || tls->version == TlsVersion::tls12) return std::nullopt;
    Change change;
    if (!tls->resumption) also_set(change, "tls.resumption", "true");
    also_set(change, "tls.early_data", "true");
    return change;
}
Proposal small_certificate(const Case& of) {
    return set_if(of.scenario.tls && of.scenario.tls->certificate > 1500, "tls.certificate", "\"1500 B\"");
}

}  // namespace

std::vector<Remedy> http_remedies() {
    return {
        {{Cause::nagle, Cause::delayed_ack}, server_one_write},
        {{Cause::nagle, Cause::delayed_ack}, client_one_write},
        {{Cause::nagle, Cause::delayed_ack}, large_writes},
        {{Cause::reader, Cause::receive_window}, faster_reader},
        {{Cause::dns}, cached_name},
        {{Cause::tls}, tls_1_3},
        {{Cause::tls}, resumed},
        {{Cause::tls}, early_data},
        {{Cause::tls, Cause::slow_start}, small_certificate},
        {{Cause::close, Cause::handshake, Cause::ports}, keep_alive},
        {{Cause::close, Cause::handshake}, http_1_1},
        {{Cause::close}, content_length},
        {{Cause::ports}, server_closes},
        {{Cause::retry, Cause::proxy}, aware_proxies},
        {{Cause::retry}, no_early_close},
        {{Cause::blocked}, no_gap},
        {{Cause::blocked, Cause::handshake, Cause::propagation, Cause::server, Cause::head_of_line}, more_connections},
        {{Cause::server}, no_thinking},
        {{Cause::server}, objects_without_thinking},
        {{Cause::server}, more_workers},
        {{Cause::server, Cause::blocked}, parallel_work},
        {{Cause::proxy, Cause::blocked}, more_proxy_connections},
        {{Cause::handshake, Cause::ports, Cause::tls, Cause::slow_start, Cause::retry}, persistent},
        {{Cause::blocked, Cause::propagation, Cause::handshake, Cause::server, Cause::ports}, pipelined},
        {{Cause::blocked, Cause::propagation, Cause::handshake, Cause::server, Cause::ports}, multiplexed},
    };
}

}  // namespace tcplab::explain
