#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/time.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// Names a packet of a pool.
using PacketIndex = std::uint32_t;
inline constexpr PacketIndex kNoPacket = 0xffffffff;

/// A segment on its way. Links on the way touch only the first cache line.
struct alignas(64) Packet {
    std::uint64_t number = 0;       ///< in the run, from 1; kept over all hops
    Time entered{};                 ///< handed to the link it is on
    Time departed{};                ///< its last bit leaves that link's queue; kNever when it was not let in
    std::uint32_t size = 0;         ///< bytes of the IP packet
    std::uint16_t header_size = 0;  ///< those that are not payload
    bool marked = false;            ///< with CE, by the link it is on
    std::uint32_t destination = 0;  ///< number of the host it goes to
    std::uint32_t damage = 0;       ///< done by the link it is on (Treatment); 0: none
    Segment segment;
};

/// Packets at stable addresses, named by small numbers. Nothing is allocated while it does not hold more packets at
/// once than ever before.
class PacketPool {
  public:
    /// A packet to fill in: its segment has no payload, all else may be what an earlier packet had.
    PacketIndex acquire() {
        if (free_.empty()) add_chunk();
        const PacketIndex index = free_.back();
        free_.pop_back();
        return index;
    }

    /// Ends the packet's life and its hold on its payload's content.
    void release(PacketIndex index) {
        assert(free_.size() < chunks_.size() * kChunk);
        (*this)[index].segment.payload = Payload();
        free_.push_back(index);
    }

    Packet& operator[](PacketIndex index) {
        assert(index < chunks_.size() * kChunk);
        return chunks_[index / kChunk][index % kChunk];
    }

    /// Packets acquired and not released.
    [[nodiscard]] std::size_t in_use() const { return chunks_.size() * kChunk - free_.size(); }

    /// The number of the next packet of the run.
    std::uint64_t next_number() { return ++numbers_; }

  private:
    static constexpr std::size_t kChunk = 256;  // packets

    void add_chunk() {
        const std::size_t first = chunks_.size() * kChunk;
        chunks_.push_back(std::make_unique<Packet[]>(kChunk));
        free_.reserve(first + kChunk);
        for (std::size_t i = kChunk; i > 0; --i) free_.push_back(static_cast<PacketIndex>(first + i - 1));
    }

    std::vector<std::unique_ptr<Packet[]>> chunks_;
    std::vector<PacketIndex> free_;  // the last released is the next acquired: it is still in the cache
    std::uint64_t numbers_ = 0;
};

}  // namespace tcplab
