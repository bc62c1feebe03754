#include "scenario/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "http/head_fields.hpp"
#include "scenario/key.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

struct Rule {
    std::string_view key;
    bool (*is_default)(const Scenario&);
    IdleReason (*idle)(const Draft&);
};

template <auto Field>
bool client_default(const Scenario& s) {
    return s.client.*Field == ClientConfig{}.*Field;
}

template <auto Field>
bool multiplexed_default(const Scenario& s) {
    return s.client.multiplexed.*Field == Multiplexing{}.*Field;
}

template <auto Field>
bool server_default(const Scenario& s) {
    return s.server.*Field == ServerConfig{}.*Field;
}

template <class Predicate>
bool any_object(const Draft& d, const Predicate& predicate) {
    const auto in = [&](const ObjectList& list) {
        return list != nullptr && std::any_of(list->begin(), list->end(), predicate);
    };
    return in(d.objects) || in(d.requests);
}

IdleReason when_serial(const Draft& d) {
    const bool pinned = any_object(d, [](const ObjectSpec& o) { return o.connection.has_value(); });
    if (d.scenario.client.strategy != Strategy::serial || pinned) return {};
    return {"a serial client has one at a time", "strategy = \"parallel\", \"persistent\" or \"pipelined\""};
}

IdleReason unless_pipelined(const Draft& d) {
    if (d.scenario.client.strategy == Strategy::pipelined) return {};
    return {"the client does not pipeline", "strategy = \"pipelined\""};
}

IdleReason unless_multiplexed(const Draft& d) {
    if (d.scenario.client.strategy == Strategy::multiplexed) return {};
    return {"the client does not multiplex", "strategy = \"multiplexed\""};
}

IdleReason unless_loads(const Draft& d) {
    if (d.scenario.client.loads > 1) return {};
    return {"the page is loaded once", "loads = 2"};
}

IdleReason unless_proxies(const Draft& d) {
    if (!d.scenario.proxies.empty()) return {};
    return {"there is no proxy", "a [[proxy]]"};
}

IdleReason unless_kept(const Draft& d) {
    const ClientConfig& c = d.scenario.client;
    const bool new_each_time = c.strategy == Strategy::serial || c.strategy == Strategy::parallel;
    // A header line may ask for what the strategy does not, and proxies keep connections of their own.
    const bool asks_to_close = new_each_time && c.close == CloseFirst::server && c.headers.empty();
    if (!asks_to_close || !d.scenario.proxies.empty()) return {};
    return {"the client wants a new connection each time", "strategy = \"persistent\" or \"pipelined\""};
}

IdleReason unless_kept_by_http1(const Draft& d) {
    if (d.scenario.client.strategy != Strategy::multiplexed) return unless_kept(d);
    return {"HTTP/2 does not know it", "strategy = \"persistent\" or \"pipelined\""};
}

IdleReason unless_chunked_by_http1(const Draft& d) {
    if (d.scenario.client.strategy != Strategy::multiplexed) return {};
    return {"HTTP/2 has no chunks", "strategy = \"persistent\" or \"pipelined\"", "only leaves Content-Length out"};
}

IdleReason unless_length_matters(const Draft& d) {
    const bool absent = d.scenario.server.content_length == LengthField::absent;
    if (d.scenario.client.strategy != Strategy::multiplexed || !absent) return {};
    return {"HTTP/2's frames say where a body ends", "strategy = \"persistent\" or \"pipelined\"",
            "only leaves the field out"};
}

IdleReason unless_headers_go_out(const Draft& d) {
    const ClientConfig& c = d.scenario.client;
    const bool all = std::all_of(c.headers.begin(), c.headers.end(), http2_carries);
    if (c.strategy != Strategy::multiplexed || all) return {};
    return {"HTTP/2 has no fields of a connection (RFC 9113 8.2.2)", "strategy = \"persistent\" or \"pipelined\"",
            "does not go out as a whole"};
}

constexpr std::array<Rule, 17> kRules{{
    {"client.connections", client_default<&ClientConfig::connections>, when_serial},
    {"client.pipeline_depth", client_default<&ClientConfig::pipeline_depth>, unless_pipelined},
    {"client.pipeline_start", client_default<&ClientConfig::pipeline_start>, unless_pipelined},
    {"server.pipeline", server_default<&ServerConfig::pipeline_parallel>, unless_pipelined},
    {"client.multiplexed.streams", multiplexed_default<&Multiplexing::streams>, unless_multiplexed},
    {"client.multiplexed.window", multiplexed_default<&Multiplexing::window>, unless_multiplexed},
    {"client.multiplexed.frame", multiplexed_default<&Multiplexing::frame>, unless_multiplexed},
    {"client.multiplexed.header_compression", multiplexed_default<&Multiplexing::header_compression>,
     unless_multiplexed},
    {"server.keep_alive", server_default<&ServerConfig::keep_alive>, unless_kept_by_http1},
    {"server.keep_alive.max", server_default<&ServerConfig::keep_alive_max>, unless_kept_by_http1},
    {"server.keep_alive.timeout", server_default<&ServerConfig::keep_alive_timeout>, unless_kept},
    {"client.proxy_connection", client_default<&ClientConfig::proxy_connection>, unless_proxies},
    {"client.page_gap", client_default<&ClientConfig::page_gap>, unless_loads},
    {"client.cache", client_default<&ClientConfig::cache>, unless_loads},
    {"client.headers", client_default<&ClientConfig::headers>, unless_headers_go_out},
    {"server.chunked", server_default<&ServerConfig::chunked>, unless_chunked_by_http1},
    {"server.content_length", server_default<&ServerConfig::content_length>, unless_length_matters},
}};

}  // namespace

void IdleSettings::see(const Draft& draft, const std::vector<const Setting*>& settings, bool chosen) {
    for (const Rule& rule : kRules) {
        const Setting* s = last_of(settings, rule.key);
        if (s == nullptr || s->recorded) continue;
        const IdleReason reason = rule.is_default(draft.scenario) ? IdleReason{} : rule.idle(draft);
        note(s->mark, fmt::format("{} {}", s->key.table->title, s->key.key->name), reason, chosen);
    }
    see_hosts(draft, settings, chosen);
}

void IdleSettings::see_hosts(const Draft& draft, const std::vector<const Setting*>& settings, bool chosen) {
    const Setting* list = last_of(settings, "host");
    if (list == nullptr || list->recorded || draft.hosts == nullptr) return;
    for (std::size_t i = 0; i < draft.hosts->size(); ++i) {
        const std::string& name = draft.scenario.hosts[i].name;
        const bool named = any_object(draft, [&](const ObjectSpec& o) { return o.host == name; });
        const std::string instead = fmt::format("host = {} in [page] objects", cited(name));
        note((*draft.hosts)[i].mark, fmt::format("[[host]] {}", cited(name)),
             named ? IdleReason{} : IdleReason{"no object names it", instead}, chosen);
    }
}

void IdleSettings::note(Mark mark, std::string what, const IdleReason& reason, bool chosen) {
    const auto [at, is_new] = findings_.try_emplace({mark.option, mark.line, mark.column, std::move(what)});
    Finding& finding = at->second;
    if (is_new) finding = {mark, fmt::format("{}: {}", reason.effect, reason.why), std::string(reason.instead)};
    finding.idle = finding.idle && !reason.why.empty();
    finding.chosen = finding.chosen || chosen;
}

Diagnostics IdleSettings::hints() const {
    Diagnostics out;
    for (const auto& [place, finding] : findings_) {
        if (!finding.idle || !finding.chosen) continue;
        out.add(finding.mark, fmt::format("{} {}", std::get<std::string>(place), finding.text), finding.instead);
    }
    return out;
}

}  // namespace tcplab
