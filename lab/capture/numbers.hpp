#pragma once

#include <cstdint>
#include <unordered_map>

#include "wire/segment.hpp"
#include "wire/segment_text.hpp"

namespace tcplab::capture {

/// Numbers as Wireshark shows them: relative to the SYNs, windows scaled up. See every packet in the order in which
/// they were sent.
class RelativeNumbers {
  public:
    /// To be called for a packet before it is asked about.
    void see(const Segment& segment);
    [[nodiscard]] std::uint32_t seq(const Segment& s) const { return behind(s.seq, initial(s).sender); }
    [[nodiscard]] std::uint32_t ack(const Segment& s) const { return behind(s.ack, initial(s).receiver); }
    /// How far a number lies behind an initial one.
    [[nodiscard]] static std::uint32_t behind(SeqNum n, SeqNum initial) {
        return static_cast<std::uint32_t>(distance(n, initial));
    }
    /// Bytes.
    [[nodiscard]] std::uint32_t window(const Segment& s) const;
    /// Of both directions, as far as they are known.
    [[nodiscard]] InitialNumbers initial(const Segment& s) const;

  private:
    struct Sender {
        SeqNum initial;
        std::uint8_t scale = 0;
        bool scales = false;
    };
    [[nodiscard]] const Sender* find(const Endpoint& from, const Endpoint& to) const;
    std::unordered_map<FourTuple, Sender, FourTupleHash> senders_;  // the tuple's local end sends
};

}  // namespace tcplab::capture
