#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/time.hpp"
#include "net/backlog.hpp"
#include "net/impairments.hpp"
#include "net/link_config.hpp"

namespace tcplab {

/// Decides what waits for a link, who of it leaves next, and who is marked or dropped. It works on the link's backlog,
/// which counts.
class QueueDiscipline {
  public:
    QueueDiscipline() = default;
    QueueDiscipline(const QueueDiscipline&) = delete;
    QueueDiscipline& operator=(const QueueDiscipline&) = delete;
    virtual ~QueueDiscipline() = default;

    /// Takes a packet in, or drops it or others. `waits` is false when the link can take it at once: then the limit
    /// does not concern it, and dequeue() follows.
    virtual void enqueue(Time now, PacketIndex packet, bool waits) = 0;
    /// The packet to send now. kNoPacket: none waits, and the link is idle from now on.
    virtual PacketIndex dequeue(Time now) = 0;
    /// Adds what waits.
    virtual void append_to(std::vector<PacketIndex>& list) const = 0;
};

/// The discipline of a link whose queue_problem() is none. `direction` tells the random streams of several apart.
std::unique_ptr<QueueDiscipline> make_discipline(const LinkConfig& config, Backlog& backlog, RunSeed seed,
                                                 std::uint32_t direction);

}  // namespace tcplab
