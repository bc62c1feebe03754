#pragma once

#include <cstdint>
#include <unordered_map>
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
    void on_hold(Time now, const FourTuple& tuple, Hold hold) override;
    void on_timer(Time now, const FourTuple& tuple, FiredTimer timer) override;

    /// What was recorded, once; `links` and `hosts` are for those to fill in who know the experiment.
    [[nodiscard]] Recording take() { return std::move(recording_); }

  private:
    /// One end, as far as it is needed to say what new data waited for.
    struct Sender {
        Hold hold = Hold::nothing;
        Time since = kNever;  // the hold began, or data left
        SeqNum next;          // behind everything sent
    };

    void note_hold(RecordedPacket& p);

    Keep keep_;
    Recording recording_;
    std::unordered_map<FourTuple, Sender, FourTupleHash> senders_;
};

}  // namespace tcplab
