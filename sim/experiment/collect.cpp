#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "experiment/world_impl.hpp"

namespace tcplab {
namespace {

// A connection as one end saw it: finished, or as it stood when the run ended.
struct End {
    Stack::Finished row;
    bool finished = true;
};

// Every connection of a host, finished ones first.
std::vector<End> ends_of(const Stack& stack, const Host& host) {
    std::vector<End> ends;
    for (const Stack::Finished& row : host.finished()) ends.push_back({row, true});
    for (const Stack::Finished& row : stack.unfinished()) ends.push_back({row, false});
    return ends;
}

std::string close_reason(const End& client, const End* server) {
    TcpError error = client.row.info.error;
    const bool refused_by_server = server != nullptr && server->row.info.error != TcpError::refused;
    if (error == TcpError::none && refused_by_server) error = server->row.info.error;
    switch (error) {
        case TcpError::none: break;
        case TcpError::refused: return "refused";
        case TcpError::timed_out: return "timeout";
        default: return "reset";
    }
    if (!client.finished) return "open";
    return client.row.time_wait_until != kNever ? "client" : "server";  // who closes first keeps TIME_WAIT
}

// A connection at the host that opened it: a client's, or a proxy's.
struct Opened {
    std::uint32_t host;     // clients come first
    const Proxy::Use* use;  // of a proxy's
    End end;
};

bool operator<(const Opened& a, const Opened& b) {
    return std::tie(a.end.row.info.opened, a.host, a.end.row.id) <
           std::tie(b.end.row.info.opened, b.host, b.end.row.id);
}

// Rows of the server by the client's four-tuple; those of one tuple in the order in which they were opened.
using ServerEnds = std::multimap<FourTuple, const End*>;

ServerEnds by_client_tuple(const std::vector<End>& ends) {
    std::vector<const End*> sorted;
    sorted.reserve(ends.size());
    for (const End& e : ends) sorted.push_back(&e);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const End* a, const End* b) { return a->row.info.opened < b->row.info.opened; });
    ServerEnds map;
    for (const End* e : sorted) map.emplace(FourTuple{e->row.info.tuple.remote, e->row.info.tuple.local}, e);
    return map;
}

// The server's end of a client's connection: of its tuple, the first that the SYN can have opened.
const End* take_server_end(ServerEnds& ends, const ConnectionInfo& client) {
    const auto [begin, last] = ends.equal_range(client.tuple);
    for (auto it = begin; it != last; ++it) {
        if (it->second->row.info.opened < client.opened) continue;
        const End* end = it->second;
        ends.erase(it);
        return end;
    }
    return nullptr;
}

LinkCounts counts_of(const LinkCounters& c) {
    return {c.packets, c.bytes, c.header_bytes, c.dropped_queue, c.dropped_loss, c.corrupted, c.marked_ce};
}

// The most connections in use at once: from the SYN to the end of the last transaction on them.
std::uint32_t most_at_once(const std::vector<ConnectionRow>& connections, const std::vector<Time>& last_use) {
    std::vector<std::pair<Time, int>> changes;
    for (std::size_t i = 0; i < connections.size(); ++i) {
        changes.emplace_back(connections[i].opened, 1);
        if (last_use[i] != kNever) changes.emplace_back(std::max(last_use[i], connections[i].opened), -1);
    }
    // Of one instant, what ends comes first; but a connection of no duration still counts.
    std::sort(changes.begin(), changes.end());
    int open = 0;
    int most = connections.empty() ? 0 : 1;
    for (const auto& change : changes) most = std::max(most, open += change.second);
    return static_cast<std::uint32_t>(most);
}

}  // namespace

/// Connections, beside what they are named by until the rows have their order.
struct World::Impl::Rows {
    struct Name {
        std::uint32_t host;
        std::uint64_t id;  // in the host's stack
    };
    Results results;
    std::vector<Name> names;     // by connection
    std::vector<Time> last_use;  // by connection
    std::vector<Opened> opened;
    std::vector<End> accepted;
};

std::string World::Impl::what_is_waited_for() const {
    std::size_t number = 0;
    for (const Client& c : clients) {
        for (const Transaction& t : c.browser.transactions()) {
            ++number;
            if (t.done != kNever) continue;
            const std::string who =
                "transaction " + std::to_string(clients.size() == 1 ? t.id : number) + " waits for ";
            if (t.stack_connection == 0) return who + "a connection";
            if (t.connected == kNever) return who + "its connection to be established";
            if (t.request_sent == kNever) return who + "its request to be written";
            if (t.first_byte == kNever) return who + "the first byte of its response";
            return who + "the rest of its response after " + std::to_string(t.response_bytes) + " bytes";
        }
    }
    return first_unfinished < clients.size() ? "objects were not asked for" : "connections do not close";
}

// All clients' transactions in the order in which they were wanted, of one instant in the clients' order. Each client's
// are freed as they are taken over, since there may be millions.
std::vector<Transaction> World::Impl::take_transactions() {
    if (clients.size() == 1) return clients.front().browser.take_transactions();
    std::size_t count = 0;
    for (const Client& c : clients) count += c.browser.transactions().size();
    std::vector<Transaction> all;
    all.reserve(count);
    for (Client& c : clients) {
        const std::vector<Transaction> own = c.browser.take_transactions();
        all.insert(all.end(), own.begin(), own.end());
    }
    const auto key = [this](const Transaction& t) {
        return std::tuple(t.wanted, (t.user - 1) / scenario.client.users_per_host, t.id);
    };
    std::sort(all.begin(), all.end(), [&](const Transaction& a, const Transaction& b) { return key(a) < key(b); });
    return all;
}

void World::Impl::collect_transactions(Rows& rows) {
    Results& r = rows.results;
    r.transactions = take_transactions();
    std::uint32_t number = 0;
    for (Transaction& t : r.transactions) {
        t.id = ++number;
        const bool unfinished = t.done == kNever;
        if (unfinished) t.failure = {diagnosis.empty() ? "unfinished" : "stalled"};
        if (t.failure && !(unfinished && diagnosis.empty())) ++r.failed;
        if (t.retries > 0) ++r.retried;
    }
    for (const Client& c : clients) {
        const std::vector<PageResult> pages = c.browser.pages();
        r.pages.insert(r.pages.end(), pages.begin(), pages.end());
    }
}

void World::Impl::collect_ends(Rows& rows) const {
    for (const Origin& o : origins) {
        for (const End& e : ends_of(o.stack, o.host)) rows.accepted.push_back(e);
    }
    std::uint32_t host = 0;
    for (const Client& c : clients) {
        for (const End& e : ends_of(c.stack, c.host)) rows.opened.push_back({host, nullptr, e});
        ++host;
    }
    for (const ProxyHost& p : proxies) {
        std::map<std::uint64_t, const Proxy::Use*> uses;
        for (const Proxy::Use& use : p.proxy.uses()) uses[use.stack_connection] = &use;
        for (const End& e : ends_of(p.stack, p.host)) {
            const auto use = uses.find(e.row.id);
            if (use == uses.end()) {
                rows.accepted.push_back(e);
            } else {
                rows.opened.push_back({host, use->second, e});
            }
        }
        ++host;
    }
    std::sort(rows.opened.begin(), rows.opened.end());
}

void World::Impl::collect_connections(Rows& rows) const {
    collect_ends(rows);
    ServerEnds server_ends = by_client_tuple(rows.accepted);
    for (const Opened& opened : rows.opened) {
        const ConnectionInfo& info = opened.end.row.info;
        const End* server_end = take_server_end(server_ends, info);
        ConnectionRow& c = rows.results.connections.emplace_back();
        c.id = static_cast<std::uint32_t>(rows.results.connections.size());
        c.user = opened.use != nullptr ? 0 : opened.host * scenario.client.users_per_host + 1;
        c.tuple = info.tuple;
        c.opened = info.opened;
        c.established = info.established;
        c.closed = opened.end.row.closed;
        c.time_wait_until = opened.end.row.time_wait_until;
        c.close_reason = close_reason(opened.end, server_end);
        c.bytes_up = info.bytes_acknowledged;
        c.bytes_down = info.bytes_received;
        c.retransmitted = info.retransmitted;
        if (opened.use != nullptr) c.transactions = opened.use->requests;
        if (server_end != nullptr) {
            c.time_wait_until = std::min(c.time_wait_until, server_end->row.time_wait_until);
            c.retransmitted += server_end->row.info.retransmitted;
            c.srtt = server_end->row.info.srtt;
        }
        rows.names.push_back({opened.host, opened.end.row.id});
        rows.last_use.push_back(opened.use != nullptr ? opened.use->last : kStart);
        rows.results.retransmitted += info.retransmitted;
        rows.results.bytes_destroyed += info.bytes_destroyed;
    }
    for (const End& e : rows.accepted) {
        rows.results.retransmitted += e.row.info.retransmitted;
        rows.results.bytes_destroyed += e.row.info.bytes_destroyed;
    }
}

// Joins transactions and connections.
void World::Impl::number_connections(Rows& rows) const {
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < rows.names.size(); ++i) numbers[{rows.names[i].host, rows.names[i].id}] = i;
    for (std::size_t i = 0; i < rows.results.transactions.size(); ++i) {
        Transaction& t = rows.results.transactions[i];
        const std::uint32_t client = (t.user - 1) / scenario.client.users_per_host;
        const auto it = numbers.find({client, t.stack_connection});
        if (t.stack_connection == 0 || it == numbers.end()) continue;
        ConnectionRow& c = rows.results.connections[it->second];
        t.connection = c.id;
        c.user = t.user;
        ++c.transactions;
        rows.last_use[it->second] = std::max(rows.last_use[it->second], t.done);
    }
    for (std::size_t i = 0; i < rows.last_use.size(); ++i) {
        const ConnectionRow& c = rows.results.connections[i];
        if (c.transactions == 0) rows.last_use[i] = c.closed;
    }
}

void World::Impl::collect_counts(Rows& rows) const {
    Results& r = rows.results;
    const LinkCounters& up = network.counters(shared_link, Way::a_to_b);
    const LinkCounters& down = network.counters(shared_link, Way::b_to_a);
    r.up = counts_of(up);
    r.down = counts_of(down);
    r.data_packets = up.data_packets + down.data_packets;
    r.max_open_connections = most_at_once(r.connections, rows.last_use);
    for (const Client& c : clients) {
        r.time_wait_peak += c.stack.time_wait_peak();
        r.connect_refused_ports += c.browser.refused_ports();
    }
    std::vector<std::uint32_t> wanted(scenario.page.objects.size());
    for (const Transaction& t : r.transactions) ++wanted[t.object];
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::uint32_t seen = origins[scenario.page.objects[i].host].server.requests()[i];
        r.duplicates_at_server += seen > wanted[i] ? seen - wanted[i] : 0;
    }
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const ServerConfig& config = i == 0 ? scenario.server : scenario.hosts[i - 1].server;
        const std::uint32_t most = origins[i].server.most_connections();
        r.server_connections_peak += most;
        r.server_memory_peak += most * config.connection_memory;
    }
    r.events = events.events();
    r.ended = events.now();
    r.diagnosis = diagnosis;
}

Results World::Impl::take_results() {
    Rows rows;
    network.report_moving();
    collect_transactions(rows);
    collect_connections(rows);
    number_connections(rows);
    collect_counts(rows);
    return std::move(rows.results);
}

}  // namespace tcplab
