#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "trace/recorder.hpp"

using namespace tcplab;

namespace {

Time at(Duration d) { return kStart + d; }

Segment segment_with(const ContentRef& content, std::uint64_t offset, std::uint32_t length) {
    Segment s;
    s.flags = flag::ack;
    s.payload = {content, offset, length};
    return s;
}

PacketEvent hop(std::uint64_t packet, Duration entered, Duration arrived, PacketFate fate = PacketFate::delivered) {
    PacketEvent e;
    e.packet = packet;
    e.entered = e.departed = at(entered);
    e.arrived = fate == PacketFate::delivered || fate == PacketFate::corrupted ? at(arrived) : kNever;
    e.fate = fate;
    return e;
}

std::vector<Time> times(const Recording& r) {
    std::vector<Time> out;
    for (const RecordedEvent& e : r.events) out.push_back(time_of(r, e));
    return out;
}

}  // namespace

TEST_CASE("a packet keeps its bytes after its sender has let go of them") {
    const ContentRef content(new Content);
    content->append(Piece::of(make_text("HEAD")));
    content->append(Piece::body(100));
    Recorder recorder(Recorder::Keep::payload);
    recorder.on_sent(at(1ms), 1, segment_with(content, 2, 10));
    recorder.on_copied(at(1ms), 2, 1);
    content->release_acknowledged(104);
    content->release_consumed(104);
    const Recording r = recorder.take();
    std::string expected = "AD";
    for (std::uint64_t i = 0; i < 8; ++i) expected += body_byte(i);
    REQUIRE(r.packets.size() == 2);
    for (const RecordedPacket& p : r.packets) CHECK(p.segment.payload.bytes() == expected);
    CHECK(r.packets[1].copy_of == 1);
    CHECK(r.packets[0].copy_of == 0);
}

TEST_CASE("without its bytes a packet keeps its length") {
    const ContentRef content(new Content);
    content->append(Piece::body(100));
    Recorder recorder;
    recorder.on_sent(at(1ms), 1, segment_with(content, 0, 60));
    const Recording r = recorder.take();
    CHECK(r.packets.at(0).segment.payload.length == 60);
    CHECK_FALSE(r.packets[0].segment.payload.content);
}

TEST_CASE("events are in the order in which they happened, and know their time") {
    Recorder recorder;
    recorder.on_sent(at(1ms), 1, Segment());
    recorder.on_sent(at(2ms), 2, Segment());
    recorder.on_packet(hop(2, 2ms, 0ms, PacketFate::lost), Segment());  // known at once, and nothing arrives
    recorder.on_packet(hop(1, 1ms, 3ms), Segment());
    recorder.on_timer(at(4ms), FourTuple(), FiredTimer::retransmission);
    recorder.on_tcp(at(4ms), TcpSnapshot());
    recorder.on_packet(hop(1, 3ms, 5ms, PacketFate::corrupted), Segment());
    const Recording r = recorder.take();
    CHECK(times(r) == std::vector{at(1ms), at(2ms), at(3ms), at(4ms), at(4ms), at(5ms)});
    CHECK(r.events[3].kind == RecordedEvent::Kind::timer);
    CHECK(r.events[5].hop == 1);
    CHECK(r.packets[0].hops.size() == 2);
    CHECK(r.packets[0].fate() == PacketFate::corrupted);
    CHECK(r.packets[1].fate() == PacketFate::lost);
}

TEST_CASE("a packet whose fate nobody told is still on its way") {
    Recorder recorder;
    recorder.on_sent(at(1ms), 1, Segment());
    CHECK(recorder.take().packets.at(0).fate() == PacketFate::still_moving);
}
