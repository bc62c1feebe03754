#pragma once

#include "core/time.hpp"
#include "stack/socket.hpp"

namespace tcplab {

/// A program on a host: a browser, a server, a bulk sender. It owns no clock; it calls its host's Stack from within
/// these three functions only, and the host sends what that produced as soon as they return.
class Application {
  public:
    Application() = default;
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    virtual ~Application() = default;

    /// Once, when the run starts (now == kStart).
    virtual void start(Time now) = 0;
    /// A socket of this application became ready (edge-triggered: act until would_block).
    virtual void on_socket(Time now, const SocketEvent& event) = 0;
    /// next_deadline() has come. May be called early; then it does nothing.
    virtual void on_deadline(Time now) = 0;
    /// When it wants to be woken next; kNever: not at all. Asked after each of the calls above.
    [[nodiscard]] virtual Time next_deadline() const = 0;
};

}  // namespace tcplab
