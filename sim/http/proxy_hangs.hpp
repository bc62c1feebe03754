#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace tcplab {

/// What waited for nothing at a proxy that passes on what it does not look at.
struct ProxyHangs {
    enum class End : std::uint8_t {
        next_hop,  ///< closed its connection
        timeout,   ///< the proxy's own
        client,    ///< is gone
        run,       ///< is over
    };
    /// Connections of a blind relay's clients with further requests behind the one that was relayed: nobody reads them.
    std::uint32_t connections = 0;
    Duration longest{0};      ///< that such a request was there before the connection's end
    End end = End::next_hop;  ///< of the longest
    std::uint32_t hop = 0;    ///< of the longest: in NextHops::servers, if no proxy follows

    /// Tunnels that nobody used until the proxy's timeout, while requests waited for one of its `connections`.
    std::uint32_t tunnels = 0;
};

}  // namespace tcplab
