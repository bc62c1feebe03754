#include "scenario/hints.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "scenario/key.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

/// Why a value does nothing. Without a `why` it does something.
struct Reason {
    std::string_view why{};
    std::string_view instead{};  ///< what else to set
};

struct Rule {
    std::string_view key;
    bool (*is_default)(const Scenario&);
    Reason (*idle)(const Draft&);
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

Reason when_serial(const Draft& d) {
    const bool pinned = any_object(d, [](const ObjectSpec& o) { return o.connection.has_value(); });
    if (d.scenario.client.strategy != Strategy::serial || pinned) return {};
    return {"a serial client has one at a time", "strategy = \"parallel\", \"persistent\" or \"pipelined\""};
}

Reason unless_pipelined(const Draft& d) {
    if (d.scenario.client.strategy == Strategy::pipelined) return {};
    return {"the client does not pipeline", "strategy = \"pipelined\""};
}

Reason unless_multiplexed(const Draft& d) {
    if (d.scenario.client.strategy == Strategy::multiplexed) return {};
    return {"the client does not multiplex", "strategy = \"multiplexed\""};
}

Reason unless_loads(const Draft& d) {
    if (d.scenario.client.loads > 1) return {};
    return {"the page is loaded once", "loads = 2"};
}

Reason unless_proxies(const Draft& d) {
    if (!d.scenario.proxies.empty()) return {};
    return {"there is no proxy", "a [[proxy]]"};
}

Reason unless_kept(const Draft& d) {
    const ClientConfig& c = d.scenario.client;
    const bool new_each_time = c.strategy == Strategy::serial || c.strategy == Strategy::parallel;
    // A header line may ask for what the strategy does not, and proxies keep connections of their own.
    const bool asks_to_close = new_each_time && c.close == CloseFirst::server && c.headers.empty();
    if (!asks_to_close || !d.scenario.proxies.empty()) return {};
    return {"the client wants a new connection each time", "strategy = \"persistent\" or \"pipelined\""};
}

Reason unless_kept_by_http1(const Draft& d) {
    if (d.scenario.client.strategy != Strategy::multiplexed) return unless_kept(d);
    return {"HTTP/2 does not know it", "strategy = \"persistent\" or \"pipelined\""};
}

constexpr std::array<Rule, 14> kRules{{
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
}};

}  // namespace

void IdleSettings::see(const Draft& draft, const std::vector<const Setting*>& settings) {
    for (const Rule& rule : kRules) {
        const Setting* s = last_of(settings, rule.key);
        if (s == nullptr || s->recorded) continue;
        const Reason reason = rule.is_default(draft.scenario) ? Reason{} : rule.idle(draft);
        note(s->mark, fmt::format("{} {}", s->key.table->title, s->key.key->name), reason.why, reason.instead);
    }
    see_hosts(draft, settings);
}

void IdleSettings::see_hosts(const Draft& draft, const std::vector<const Setting*>& settings) {
    const Setting* list = last_of(settings, "host");
    if (list == nullptr || list->recorded || draft.hosts == nullptr) return;
    for (std::size_t i = 0; i < draft.hosts->size(); ++i) {
        const std::string& name = draft.scenario.hosts[i].name;
        const bool named = any_object(draft, [&](const ObjectSpec& o) { return o.host == name; });
        note((*draft.hosts)[i].mark, fmt::format("[[host]] {}", cited(name)), named ? "" : "no object names it",
             fmt::format("host = {} in [page] objects", cited(name)));
    }
}

void IdleSettings::note(Mark mark, std::string what, std::string_view why, std::string_view instead) {
    const auto [at, is_new] = findings_.try_emplace({mark.option, mark.line, mark.column, std::move(what)});
    Finding& finding = at->second;
    if (is_new) finding = {mark, std::string(why), std::string(instead)};
    finding.idle = finding.idle && !why.empty();
}

Diagnostics IdleSettings::hints() const {
    Diagnostics out;
    for (const auto& [place, finding] : findings_) {
        if (!finding.idle) continue;
        out.add(finding.mark, fmt::format("{} does nothing: {}", std::get<std::string>(place), finding.why),
                finding.instead);
    }
    return out;
}

}  // namespace tcplab
