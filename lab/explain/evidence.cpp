#include "explain/evidence.hpp"

#include <algorithm>

namespace tcplab::explain {
namespace {

constexpr std::size_t kMostScenes = 40;  // each asks the whole recording

void see_loss(const Scene& scene, const Facts& facts, Evidence& e) {
    const bool opening = scene.place == PathPlace::client || scene.place == PathPlace::server;
    (opening ? e.lost_handshake : e.lost_data) = true;
    const auto loss = facts.loss(leg_of(scene), scene.at, scene.end());
    if (!loss) return;
    e.backlog = e.backlog || loss->ignored;
    e.timeout = e.timeout || loss->repair == SendReason::timeout_retransmission;
}

void see_window(const Scene& scene, const Facts& facts, Evidence& e) {
    const Leg leg = leg_of(scene);
    const auto windows = facts.windows(leg, scene.at, scene.end());
    if (!windows || !windows->buffer) return;
    (leg.direction == Direction::up ? e.client_buffer : e.server_buffer) = true;
}

void see(const Scene& scene, const Facts& facts, Evidence& e) {
    if (scene.causes[Cause::loss] > Duration::zero()) see_loss(scene, facts, e);
    if (scene.causes[Cause::congestion] > Duration::zero()) see_window(scene, facts, e);
    if (scene.causes[Cause::server] > Duration::zero() && scene.place == PathPlace::request) e.workers = true;
    if (scene.causes[Cause::blocked] == Duration::zero() || scene.row == PathStep::kNone) return;
    if (!facts.is_wanted(scene.row, scene.at)) return;
    (facts.is_gap(scene.row, scene.at, scene.end()) ? e.gap : e.connections) = true;
}

}  // namespace

Evidence evidence_of(const std::vector<Scene>& scenes, const Facts& facts) {
    std::vector<const Scene*> longest;
    for (const Scene& s : scenes) longest.push_back(&s);
    std::stable_sort(longest.begin(), longest.end(),
                     [](const Scene* a, const Scene* b) { return a->length() > b->length(); });
    longest.resize(std::min(longest.size(), kMostScenes));
    Evidence e;
    for (const Scene* s : longest) see(*s, facts, e);
    e.queue_full = facts.queue_drops() > 0;
    e.no_port = facts.refused_ports() > 0;
    return e;
}

}  // namespace tcplab::explain
