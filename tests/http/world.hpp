#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/browser.hpp"
#include "http/page_plan.hpp"
#include "http/server.hpp"
#include "stack/stack.hpp"

namespace tcplab {

inline constexpr Ipv4Address kClientAddress{0x0a000001};
inline constexpr Ipv4Address kServerAddress{0x0a000002};

/// A client's and a server's stack joined by a fixed delay and nothing else: no rate, no loss, no other host.
class World {
  public:
    World(const Config& at_client, const Config& at_server, Duration one_way)
        : client(kClientAddress, at_client, {1, 2}), server(kServerAddress, at_server, {3, 4}), delay_(one_way) {}

    /// Runs until nothing is left to do or `until` has come.
    void run(Application& a, Application& b, Time until = kStart + 3600s) {
        b.start(now);
        settle(a, b);
        a.start(now);
        settle(a, b);
        while (true) {
            Time next =
                std::min({client.next_deadline(), server.next_deadline(), a.next_deadline(), b.next_deadline()});
            if (!flying_.empty()) next = std::min(next, flying_.front().at);
            if (next == kNever || next > until) return;
            now = std::max(now, next);
            while (!flying_.empty() && flying_.front().at <= now) {
                const Flying f = flying_.front();
                flying_.erase(flying_.begin());
                (f.to_server ? server : client).on_segment(now, f.segment);
                if (!polls_late) settle(a, b);
            }
            settle(a, b);
            client.on_deadline(now);
            server.on_deadline(now);
            a.on_deadline(now);
            b.on_deadline(now);
            settle(a, b);
        }
    }

    Stack client;
    Stack server;
    std::uint32_t connects = 0;  ///< SYNs that the client sent
    /// Sees every segment; false: it is lost.
    std::function<bool(const Segment&, bool to_server)> filter;
    /// Applications hear of all segments of one instant together, as of those that a card has gathered.
    bool polls_late = false;
    Time now = kStart;
    std::vector<Stack::Finished> finished_at_client;
    std::vector<Stack::Finished> finished_at_server;

  private:
    struct Flying {
        Time at;
        bool to_server;
        Segment segment;
    };

    void settle(Application& a, Application& b) {
        bool busy = true;
        while (busy) {
            busy = emit(client, true) || emit(server, false);
            SocketEvent e;
            while (client.poll_event(e)) {
                a.on_socket(now, e);
                busy = true;
            }
            while (server.poll_event(e)) {
                b.on_socket(now, e);
                busy = true;
            }
        }
        Stack::Finished f;
        while (client.poll_finished(f)) finished_at_client.push_back(f);
        while (server.poll_finished(f)) finished_at_server.push_back(f);
    }

    bool emit(Stack& from, bool to_server) {
        bool any = false;
        Segment s;
        while (from.poll_segment(now, s)) {
            any = true;
            if (to_server && s.has(flag::syn)) ++connects;
            if (!filter || filter(s, to_server)) flying_.push_back({now + delay_, to_server, s});
        }
        return any;
    }

    Duration delay_;
    std::vector<Flying> flying_;  // the delay is fixed: in order of arrival
};

/// A page of an html (if any bytes are given) and objects that wait for it.
inline Page make_page(std::optional<std::uint64_t> html, const std::vector<std::uint64_t>& sizes) {
    Page page;
    if (html) {
        PageObject o;
        o.name = "html";
        o.path = "/";
        o.size = *html;
        page.objects.push_back(o);
        page.has_html = true;
    }
    for (const std::uint64_t size : sizes) {
        PageObject o;
        o.name = "object" + std::to_string(page.objects.size());
        o.path = "/" + o.name;
        o.size = size;
        if (html) o.after = {0};
        page.objects.push_back(o);
    }
    return page;
}

/// One browser and one server, from a scenario's tables to their rows. Round trip 100 ms, immediate acknowledgements.
struct Load {
    explicit Load(Page p) : page(std::move(p)) {
        tcp = make_config(Profile::linux_);
        tcp.delayed_ack = 0ms;
        server_tcp = tcp;
    }

    void run(Time until = kStart + 3600s) {
        world = std::make_unique<World>(tcp, server_tcp, 50ms);
        world->filter = filter;
        world->polls_late = polls_late;
        plan = std::make_unique<PagePlan>(RequestContext{&client, &hosts, false, tls.has_value()}, page);
        const Endpoint at{kServerAddress, client.port};
        const bool multiplexed = client.strategy == Strategy::multiplexed;
        const ServerRole role{0, client.close, tls ? &*tls : nullptr, multiplexed ? &client.multiplexed : nullptr};
        log = TransactionLog();
        hops = {{at}, dns, tls};
        browser = std::make_unique<Browser>(world->client, *plan, hops, 1, starts, log);
        std::unique_ptr<Application> other;
        if (serve) {
            other = serve(world->server);
        } else {
            application = std::make_unique<Server>(world->server, server, page, at, role);
        }
        world->run(*browser, other ? *other : *application, until);
        rows = log.transactions;
        pages = browser->pages();
    }
    /// Milliseconds.
    [[nodiscard]] double done(std::size_t row) const { return to_ms(rows.at(row).done); }

    Page page;
    ClientConfig client;
    ServerConfig server;
    Config tcp;
    Config server_tcp;
    std::optional<DnsConfig> dns;
    std::optional<TlsConfig> tls;
    FirstHops hops;
    std::vector<HostConfig> hosts;
    std::vector<Time> starts{kStart};
    std::function<bool(const Segment&, bool to_server)> filter;
    bool polls_late = false;
    /// Makes another server than the usual one.
    std::function<std::unique_ptr<Application>(Stack&)> serve;

    std::unique_ptr<World> world;
    std::unique_ptr<PagePlan> plan;
    TransactionLog log;
    std::unique_ptr<Browser> browser;
    std::unique_ptr<Server> application;
    std::vector<Transaction> rows;
    std::vector<PageResult> pages;
};

/// Of a row that is over: its phases are no shorter than nothing, and follow each other without a gap.
inline void check_phases(const Transaction& t) {
    const Phases p = phases(t);
    for (const Duration d : {p.blocked, p.dns, p.connect, p.tls, p.send, p.wait, p.receive}) CHECK(d >= 0ns);
    const Duration before_request = p.blocked + p.dns + p.connect + p.tls;
    CHECK(before_request + p.send + p.wait + p.receive == t.done - t.wanted);
    if (t.send_begin != kNever) CHECK(t.wanted + before_request == t.send_begin);
}

// What became of each row, in order.
using Times = std::vector<double>;
using Errors = std::vector<std::string>;
using Retries = std::vector<std::uint16_t>;

/// Milliseconds; -1: it is not done.
inline Times done_times(const Load& load) {
    Times out;
    for (const Transaction& t : load.rows) out.push_back(t.done == kNever ? -1 : to_ms(t.done));
    return out;
}

inline Errors errors(const Load& load) {
    Errors out;
    for (const Transaction& t : load.rows) out.push_back(to_string(t.failure));
    return out;
}

inline Retries retries(const Load& load) {
    Retries out;
    for (const Transaction& t : load.rows) out.push_back(t.retries);
    return out;
}

}  // namespace tcplab
