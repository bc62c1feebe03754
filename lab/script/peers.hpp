#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

#include "core/content.hpp"
#include "wire/segment_text.hpp"

namespace tcplab::script {

/// The host under test, and the remote host that the script plays (packetdrill's defaults).
inline constexpr Ipv4Address kLocal{0xc0a80001};   // 192.168.0.1
inline constexpr Ipv4Address kRemote{0xc0000201};  // 192.0.2.1

/// The Fast Open cookie that the stack gives to the remote host, as it is and as the script writes it where it first
/// expects it. (Cookies of the peer are on the wire as written.)
struct ServerCookie {
    std::optional<FastOpenOption> live;
    FastOpenOption script;
};

/// One connection as the script sees it: its ports, and how the script's numbers lie to those on the wire. As in
/// packetdrill the number of the peer's SYN, and what the SYN-ACK acknowledges, is on the wire as written; all others
/// of the peer count from the first SYN. The stack's own count from what the script calls its SYN. Timestamps: the
/// peer's are as written, the stack's count from the first that the script expects.
struct Peer {
    std::uint16_t local_port = 0;
    std::uint16_t remote_port = 0;
    std::optional<SeqNum> live_initial;  ///< of the stack's SYN
    SeqNum script_initial;               ///< the number that the script gives it
    std::optional<SeqNum> remote_initial;
    std::uint32_t first_remote = 0;  ///< the number of the peer's first SYN
    bool reopened = false;           ///< the peer sent another SYN: the stack's next one has a new number
    ContentRef content;              ///< what the peer sends: bytes without meaning
    ServerCookie* cookie = nullptr;

    bool has_timestamps = false;
    std::uint32_t first_script_value = 0;
    std::uint32_t first_live_value = 0;
    std::map<std::uint32_t, std::uint32_t> live_values;  ///< by the script's

    /// What is added to the stack's numbers in the script to get those on the wire.
    [[nodiscard]] std::uint32_t offset() const { return live_initial ? live_initial->raw() - script_initial.raw() : 0; }

    /// The segment of the peer that the script writes as `s`, as it comes off the wire; nothing when its TS ecr stands
    /// for no timestamp that the stack sent.
    std::optional<Segment> to_wire(const Segment& s);
    /// A segment of the stack, in the script's numbers.
    [[nodiscard]] Segment to_script(const Segment& live) const;
    /// The stack sent it.
    void on_sent(const Segment& live);
    /// The script expects `expected` where the stack sent `live`: from it the script's numbers are learned.
    void learn(const Segment& expected, const Segment& live);

  private:
    void place_payload(Segment& s);
};

/// All of them; one is the current one, which lines without ports mean.
class Peers {
  public:
    /// A socket listens: the next segment of the peer without ports comes from a new remote port.
    void listening(std::uint16_t local_port);
    /// connect() was called, and opened a connection: it is the current one.
    Peer& open(std::uint16_t local_port, std::uint16_t remote_port);
    /// The one that a segment of the peer with these ports (0: none were written) means; it becomes the current one.
    Peer& of_inbound(std::uint16_t local_port, std::uint16_t remote_port);
    /// The same for a segment that is expected of the stack; nullptr when there is none.
    Peer* of_outbound(std::uint16_t local_port, std::uint16_t remote_port);
    /// The one of a segment that the stack sent, made if it is not there.
    Peer& of_sent(const Segment& live);
    [[nodiscard]] const Peer* current() const { return current_; }

  private:
    Peer* find(std::uint16_t local_port, std::uint16_t remote_port);

    std::deque<Peer> peers_;  // their addresses stay
    ServerCookie cookie_;
    Peer* current_ = nullptr;
    bool next_is_new_ = true;
    std::uint16_t listening_port_ = 8080;
    std::uint16_t next_remote_port_ = 50000;
};

}  // namespace tcplab::script
