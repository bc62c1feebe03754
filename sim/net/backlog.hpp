#pragma once

#include <cstdint>
#include <vector>

#include "core/ring.hpp"
#include "net/link_config.hpp"
#include "net/packet_pool.hpp"

namespace tcplab {

/// Packets in the order in which they came.
class PacketFifo {
  public:
    [[nodiscard]] bool empty() const { return packets_.empty(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Adds what is in it, the oldest first.
    void append_to(std::vector<PacketIndex>& list) const;

  private:
    friend class Backlog;
    struct Waiting {
        PacketIndex packet;
        std::uint32_t size;
    };
    Ring<Waiting> packets_;
    std::uint64_t bytes_ = 0;
};

/// Everything that waits for one link, in one fifo or several: how much it is, and what became of the rest. Sizes are
/// bytes of IP packets.
class Backlog {
  public:
    Backlog(PacketPool& pool, const LinkConfig& config);

    [[nodiscard]] std::uint64_t packets() const { return packets_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    /// Whether it would pass the limit with so much more.
    [[nodiscard]] bool is_full_for(std::uint64_t packets, std::uint64_t bytes) const {
        return packets_ + packets > most_packets_ || bytes_ + bytes > most_bytes_;
    }
    [[nodiscard]] const Packet& operator[](PacketIndex packet) const { return pool_[packet]; }

    void put(PacketFifo& fifo, PacketIndex packet);
    /// The oldest; kNoPacket when there is none.
    PacketIndex take(PacketFifo& fifo);
    /// Gives up a packet that is in no fifo.
    void drop(PacketIndex packet) { dropped_.push_back(packet); }
    /// Sets CE on a packet whose sender knows ECN (RFC 3168 5); false: it does not, and nothing changed.
    bool mark(PacketIndex packet);

    /// What was dropped; for the link to empty.
    [[nodiscard]] std::vector<PacketIndex>& dropped() { return dropped_; }
    /// Packets marked so far.
    [[nodiscard]] std::uint64_t marked() const { return marked_; }

  private:
    PacketPool& pool_;
    std::uint64_t most_packets_;
    std::uint64_t most_bytes_;
    std::uint64_t packets_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t marked_ = 0;
    std::vector<PacketIndex> dropped_;
};

}  // namespace tcplab
