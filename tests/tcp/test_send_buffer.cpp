// The send buffer alone. Sizes are those of x86-64 (struct sk_buff 256, skb_shared_info 320 bytes, aligned).
#include <doctest/doctest.h>

#include "tcp/send_buffer.hpp"

using namespace tcplab;

namespace {

constexpr std::uint32_t kSegment = 1448;
constexpr std::uint64_t kPacket = 45 * kSegment;  // what 64 KiB hold
constexpr std::uint64_t kInitial = 46080;         // sk_sndbuf as `ss -m` shows it for this MSS: "tb46080"

SendBuffer::View view(const Config& c, std::uint64_t written, std::uint64_t sent = 0, std::uint32_t sent_buffers = 0) {
    return {.config = c,
            .una = 1,
            .next = 1 + sent,
            .end = 1 + written,
            .segment = kSegment,
            .stamped = true,
            .sent_buffers = sent_buffers,
            .modelled = false};
}

/// Nothing leaves while a write is taken in.
SendBuffer::Outlet closed(std::uint64_t push_after = 1'000'000) { return {kPacket, kPacket, push_after, 0}; }

}  // namespace

TEST_CASE("a fixed buffer counts bytes, and has space when a third of it is free") {
    Config c;
    c.send_buffer_start = std::nullopt;
    c.send_buffer = 3000;
    SendBuffer b;
    CHECK_FALSE(b.joins(view(c, 0), 10));
    CHECK(b.fill(view(c, 0), 5000, closed()) == 3000);
    CHECK(b.fill(view(c, 2500), 5000, closed()) == 500);
    CHECK(b.has_space(view(c, 2000)));
    CHECK_FALSE(b.has_space(view(c, 2001)));
}

TEST_CASE("a tuned buffer begins with memory for two windows of ten segments, and grows with the window") {
    const Config c;
    SendBuffer b;
    const std::uint64_t third_free = kInitial / 3 * 2 - 896;  // an empty packet buffer costs 896
    CHECK(b.has_space(view(c, third_free)));
    CHECK_FALSE(b.has_space(view(c, third_free + 1)));
    b.provide(20);
    CHECK(b.has_space(view(c, 2 * third_free)));
    b.provide(10);  // never shrinks
    CHECK(b.has_space(view(c, 2 * third_free)));
}

TEST_CASE("memory is asked for by the packet buffer: the one that crosses the limit is filled up") {
    const Config c;
    SendBuffer b;
    CHECK(b.fill(view(c, 0), 100'000, closed()) == kPacket);
    CHECK(b.cut_short());
    CHECK(b.fill(view(c, kPacket), 100'000 - kPacket, closed()) == 0);
    CHECK(b.fill(view(c, kPacket, kPacket, 1), 0, closed()) == 0);
    CHECK_FALSE(b.cut_short());
}

TEST_CASE("a small write joins the last packet buffer, or begins the first") {
    const Config c;
    SendBuffer b;
    CHECK(b.joins(view(c, 0), kSegment));
    CHECK_FALSE(b.joins(view(c, 0), kSegment + 1));
    CHECK(b.joins(view(c, 1000), 448));
    CHECK_FALSE(b.joins(view(c, 1000, 1000, 1), 100));  // what was sent takes no more
}

TEST_CASE("TCP_NOTSENT_LOWAT: the buffer that is begun below the mark is filled, and no further one is begun") {
    Config c;
    c.unsent_low_water = 10;
    c.send_buffer_start = 1 << 20;
    SendBuffer b;
    CHECK(b.fill(view(c, 0), 100'000, closed()) == kPacket);
    CHECK(b.has_space(view(c, 4)));
    CHECK_FALSE(b.has_space(view(c, 5)));
}

TEST_CASE("PSH: at the end of what is written, and of a buffer that was pushed out (forced_push)") {
    Config c;
    c.send_buffer_start = 1 << 20;
    SendBuffer b;
    CHECK(b.sent(101, 101, true));
    CHECK_FALSE(b.sent(101, 102, true));
    const std::uint64_t all = 2 * kPacket;
    REQUIRE(b.fill(view(c, 0), all, closed(kPacket - 1)) == all);
    CHECK(b.filled_by(1 + kPacket));
    CHECK_FALSE(b.filled_by(kPacket));
    CHECK_FALSE(b.sent(1 + kSegment, 1 + all, true));
    CHECK_FALSE(b.sent(1 + kPacket, 1 + all, false));  // the burst goes on behind the end, and carries the mark
    CHECK(b.sent(1 + kPacket + kSegment, 1 + all, true));
    CHECK_FALSE(b.sent(1 + kPacket + 2 * kSegment, 1 + all, true));
    CHECK(b.sent(1 + all, 1 + all, true));
}
