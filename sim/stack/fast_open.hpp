#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/address.hpp"
#include "tcp/fast_open.hpp"

namespace tcplab {

/// A server's Fast Open cookies (RFC 7413 4.1.2): 8 bytes that only the owner of an address can have got.
class FastOpenCookies {
  public:
    explicit FastOpenCookies(std::uint64_t seed) : seed_(seed) {}

    /// The cookie of a client, in an option like the one it sent.
    [[nodiscard]] FastOpenOption make(Ipv4Address client, Ipv4Address server, FastOpenOption::Kind kind) const;
    [[nodiscard]] bool valid(const FastOpenOption& shown, Ipv4Address client, Ipv4Address server) const;

  private:
    std::uint64_t seed_;
};

/// What a client remembers of servers, by address (RFC 7413 4.1.3; tcp_fastopen_cache_get, tcp_fastopen_cache_set).
class FastOpenCache {
  public:
    /// For a SYN to `server`: its cookie, with data, or a request for one.
    [[nodiscard]] FastOpenRequest request(Ipv4Address server) const;
    /// Whether request() has a cookie.
    [[nodiscard]] bool knows(Ipv4Address server) const;
    /// What a connection to `server` has found out.
    void learn(Ipv4Address server, const FastOpen& outcome, bool syn_repeated);

  private:
    struct Entry {
        FastOpenOption cookie;  // of length 0: none
        std::uint16_t mss = 65535;
        // 1: the server has not answered option 34, try the experimental one; 2: nor that, back again
        std::uint8_t attempt = 0;
    };
    std::unordered_map<std::uint32_t, Entry> servers_;  // never iterated
};

}  // namespace tcplab
