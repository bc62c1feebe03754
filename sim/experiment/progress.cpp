#include <algorithm>

#include "experiment/world_impl.hpp"

namespace tcplab {

namespace {

// Bytes of HTTP that the pages take when nothing is sent again: as much as one knows beforehand.
double foreseen_bytes(const Scenario& s) {
    double page = 0;
    for (const PageObject& o : s.page.objects) {
        const double headers = static_cast<double>(o.request_header.value_or(s.client.request_header)) +
                               static_cast<double>(o.response_header.value_or(s.server.response_header));
        page += o.count * (headers + static_cast<double>(o.size) +
                           static_cast<double>(std::max(o.request_body, s.client.request_body)));
    }
    return page * s.client.users * s.client.loads;
}

}  // namespace

RunProgress World::Impl::progress() const {
    RunProgress p{events.now(), events.events(), std::nullopt};
    const bool endless = std::any_of(scenario.page.objects.begin(), scenario.page.objects.end(),
                                     [](const PageObject& o) { return o.endless; });
    double share = 0;
    if (!endless) {
        double sent = 0;
        for (const Way way : {Way::a_to_b, Way::b_to_a}) {
            const LinkCounters& c = network.counters(shared_link, way);
            sent += static_cast<double>(c.bytes - c.header_bytes);
        }
        share = sent / std::max(foreseen_bytes(scenario), 1.0);
    }
    if (end != kNever) {
        const double passed = static_cast<double>((events.now() - kStart).count());
        share = std::max(std::min(share, 1.0), passed / static_cast<double>((end - kStart).count()));
    }
    if (share > 0 && share <= 1) p.share = share;
    return p;
}

}  // namespace tcplab
