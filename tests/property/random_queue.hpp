#pragma once

#include "net/link_config.hpp"
#include "property/draw.hpp"

namespace tcplab::test {

/// Gives a link, now and then, a queue discipline, a trace or losses in bursts.
inline void random_queue(Draw& draw, LinkConfig& c) {
    if (draw.chance(40)) {
        c.discipline = draw.pick({Discipline::red, Discipline::codel, Discipline::fq_codel});
        c.red.max = QueueLength{draw.between(3, 20), false};
        c.red.weight = draw.pick({0.002, 0.1, 1.0});
        c.red.gentle = draw.chance(50);
        c.codel.target = draw.pick<Duration>({1ms, 5ms, 100ms});
        c.fq_codel.flows = draw.pick({1U, 2U, 1024U});
        if (draw.chance(50)) c.ecn = draw.chance(50);
    }
    if (draw.chance(10)) c.trace = read_delivery_trace("0\n3\n3\n11\n40\n").trace;
    if (draw.chance(10)) c.bursts = GilbertElliott{0.01, 0.3, 0, 0.8};
}

}  // namespace tcplab::test
