#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "experiment/connection_log.hpp"
#include "experiment/world.hpp"
#include "host/host.hpp"
#include "http/browser.hpp"
#include "http/page_plan.hpp"
#include "http/proxy.hpp"
#include "http/server.hpp"
#include "stack/share.hpp"

namespace tcplab {

struct World::Impl {
    struct Client {
        Client(Impl& world, std::uint32_t number, const std::shared_ptr<StackShare>& tcp);
        Stack stack;
        Browser browser;
        Host host;
    };

    struct Origin {
        Origin(Impl& world, std::uint32_t number, const ServerConfig& config, std::uint16_t port);
        Stack stack;
        Server server;
        Host host;
    };

    struct ProxyHost {
        ProxyHost(Impl& world, std::uint32_t number, const ProxySetup& setup);
        Stack stack;
        Proxy proxy;
        Host host;
    };

    Impl(const Scenario& s, Observer* observer);
    bool advance(std::uint64_t limit);
    [[nodiscard]] RunProgress progress() const;  // progress.cpp
    Results take_results();

  private:
    // world.cpp: building and running
    [[nodiscard]] StackSeeds seeds(std::uint32_t host) const;
    [[nodiscard]] FirstHops first_hops() const;
    [[nodiscard]] Attribution attribution() const {
        if (!scenario.attribution) return {};
        return {true, scenario.story};
    }
    [[nodiscard]] ServerRole role(std::uint32_t number) const;
    [[nodiscard]] NextHops next_hops(std::uint32_t proxy) const;
    [[nodiscard]] std::vector<Endpoint> servers_after(std::uint32_t hops) const;
    [[nodiscard]] std::vector<Time> take_starts(std::uint32_t client) const;
    void observe(Observer& observer);
    void connect_all();
    void connect_clients(NodeId left);
    void connect_proxies(NodeId left, const std::vector<NodeId>& routers);
    void connect_origins(NodeId right, const std::vector<LinkPair>& legs);
    void start();
    bool is_over();
    void look_around();
    void give_up_if_stuck();
    [[nodiscard]] std::uint64_t application_calls() const;
    void give_up(const std::string& why);

    // collect.cpp: the results
    [[nodiscard]] std::string what_is_waited_for() const;
    void put_in_order();
    [[nodiscard]] std::vector<PathStep> story() const;
    void take_ends();
    void take_unfinished();
    void collect_transactions(Results& r);
    void collect_clients(Results& r) const;
    [[nodiscard]] std::uint32_t count_duplicates(const std::vector<Transaction>& transactions) const;
    void collect_servers(Results& r) const;
    void collect_links(Results& r) const;
    void collect_connections(Results& r, std::size_t client_hosts);
    [[nodiscard]] std::uint32_t client_of(const Transaction& t) const {
        return (t.user - 1) / scenario.client.users_per_host;
    }

    const Scenario& scenario;
    EventQueue events;
    Network network;
    PagePlan plan;
    FirstHops browser_hops;
    std::vector<Time> starts;    // by user
    TransactionLog log;          // of all clients
    std::vector<PathStep> told;  // the story, once they are in order
    ConnectionLog connections;   // as far as they are over
    std::deque<Origin> origins;  // the page's own server, then the others
    std::deque<Client> clients;
    std::deque<ProxyHost> proxies;  // in order
    LinkId shared_link = 0;

    Time end = kNever;
    std::uint64_t event_limit = 0;
    bool over = false;
    std::string diagnosis;
    std::size_t first_unfinished = 0;  // clients before it have finished their pages
    std::size_t maybe_open = 0;        // the client that had an open connection when last asked

    // Of the checks for a run that is stuck.
    std::uint64_t next_check = 0;  // in events
    std::uint64_t calls = 0;       // of applications, at the last progress
    std::uint64_t progress_events = 0;
    Time progress_time = kStart;
    std::uint64_t instant_events = 0;  // at the last check that saw time move
    Time instant = kStart;
};

}  // namespace tcplab
