#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcplab {

/// An IPv4 address in host byte order: 10.0.0.1 is 0x0a000001.
struct Ipv4Address {
    std::uint32_t value = 0;
    auto operator<=>(const Ipv4Address&) const = default;
};

/// An address and a port. Port 0: not chosen yet.
struct Endpoint {
    Ipv4Address address;
    std::uint16_t port = 0;
    auto operator<=>(const Endpoint&) const = default;
};

/// What names a connection (RFC 9293 3.3.1), as one end sees it.
struct FourTuple {
    Endpoint local;
    Endpoint remote;
    auto operator<=>(const FourTuple&) const = default;
};

/// 2^64 divided by the golden ratio, for multiplicative hashing (Knuth, volume 3, 6.4).
inline constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15ULL;

/// A well-mixed 64-bit value of `x` (the finaliser of SplitMix64, Steele et al. 2014).
constexpr std::uint64_t mix64(std::uint64_t x) {
    x += kGoldenRatio;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31U);
}

constexpr std::uint64_t hash_value(const FourTuple& t) {
    const std::uint64_t addresses = (std::uint64_t{t.local.address.value} << 32U) | t.remote.address.value;
    const std::uint64_t ports = (std::uint64_t{t.local.port} << 16U) | t.remote.port;
    return mix64(addresses ^ mix64(ports));
}

struct FourTupleHash {
    std::size_t operator()(const FourTuple& t) const { return static_cast<std::size_t>(hash_value(t)); }
};

/// "10.0.0.1"
std::string to_string(Ipv4Address a);
/// Whether a URL's host is an address and no name: four numbers from 0 to 255 without leading zeros (RFC 3986 3.2.2).
bool is_ipv4_address(std::string_view host);
/// "10.0.0.1:80"
std::string to_string(const Endpoint& e);

}  // namespace tcplab
