#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "report/charts.hpp"
#include "report/flows.hpp"
#include "tcp/config.hpp"

using namespace tcplab;
using namespace tcplab::report;
using namespace std::chrono_literals;

namespace {

const Endpoint kClient{{0x0a000001}, 40000};
const Endpoint kServer{{0x0aff0001}, 80};

Time at(Duration d) { return kStart + d; }

/// A recording made by hand: one link in each direction, [link].
class Tape {
  public:
    Tape() {
        recording.links = {{"link up", true, true, true}, {"link down", true, false, true}};
        ConnectionRow row;
        row.id = 1;
        row.tuple = {kClient, kServer};
        row.opened = at(0ms);
        connections.push_back(row);
    }

    /// A packet that was `transmission` on the link after it waited for `waited`, and 10 ms under way.
    Segment& packet(Duration sent, bool from_client, PacketFate fate = PacketFate::delivered, Duration waited = 0ms) {
        RecordedPacket& p = recording.packets.emplace_back();
        p.number = recording.packets.size();
        p.sent = at(sent);
        p.segment.source = from_client ? kClient : kServer;
        p.segment.destination = from_client ? kServer : kClient;
        p.segment.flags = flag::ack;
        p.segment.reason = SendReason::data;
        RecordedHop hop;
        hop.link = from_client ? 0 : 1;
        hop.entered = p.sent;
        hop.fate = fate;
        hop.transmission = 1ms;
        if (fate != PacketFate::queue_full) hop.departed = p.sent + waited + 1ms;
        if (fate == PacketFate::delivered || fate == PacketFate::corrupted) hop.arrived = hop.departed + 10ms;
        p.hops.push_back(hop);
        return p.segment;
    }
    Segment& syn(bool from_client, std::uint32_t seq, int scale) {
        Segment& s = packet(0ms, from_client);
        s.seq = SeqNum(seq);
        s.flags = static_cast<std::uint8_t>(flag::syn | (from_client ? 0 : flag::ack));
        s.window = 64000;
        s.has_window_scale = scale >= 0;
        s.window_scale = static_cast<std::uint8_t>(scale < 0 ? 0 : scale);
        return s;
    }
    [[nodiscard]] Flows flows(std::size_t room = 1000) const {
        return flows_of(sample_of(recording, 10'000), connections, room);
    }

    Recording recording;
    std::vector<ConnectionRow> connections;
};

}  // namespace

TEST_CASE("positions count from the SYN and do not wrap") {
    Tape tape;
    tape.syn(true, 0xfffffff0, 7);
    tape.syn(false, 5, 7).ack = SeqNum(0xfffffff1);
    for (std::uint32_t i = 0; i < 3; ++i) {
        Segment& s = tape.packet(1ms, true);
        s.seq = SeqNum(0xfffffff1U + i * 1000);
        s.ack = SeqNum(6);
        s.payload.length = 1000;
    }
    const Flows flows = tape.flows();
    REQUIRE(flows.connections.size() == 1);
    const auto& up = flows.connections[0].up.packets;
    REQUIRE(up.size() == 4);
    CHECK(up[0].begin == 0);
    CHECK(up[1].begin == 1);
    CHECK(up[3].begin == 2001);
    CHECK(up[3].ack == 1);
    CHECK_FALSE(up[0].ack.has_value());
    CHECK(flows.connections[0].down.packets[0].ack == 1);
}

TEST_CASE("a window is scaled where both SYNs had the option, and not in a SYN (RFC 7323 2.2)") {
    for (const int server_scale : {2, -1}) {
        Tape tape;
        tape.syn(true, 100, 7);
        tape.syn(false, 200, server_scale);
        Segment& s = tape.packet(1ms, true);
        s.seq = SeqNum(101);
        s.window = 500;
        const Flows flows = tape.flows();
        const auto& up = flows.connections[0].up.packets;
        CHECK(up[0].window == 64000);
        CHECK(up[1].window == (server_scale < 0 ? 500 : 500 * 128));
    }
}

TEST_CASE("what did not reach the host has not arrived") {
    Tape tape;
    tape.packet(0ms, true, PacketFate::lost);
    tape.packet(1ms, true, PacketFate::corrupted);
    tape.packet(2ms, true);
    tape.packet(3ms, true, PacketFate::still_moving);
    const auto flows = tape.flows();
    const auto& up = flows.connections[0].up.packets;
    CHECK(up[0].arrived == kNever);
    CHECK(up[1].arrived == kNever);
    CHECK(up[1].fate == PacketFate::corrupted);
    CHECK(up[2].arrived == at(13ms));
    CHECK(up[3].arrived == kNever);
    CHECK(up[3].fate == PacketFate::still_moving);
}

TEST_CASE("packets of a port that is used again belong to the connection that was opened last") {
    Tape tape;
    tape.connections.push_back(tape.connections[0]);
    tape.connections[1].id = 2;
    tape.connections[1].opened = at(50ms);
    tape.packet(10ms, true);
    tape.packet(50ms, true);
    tape.packet(60ms, false);
    const Flows flows = tape.flows();
    REQUIRE(flows.connections.size() == 2);
    CHECK(flows.connections[0].up.packets.size() == 1);
    CHECK(flows.connections[1].up.packets.size() == 1);
    CHECK(flows.connections[1].down.packets.size() == 1);
}

TEST_CASE("the queue holds what waits: not what is in service, not what it dropped") {
    Tape tape;
    tape.packet(0ms, false, PacketFate::delivered, 0ms);  // served at once
    tape.packet(0ms, false, PacketFate::delivered, 1ms);  // waits until 1 ms
    tape.packet(0ms, false, PacketFate::delivered, 2ms);  // until 2 ms
    tape.packet(1ms, false, PacketFate::queue_full);
    tape.packet(1ms, true, PacketFate::delivered, 0ms);  // the other direction
    const QueueHistory down = tape.flows().queue_down;
    REQUIRE(down.points.size() == 3);
    CHECK(down.points[0].time == at(0ms));
    CHECK(down.points[0].packets == 2);
    CHECK(down.points[1].time == at(1ms));
    CHECK(down.points[1].packets == 1);
    CHECK(down.points[2].time == at(2ms));
    CHECK(down.points[2].packets == 0);
    CHECK(down.drops == std::vector<Time>{at(1ms)});
    CHECK(tape.flows().queue_up.points.empty());
}

TEST_CASE("thinning keeps what is worth seeing, and the peak of the queue") {
    Tape tape;
    for (int i = 0; i < 1000; ++i) {
        const bool lost = i == 501;
        tape.packet(i * 1ms, true, lost ? PacketFate::lost : PacketFate::delivered,
                    i == 700 ? Duration(90ms) : Duration(500us));
        if (i == 502) tape.recording.packets.back().segment.reason = SendReason::fast_retransmission;
    }
    const Flows flows = tape.flows(100);
    const Flow& up = flows.connections[0].up;
    CHECK(up.all_packets == 1000);
    CHECK(up.packets.size() <= 100);
    CHECK(up.packets.size() >= 50);
    CHECK(std::count_if(up.packets.begin(), up.packets.end(), [](auto& p) { return p.fate == PacketFate::lost; }) == 1);
    CHECK(std::count_if(up.packets.begin(), up.packets.end(), [](auto& p) { return is_retransmission(p.reason); }) ==
          1);
    CHECK(std::is_sorted(up.packets.begin(), up.packets.end(), [](auto& a, auto& b) { return a.sent < b.sent; }));
    const auto& queue = flows.queue_up;
    CHECK(queue.points.size() <= 50);
    CHECK(queue.all_points > 50);
    CHECK(std::max_element(queue.points.begin(), queue.points.end(), [](auto& a, auto& b) {
              return a.packets < b.packets;
          })->packets == 2);
}

TEST_CASE("of a long run a sample goes from its beginning to its end, evenly, and never grows beyond its room") {
    constexpr std::size_t kRoom = 1000;
    constexpr int kPackets = 100'000;
    Tape tape;
    RunSample sample(tape.recording.links, kRoom);
    Segment segment;
    segment.source = kServer;
    segment.destination = kClient;
    TcpSnapshot snapshot;
    snapshot.tuple = {kServer, kClient};
    for (int i = 0; i < kPackets; ++i) {
        const auto number = static_cast<std::uint64_t>(i) + 1;
        sample.on_sent(at(i * 1ms), number, segment);
        PacketEvent event;
        event.link = 1;
        event.packet = number;
        event.entered = at(i * 1ms);
        event.transmission = 1ms;
        // Each waits until the one before it is gone; at one instant seven more do.
        event.departed = at(i * 1ms + 1500us + (i >= 70'000 && i < 70'007 ? (70'007 - i) * 1ms : 0ms));
        event.arrived = event.departed;
        if (i == 40'000) event.fate = PacketFate::lost;
        sample.on_packet(event, segment);
        snapshot.cwnd = i == 50'001 ? 99 : 10;
        snapshot.in_flight = i == 60'001 ? 0 : 5;
        sample.on_tcp(at(i * 1ms), snapshot);
    }
    const SampledRun run = sample.take();
    CHECK(run.thinned);
    CHECK(run.all_packets == kPackets);
    REQUIRE(run.packets.size() <= kRoom);
    REQUIRE(run.packets.size() >= kRoom / 4);
    CHECK(run.packets.front().sent == at(0ms));
    CHECK(run.packets.back().sent == at((kPackets - 1) * 1ms));
    CHECK(std::count_if(run.packets.begin(), run.packets.end(),
                        [](const SampledPacket& p) { return p.fate() == PacketFate::lost; }) == 1);
    CHECK(run.states.size() <= kRoom);
    CHECK(std::any_of(run.states.begin(), run.states.end(), [](auto& s) { return s.snapshot.cwnd == 99; }));
    CHECK(std::any_of(run.states.begin(), run.states.end(), [](auto& s) { return s.snapshot.in_flight == 0; }));
    CHECK(run.queue_down.points.size() <= kRoom);
    CHECK(run.queue_down.all_points > kPackets);
    CHECK(std::max_element(run.queue_down.points.begin(), run.queue_down.points.end(), [](auto& a, auto& b) {
              return a.packets < b.packets;
          })->packets >= 7);
    const Flows flows = flows_of(run, tape.connections, 200);
    CHECK(flows.connections.at(0).down.all_packets == kPackets);
    CHECK(flows.connections[0].down.all_states == kPackets);
    const std::vector<FlowPacket>& drawn = flows.connections[0].down.packets;
    CHECK(drawn.size() <= 200);
    const auto first_half =
        std::count_if(drawn.begin(), drawn.end(), [](const FlowPacket& p) { return p.sent < at(50s); });
    const double half = static_cast<double>(drawn.size()) / 2;
    CHECK(static_cast<double>(first_half) == doctest::Approx(half).epsilon(0.1));
}

TEST_CASE("room that short flows do not need goes to long ones") {
    CHECK(fair_share({10, 1000, 1000}, 100) == 45);
    CHECK(fair_share({10, 20, 30}, 100) >= 30);
    CHECK(fair_share({1000}, 100) == 100);
    CHECK(fair_share({}, 100) == 100);
}

TEST_CASE("charts are columns with exact times and null for what is not there") {
    Tape tape;
    tape.packet(1234567ns, true, PacketFate::lost).payload.length = 7;
    RecordedState state;
    state.time = at(2500us);
    state.snapshot.tuple = {kClient, kServer};
    state.snapshot.cwnd = 10;
    state.snapshot.ssthresh = kInfiniteSegments;
    tape.recording.states.push_back(state);
    const std::string json = charts_json(tape.flows(), tape.connections);
    CHECK(json.find("\"sent\":[1.234567],\"arrived\":[null],\"begin\":[0],\"length\":[7]") != std::string::npos);
    CHECK(json.find("\"time\":[2.5],\"cwnd\":[10],\"ssthresh\":[null],\"inFlight\":[0],\"srtt\":[null]") !=
          std::string::npos);
    CHECK(json.find("\"client\":\"10.0.0.1:40000\",\"server\":\"10.255.0.1:80\"") != std::string::npos);
}
