#include "stack/fast_open.hpp"

#include <algorithm>

namespace tcplab {

FastOpenOption FastOpenCookies::make(Ipv4Address client, Ipv4Address server, FastOpenOption::Kind kind) const {
    constexpr std::uint8_t length = 8;  // TCP_FASTOPEN_COOKIE_SIZE
    FastOpenOption o;
    o.kind = kind;
    o.length = length;
    const std::uint64_t value = mix64(seed_ ^ mix64((std::uint64_t{client.value} << 32U) | server.value));
    for (unsigned i = 0; i < length; ++i) o.cookie[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return o;
}

bool FastOpenCookies::valid(const FastOpenOption& shown, Ipv4Address client, Ipv4Address server) const {
    return shown == make(client, server, shown.kind);
}

bool FastOpenCache::knows(Ipv4Address server) const {
    const auto found = servers_.find(server.value);
    return found != servers_.end() && found->second.cookie.length > 0;
}

FastOpenRequest FastOpenCache::request(Ipv4Address server) const {
    FastOpenRequest r;
    r.option.kind = FastOpenOption::Kind::standard;
    const auto found = servers_.find(server.value);
    if (found == servers_.end()) return r;
    const Entry& e = found->second;
    r.peer_mss = e.mss;
    if (e.cookie.length > 0) {
        r.option = e.cookie;
        r.with_data = true;
    } else if (e.attempt == 1) {
        r.option.kind = FastOpenOption::Kind::experimental;
    }
    return r;
}

void FastOpenCache::learn(Ipv4Address server, const FastOpen& outcome, bool syn_repeated) {
    Entry& e = servers_[server.value];
    if (outcome.peer_mss != 0) e.mss = outcome.peer_mss;
    if (outcome.received.length > 0) {
        e.cookie = outcome.received;
        return;
    }
    const bool unanswered = !outcome.received.present() && outcome.syn_data == 0 && !syn_repeated;
    if (!unanswered || e.cookie.length > 0) return;
    const bool experimental = outcome.offered.kind == FastOpenOption::Kind::experimental;
    e.attempt = std::max<std::uint8_t>(e.attempt, experimental ? 2 : 1);
}

}  // namespace tcplab
