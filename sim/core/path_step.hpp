#pragma once

#include <cstdint>

#include "core/causes.hpp"
#include "core/time.hpp"

namespace tcplab {

/// Where a message was.
enum class Place : std::uint8_t {
    client,    ///< had not left it: waiting, name look-up, opening a connection; or was read there
    request,   ///< on the way to the next hop, or waiting for it in a socket
    server,    ///< at the server or a proxy: being worked on
    response,  ///< on the way back, or waiting for it in a socket
};

/// A stretch of a critical path.
struct PathStep {
    Duration length{0};
    Cause cause = Cause::other;
    Place place = Place::client;
    std::uint32_t row = 0xffffffff;  ///< of the transaction whose path it is (Results::transactions); all ones: of none
};

}  // namespace tcplab
