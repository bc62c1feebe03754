#pragma once

#include <cstdint>

#include "trace/observer.hpp"

namespace tcplab::report {

/// Lets two observers see the same run.
class BothObservers final : public Observer {
  public:
    BothObservers(Observer& first, Observer& second) : first_(first), second_(second) {}

    void on_sent(Time now, std::uint64_t packet, const Segment& segment) override {
        first_.on_sent(now, packet, segment);
        second_.on_sent(now, packet, segment);
    }
    void on_copied(Time now, std::uint64_t copy, std::uint64_t original) override {
        first_.on_copied(now, copy, original);
        second_.on_copied(now, copy, original);
    }
    void on_packet(const PacketEvent& event, const Segment& segment) override {
        first_.on_packet(event, segment);
        second_.on_packet(event, segment);
    }
    void on_tcp(Time now, const TcpSnapshot& snapshot) override {
        first_.on_tcp(now, snapshot);
        second_.on_tcp(now, snapshot);
    }
    void on_timer(Time now, const FourTuple& tuple, FiredTimer timer) override {
        first_.on_timer(now, tuple, timer);
        second_.on_timer(now, tuple, timer);
    }
    void on_hold(Time now, const FourTuple& tuple, Hold hold) override {
        first_.on_hold(now, tuple, hold);
        second_.on_hold(now, tuple, hold);
    }

  private:
    Observer& first_;
    Observer& second_;
};

}  // namespace tcplab::report
