#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <new>

#include "allocation/counting_new.hpp"
#include "experiment/workloads.hpp"
#include "experiment/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint64_t kWarm = 800'000;     // events
constexpr std::uint64_t kCounted = 400'000;  // events

// Where nothing is counted, only that it runs: a sanitizer takes its time.
std::uint64_t events(std::uint64_t n) { return counts_allocations ? n : n / 20; }

// Of a run that is warm, over kCounted events.
std::uint64_t allocations_when_warm(const Scenario& scenario) {
    World world(scenario);
    REQUIRE_FALSE(world.advance(events(kWarm)));
    const std::uint64_t before = allocations();
    REQUIRE_FALSE(world.advance(events(kCounted)));
    return allocations() - before;
}

// Of a whole run with that many transactions, its results included.
std::uint64_t allocations_of(Scenario scenario, std::uint32_t transactions) {
    scenario.page.objects.front().count = transactions;
    const std::uint64_t before = allocations();
    const Results results = simulate(scenario);
    REQUIRE(results.failed == 0);
    REQUIRE(results.transactions.size() == transactions);
    return allocations() - before;
}

// What one more transaction allocates: the difference of two runs, in hundredths.
std::uint64_t hundredths_per_transaction(const Scenario& scenario) {
    const std::uint32_t n = counts_allocations ? 4000 : 200;
    const std::uint64_t first = allocations_of(scenario, n);
    return 100 * (allocations_of(scenario, 2 * n) - first) / n;
}

// W1, longer than it is looked at.
Scenario downloads(std::uint32_t flows, CongestionControl control, bool attribution) {
    Scenario s = bulk_scenario(flows);
    s.duration = 3600s;
    s.attribution = attribution;
    s.client_tcp.congestion_control = s.server_tcp.congestion_control = control;
    return s;
}

// W2 over one connection.
Scenario persistent(std::uint32_t response, bool attribution) {
    Scenario s = short_scenario(1);
    s.attribution = attribution;
    s.client.strategy = Strategy::persistent;
    s.server.keep_alive_max = UINT32_MAX;
    s.page.objects.front().size = response;
    return s;
}

template <class Visit>
void for_each_download(const Visit& visit) {
    for (const bool attribution : {false, true}) {
        for (const std::uint32_t flows : {1U, 20U}) {
            for (const auto control : {CongestionControl::reno, CongestionControl::cubic, CongestionControl::bbr}) {
                CAPTURE(attribution);
                CAPTURE(flows);
                CAPTURE(static_cast<int>(control));
                visit(downloads(flows, control, attribution));
            }
        }
    }
}

}  // namespace

TEST_CASE("what counts allocations counts them") {
    const std::uint64_t before = allocations();
    void* memory = ::operator new(8);
    void* aligned = ::operator new(128, std::align_val_t(64));
    CHECK(allocations() - before == (counts_allocations ? 2 : 0));
    ::operator delete(memory);
    ::operator delete(aligned, std::align_val_t(64));
}

TEST_CASE("downloads that lose nothing allocate nothing") {
    for_each_download([](Scenario s) {
        s.link.down.queue.reset();
        s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 65'536;  // the window soon stops growing
        CHECK(allocations_when_warm(s) == 0);
    });
}

// What grows is a queue that is longer than ever: of a window, or of what waits behind a hole.
TEST_CASE("downloads that lose packets allocate hardly more than once a flow") {
    for_each_download([](Scenario s) {
        CHECK(allocations_when_warm(s) <= s.client.users);  // the queue drops a packet now and then
        s.link.down.loss = 0.001;
        s.link.down.reorder = 0.01;
        CHECK(allocations_when_warm(s) <= s.client.users);
    });
}

// With attribution its history. That more packets need no more shows that none needs any.
TEST_CASE("a transaction on a persistent connection allocates for its history, not for its packets") {
    for (const bool attribution : {false, true}) {
        const std::uint64_t small = hundredths_per_transaction(persistent(9'750, attribution));
        CHECK(small <= (attribution ? 510 : 6));
        CHECK(hundredths_per_transaction(persistent(100'000, attribution)) == small);
    }
}

// Both ends of it, the transaction's own and a row.
TEST_CASE("a transaction on a connection of its own allocates for the connection") {
    for (const bool attribution : {false, true}) {
        Scenario s = short_scenario(1);
        s.attribution = attribution;
        CHECK(hundredths_per_transaction(s) <= (attribution ? 1430 : 520));
    }
}
