// Several hosts on one network: who gets how much, and what a queue holds.
#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "netsim/bulk.hpp"

using namespace tcplab;
using test::bytes_of;
using test::Dumbbell;
using test::scenario_of;

namespace {

/// Jain's index: 1 when all have the same, 1/n when one has everything.
double fairness(const std::vector<std::uint64_t>& shares) {
    double sum = 0;
    double squares = 0;
    for (const std::uint64_t s : shares) {
        sum += static_cast<double>(s);
        squares += static_cast<double>(s) * static_cast<double>(s);
    }
    return squares == 0 ? 1 : sum * sum / (static_cast<double>(shares.size()) * squares);
}

double total(const std::vector<std::uint64_t>& shares) {
    return static_cast<double>(std::accumulate(shares.begin(), shares.end(), std::uint64_t{0}));
}

Config with(CongestionControl which) {
    Config c = make_config(Profile::linux_);
    c.congestion_control = which;
    return c;
}

/// The packets that waited in the bottleneck towards the clients, and those that found no room.
class Queue final : public Observer {
  public:
    void on_packet(const PacketEvent& e, const Segment&) override {
        if (e.link != 1) return;
        if (e.fate == PacketFate::queue_full) {
            refused.push_back(e.entered);
        } else if (e.departed != kNever && e.departed - e.transmission > e.entered) {
            waits.push_back({e.entered, e.departed - e.transmission});
        }
    }
    /// How many wait at each instant at which one comes or goes: (instant, after it).
    [[nodiscard]] std::vector<std::pair<Time, int>> lengths() const {
        std::vector<std::pair<Time, int>> changes;
        for (const Wait& w : waits) {
            changes.emplace_back(w.from, 1);
            changes.emplace_back(w.until, -1);
        }
        // Of one instant, what comes comes first: a link's rule.
        std::sort(changes.begin(), changes.end(), [](const auto& a, const auto& b) {
            return a.first != b.first ? a.first < b.first : a.second > b.second;
        });
        int length = 0;
        for (auto& c : changes) c.second = length += c.second;
        return changes;
    }
    std::vector<Time> refused;

  private:
    struct Wait {
        Time from;
        Time until;
    };
    std::vector<Wait> waits;
};

}  // namespace

TEST_CASE("two equal flows share a bottleneck fairly over a minute, and use it") {
    for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic}) {
        for (const Duration rtt : {20ms, 40ms}) {
            for (const std::uint64_t queue : {25U, 50U, 100U}) {
                Dumbbell d;
                d.flows = 2;
                d.rtt = rtt;
                d.queue = queue;
                d.between = 370ms;
                d.tcp = with(which);
                const auto shares = bytes_of(simulate(scenario_of(d)));
                INFO("cubic " << (which == CongestionControl::cubic) << ", rtt " << to_ms(rtt) << " ms, queue " << queue
                              << ": " << shares[0] << " and " << shares[1]);
                CHECK(fairness(shares) >= (which == CongestionControl::reno ? 0.9 : 0.8));
                CHECK(total(shares) >= 0.9 * 60 * 10e6 / 8 * 1448 / 1500);
            }
        }
    }
}

TEST_CASE("two and ten equal flows: Jain's index is at least 0.95 over a minute") {
    for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic}) {
        for (const std::uint32_t flows : {2U, 10U}) {
            for (const Duration rtt : {20ms, 40ms, 80ms}) {
                for (const std::uint64_t queue : {50U, 100U, 200U}) {
                    Dumbbell d;
                    d.flows = flows;
                    d.rtt = rtt;
                    d.queue = queue;
                    d.between = 10ms;
                    d.tcp = with(which);
                    const auto shares = bytes_of(simulate(scenario_of(d)));
                    INFO("cubic " << (which == CongestionControl::cubic) << ", " << flows << " flows, rtt "
                                  << to_ms(rtt) << " ms, queue " << queue);
                    CHECK(fairness(shares) >= 0.95);
                    CHECK(total(shares) >= 0.97 * 60 * 10e6 / 8 * 1448 / 1500);
                }
            }
        }
    }
}

TEST_CASE("eight flows: nobody starves") {
    Dumbbell d;
    d.flows = 8;
    d.between = 110ms;
    d.tcp = with(CongestionControl::reno);
    const auto shares = bytes_of(simulate(scenario_of(d)));
    CHECK(fairness(shares) >= 0.8);
    CHECK(static_cast<double>(*std::min_element(shares.begin(), shares.end())) >= total(shares) / 8 / 4);
}

TEST_CASE("one flow fills a bottleneck whose queue has no limit") {
    for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic}) {
        for (const Profile profile : {Profile::linux_, Profile::rfc}) {
            Dumbbell d;
            d.tcp = make_config(profile);
            d.tcp.congestion_control = which;
            d.queue.reset();
            const double most = 60 * 10e6 / 8 * 1448 / 1500;
            const double got = total(bytes_of(simulate(scenario_of(d))));
            CHECK(got <= most);
            CHECK(got >= 0.98 * most);
        }
    }
}

TEST_CASE("a clamped window: throughput is window / RTT, whatever the rate") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        for (const std::uint64_t window : {14'480U, 28'960U, 57'920U}) {
            for (const Duration rtt : {20ms, 100ms, 300ms}) {
                Dumbbell d;
                d.tcp = make_config(profile);
                d.tcp.mss = 1448 + (d.tcp.timestamps ? 12 : 0);
                d.tcp.window_clamp = window;
                d.tcp.delayed_ack = 0ms;
                d.rtt = rtt;
                d.rate = BitRate{};
                d.queue.reset();
                d.duration = 30s;
                const double rounds = to_ms(d.duration) / to_ms(rtt);
                const double got = total(bytes_of(simulate(scenario_of(d))));
                INFO("profile " << static_cast<int>(profile) << ", window " << window << ", rtt " << to_ms(rtt));
                CHECK(got <= rounds * static_cast<double>(window));
                // Slow start takes some rounds, and the window's edge moves by whole segments.
                CHECK(got >= (rounds - 12) * static_cast<double>(window - d.tcp.mss));
            }
        }
    }
}

TEST_CASE("a queue never holds more than its limit, and refuses only when it is full") {
    for (const std::uint64_t limit : {1U, 5U, 40U}) {
        Dumbbell d;
        d.flows = 3;
        d.queue = limit;
        d.between = 50ms;
        d.duration = 10s;
        Queue queue;
        const Results r = simulate(scenario_of(d), &queue);
        const auto lengths = queue.lengths();
        int longest = 0;
        for (const auto& l : lengths) longest = std::max(longest, l.second);
        CHECK(longest == static_cast<int>(limit));
        REQUIRE(queue.refused.size() == r.down.dropped_queue);
        REQUIRE(!queue.refused.empty());
        for (const Time t : queue.refused) {
            auto at = std::lower_bound(lengths.begin(), lengths.end(), t,
                                       [](const auto& l, Time when) { return l.first < when; });
            int held = at == lengths.begin() ? 0 : (at - 1)->second;
            for (; at != lengths.end() && at->first == t; ++at) held = std::max(held, at->second);
            REQUIRE(held == static_cast<int>(limit));
        }
    }
}

TEST_CASE("a hundred users with six connections each: all pages are complete") {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = 20ms;
    s.link.up.rate = s.link.down.rate = BitRate{50'000'000};
    s.link.up.queue = s.link.down.queue = 200;
    LinkConfig access;
    access.delay = 5ms;
    access.rate = BitRate{10'000'000};
    s.access = {access, access};
    s.client.users = 100;
    s.client.arrival = {ArrivalKind::every, 5ms, 0};
    s.client.strategy = Strategy::parallel;
    s.client.connections = 6;
    s.server.backlog = 16;
    s.page.has_html = true;
    for (std::uint32_t i = 0; i < 13; ++i) {
        PageObject o;
        o.name = i == 0 ? "html" : "object" + std::to_string(i);
        o.path = "/" + o.name;
        o.size = 10'000;
        if (i > 0) o.after = {0};
        s.page.objects.push_back(o);
    }
    const Results r = simulate(s);
    CHECK(r.diagnosis == "");
    CHECK(r.failed == 0);
    CHECK(r.transactions.size() == 1300);
    CHECK(r.connections.size() == 1300);
    CHECK(r.max_open_connections > 300);
    CHECK(r.down.dropped_queue > 0);  // it was crowded
    std::set<std::uint32_t> users;
    for (const PageResult& p : r.pages) {
        CHECK(p.done != kNever);
        users.insert(p.user);
    }
    CHECK(users.size() == 100);
    for (const Transaction& t : r.transactions) CHECK(t.response_bytes == 10'250);
}
