#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "net/event_queue.hpp"
#include "net/network.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// Joins one host's stack and application to the network and the event queue: hands over what arrives and what is
/// due, and sends what comes of it. It owns neither; all of them outlive it.
class Host final : public PacketSink, public EventHandler {
  public:
    /// Adds itself to the network, under the stack's address, and to the event queue.
    Host(Network& network, EventQueue& events, Stack& stack, Application& application);

    /// For Network::connect().
    [[nodiscard]] NodeId node() const { return node_; }

    /// Starts the application. Once, when the network is built.
    void start(Time now);
    void on_packet(Time now, const Segment& segment) override;
    void on_event(Time now) override;

    /// Connections that reached their last state, in order, which are gone here then: a run may have millions.
    [[nodiscard]] std::vector<Stack::Finished> take_finished() { return std::exchange(finished_, {}); }
    /// Calls of the application so far: when they stand still, nothing progresses on this host.
    [[nodiscard]] std::uint64_t application_calls() const { return application_calls_; }

  private:
    void drain(Time now);
    void poll_finished();
    void wake_at(Time at);

    Network& network_;
    EventQueue& events_;
    Stack& stack_;
    Application& application_;
    NodeId node_;
    HandlerId handler_;
    // Wake-ups that are in the event queue, the earliest last. One is added only when it is earlier than all of
    // them; a deadline that moved back finds an early wake-up, which does nothing but schedule the next.
    std::vector<Time> wakes_;
    std::vector<Stack::Finished> finished_;
    std::uint64_t application_calls_ = 0;
};

}  // namespace tcplab
