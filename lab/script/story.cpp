#include "script/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tcplab::script {

std::string seconds_text(Duration d) {
    // To the microsecond, which is packetdrill's unit.
    const std::int64_t us = (d.count() + (d.count() < 0 ? -500 : 500)) / 1000;
    const std::int64_t size = us < 0 ? -us : us;
    return fmt::format("{}{}.{:06}", us < 0 ? "-" : "", size / 1'000'000, size % 1'000'000);
}

std::string seconds_text(Time t) { return seconds_text(t.time_since_epoch()); }

void Story::say(Time at, std::string text) { lines_.push_back({at, std::move(text), {}, nullptr, false, false}); }

void Story::receive(Time at, const Segment& written, const Peer& peer) {
    lines_.push_back({at, {}, written, &peer, true, false});
}

std::size_t Story::send(Time at, const Segment& live, const Peer& peer) {
    lines_.push_back({at, {}, live, &peer, false, true});
    return lines_.size() - 1;
}

std::string Story::text() const {
    constexpr std::size_t most = 400;
    const std::size_t first = lines_.size() > most ? lines_.size() - most : 0;
    std::string out = first > 0 ? fmt::format("  ... {} lines\n", first) : std::string();
    bool several = false;
    const Peer* one = nullptr;
    for (const Line& l : lines_) {
        several = several || (l.peer != nullptr && one != nullptr && l.peer != one);
        if (l.peer != nullptr) one = l.peer;
    }
    for (std::size_t i = first; i < lines_.size(); ++i) {
        const Line& l = lines_[i];
        std::string text = l.text;
        if (l.peer != nullptr) {
            const auto from = l.inbound ? l.peer->remote_port : l.peer->local_port;
            const auto to = l.inbound ? l.peer->local_port : l.peer->remote_port;
            text = l.inbound ? "< " : "> ";
            if (several) text += fmt::format("{} > {} ", from, to);
            text += to_text(l.inbound ? l.segment : l.peer->to_script(l.segment), {});
            if (l.open) text += "    (no step was for it yet)";
        }
        out += fmt::format("  {:>11}  {}\n", seconds_text(l.at), text);
    }
    return out;
}

}  // namespace tcplab::script
