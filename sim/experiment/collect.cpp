#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "experiment/world_impl.hpp"
#include "metrics/page.hpp"

namespace tcplab {
namespace {

LinkCounts counts_of(const LinkCounters& c) {
    return {c.packets, c.bytes, c.header_bytes, c.dropped_queue, c.dropped_loss, c.corrupted, c.marked_ce};
}

// The most connections in use at once: from the SYN to the end of the last transaction on them.
std::uint32_t most_at_once(const std::vector<ConnectionRow>& connections, std::vector<Time> last_use) {
    for (std::size_t i = 0; i < connections.size(); ++i) last_use[i] = std::max(last_use[i], connections[i].opened);
    std::sort(last_use.begin(), last_use.end());
    // Of one instant, what ends comes first; but a connection of no duration still counts.
    std::int64_t most = connections.empty() ? 0 : 1;
    std::size_t ended = 0;
    for (std::size_t begun = 0; begun < connections.size(); ++begun) {
        while (ended < last_use.size() && last_use[ended] <= connections[begun].opened) ++ended;
        most = std::max(most, static_cast<std::int64_t>(begun + 1) - static_cast<std::int64_t>(ended));
    }
    return static_cast<std::uint32_t>(most);
}

/// Connections by the host that opened them and by its stack's number.
class Openers {
  public:
    Openers(const std::vector<ConnectionRow>& rows, std::size_t hosts) : first_(hosts + 1) {
        for (const ConnectionRow& c : rows) {
            std::size_t& numbers = first_[c.user + std::size_t{1}];
            numbers = std::max<std::size_t>(numbers, c.id);
        }
        std::partial_sum(first_.begin(), first_.end(), first_.begin());
        rows_.assign(first_.back(), kNone);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows_[first_[rows[i].user] + rows[i].id - 1] = static_cast<std::uint32_t>(i);
        }
    }
    /// The row; kNone: that host opened none of this number.
    [[nodiscard]] std::uint32_t find(std::size_t host, std::uint64_t number) const {
        const bool known = number > 0 && number <= first_[host + 1] - first_[host];
        return known ? rows_[first_[host] + static_cast<std::size_t>(number) - 1] : kNone;
    }
    static constexpr std::uint32_t kNone = 0xffffffff;

  private:
    std::vector<std::size_t> first_;  // by host, in rows_
    std::vector<std::uint32_t> rows_;
};

}  // namespace

std::string World::Impl::what_is_waited_for() const {
    for (const Transaction& t : log.transactions) {
        if (t.done != kNever) continue;
        const std::string who = "transaction " + std::to_string(t.id) + " waits for ";
        if (t.stack_connection == 0) return who + "a connection";
        if (t.send_begin == kNever) return who + "its connection to be established";
        if (t.request_sent == kNever) return who + "its request to be written";
        if (t.first_byte == kNever) return who + "the first byte of its response";
        return who + "the rest of its response after " + std::to_string(t.response_bytes) + " bytes";
    }
    return first_unfinished < clients.size() ? "objects were not asked for" : "connections do not close";
}

/// The one that was asked for, with the log's rows.
std::vector<PathStep> World::Impl::story() const {
    if (!scenario.story) return {};
    const auto browser_of = [this](std::uint32_t user) -> const Browser& {
        return clients[(user - 1) / scenario.client.users_per_host].browser;
    };
    const StorySubject& subject = *scenario.story;
    if (subject.object) return browser_of(subject.user).transaction_story();
    std::vector<PageResult> pages;
    for (const Client& c : clients) {
        for (PageResult& page : c.browser.pages()) pages.push_back(std::move(page));
    }
    const PageResult* page = last_page(pages);
    for (const PageResult& p : pages) {
        if (p.user == subject.user && p.load == subject.load) page = &p;
    }
    if (page == nullptr) return {};
    std::vector<PathStep> steps = browser_of(page->user).story(page->user, page->load);
    Duration rest = page->done - page->started;
    for (const PathStep& step : steps) rest -= step.length;
    // What was in the cache was there at once, when it was wanted.
    if (page->done != kNever && rest > Duration::zero()) steps.push_back({rest, Cause::blocked});
    return steps;
}

/// What was wanted in one instant goes in the clients' order. Nobody may go on with the run then.
void World::Impl::put_in_order() {
    told = story();
    log.release_rows();
    std::vector<Transaction>& all = log.transactions;
    const auto key = [this](const Transaction& t) { return std::tuple(t.wanted, client_of(t), t.id); };
    std::sort(all.begin(), all.end(), [&](const Transaction& a, const Transaction& b) { return key(a) < key(b); });
    std::vector<std::uint32_t> rows(told.empty() ? 0 : all.size());  // by row of the log
    std::uint32_t number = 0;
    for (Transaction& t : all) {
        if (!rows.empty()) rows[t.id - 1] = number;
        t.id = ++number;
    }
    for (PathStep& step : told) {
        if (step.row != PathStep::kNone) step.row = rows[step.row];
    }
}

/// What has become of connections so far.
void World::Impl::take_ends() {
    std::uint32_t host = 0;
    const auto take = [&](auto& hosts) {
        for (auto& h : hosts) {
            for (const Stack::Finished& row : h.host.take_finished()) connections.add(host, row, true);
            ++host;
        }
    };
    take(clients);
    take(proxies);
    take(origins);
}

void World::Impl::take_unfinished() {
    std::uint32_t host = 0;
    const auto take = [&](const auto& hosts) {
        for (const auto& h : hosts) {
            for (const Stack::Finished& row : h.stack.unfinished()) connections.add(host, row, false);
            ++host;
        }
    };
    take(clients);
    take(proxies);
    take(origins);
}

void World::Impl::collect_transactions(Results& r) {
    if (diagnosis.empty()) put_in_order();
    r.path = std::move(told);
    r.transactions = std::move(log.transactions);
    r.causes = std::move(log.causes);
    for (Transaction& t : r.transactions) {
        const bool unfinished = t.done == kNever;
        if (unfinished) t.failure = {diagnosis.empty() ? "unfinished" : "stalled"};
        if (t.failure && !(unfinished && diagnosis.empty())) ++r.failed;
        if (t.retries > 0) ++r.retried;
    }
}

void World::Impl::collect_clients(Results& r) const {
    r.pages.reserve(std::size_t{scenario.client.users} * scenario.client.loads);
    for (const Client& c : clients) {
        const std::vector<PageResult> pages = c.browser.pages();
        r.pages.insert(r.pages.end(), pages.begin(), pages.end());
        r.time_wait_peak += c.stack.time_wait_peak();
        r.connect_refused_ports += c.browser.refused_ports();
    }
}

/// Requests that the servers saw more often than they were wanted.
std::uint32_t World::Impl::count_duplicates(const std::vector<Transaction>& transactions) const {
    const auto server_of = [this](std::uint32_t i) -> const Server& { return origins[plan.object(i).host].server; };
    std::vector<std::uint32_t> wanted(plan.size());
    for (const Transaction& t : transactions) ++wanted[t.object];
    for (std::uint32_t i = 0; i < plan.size(); ++i) {
        if (wanted[i] == 0 || server_of(i).requests()[i] > 0) continue;
        // Perhaps its path is that of another object, which the server takes it for.
        const std::uint32_t taken_for = server_of(i).site().find(plan.path(i));
        if (taken_for != Asked::kNothing) wanted[taken_for] += std::exchange(wanted[i], 0);
    }
    std::uint32_t duplicates = 0;
    for (std::uint32_t i = 0; i < plan.size(); ++i) {
        const std::uint32_t seen = server_of(i).requests()[i];
        duplicates += seen > wanted[i] ? seen - wanted[i] : 0;
    }
    return duplicates;
}

void World::Impl::collect_servers(Results& r) const {
    r.duplicates_at_server = count_duplicates(r.transactions);
    for (std::size_t i = 0; i < origins.size(); ++i) {
        const ServerConfig& config = i == 0 ? scenario.server : scenario.hosts[i - 1].server;
        const std::uint32_t most = origins[i].server.most_connections();
        r.server_connections_peak += most;
        r.server_memory_peak += most * config.connection_memory;
    }
}

void World::Impl::collect_links(Results& r) const {
    const LinkCounters& up = network.counters(shared_link, Way::a_to_b);
    const LinkCounters& down = network.counters(shared_link, Way::b_to_a);
    r.up = counts_of(up);
    r.down = counts_of(down);
    r.data_packets = up.data_packets + down.data_packets;
}

/// Rows of connections, joined with transactions.
void World::Impl::collect_connections(Results& r, std::size_t client_hosts) {
    r.connections = connections.take_rows();
    r.retransmitted = connections.totals().retransmitted;
    r.bytes_destroyed = connections.totals().bytes_destroyed;
    const Openers openers(r.connections, client_hosts + proxies.size());
    for (std::size_t i = 0; i < r.connections.size(); ++i) {
        ConnectionRow& c = r.connections[i];
        c.id = static_cast<std::uint32_t>(i + 1);
        c.user = c.user < client_hosts ? c.user * scenario.client.users_per_host + 1 : 0;
    }
    std::vector<Time> last_use(r.connections.size(), kStart);
    for (Transaction& t : r.transactions) {
        const std::uint32_t row = openers.find(client_of(t), t.stack_connection);
        if (row == Openers::kNone) continue;
        ConnectionRow& c = r.connections[row];
        t.connection = c.id;
        c.user = t.user;
        ++c.transactions;
        last_use[row] = std::max(last_use[row], t.done);
    }
    for (std::size_t i = 0; i < proxies.size(); ++i) {
        for (const Proxy::Use& use : proxies[i].proxy.uses()) {
            const std::uint32_t row = openers.find(client_hosts + i, use.stack_connection);
            if (row == Openers::kNone) continue;
            r.connections[row].transactions = use.requests;
            last_use[row] = use.last;
        }
    }
    for (std::size_t i = 0; i < last_use.size(); ++i) {
        if (r.connections[i].transactions == 0) last_use[i] = r.connections[i].closed;
    }
    r.max_open_connections = most_at_once(r.connections, std::move(last_use));
}

Results World::Impl::take_results() {
    Results r;
    network.report_moving();
    take_ends();
    take_unfinished();
    collect_transactions(r);
    collect_clients(r);
    collect_servers(r);
    collect_links(r);
    for (const ProxyHost& p : proxies) r.hangs.push_back(p.proxy.hangs(events.now()));
    r.events = events.events();
    r.ended = events.now();
    r.diagnosis = diagnosis;
    const std::size_t client_hosts = clients.size();
    // Before the last tables are made: of a large run each takes its share.
    clients.clear();
    origins.clear();
    collect_connections(r, client_hosts);
    return r;
}

}  // namespace tcplab
