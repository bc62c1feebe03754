#include <doctest/doctest.h>

#include "core/address.hpp"
#include "core/time.hpp"
#include "core/units.hpp"

using namespace tcplab;

TEST_CASE("a packet's transmission time") {
    CHECK(transmission_time(1500, BitRate{1'500'000}) == 8ms);
    CHECK(transmission_time(1500, BitRate{10'000'000}) == 1200us);
    CHECK(transmission_time(40, BitRate{1'000'000'000}) == 320ns);
    CHECK(transmission_time(0, BitRate{1'000'000}) == 0ns);
}

TEST_CASE("an unlimited rate takes no time") {
    CHECK(BitRate{}.unlimited());
    CHECK_FALSE(BitRate{1}.unlimited());
    CHECK(transmission_time(1'000'000, BitRate{}) == 0ns);
}

TEST_CASE("a transmission time is rounded up to a nanosecond") {
    CHECK(transmission_time(1, BitRate{3'000'000'000}) == 3ns);   // 2.67
    CHECK(transmission_time(1, BitRate{8'000'000'000}) == 1ns);   // exactly
    CHECK(transmission_time(1, BitRate{80'000'000'000}) == 1ns);  // 0.1
}

TEST_CASE("transmission times are exact for 2 GB and for slow links") {
    CHECK(transmission_time(2'000'000'000, BitRate{8}) == 2'000'000'000s);
    CHECK(transmission_time(1500, BitRate{300}) == 40s);
}

TEST_CASE("the clock has no now() and kNever is last") {
    CHECK(kStart < kStart + 1ns);
    CHECK(kStart + 3'000'000'000s < kNever);
    CHECK(to_ms(kStart + 1500us) == doctest::Approx(1.5));
}

TEST_CASE("addresses as text") {
    CHECK(to_string(Ipv4Address{0x0a000001}) == "10.0.0.1");
    CHECK(to_string(Ipv4Address{0xffffff00}) == "255.255.255.0");
    CHECK(to_string(Endpoint{Ipv4Address{0xc0a80117}, 8080}) == "192.168.1.23:8080");
}

TEST_CASE("a four-tuple's hash tells ends, ports and addresses apart") {
    const Endpoint a{Ipv4Address{1}, 1000};
    const Endpoint b{Ipv4Address{2}, 80};
    CHECK(hash_value(FourTuple{a, b}) == hash_value(FourTuple{a, b}));
    CHECK(hash_value(FourTuple{a, b}) != hash_value(FourTuple{b, a}));
    CHECK(hash_value(FourTuple{a, b}) != hash_value(FourTuple{{a.address, 1001}, b}));
    CHECK(hash_value(FourTuple{a, b}) != hash_value(FourTuple{{Ipv4Address{3}, 1000}, b}));
}
