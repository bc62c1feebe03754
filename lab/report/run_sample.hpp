#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "report/queue_meter.hpp"
#include "report/thinning.hpp"
#include "trace/recording.hpp"

namespace tcplab::report {

/// A packet, and its place among all that its end sent to the other.
struct SampledPacket : RecordedPacket {
    std::uint64_t place = 0;
};

/// A snapshot, and its place among all of its end.
struct SampledState : RecordedState {
    std::uint64_t place = 0;
};

/// Of one end: the lows and peaks of its congestion window and of what is in flight.
using StateHistory = History<SampledState, 2>;
StateHistory empty_state_history();

/// What is kept of a run for its charts.
struct SampledRun {
    std::vector<SampledPacket> packets;  ///< in the order in which they were sent; without their bytes
    std::vector<SampledState> states;    ///< in the order of time
    QueueHistory queue_up, queue_down;
    std::uint64_t all_packets = 0;  ///< of the run
    bool thinned = false;           ///< packets or states of the connections that are kept are missing
};

/// Four-tuples whose packets are kept, at most: the first that send anything.
inline constexpr std::size_t kMostConnections = 100;

/// Watches a run from its beginning to its end, however long, and keeps no more of it than there is room for: all of
/// what is small, and of the rest packets evenly, but for those that were lost or sent again, of which it keeps as many
/// as it can; and the peaks and lows of windows and queues.
class RunSample final : public Observer {
  public:
    /// `room`: packets, and as many snapshots.
    RunSample(std::vector<RecordedLink> links, std::size_t room);

    void on_sent(Time now, std::uint64_t packet, const Segment& segment) override;
    void on_copied(Time now, std::uint64_t copy, std::uint64_t original) override;
    void on_packet(const PacketEvent& event, const Segment& segment) override;
    void on_tcp(Time now, const TcpSnapshot& snapshot) override;

    /// Once.
    [[nodiscard]] SampledRun take();

  private:
    /// Of one end of a connection, or of several that have the same four-tuple one after the other.
    struct End {
        std::vector<SampledPacket> packets;
        std::uint64_t sent = 0;
        StateHistory states = empty_state_history();
        std::uint64_t changes = 0;
    };
    /// By four-tuple as the end sees it; nullptr when it is beyond those that are kept.
    End* end_of(const FourTuple& tuple);
    void add(End& end, SampledPacket packet);
    void thin_packets();
    void thin_states();

    std::vector<RecordedLink> links_;
    std::size_t room_;
    std::unordered_map<FourTuple, End, FourTupleHash> ends_;
    std::size_t packets_ = 0, states_ = 0;  // that are kept
    QueueMeter up_, down_;
    std::uint64_t all_packets_ = 0;
    bool thinned_ = false;
};

/// The same of what was recorded whole.
SampledRun sample_of(const Recording& recording, std::size_t room);

/// Whether a packet is worth seeing more than others: it was sent again or lost, or opens or ends a connection.
bool is_special(SendReason reason, PacketFate fate, std::uint8_t flags);

/// At most `room` of the packets of one end: the first and the last, and those whose place is a multiple of some step;
/// but what is special may have half of the room.
template <class Packet, class IsSpecial>
void thin_by_place(std::vector<Packet>& packets, std::size_t room, const IsSpecial& is_special_packet) {
    if (packets.size() <= std::max<std::size_t>(room, 2)) return;
    // The places of what is special may have a rhythm of their own: by chance they have none.
    const auto number_of = [](const Packet& p, bool special) { return special ? mix64(p.place) : p.place; };
    std::array<std::vector<std::uint64_t>, 2> numbers;
    for (const Packet& p : packets) {
        const bool special = is_special_packet(p);
        numbers[special ? 1 : 0].push_back(number_of(p, special));
    }
    room = std::max<std::size_t>(room, 2) - 2;
    const std::size_t for_specials = std::min(numbers[1].size(), room / 2);
    const std::array<std::uint64_t, 2> steps{step_for(numbers[0], room - for_specials),
                                             step_for(numbers[1], for_specials)};
    const auto is_left_out = [&](const Packet& p) {
        const bool special = is_special_packet(p);
        return number_of(p, special) % steps[special ? 1 : 0] != 0;
    };
    packets.erase(std::remove_if(packets.begin() + 1, packets.end() - 1, is_left_out), packets.end() - 1);
}

}  // namespace tcplab::report
