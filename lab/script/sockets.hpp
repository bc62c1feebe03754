#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "script/peers.hpp"
#include "script/script.hpp"
#include "stack/stack.hpp"

namespace tcplab::script {

/// What a call came to.
struct CallOutcome {
    bool blocked = false;    ///< it waits; to be made again when something happened
    Time wake = kNever;      ///< a blocked call's own deadline
    std::int64_t value = 0;  ///< -1: failed
    std::string error;       ///< errno's name
    std::string problem;     ///< what it gave back is not what the script says, or the call cannot be made here
};

/// How far a call has come that was blocked.
struct CallProgress {
    bool begun = false;
    Time began{};
    std::uint64_t done = 0;  ///< bytes
};

/// The script's descriptors and the socket calls on them.
class Sockets {
  public:
    Sockets(Stack& stack, Peers& peers, const Script& script) : stack_(&stack), peers_(&peers), script_(&script) {}

    /// Makes a call, or goes on with one that was blocked. One that would block returns EAGAIN on a descriptor with
    /// O_NONBLOCK.
    CallOutcome call(Time now, const Call& call, CallProgress& progress);
    /// The socket that TCP_INFO is of: the one of the current connection, else the last one made; kNoSocket: none.
    [[nodiscard]] SocketId watched() const;

  private:
    struct Descriptor {
        SocketId socket = kNoSocket;
        bool nonblocking = false;
        bool keepalive = false;
        Duration keepalive_idle{0};
    };
    /// A call being made.
    struct Request {
        Time now;
        const Call& call;
        CallProgress& progress;
        Descriptor* descriptor = nullptr;  ///< that the first argument names; nullptr: none
        [[nodiscard]] const Value& argument(std::size_t i) const { return call.arguments[i]; }
        [[nodiscard]] std::size_t arguments() const { return call.arguments.size(); }
    };
    friend struct CallTable;

    CallOutcome socket(Request& r);
    CallOutcome bind(Request& r);
    CallOutcome listen(Request& r);
    CallOutcome accept(Request& r);
    CallOutcome connect(Request& r);
    CallOutcome read(Request& r);
    CallOutcome write(Request& r);
    CallOutcome close(Request& r);
    CallOutcome shutdown(Request& r);
    CallOutcome fcntl(Request& r);
    CallOutcome ioctl(Request& r);
    CallOutcome poll(Request& r);
    CallOutcome setsockopt(Request& r);
    CallOutcome getsockopt(Request& r);

    [[nodiscard]] bool may_block(const Request& r) const;
    CallOutcome would_block(const Request& r) const;
    CallOutcome new_descriptor(const Request& r, Descriptor d);
    CallOutcome set_keepalive(Request& r);
    std::optional<CallOutcome> fast_open(Request& r, const std::vector<Piece>& pieces, bool waits);

    Stack* stack_;
    Peers* peers_;
    const Script* script_;
    std::map<std::int64_t, Descriptor> descriptors_;  // by the script's number
    SocketId last_made_ = kNoSocket;
};

}  // namespace tcplab::script
