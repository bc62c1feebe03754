#pragma once

#include <cstdint>
#include <memory>
#include <variant>

#include "core/time.hpp"
#include "tcp/config.hpp"
#include "tcp/congestion/bbr.hpp"

namespace tcplab {

/// The congestion window, in segments as Linux counts it.
struct CongestionWindow {
    std::uint32_t cwnd = 10;
    std::uint32_t ssthresh = kInfiniteSegments;
    std::uint32_t count = 0;        ///< acknowledged segments towards the next increase
    std::uint64_t pacing_rate = 0;  ///< bytes per second (sk_pacing_rate); 0: not yet known

    [[nodiscard]] bool in_slow_start() const { return cwnd < ssthresh; }
    /// Slow start by `acked` segments, up to ssthresh; what is left of `acked` is for congestion avoidance.
    std::uint32_t slow_start(std::uint32_t acked);
    /// One segment more for every `every` segments acknowledged.
    void increase(std::uint32_t every, std::uint32_t acked);
};

/// What an acknowledgement told.
struct AckSample {
    Time now;
    std::uint32_t acked = 0;  ///< segments newly delivered
    Duration rtt{-1};         ///< of the newest segment acknowledged that was sent once; negative: none
    std::uint64_t una = 0;    ///< SND.UNA after it
    std::uint64_t nxt = 0;    ///< SND.NXT
    bool paced = false;       ///< segments are spread over the round trip
    bool hystart = true;      ///< slow start may end before a loss
    Time begun{};             ///< when the handshake was done
    Duration burst_delay{0};  ///< how long a full send-offload burst lasts at the current rate, at most 1 ms
};

/// RFC 5681.
class Reno {
  public:
    void reset(Time, std::uint64_t) {}
    void on_rtt(CongestionWindow&, const AckSample&) {}
    void on_ack(CongestionWindow& w, const AckSample& s);
    std::uint32_t ssthresh_after_loss(const CongestionWindow& w);
    void on_timeout(Time, std::uint64_t) {}
    void on_restart(CongestionWindow&, Duration, Time) {}
};

/// RFC 9438 with the constants, integer steps and HyStart of Linux (net/ipv4/tcp_cubic.c). Until the first sample it
/// has no memory.
class Cubic {
  public:
    void reset(Time now, std::uint64_t nxt);
    void on_rtt(CongestionWindow& w, const AckSample& s);
    void on_ack(CongestionWindow& w, const AckSample& s);
    std::uint32_t ssthresh_after_loss(const CongestionWindow& w);
    void on_timeout(Time now, std::uint64_t nxt);
    /// Sending starts again after `idle`: the curve's clock stood still meanwhile.
    void on_restart(CongestionWindow& w, Duration idle, Time now);

  private:
    struct State {
        void start_round(Time now, std::uint64_t nxt);
        void hystart(CongestionWindow& w, const AckSample& s);
        void update(std::uint32_t cwnd, std::uint32_t acked, Time now);
        [[nodiscard]] std::uint32_t target(Time now) const;

        Time epoch = kNever;  // kNever: the next increase begins one
        Time updated_at = kNever;
        Duration k{0};          // from the epoch to the origin
        Duration delay_min{0};  // 0: none yet
        Duration round_min_rtt = Duration::max();
        Time round_start{};
        Time last_ack{};
        std::uint64_t round_end = 0;
        std::uint32_t origin = 0;
        std::uint32_t every = 0;  // acknowledged segments per increase
        std::uint32_t updated_cwnd = 0;
        std::uint32_t last_max = 0;
        std::uint32_t reno_cwnd = 0;
        std::uint32_t reno_acked = 0;
        std::uint8_t samples = 0;
        bool found = false;  // HyStart has ended slow start
    };
    State& state(Time begun);

    std::unique_ptr<State> state_;
};

/// The algorithm of a connection. Each has the members of Reno above: reset when the connection is established,
/// on_rtt for every sample, on_ack when the window may grow, ssthresh_after_loss once per loss event.
using Controller = std::variant<Reno, Cubic, Bbr>;

/// `seed` is for what an algorithm does at random.
Controller make_controller(CongestionControl which, std::uint64_t seed);

}  // namespace tcplab
