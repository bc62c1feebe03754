#pragma once

#include <cstdint>
#include <utility>

#include "trace/recording.hpp"

namespace tcplab {

/// Records a run that it watches from its beginning. Memory grows with the run: some 600 bytes a packet.
class Recorder final : public Observer {
  public:
    enum class Keep : std::uint8_t {
        headers,
        payload,  ///< the bytes too: text is copied, bodies stay described
    };
    explicit Recorder(Keep keep = Keep::headers) : keep_(keep) {}

    void on_sent(Time now, std::uint64_t packet, const Segment& segment) override;
    void on_copied(Time now, std::uint64_t copy, std::uint64_t original) override;
    void on_packet(const PacketEvent& event, const Segment& segment) override;
    void on_tcp(Time now, const TcpSnapshot& snapshot) override;
    void on_timer(Time now, const FourTuple& tuple, FiredTimer timer) override;

    /// What was recorded, once; `links` and `hosts` are for those to fill in who know the experiment.
    [[nodiscard]] Recording take() { return std::move(recording_); }

  private:
    Keep keep_;
    Recording recording_;
};

}  // namespace tcplab
