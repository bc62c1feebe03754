// Buffers that hardly hold a segment, and windows that must open again.
#include <doctest/doctest.h>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

Config with_buffer(Profile profile, std::uint64_t buffer, std::uint64_t most) {
    Config c = make_config(profile);
    c.mss = 8960;
    c.receive_buffer = buffer;
    c.receive_buffer_max = most;
    return c;
}

/// The client writes `bytes` in pieces; the server reads at once. True when all arrived within an hour.
bool arrives(const Config& client, const Config& server, std::uint64_t first, std::uint64_t bytes) {
    TwoEnds w(client, server, 10ms);
    w.on_events = [&w](std::uint32_t end, std::uint8_t) {
        if (end == TwoEnds::kClient) return;
        w.read_all(end);
        w.drain(end);
    };
    w.open();
    w.write(TwoEnds::kClient, first);
    w.run_until(w.now() + 300ms);
    w.write(TwoEnds::kClient, bytes - first);
    w.run_until(w.now() + 3600s);
    return w.server().bytes_received() == bytes;
}

}  // namespace

TEST_CASE("a window that closed opens again, however small the buffer is beside a segment") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        for (const bool scaling : {false, true}) {
            for (const std::uint64_t buffer : {2304U, 4096U, 6000U, 9000U, 16384U, 20000U}) {
                for (const std::uint64_t most : {buffer, 2 * buffer, 64 * buffer}) {
                    Config server = with_buffer(profile, buffer, most);
                    server.window_scaling = scaling;
                    const Config client = with_buffer(Profile::linux_, 131072, 131072);
                    for (const std::uint64_t first : {1U, 2030U}) {
                        INFO("buffer " << buffer << " of " << most << ", scaling " << scaling << ", first " << first);
                        CHECK(arrives(client, server, first, 60'000));
                    }
                }
            }
        }
    }
}

TEST_CASE("keepalive leaves the probe timer alone: what does not fit the window is forced out in time") {
    Config client = make_config(Profile::rfc);
    client.keepalive = 500ms;  // shorter than any timeout
    Config server = make_config(Profile::rfc);
    server.receive_buffer = server.receive_buffer_max = 6000;
    TwoEnds w(client, server, 10ms);
    w.open();
    w.write(TwoEnds::kClient, 20'000);  // nobody reads: four segments, and then there is room for half a one
    w.run_until(w.now() + 30s);
    CHECK(w.server().bytes_received() == 6000);
}

TEST_CASE("what is closed has nothing in flight") {
    Config c = make_config(Profile::classic);
    c.initial_window = 10;
    TwoEnds w(c, c, 10ms);
    // The second segment is lost; the duplicates of those after it count as arrived.
    w.lose = [](std::uint32_t from, std::uint64_t, const Segment& s) {
        return from == TwoEnds::kClient && s.payload.length > 0 && s.seq == TwoEnds::kClientInitial + (1U + 1460U);
    };
    w.open();
    w.write(TwoEnds::kClient, 7 * 1460);
    w.run_until(w.now() + 25ms);
    CHECK(w.client().snapshot().ca_state == CaState::recovery);
    w.client().abort();
    CHECK(w.client().snapshot().in_flight == 0);
}
