#include "capture/numbers.hpp"

#include <doctest/doctest.h>

using namespace tcplab;
using capture::RelativeNumbers;

namespace {

constexpr Endpoint kClient{{0x0a000001}, 40000};
constexpr Endpoint kServer{{0x0aff0001}, 80};

Segment segment(bool from_client, SeqNum seq, SeqNum ack, std::uint8_t flags) {
    Segment s;
    s.source = from_client ? kClient : kServer;
    s.destination = from_client ? kServer : kClient;
    s.seq = seq;
    s.ack = ack;
    s.flags = flags;
    s.window = 1000;
    return s;
}

Segment syn(bool from_client, SeqNum initial, SeqNum ack, int scale) {
    Segment s = segment(from_client, initial, ack, from_client ? flag::syn : flag::syn | flag::ack);
    s.has_window_scale = scale >= 0;
    s.window_scale = static_cast<std::uint8_t>(scale >= 0 ? scale : 0);
    return s;
}

}  // namespace

TEST_CASE("numbers count from the SYNs, beyond the wrap too") {
    RelativeNumbers numbers;
    const SeqNum client(0xfffffff0);
    const SeqNum server(7);
    numbers.see(syn(true, client, SeqNum(), 3));
    numbers.see(syn(false, server, client + 1, 3));
    const Segment data = segment(true, client + 100, server + 1, flag::ack);
    CHECK(numbers.seq(data) == 100);
    CHECK(numbers.ack(data) == 1);
    // The same ports again.
    numbers.see(syn(true, SeqNum(500), SeqNum(), 3));
    CHECK(numbers.seq(segment(true, SeqNum(501), server, flag::ack)) == 1);
}

TEST_CASE("windows are scaled when both ends have offered it, and never on a SYN") {
    for (const int server_scale : {-1, 2}) {
        RelativeNumbers numbers;
        numbers.see(syn(true, SeqNum(1), SeqNum(), 10));
        numbers.see(syn(false, SeqNum(1), SeqNum(2), server_scale));
        CHECK(numbers.window(syn(true, SeqNum(1), SeqNum(), 10)) == 1000);
        const bool scaled = server_scale >= 0;
        CHECK(numbers.window(segment(true, SeqNum(2), SeqNum(2), flag::ack)) == (scaled ? 1'024'000U : 1000U));
        CHECK(numbers.window(segment(false, SeqNum(2), SeqNum(2), flag::ack)) == (scaled ? 4000U : 1000U));
    }
}
