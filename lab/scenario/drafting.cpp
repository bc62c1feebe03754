#include "scenario/drafting.hpp"

#include <algorithm>

namespace tcplab {

namespace {

LinkPair& present(std::optional<LinkPair>& pair) {
    if (!pair) pair.emplace();
    return *pair;
}

/// Where a server listens unless it is said (RFC 9110 4.2.1, 4.2.2).
std::uint16_t default_port(const Scenario& s) {
    constexpr std::uint16_t http = 80, https = 443;
    return s.tls ? https : http;
}

void apply(const Setting& s, Place place) { s.key.key->access.set(place, s.value); }

void apply_to_link(const Setting& s, LinkPair& pair, bool up, bool down) {
    Place place;
    if (up) {
        place.link = &pair.up;
        apply(s, place);
    }
    if (down) {
        place.link = &pair.down;
        place.down = true;
        apply(s, place);
    }
}

void apply_to_tcp(const Setting& s, Config& tcp) {
    Place place;
    place.tcp = &tcp;
    apply(s, place);
}

void apply_to_server(const Setting& s, ServerConfig& server, HostConfig* host = nullptr) {
    Place place;
    place.server = &server;
    place.host = host;
    apply(s, place);
}

void apply_to_draft(const Setting& s, Draft& draft) {
    Scenario& to = draft.scenario;
    const Target target = s.key.table->target;
    switch (target) {
        case Target::link: return apply_to_link(s, to.link, true, true);
        case Target::link_up: return apply_to_link(s, to.link, true, false);
        case Target::link_down: return apply_to_link(s, to.link, false, true);
        case Target::access: return apply_to_link(s, present(to.access), true, true);
        case Target::access_up: return apply_to_link(s, present(to.access), true, false);
        case Target::access_down: return apply_to_link(s, present(to.access), false, true);
        case Target::server_access: return apply_to_link(s, present(to.server_access), true, true);
        case Target::server_access_up: return apply_to_link(s, present(to.server_access), true, false);
        case Target::server_access_down: return apply_to_link(s, present(to.server_access), false, true);
        case Target::tcp:
        case Target::client_tcp:
        case Target::server_tcp:
            if (target != Target::server_tcp) apply_to_tcp(s, to.client_tcp);
            if (target != Target::client_tcp) apply_to_tcp(s, to.server_tcp);
            return;
        case Target::server: return apply_to_server(s, to.server);
        default: break;  // of entries and objects there is nothing among a scenario's settings
    }
    Place place;
    place.draft = &draft;
    apply(s, place);
}

void apply_to_proxy(const Setting& s, ProxySetup& proxy) {
    switch (s.key.table->target) {
        case Target::proxy_link: return apply_to_link(s, proxy.link, true, true);
        case Target::proxy_link_up: return apply_to_link(s, proxy.link, true, false);
        case Target::proxy_link_down: return apply_to_link(s, proxy.link, false, true);
        case Target::tcp:
        case Target::proxy_tcp: return apply_to_tcp(s, proxy.tcp);
        default: break;
    }
    Place place;
    place.proxy = &proxy.http;
    apply(s, place);
}

/// The profile of an end: the last that was chosen, but not in the other end's table.
Profile profile_of(const std::vector<const Setting*>& settings, std::optional<Target> not_of = {}) {
    const auto chooses = [not_of](const Setting* s) {
        return s->good && s->key.key->name == "profile" && s->key.table->target != not_of;
    };
    const auto last = std::find_if(settings.rbegin(), settings.rend(), chooses);
    return last == settings.rend() ? Profile::linux_ : static_cast<Profile>((*last)->value.number);
}

/// What depends on other settings.
void complete(Draft& draft) {
    Scenario& s = draft.scenario;
    constexpr std::uint32_t browsers_use = 6;
    s.client.connections = draft.connections.value_or(s.client.strategy == Strategy::parallel ? browsers_use : 1);
    const UrlSpec url = draft.url.value_or(UrlSpec{});
    if (draft.tls.on.value_or(url.https)) s.tls = draft.tls.value;
    if (draft.dns.on.value_or(false)) s.dns = draft.dns.value;
    s.client.port = url.port != 0 ? url.port : default_port(s);
}

void make_hosts(Draft& draft, const std::vector<const Setting*>& settings) {
    for (const Entry& entry : *draft.hosts) {
        HostConfig& host = draft.scenario.hosts.emplace_back();
        host.port = default_port(draft.scenario);
        for (const Setting* s : settings_of_entry(entry, settings, Target::server)) {
            apply_to_server(*s, host.server, &host);
        }
        draft.host_numbers.emplace(host.name, static_cast<std::uint32_t>(draft.scenario.hosts.size()));
    }
}

void make_proxies(Draft& draft, const std::vector<const Setting*>& settings) {
    for (const Entry& entry : *draft.proxies) {
        ProxySetup& proxy = draft.scenario.proxies.emplace_back();
        const std::vector<const Setting*> own = settings_of_entry(entry, settings, Target::tcp);
        proxy.tcp = make_config(profile_of(own));
        for (const Setting* s : own) apply_to_proxy(*s, proxy);
    }
}

}  // namespace

Draft make_draft(const std::vector<const Setting*>& settings) {
    Draft draft;
    draft.scenario.client_tcp = make_config(profile_of(settings, Target::server_tcp));
    draft.scenario.server_tcp = make_config(profile_of(settings, Target::client_tcp));
    for (const Setting* s : settings) {
        if (s->good) apply_to_draft(*s, draft);
    }
    complete(draft);
    if (draft.hosts != nullptr) make_hosts(draft, settings);
    if (draft.proxies != nullptr) make_proxies(draft, settings);
    return draft;
}

std::vector<const Setting*> settings_of_entry(const Entry& entry, const std::vector<const Setting*>& settings,
                                              Target follows) {
    std::vector<const Setting*> order;
    const auto add_followed = [&](bool from_option) {
        for (const Setting* s : settings) {
            const bool followed = s->good && s->key.table->target == follows;
            if (followed && (s->mark.option != 0) == from_option) order.push_back(s);
        }
    };
    const bool is_option = entry.mark.option != 0;
    add_followed(false);
    if (is_option) add_followed(true);
    for (const bool specific : {false, true}) {
        for (const Setting& s : entry.settings) {
            if (s.good && s.key.table->specific == specific) order.push_back(&s);
        }
    }
    if (!is_option) add_followed(true);
    return order;
}

}  // namespace tcplab
