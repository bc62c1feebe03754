#include "scenario/checks.hpp"

#include <fmt/format.h>

#include "scenario/objects.hpp"
#include "scenario/quantity.hpp"

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

/// `link` is "link", "access" or "server_access", `direction` "up" or "down".
void check_direction(const LinkConfig& config, std::string_view link, std::string_view direction, const Where& where,
                     Diagnostics& out) {
    const auto mark_of = [&](std::string_view key) {
        const Mark own = where(fmt::format("{}.{}.{}", link, direction, key));
        return is_set(own) ? own : where(fmt::format("{}.{}", link, key));
    };
    if (config.bursts && !config.bursts->p) {
        out.add(mark_of("loss.model"), fmt::format("[{}] loss: the model needs p", link),
                "the probability of going from good to bad: p = \"1 %\"");
    }
    const std::optional<std::string> problem = queue_problem(config);
    if (!problem) return;
    Mark mark;
    for (const std::string_view key : {"queue.max", "queue.min", "queue.burst", "queue.discipline", "trace"}) {
        if (!is_set(mark)) mark = mark_of(key);
    }
    out.add(mark, fmt::format("[{}] queue: {}", link, *problem));
}

void check_links(const Scenario& s, const Where& where, Diagnostics& out) {
    const auto check = [&](std::string_view name, const LinkPair& pair) {
        check_direction(pair.up, name, "up", where, out);
        check_direction(pair.down, name, "down", where, out);
    };
    check("link", s.link);
    if (s.access) check("access", *s.access);
    if (s.server_access) check("server_access", *s.server_access);
}

void check_browser(const ClientConfig& c, const Where& where, Diagnostics& out) {
    const bool persistent = c.strategy == Strategy::persistent || c.strategy == Strategy::pipelined;
    const std::string_view name = c.strategy == Strategy::persistent ? "persistent" : "pipelined";
    if (persistent && c.http == HttpVersion::http10) {
        out.add(where("client.http"), fmt::format("HTTP/1.0 closes after each response: it cannot be {}", name),
                "http = \"1.1\"");
    }
    if (c.strategy == Strategy::pipelined && c.request_body > 0) {
        out.add(where("client.request_body"), "a POST is not idempotent and cannot be pipelined",
                "strategy = \"persistent\" (RFC 9112 9.3.2)");
    }
}

void check_amount(const Draft& draft, const Where& where, Diagnostics& out) {
    constexpr std::uint64_t most = 100'000'000;
    std::uint64_t objects = draft.html ? 1 : 0;
    for (const ObjectList& list : {draft.objects, draft.requests}) {
        if (list == nullptr) continue;
        for (const ObjectSpec& spec : *list) objects += spec.objects();
    }
    if (draft.scenario.client.users * objects > most) {
        out.add(where("client.users"), fmt::format("{} users with {} objects each are more than {} transactions",
                                                   draft.scenario.client.users, objects, most));
    }
}

/// Which parts of a draft can be judged.
struct Judged {
    bool link = true, tcp = true, browser = true, page = true;

    explicit Judged(const std::vector<const Setting*>& settings) {
        for (const Setting* s : settings) {
            if (s->good) continue;
            const std::string_view table = s->key.table->name;
            const std::vector<Key>* keys = s->key.table->keys;
            if (keys == &link_keys() || keys == &direction_keys()) link = false;
            if (keys == &tcp_keys()) tcp = false;
            if (table == "client") browser = false;
            // The page's checks need the headers' sizes, the connections and the duration.
            if (table.empty() || table == "client" || table == "server" || table == "page") page = false;
        }
    }
};

}  // namespace

void check_draft(const Draft& draft, const std::vector<const Setting*>& settings, Diagnostics& out) {
    const Where where = [&settings](std::string_view name) {
        const Setting* s = last_of(settings, name);
        return s == nullptr ? Mark{} : s->mark;
    };
    const Judged judged(settings);
    if (judged.link) check_links(draft.scenario, where, out);
    if (judged.tcp) {
        check_end(draft.scenario.client_tcp, "client", where, out);
        check_end(draft.scenario.server_tcp, "server", where, out);
    }
    if (judged.browser) check_browser(draft.scenario.client, where, out);
    if (judged.page) {
        check_amount(draft, where, out);
        check_page(draft, where, out);
    }
}

}  // namespace tcplab
