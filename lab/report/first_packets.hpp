#pragma once

#include <cstdint>

#include "trace/observer.hpp"

namespace tcplab::report {

/// Lets another observer see a run's first packets and what goes on meanwhile, and nothing that comes later: so that
/// it does not keep more than so much.
class FirstPackets final : public Observer {
  public:
    FirstPackets(Observer& inner, std::uint64_t most) : inner_(inner), most_(most) {}

    void on_sent(Time now, std::uint64_t packet, const Segment& segment) override {
        if (admits(now, packet)) inner_.on_sent(now, packet, segment);
    }
    void on_copied(Time now, std::uint64_t copy, std::uint64_t original) override {
        if (admits(now, copy)) inner_.on_copied(now, copy, original);
    }
    void on_packet(const PacketEvent& event, const Segment& segment) override {
        if (event.packet <= most_) inner_.on_packet(event, segment);
    }
    void on_tcp(Time now, const TcpSnapshot& snapshot) override {
        if (stopped_ == kNever) inner_.on_tcp(now, snapshot);
    }
    void on_hold(Time now, const FourTuple& tuple, Hold hold) override {
        if (stopped_ == kNever) inner_.on_hold(now, tuple, hold);
    }
    void on_timer(Time now, const FourTuple& tuple, FiredTimer timer) override {
        if (stopped_ == kNever) inner_.on_timer(now, tuple, timer);
    }

    /// When the first packet was left out; kNever: none was.
    [[nodiscard]] Time stopped() const { return stopped_; }

  private:
    bool admits(Time now, std::uint64_t packet) {
        if (packet > most_ && stopped_ == kNever) stopped_ = now;
        return packet <= most_;
    }

    Observer& inner_;
    std::uint64_t most_;
    Time stopped_ = kNever;
};

}  // namespace tcplab::report
