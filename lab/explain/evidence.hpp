#pragma once

#include <vector>

#include "explain/facts.hpp"
#include "explain/scenes.hpp"

namespace tcplab::explain {

/// What a path tells beyond its causes of what may help.
struct Evidence {
    bool lost_handshake = false;  ///< a SYN or SYN-ACK was lost, or found no room
    bool backlog = false;         ///< that was why
    bool lost_data = false;       ///< anything else was lost
    bool timeout = false;         ///< until a retransmission timeout
    bool queue_full = false;      ///< a queue dropped something, anywhere in the run
    bool client_buffer = false;   ///< a send buffer held bytes back
    bool server_buffer = false;
    bool gap = false;          ///< client.gap was waited for
    bool connections = false;  ///< or a free connection
    bool workers = false;      ///< or a worker
    bool no_port = false;      ///< a connection found no port
};

/// Of the path's longest scenes, which are to be as it was, in detail.
Evidence evidence_of(const std::vector<Scene>& scenes, const Facts& facts);

}  // namespace tcplab::explain
