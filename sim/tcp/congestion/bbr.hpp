#pragma once

#include <cstdint>
#include <memory>

#include "core/time.hpp"
#include "tcp/rate_sample.hpp"
#include "trace/observer.hpp"

namespace tcplab {

struct AckSample;
struct CongestionWindow;

/// The sender as an acknowledgement leaves it, before anything more is sent.
struct SenderView {
    Time now;
    Time next_send;               ///< pacing lets nothing out before
    Duration srtt{0};             ///< zero: not yet measured
    Duration min_rtt{0};          ///< least ever; Duration::max(): not yet measured
    std::uint32_t in_flight = 0;  ///< segments
    std::uint32_t segment = 1;    ///< payload bytes of a full segment
    CaState ca_state = CaState::open;
};

/// BBR version 1 as Linux has it (net/ipv4/tcp_bbr.c), in the same fixed-point arithmetic: it sets the window and the
/// pacing rate on every acknowledgement from a model of the path, the largest delivery rate of ten round trips and
/// the least round trip of ten seconds. What it shares with the others has the members of Reno (controller.hpp).
class Bbr {
  public:
    enum class Mode : std::uint8_t { startup, drain, probe_bw, probe_rtt };

    /// `seed` decides with which phase each gain cycle begins.
    explicit Bbr(std::uint64_t seed);
    Bbr(Bbr&&) noexcept;
    Bbr& operator=(Bbr&&) noexcept;
    Bbr(const Bbr&) = delete;
    Bbr& operator=(const Bbr&) = delete;
    ~Bbr();

    void reset(Time, std::uint64_t) {}
    void on_rtt(CongestionWindow&, const AckSample&) {}
    void on_ack(CongestionWindow&, const AckSample&) {}
    std::uint32_t ssthresh_after_loss(const CongestionWindow& w);
    void on_timeout(Time now, std::uint64_t nxt);
    void on_restart(CongestionWindow& w, Duration idle, Time now);

    /// The connection is established: the first pacing rate.
    void start(CongestionWindow& w, const SenderView& v);
    /// An acknowledgement came while something was out: window and pacing rate, in every state of recovery.
    void control(CongestionWindow& w, const RateSample& s, const SenderView& v);
    /// A recovery was spurious: what it taught is forgotten.
    void on_undo();

    /// What samples are taken with, and the one being taken.
    [[nodiscard]] RateState& path();
    [[nodiscard]] RateSample& sample();
    [[nodiscard]] Mode mode() const;
    [[nodiscard]] bool full_pipe() const;             ///< startup has found the path's rate
    [[nodiscard]] bool policed() const;               ///< a policer's long-term rate is in use
    [[nodiscard]] std::uint32_t bandwidth() const;    ///< segments per microsecond, times 2^24
    [[nodiscard]] std::uint32_t pacing_gain() const;  ///< in 1/256
    [[nodiscard]] Duration min_rtt() const;           ///< Duration::max(): none yet

    /// Segments of the smallest burst at a pacing rate in bytes per second (bbr_min_tso_segs).
    static std::uint32_t least_burst(std::uint64_t pacing_rate) { return pacing_rate < 150'000 ? 1 : 2; }

  private:
    struct Model;
    std::unique_ptr<Model> model_;
};

}  // namespace tcplab
