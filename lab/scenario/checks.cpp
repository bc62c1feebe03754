#include "scenario/checks.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenario/drafting.hpp"
#include "scenario/objects.hpp"
#include "scenario/quantity.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

std::string shown(Duration d) { return format_quantity(static_cast<std::uint64_t>(d.count()), Measure::duration); }
std::string shown(std::uint64_t bytes) { return format_quantity(bytes, Measure::size); }

bool is_set(const Mark& mark) { return mark.option != 0 || mark.line != 0; }

class EndChecker {
  public:
    EndChecker(std::string_view end, const Where& where, Diagnostics& out) : end_(end), where_(where), out_(out) {}

    template <class T>
    void ordered(std::string_view small, T least, std::string_view large, T most) {
        if (least <= most) return;
        // The user's own value is the one to point at; the other may come from the profile.
        const Mark mark = is_set(mark_of(small)) ? mark_of(small) : mark_of(large);
        out_.add(mark,
                 fmt::format("[tcp] {} is {}, which is more than {} ({})", small, shown(least), large, shown(most)),
                 fmt::format("set {} too", is_set(mark_of(small)) ? large : small));
    }

  private:
    [[nodiscard]] Mark mark_of(std::string_view key) const {
        const Mark own = where_(fmt::format("{}.tcp.{}", end_, key));
        return is_set(own) ? own : where_(fmt::format("tcp.{}", key));
    }

    std::string_view end_;
    const Where& where_;
    Diagnostics& out_;
};

void check_end(const Config& c, std::string_view end, const Where& where, Diagnostics& out) {
    EndChecker checker(end, where, out);
    checker.ordered("delayed_ack", c.delayed_ack, "delayed_ack_max", c.delayed_ack_max);
    checker.ordered("min_rto", c.min_rto, "max_rto", c.max_rto);
    checker.ordered("initial_rto", c.initial_rto, "max_rto", c.max_rto);
    checker.ordered("receive_buffer", c.receive_buffer, "receive_buffer_max", c.receive_buffer_max);
}

/// `link` is "link", "access", "server_access" or "proxy.link", `direction` "up" or "down".
void check_direction(const LinkConfig& config, std::string_view link, std::string_view direction, const Where& where,
                     Diagnostics& out) {
    const auto mark_of = [&](std::string_view key) {
        const Mark own = where(fmt::format("{}.{}.{}", link, direction, key));
        return is_set(own) ? own : where(fmt::format("{}.{}", link, key));
    };
    if (config.bursts && !config.bursts->p) {
        out.add(mark_of("loss.model"), fmt::format("{} loss: the model needs p", find_table(link)->title),
                "the probability of going from good to bad: p = \"1 %\"");
    }
    const std::optional<std::string> problem = queue_problem(config);
    if (!problem) return;
    Mark mark;
    for (const std::string_view key : {"queue.max", "queue.min", "queue.burst", "queue.discipline", "trace"}) {
        if (!is_set(mark)) mark = mark_of(key);
    }
    out.add(mark, fmt::format("{} queue: {}", find_table(link)->title, *problem));
}

void check_link(const LinkPair& pair, std::string_view name, const Where& where, Diagnostics& out) {
    check_direction(pair.up, name, "up", where, out);
    check_direction(pair.down, name, "down", where, out);
}

void check_links(const Scenario& s, const Where& where, Diagnostics& out) {
    check_link(s.link, "link", where, out);
    if (s.access) check_link(*s.access, "access", where, out);
    if (s.server_access) check_link(*s.server_access, "server_access", where, out);
}

/// client.http against the strategy.
void check_version(const ClientConfig& c, const Where& where, Diagnostics& out) {
    if (c.http != HttpVersion::http10) return;
    const std::string_view name = split(find_key("client.strategy").key->choices)[static_cast<std::size_t>(c.strategy)];
    const Mark mark = where("client.http");
    switch (c.strategy) {
        case Strategy::multiplexed: out.add(mark, "a multiplexed client speaks HTTP/2", "leave http out"); return;
        case Strategy::persistent:
        case Strategy::pipelined:
            if (c.keep_alive) return;
            out.add(mark, fmt::format("HTTP/1.0 closes after each response: it cannot be {}", name),
                    "http = \"1.0+\" or \"1.1\"");
            return;
        case Strategy::serial:
        case Strategy::parallel:
            if (!c.keep_alive) return;
            out.add(mark, fmt::format("1.0+ keeps connections, but a {} client needs a new one each time", name),
                    "http = \"1.0\", or strategy = \"persistent\"");
    }
}

void check_browser(const Scenario& s, const Where& where, Diagnostics& out) {
    const ClientConfig& c = s.client;
    check_version(c, where, out);
    if (c.strategy == Strategy::pipelined && c.request_body > 0) {
        out.add(where("client.request_body"), "a POST is not idempotent and cannot be pipelined",
                "strategy = \"persistent\" (RFC 9112 9.3.2)");
    }
    if (c.strategy == Strategy::multiplexed && !s.proxies.empty() && !s.tls) {
        out.add(where("client.strategy"),
                "proxies speak HTTP/1: no client can be multiplexed, but in a tunnel, with TLS",
                "strategy = \"persistent\", or proxy = []");
    }
    if (c.retry_post && !c.retry) {
        out.add(where("client.retry_post"), "retry_post without retry",
                "it is for the requests that retry leaves out: retry = true");
    }
}

/// `url_is_written`: what client.url says about TLS must be true. A recording's is what the rest of the file makes of
/// it.
void check_tls(const Draft& draft, bool url_is_written, const Where& where, Diagnostics& out) {
    const std::optional<TlsConfig>& tls = draft.scenario.tls;
    const ClientConfig& c = draft.scenario.client;
    if (url_is_written && draft.url->https && !tls) {
        out.add(where("tls"), "client.url says https, which is TLS", "client.url = \"http://...\" too");
    }
    if (!tls) return;
    if (url_is_written && !draft.url->https) {
        out.add(where("client.url"), "client.url says http, but there is TLS",
                fmt::format("\"https://{}{}\", or tls = false", c.url_host, c.path));
    }
    if (tls->early_data && (tls->version != TlsVersion::tls13 || !tls->resumption)) {
        out.add(where("tls.early_data"), "[tls] early_data needs a TLS 1.3 session that is resumed",
                tls->resumption ? "version = \"1.3\"" : "resumption = true");
    }
}

/// A server, and where its settings stand: `table` is "server" or "host".
void check_server(const ServerConfig& s, std::string_view table, const Where& where, Diagnostics& out) {
    const auto mark_of = [&](std::string_view key) {
        const Mark own = where(fmt::format("{}.{}", table, key));
        return is_set(own) ? own : where(fmt::format("server.{}", key));
    };
    const bool wrong = s.content_length == LengthField::wrong;
    const Mark length = mark_of("wrong_length");
    if (wrong && !is_set(length)) {
        out.add(mark_of("content_length"), "content_length = \"wrong\" needs wrong_length", "wrong_length = \"1 kB\"");
    }
    if (!wrong && is_set(length)) {
        out.add(length, "wrong_length goes with content_length = \"wrong\"", "leave it out, or say so");
    }
    if (s.chunked && wrong) {
        out.add(mark_of("content_length"), "a chunked response has no Content-Length", "leave one of them out");
    }
    if (s.memory > 0 && s.connection_memory == 0) {
        out.add(mark_of("memory"), "memory without connection_memory limits nothing", "connection_memory = \"64 KiB\"");
    }
    if (s.memory > 0 && s.memory < s.connection_memory) {
        out.add(mark_of("memory"), "memory has no room for one connection",
                fmt::format("at least \"{}\"", shown(s.connection_memory)));
    }
}

/// Where a setting stands among these.
Where where_in(const std::vector<const Setting*>& settings) {
    return [&settings](std::string_view name) {
        const Setting* s = last_of(settings, name);
        return s == nullptr ? Mark{} : s->mark;
    };
}

void check_hosts(const Draft& draft, const std::vector<const Setting*>& settings, Diagnostics& out) {
    for (std::size_t i = 0; i < draft.scenario.hosts.size(); ++i) {
        const std::vector<const Setting*> own = settings_of_entry((*draft.hosts)[i], settings, Target::server);
        const HostConfig& host = draft.scenario.hosts[i];
        if (host.name == draft.scenario.client.url_host) {
            out.add(where_in(own)("host.name"), fmt::format("{} is the page's own server", cited(host.name)),
                    "client.url names it, [server] describes it");
        }
        check_server(host.server, "host", where_in(own), out);
    }
}

void check_proxies(const Draft& draft, const std::vector<const Setting*>& settings, Diagnostics& out) {
    for (std::size_t i = 0; i < draft.scenario.proxies.size(); ++i) {
        const std::vector<const Setting*> own = settings_of_entry((*draft.proxies)[i], settings, Target::tcp);
        const ProxySetup& proxy = draft.scenario.proxies[i];
        const Where where = where_in(own);
        check_link(proxy.link, "proxy.link", where, out);
        check_end(proxy.tcp, "proxy", where, out);
        if (draft.scenario.tls && !proxy.http.visible) {
            out.add(where("proxy.visible"), "an invisible proxy cannot read what TLS protects",
                    "visible = true, or no TLS");
        }
    }
}

/// A page and its hosts are either recorded or written; false when they are both.
bool check_beside_recording(const std::vector<const Setting*>& settings, Diagnostics& out) {
    const std::size_t before = out.size();
    for (const auto& [key, title] : {std::pair<std::string_view, std::string_view>{"page.html", "html"},
                                     {"page.objects", "objects"},
                                     {"request", "[[request]]"},
                                     {"host", "[[host]]"}}) {
        const Setting* s = last_of(settings, key);
        if (s == nullptr || s->recorded) continue;
        out.add(s->mark, fmt::format("{} beside [page] har: the recording has a page and hosts", title),
                "leave one of them out, or edit what tcplab import-har makes of the recording");
    }
    return out.size() == before;
}

void check_amount(const Draft& draft, const Where& where, Diagnostics& out) {
    constexpr std::uint64_t most = 100'000'000;
    const ClientConfig& c = draft.scenario.client;
    std::uint64_t objects = draft.html ? 1 : 0;
    for (const ObjectList& list : {draft.objects, draft.requests}) {
        if (list == nullptr) continue;
        for (const ObjectSpec& spec : *list) objects += spec.objects();
    }
    if (objects * c.users * c.loads <= most) return;
    const std::string loads = c.loads == 1 ? "" : fmt::format(" in each of {} loads", c.loads);
    const Mark users = where("client.users");
    out.add(
        is_set(users) ? users : where("client.loads"),
        fmt::format("{} users with {} objects each{} are more than {} transactions", c.users, objects, loads, most));
}

/// Which parts of a draft can be judged.
struct Judged {
    bool link = true, tcp = true, browser = true, server = true, proxies = true, page = true;

    explicit Judged(const std::vector<const Setting*>& settings) {
        for (const Setting* s : settings) {
            if (s->good) continue;
            const std::string_view table = s->key.table->name;
            const std::vector<Key>* keys = s->key.table->keys;
            if (keys == &link_keys() || keys == &direction_keys()) link = false;
            if (keys == &tcp_keys()) tcp = false;
            const bool top = table.empty() && s->key.key->name != "duration";  // a list, or the flag of a table
            if (table == "client" || table == "tls" || top) browser = false;
            if (table == "client" || table == "server" || top) server = false;
            if (!tcp || table == "tls" || top) proxies = false;
            // The page's checks need the headers' sizes, the connections, the hosts and the duration.
            if (table.empty() || table == "client" || table == "server" || table == "page") page = false;
        }
    }
};

}  // namespace

void check_draft(const Draft& draft, const std::vector<const Setting*>& settings, Diagnostics& out) {
    const Where where = where_in(settings);
    Judged judged(settings);
    if (!draft.recording.empty() && !check_beside_recording(settings, out)) judged.page = false;
    if (judged.link) check_links(draft.scenario, where, out);
    if (judged.tcp) {
        check_end(draft.scenario.client_tcp, "client", where, out);
        check_end(draft.scenario.server_tcp, "server", where, out);
    }
    if (judged.browser) {
        check_browser(draft.scenario, where, out);
        const Setting* url = last_of(settings, "client.url");
        check_tls(draft, url != nullptr && !url->recorded, where, out);
    }
    if (judged.server) {
        check_server(draft.scenario.server, "server", where, out);
        check_hosts(draft, settings, out);
    }
    if (judged.proxies) check_proxies(draft, settings, out);
    if (judged.page) {
        check_amount(draft, where, out);
        check_page(draft, where, out);
    }
}

}  // namespace tcplab
