#include "explain/lost_packets.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tcplab::explain {
namespace {

std::string stream_of(const Segment& s) {
    const auto end = [](const Endpoint& e) { return fmt::format("{}:{}", e.address.value, e.port); };
    return end(s.source) + " " + end(s.destination);
}

}  // namespace

void LostPackets::on_sent(Time, std::uint64_t, const Segment& segment) {
    if (segment.has(flag::syn)) streams_.try_emplace(stream_of(segment), Stream{streams_.size(), segment.seq});
}

void LostPackets::on_packet(const PacketEvent& event, const Segment& segment) {
    if (event.fate != PacketFate::lost) return;
    const auto stream = streams_.find(stream_of(segment));
    if (stream == streams_.end()) return;
    const auto first = static_cast<std::uint32_t>(distance(segment.seq, stream->second.initial));
    lost_.push_back(fmt::format("link {} stream {} from {} length {} flags {}", event.link, stream->second.number,
                                first, segment.payload.length, segment.flags));
}

std::string LostPackets::text() const {
    std::vector<std::string> lines = lost_;
    std::sort(lines.begin(), lines.end());
    return fmt::format("{}\n", fmt::join(lines, "\n"));
}

}  // namespace tcplab::explain
