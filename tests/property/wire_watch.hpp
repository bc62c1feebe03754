#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "property/draw.hpp"
#include "tcp/connection.hpp"
#include "wire/segment.hpp"

namespace tcplab::test {

/// Holds one end of a connection to the rules that show on the wire: it sends what was written and within the window
/// that it was offered, acknowledges what arrived, and never takes back a window.
class WireWatch {
  public:
    WireWatch(const Connection& end, SeqNum initial, SeqNum peer_initial)
        : end_(end), initial_(initial), peer_initial_(peer_initial) {}

    void set_peer(const WireWatch& peer) { peer_ = &peer; }
    /// What the end has written so far.
    std::string written;

    /// The end has sent `s`.
    void on_sent(const Segment& s);
    /// `s` is about to reach the end.
    void on_arrival(const Segment& s);
    /// After each input, when everything was pulled.
    void check_counters() const;

  private:
    void check_data(const Segment& s);
    void check_acknowledgement(const Segment& s);
    void check_sack(const Segment& s, std::uint64_t acknowledged) const;

    const Connection& end_;
    const WireWatch* peer_ = nullptr;
    SeqNum initial_;
    SeqNum peer_initial_;

    std::uint64_t sent_end_ = 0;       // one past the last position sent
    bool beyond_window_ = false;       // the last new segment was more than the congestion window allows
    std::uint64_t right_edge_ = 0;     // of the window that the peer offered, in what arrived
    std::uint64_t offered_edge_ = 0;   // of the window that this end offered
    std::uint64_t acknowledged_ = 0;   // by this end
    std::vector<bool> arrived_{true};  // positions of the peer's stream that some packet brought; the SYN is 0
    std::uint64_t in_order_ = 1;       // the first that none did
    Segment syn_;                      // this end's
    bool scaled_ = false;
    bool stamped_ = false;
    bool sacked_ = false;
};

}  // namespace tcplab::test
