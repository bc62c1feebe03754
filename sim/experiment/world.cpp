#include "experiment/world.hpp"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>

#include "core/random.hpp"
#include "experiment/topology.hpp"
#include "experiment/world_impl.hpp"

namespace tcplab {
namespace {

// In random streams. Clients follow from 1.
constexpr std::uint32_t kServerHost = 0;
constexpr std::uint32_t kFirstFurtherServer = 0x80000000;
constexpr std::uint32_t kFirstProxyHost = 0xc0000000;

constexpr std::uint64_t kCheckEvery = 4096;  // events
constexpr std::uint64_t kIdleEvents = 100'000'000;
constexpr std::uint64_t kInstantEvents = 20'000'000;
constexpr std::uint64_t kLeastEvents = 10'000'000;
constexpr double kEventsPerPacket = 2000;
constexpr Duration kIdle{30LL * 24 * 3600 * 1'000'000'000};

std::uint32_t path_mtu(const Scenario& s) {
    std::uint32_t mtu = std::min(s.link.up.mtu, s.link.down.mtu);
    for (const auto& pair : {s.access, s.server_access}) {
        if (pair) mtu = std::min({mtu, pair->up.mtu, pair->down.mtu});
    }
    for (const ProxySetup& p : s.proxies) mtu = std::min({mtu, p.link.up.mtu, p.link.down.mtu});
    return mtu;
}

/// What a host's TCP is, on the scenario's path.
Config on_path(const Scenario& s, Config tcp) {
    const std::uint32_t most = path_mtu(s) - Segment::kIpHeader - Segment::kTcpHeader;
    if (most < tcp.mss) tcp.mss = static_cast<std::uint16_t>(most);
    tcp.attribution = s.attribution;
    return tcp;
}

/// [tcp] fast_open: an application uses what Linux only allows by default.
bool wants_fast_open(const Config& tcp) {
    constexpr std::uint32_t everybody = fast_open::client | fast_open::all_listeners;
    return (tcp.fast_open & everybody) == everybody;
}

// When each user begins.
std::vector<Time> start_times(const Scenario& s) {
    std::vector<Time> times(s.client.users, kStart);
    const Arrival& arrival = s.client.arrival;
    if (arrival.kind == ArrivalKind::every) {
        for (std::size_t i = 0; i < times.size(); ++i) times[i] += static_cast<std::int64_t>(i) * arrival.every;
    }
    if (arrival.kind == ArrivalKind::poisson) {
        RandomStream stream = make_stream(s.seed, s.repetition, Purpose::arrival, 0);
        // By inversion: Boost's own distribution drags in <iostream>.
        boost::random::uniform_int_distribution<std::uint32_t> draw(1, 0xffffffffU);
        double seconds = 0;
        for (Time& t : times) {
            seconds -= std::log(draw(stream) / 4294967296.0) / arrival.per_second;
            t += Duration(static_cast<std::int64_t>(seconds * 1e9));
        }
    }
    return times;
}

// How many events a run without a duration may take: generous, but bounded by the work that there is.
std::uint64_t limit_of(const Scenario& s, std::uint32_t mss) {
    double packets = 0;
    for (const PageObject& o : s.page.objects) {
        packets += o.count * (100 + static_cast<double>(o.size + o.request_body + s.client.request_body) / mss);
    }
    const double hops = 1 + static_cast<double>(s.proxies.size());
    const double limit = packets * s.client.users * s.client.loads * hops * kEventsPerPacket;
    return kLeastEvents + static_cast<std::uint64_t>(std::min(limit, 1e18));
}

}  // namespace

World::Impl::Client::Client(Impl& world, std::uint32_t number, const std::shared_ptr<StackShare>& tcp)
    : stack(client_address(number), tcp, world.seeds(number + 1)),
      browser(stack, world.plan, world.browser_hops, number * world.scenario.client.users_per_host + 1,
              world.take_starts(number), world.log, world.attribution()),
      host(world.network, world.events, stack, browser) {}

World::Impl::Origin::Origin(Impl& world, std::uint32_t number, const ServerConfig& config, std::uint16_t port)
    : stack(server_address(number), on_path(world.scenario, world.scenario.server_tcp),
            world.seeds(number == 0 ? kServerHost : kFirstFurtherServer + number)),
      server(stack, config, world.scenario.page, {stack.address(), port}, world.role(number)),
      host(world.network, world.events, stack, server) {}

World::Impl::ProxyHost::ProxyHost(Impl& world, std::uint32_t number, const ProxySetup& setup)
    : stack(proxy_at(number).address, on_path(world.scenario, setup.tcp), world.seeds(kFirstProxyHost + number)),
      proxy(stack, setup.http, world.next_hops(number), proxy_at(number), "proxy" + std::to_string(number + 1)),
      host(world.network, world.events, stack, proxy) {}

World::Impl::Impl(const Scenario& s, Observer* observer)
    : scenario(s),
      network(events, {s.seed, s.repetition}),
      plan(request_context(s), s.page),
      browser_hops(first_hops()),
      starts(start_times(s)) {
    origins.emplace_back(*this, 0, s.server, s.client.port);
    for (const HostConfig& h : s.hosts) {
        origins.emplace_back(*this, static_cast<std::uint32_t>(origins.size()), h.server, h.port);
    }
    const std::size_t transactions = std::size_t{s.client.users} * s.client.loads * plan.size();
    log.reserve(transactions, scenario.client.strategy == Strategy::multiplexed);
    if (!plan.persistent()) connections.reserve(transactions);
    const auto client_tcp = std::make_shared<StackShare>(on_path(s, s.client_tcp));
    for (std::uint32_t i = 0; i < client_count(s.client); ++i) clients.emplace_back(*this, i, client_tcp);
    for (const ProxySetup& p : s.proxies) proxies.emplace_back(*this, static_cast<std::uint32_t>(proxies.size()), p);
    if (s.duration) end = kStart + *s.duration;
    event_limit = limit_of(s, std::min(client_tcp->config.mss, on_path(s, s.server_tcp).mss));
    if (observer != nullptr) observe(*observer);
    connect_all();
    start();
}

void World::Impl::observe(Observer& observer) {
    network.set_observer(&observer);
    for (Origin& o : origins) o.stack.set_observer(&observer);
    for (ProxyHost& p : proxies) p.stack.set_observer(&observer);
    for (Client& c : clients) c.stack.set_observer(&observer);
}

ServerRole World::Impl::role(std::uint32_t number) const {
    ServerRole role{number, scenario.client.close};
    if (scenario.tls) role.tls = &*scenario.tls;
    if (scenario.client.strategy == Strategy::multiplexed) role.multiplexed = &scenario.client.multiplexed;
    return role;
}

/// Where connections for each server lead after so many proxies. The servers' names lead to an invisible proxy, as to a
/// gateway; who knows of a proxy uses its address for all.
std::vector<Endpoint> World::Impl::servers_after(std::uint32_t hops) const {
    if (hops < scenario.proxies.size()) return std::vector<Endpoint>(1 + scenario.hosts.size(), proxy_at(hops));
    std::vector<Endpoint> at{{server_address(0), scenario.client.port}};
    for (const HostConfig& h : scenario.hosts) {
        at.push_back({server_address(static_cast<std::uint32_t>(at.size())), h.port});
    }
    return at;
}

FirstHops World::Impl::first_hops() const {
    FirstHops hops;
    hops.at = servers_after(0);
    const bool to_proxy = request_context(scenario).to_proxy;
    if (!to_proxy) hops.dns = scenario.dns;  // else it is the proxy that looks names up
    hops.tls = scenario.tls;
    hops.fast_open = wants_fast_open(scenario.client_tcp);
    return hops;
}

NextHops World::Impl::next_hops(std::uint32_t proxy) const {
    NextHops hops;
    const std::uint32_t next = proxy + 1;
    const std::vector<Endpoint> at = servers_after(next);
    hops.servers.push_back({scenario.client.url_host, scenario.client.port, at.front()});
    for (const HostConfig& h : scenario.hosts) hops.servers.push_back({h.name, h.port, at[hops.servers.size()]});
    if (next < scenario.proxies.size() && scenario.proxies[next].http.visible) hops.proxy = proxy_at(next);
    hops.dns = scenario.dns;
    hops.fast_open = wants_fast_open(scenario.proxies[proxy].tcp);
    hops.hop = static_cast<std::uint8_t>(next);
    return hops;
}

StackSeeds World::Impl::seeds(std::uint32_t host) const {
    return {stream_seed(scenario.seed, scenario.repetition, Purpose::initial_sequence, host),
            stream_seed(scenario.seed, scenario.repetition, Purpose::ephemeral_port, host)};
}

std::vector<Time> World::Impl::take_starts(std::uint32_t client) const {
    const std::size_t first = std::size_t{client} * scenario.client.users_per_host;
    const std::size_t last = std::min<std::size_t>(first + scenario.client.users_per_host, starts.size());
    return {starts.begin() + static_cast<std::ptrdiff_t>(first), starts.begin() + static_cast<std::ptrdiff_t>(last)};
}

void World::Impl::connect_all() {
    const bool direct_left = clients.size() == 1 && !scenario.access;
    const NodeId left = direct_left ? clients.front().host.node() : network.add_router();
    std::vector<NodeId> routers;
    for (std::size_t i = 0; i < proxies.size(); ++i) routers.push_back(network.add_router());
    Path path = path_of(scenario);
    const bool direct_right = path.legs.size() == 1 && !scenario.server_access;
    const NodeId right = direct_right ? origins.front().host.node() : network.add_router();
    shared_link = network.connect(routers.empty() ? left : routers.back(), right, path.shared.up, path.shared.down);
    if (!direct_right) connect_origins(right, path.legs);
    if (!direct_left) connect_clients(left);
    connect_proxies(left, routers);
    network.build();
}

void World::Impl::connect_origins(NodeId right, const std::vector<LinkPair>& legs) {
    for (std::size_t i = 0; i < origins.size(); ++i) {
        network.connect(right, origins[i].host.node(), legs[i].up, legs[i].down);
    }
}

void World::Impl::connect_clients(NodeId left) {
    const LinkPair access = scenario.access.value_or(LinkPair{no_link(), no_link()});
    for (const Client& c : clients) network.connect(c.host.node(), left, access.up, access.down);
}

/// Each at a router of its own, which its link leads to.
void World::Impl::connect_proxies(NodeId left, const std::vector<NodeId>& routers) {
    for (std::size_t i = 0; i < proxies.size(); ++i) {
        const LinkPair& link = scenario.proxies[i].link;
        network.connect(i == 0 ? left : routers[i - 1], routers[i], link.up, link.down);
        network.connect(proxies[i].host.node(), routers[i], no_link(), no_link());
    }
}

void World::Impl::start() {
    for (Origin& o : origins) o.host.start(kStart);
    for (ProxyHost& p : proxies) p.host.start(kStart);
    for (Client& c : clients) c.host.start(kStart);
}

bool World::Impl::advance(std::uint64_t limit) {
    for (std::uint64_t n = 0; n < limit && !over; ++n) {
        if (events.events() >= next_check) look_around();
        over = over || (network.idle() && is_over());
        if (over) break;
        if (events.run_one(end)) continue;
        if (end == kNever) {
            give_up("stalled");
        } else {
            events.run_until(end);  // the clock goes on
            over = true;
        }
    }
    return over;
}

// Only asked when nothing moves. Where nothing changed since the last time, it looks at one client.
bool World::Impl::is_over() {
    while (first_unfinished < clients.size() && clients[first_unfinished].browser.finished()) ++first_unfinished;
    if (first_unfinished < clients.size()) return false;
    for (const Origin& o : origins) {
        if (o.stack.open_connections() > 0) return false;
    }
    for (const ProxyHost& p : proxies) {
        if (p.stack.open_connections() > 0) return false;
    }
    if (clients[maybe_open].stack.open_connections() > 0) return false;
    for (std::size_t i = 0; i < clients.size(); ++i) {
        if (clients[i].stack.open_connections() > 0) {
            maybe_open = i;
            return false;
        }
    }
    return true;
}

std::uint64_t World::Impl::application_calls() const {
    std::uint64_t sum = 0;
    for (const Origin& o : origins) sum += o.host.application_calls();
    for (const ProxyHost& p : proxies) sum += p.host.application_calls();
    for (const Client& c : clients) sum += c.host.application_calls();
    return sum;
}

/// Every now and then: what is over is put away, and it is seen whether there is progress. That visits every host, so
/// it is the rarer the more there are.
void World::Impl::look_around() {
    next_check = events.events() + std::max<std::uint64_t>(kCheckEvery, 4 * clients.size());
    take_ends();
    give_up_if_stuck();
}

void World::Impl::give_up_if_stuck() {
    if (events.now() != instant) {
        instant = events.now();
        instant_events = events.events();
    }
    if (const std::uint64_t now_calls = application_calls(); now_calls != calls) {
        calls = now_calls;
        progress_events = events.events();
        progress_time = events.now();
    }
    if (events.events() - instant_events > kInstantEvents) {
        give_up("time stands still");
    } else if (events.events() - progress_events > kIdleEvents || events.now() - progress_time > kIdle) {
        give_up("no progress");
    } else if (end == kNever && events.events() > event_limit) {
        give_up("too many events for its work");
    }
}

void World::Impl::give_up(const std::string& why) {
    over = true;
    put_in_order();
    const std::int64_t ms = events.now().time_since_epoch().count() / 1'000'000;
    std::string fraction = std::to_string(1000 + ms % 1000).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    const std::string seconds = std::to_string(ms / 1000) + (fraction.empty() ? "" : "." + fraction);
    diagnosis = why + " at " + seconds + " s: " + what_is_waited_for();
}

World::World(const Scenario& scenario, Observer* observer) : impl_(std::make_unique<Impl>(scenario, observer)) {}

World::~World() = default;

bool World::advance(std::uint64_t events) { return impl_->advance(events); }

RunProgress World::progress() const { return impl_->progress(); }

Results World::take_results() { return impl_->take_results(); }

Results simulate(const Scenario& scenario, Observer* observer) {
    World world(scenario, observer);
    while (!world.advance(UINT64_MAX)) {
    }
    return world.take_results();
}

}  // namespace tcplab
