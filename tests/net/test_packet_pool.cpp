#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <vector>

#include "core/ring.hpp"
#include "net/packet_pool.hpp"

using namespace tcplab;

TEST_CASE("packets have different names and stable addresses") {
    PacketPool pool;
    std::set<PacketIndex> names;
    std::vector<Packet*> addresses;
    for (std::uint32_t i = 0; i < 1000; ++i) {
        const PacketIndex index = pool.acquire();
        CHECK(names.insert(index).second);
        addresses.push_back(&pool[index]);
        pool[index].size = i;
    }
    CHECK(pool.in_use() == 1000);
    for (std::uint32_t i = 0; i < 1000; ++i) CHECK(addresses[i]->size == i);
}

TEST_CASE("what was released is used again, without payload") {
    PacketPool pool;
    const PacketIndex first = pool.acquire();
    pool[first].segment.payload = Payload::of("bytes");
    pool.release(first);
    CHECK(pool.in_use() == 0);
    const PacketIndex second = pool.acquire();
    CHECK(second == first);
    CHECK(pool[second].segment.payload.length == 0);
}

TEST_CASE("a released packet lets its content go") {
    PacketPool pool;
    const Payload payload = Payload::of("bytes");
    const PacketIndex index = pool.acquire();
    pool[index].segment.payload = payload;
    CHECK(payload.content->owners == 2);
    pool.release(index);
    CHECK(payload.content->owners == 1);
}

TEST_CASE("numbers count from 1") {
    PacketPool pool;
    CHECK(pool.next_number() == 1);
    CHECK(pool.next_number() == 2);
}

TEST_CASE("a ring keeps its order while it grows and wraps") {
    Ring<int> ring;
    CHECK(ring.empty());
    int in = 0;
    int out = 0;
    for (int round = 0; round < 50; ++round) {
        for (int i = 0; i < round; ++i) ring.push_back(in++);
        for (int i = 0; i < round - 2; ++i) {
            REQUIRE(ring.front() == out++);
            ring.pop_front();
        }
        REQUIRE(ring.size() == static_cast<std::uint32_t>(in - out));
        for (std::uint32_t i = 0; i < ring.size(); ++i) REQUIRE(ring[i] == out + static_cast<int>(i));
    }
}
