#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "trace/observer.hpp"

namespace tcplab::explain {

/// Notes which packets links lose, by what they carried: so that two runs can be compared in which a script that counts
/// packets lost the same ones, or others.
class LostPackets final : public Observer {
  public:
    void on_sent(Time now, std::uint64_t packet, const Segment& segment) override;
    void on_packet(const PacketEvent& event, const Segment& segment) override;

    /// Equal texts: the same packets. A stream is known by the place of its SYN among all of them.
    [[nodiscard]] std::string text() const;

  private:
    struct Stream {
        std::size_t number = 0;
        SeqNum initial;
    };
    std::map<std::string, Stream> streams_;  // by four-tuple
    std::vector<std::string> lost_;
};

}  // namespace tcplab::explain
