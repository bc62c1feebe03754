#include <doctest/doctest.h>

#include "core/address.hpp"

using namespace tcplab;

TEST_CASE("addresses and names (RFC 3986 3.2.2)") {
    for (const char* address : {"192.0.2.1", "0.0.0.0", "255.255.255.255", "10.9.0.100"}) {
        CAPTURE(address);
        CHECK(is_ipv4_address(address));
    }
    for (const char* name :
         {"", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.5", "1.2.3.4.", "256.1.1.1", "1.2.3.999", "01.2.3.4",
          "1.2.3.00", "1.2.3.4444", "1.2.3.x", "+1.2.3.4", "www.example.com"}) {
        CAPTURE(name);
        CHECK_FALSE(is_ipv4_address(name));
    }
}

TEST_CASE("as text") {
    CHECK(to_string(Ipv4Address{0xc0000201}) == "192.0.2.1");
    CHECK(to_string(Endpoint{{0x0a000001}, 80}) == "10.0.0.1:80");
}
