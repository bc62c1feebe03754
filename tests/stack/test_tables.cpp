// The data structures below the stack, against the standard library's.
#include <map>
#include <random>
#include <set>
#include <unordered_map>

#include <doctest/doctest.h>

#include "stack/deadline_heap.hpp"
#include "stack/ports.hpp"
#include "stack/time_wait_table.hpp"
#include "stack/tuple_table.hpp"

using namespace tcplab;

namespace {

FourTuple numbered(std::uint32_t i) {
    return {{{0x0a000001}, static_cast<std::uint16_t>(i)}, {{0x0a000100 + (i >> 16U)}, 80}};
}

std::uint32_t hash_of(std::uint32_t i) { return static_cast<std::uint32_t>(hash_value(numbered(i))); }

}  // namespace

TEST_CASE("tuple table does what unordered_map does") {
    // Keys are few and hashes collide on purpose: only 3 bits of each are kept in one half of the runs.
    for (const std::uint32_t mask : {0x7U, 0xffffffffU}) {
        std::mt19937 random(mask);
        TupleTable table;
        std::unordered_map<std::uint32_t, std::uint32_t> model;  // key to handle
        std::unordered_map<std::uint32_t, std::uint32_t> keys;   // handle to key
        std::uint32_t next_handle = 0;
        for (int step = 0; step < 20000; ++step) {
            const std::uint32_t key = static_cast<std::uint32_t>(random()) % 300;
            const std::uint32_t hash = hash_of(key) & mask;
            const auto known = model.find(key);
            const std::uint32_t found = table.find(hash, [&](std::uint32_t h) { return keys.at(h) == key; });
            REQUIRE(found == (known == model.end() ? TupleTable::kNone : known->second));
            switch (random() % 3) {
                case 0:
                    if (known != model.end()) break;
                    keys[next_handle] = key;
                    model[key] = next_handle;
                    table.insert(hash, next_handle++);
                    break;
                case 1:
                    if (known == model.end()) break;
                    table.erase(hash, known->second);
                    keys.erase(known->second);
                    model.erase(known);
                    break;
                default:
                    if (known == model.end()) break;
                    table.replace(hash, known->second, next_handle);
                    keys.erase(known->second);
                    keys[next_handle] = key;
                    known->second = next_handle++;
            }
            REQUIRE(table.size() == model.size());
        }
        std::size_t counted = 0;
        table.for_each([&](std::uint32_t h) { counted += keys.count(h); });
        CHECK(counted == model.size());
    }
}

TEST_CASE("a million entries are found in a few probes") {
    constexpr std::uint32_t kMany = 1'000'000;
    TupleTable table;
    for (std::uint32_t i = 0; i < kMany; ++i) table.insert(hash_of(i), i);
    CHECK(table.size() == kMany);
    CHECK(table.longest_probe() < 64);
    std::uint32_t compared = 0;
    for (std::uint32_t i = 0; i < kMany; i += 7) {
        const std::uint32_t h = table.find(hash_of(i), [&](std::uint32_t x) {
            ++compared;
            return x == i;
        });
        REQUIRE(h == i);
    }
    CHECK(compared < kMany / 7 + 100);
}

TEST_CASE("port set does what a set does") {
    for (const std::uint32_t size : {5U, 64U, 100U, 1000U}) {
        std::mt19937 random(size);
        PortSet ports(size, 0);
        std::set<std::uint32_t> model;
        for (int step = 0; step < 5000; ++step) {
            const std::uint32_t i = static_cast<std::uint32_t>(random()) % size;
            // Phases of filling and of emptying
            if ((step / 1000) % 2 == 0 ? random() % 4 != 0 : random() % 4 == 0) {
                ports.insert(i);
                model.insert(i);
            } else {
                ports.erase(i);
                model.erase(i);
            }
            REQUIRE(ports.free_count() == size - model.size());
            REQUIRE(ports.contains(i) == (model.count(i) != 0));
            if (ports.free_count() == 0) continue;
            std::uint32_t want = static_cast<std::uint32_t>(random()) % size;
            const std::uint32_t got = ports.next_free(want);
            while (model.count(want) != 0) want = (want + 1) % size;
            REQUIRE(got == want);
        }
    }
}

TEST_CASE("ephemeral ports: every one once, then none, then the one that was freed") {
    EphemeralPorts ports(1024, 61023, 7);  // 60,000 of them
    const Ipv4Address local{0x0a000001};
    const Endpoint remote{{0x0a000002}, 80};
    std::set<std::uint16_t> given;
    std::uint32_t asked = 0;
    const auto any = [&](std::uint16_t) {
        ++asked;
        return true;
    };
    for (int i = 0; i < 60000; ++i) {
        const auto port = ports.take(local, remote, any);
        REQUIRE(port.has_value());
        REQUIRE(*port >= 1024);
        REQUIRE(*port <= 61023);
        REQUIRE(given.insert(*port).second);
    }
    CHECK(asked == 60000);
    CHECK_FALSE(ports.take(local, remote, any).has_value());
    CHECK(asked == 60000);
    CHECK(ports.take(local, {{0x0a000003}, 80}, any).has_value());  // another peer has all of its own
    ports.release({{local, 5000}, remote});
    CHECK(ports.take(local, remote, any) == std::uint16_t{5000});
    CHECK_FALSE(ports.take(local, remote, any).has_value());
}

TEST_CASE("ephemeral ports: the first depends on the seed and the peer, the next follows") {
    const Ipv4Address local{0x0a000001};
    const auto any = [](std::uint16_t) { return true; };
    std::set<std::uint16_t> first;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        EphemeralPorts ports(32768, 60999, seed);
        const std::uint16_t p = ports.take(local, {{1}, 80}, any).value();
        first.insert(p);
        first.insert(ports.take(local, {{2}, 80}, any).value());
        CHECK(ports.take(local, {{1}, 80}, any) == static_cast<std::uint16_t>(p == 60999 ? 32768 : p + 1));
    }
    CHECK(first.size() > 35);
}

TEST_CASE("time-wait table: oldest first, a restart goes to the back") {
    TimeWaitTable table(60s);
    CHECK(table.next_expiry() == kNever);
    std::map<std::uint32_t, std::uint32_t> handle;
    for (std::uint32_t i = 0; i < 5; ++i) {
        TimeWait t;
        t.tuple = numbered(i);
        handle[i] = table.add(kStart + i * 1s, t);
    }
    CHECK(table.count() == 5);
    table.restart(kStart + 10s, handle[0]);
    table.remove(handle[2]);
    CHECK(table.since(handle[0]) == kStart + 10s);
    std::vector<std::uint16_t> order;
    while (table.count() > 0) {
        const std::uint32_t h = table.oldest();
        CHECK(table.next_expiry() == table[h].expires);
        order.push_back(table[h].tuple.local.port);
        table.remove(h);
    }
    CHECK(order == std::vector<std::uint16_t>{1, 3, 4, 0});
    CHECK(table.peak() == 5);
    CHECK(table.next_expiry() == kNever);
}

TEST_CASE("time-wait table: how many used timestamps") {
    TimeWaitTable table(60s);
    CHECK(table.with_timestamps() == 0);
    std::vector<std::uint32_t> handles;
    for (std::uint32_t i = 0; i < 100; ++i) {
        TimeWait entry;
        entry.timestamps = i % 4 == 0;
        handles.push_back(table.add(kStart, entry));
    }
    CHECK(table.with_timestamps() == 25);
    for (std::uint32_t i = 0; i < 50; ++i) table.remove(handles[i]);
    CHECK(table.with_timestamps() == 12);
    table.restart(kStart, handles[52]);
    CHECK(table.with_timestamps() == 12);
    TimeWait entry;
    entry.timestamps = true;
    table.add(kStart, entry);  // in a place that is used again
    CHECK(table.with_timestamps() == 13);
    CHECK(table.count() == 51);
}

TEST_CASE("deadline heap: by time, then by order of push; pruned entries are gone") {
    std::mt19937 random(3);
    DeadlineHeap heap;
    std::multimap<Time, std::uint32_t> model;  // keeps the order of insertion among equals
    std::uint32_t handle = 0;
    for (int step = 0; step < 20000; ++step) {
        if (model.empty() || random() % 5 < 3) {
            const Time at = kStart + std::chrono::milliseconds(random() % 50);
            heap.push(at, handle);
            model.emplace(at, handle++);
        } else {
            REQUIRE(heap.top().at == model.begin()->first);
            REQUIRE(heap.top().handle == model.begin()->second);
            heap.pop();
            model.erase(model.begin());
        }
    }
    heap.prune([](const DeadlineHeap::Entry& e) { return e.handle % 3 != 0; });
    std::vector<std::uint32_t> want;
    for (const auto& [at, h] : model) {
        if (h % 3 == 0) want.push_back(h);
    }
    std::vector<std::uint32_t> got;
    for (; !heap.empty(); heap.pop()) got.push_back(heap.top().handle);
    CHECK(got == want);
}
