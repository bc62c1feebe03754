// RFC 9113 5.2 and 6.9.
#include <doctest/doctest.h>

#include "pair.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Kind = Http2Event::Kind;
using Role = Http2Session::Role;

/// Bytes of DATA that a session has to write now, of one stream or of all (0).
std::uint64_t data_written(Http2Session& session, std::uint32_t stream = 0) {
    std::uint64_t bytes = 0;
    for (const Seen& f : written_frames(session)) {
        if (f.type == kData && (stream == 0 || f.stream == stream)) bytes += f.payload.size();
    }
    return bytes;
}

/// A server that has got requests 1, 3, ... from a client with these SETTINGS, and answers each without end.
Http2Session endless_server(const std::string& settings, int requests) {
    Http2Session server(Role::server, {});
    std::string bytes = client_start(settings);
    for (int i = 0; i < requests; ++i) bytes += get(static_cast<std::uint32_t>(2 * i + 1));
    receive(server, bytes);
    for (int i = 0; i < requests; ++i) {
        server.respond(static_cast<std::uint32_t>(2 * i + 1), response(), Http2Session::kEndless);
    }
    return server;
}

/// The WINDOW_UPDATEs that a session has to write now.
std::vector<std::pair<std::uint32_t, std::uint32_t>> updates(Http2Session& session) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
    for (const Seen& f : written_frames(session)) {
        if (f.type == kWindowUpdate) out.emplace_back(f.stream, f.u32());
    }
    return out;
}

using Updates = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

}  // namespace

TEST_CASE("a sender stops exactly at the stream's window, and goes on with what it gets") {
    Http2Session server = endless_server(setting(4, 10'000), 1);
    CHECK(data_written(server) == 10'000);
    CHECK(data_written(server) == 0);
    receive(server, window_update(1, 1));
    CHECK(data_written(server) == 1);
    receive(server, window_update(1, 5'000) + window_update(1, 5'000));
    CHECK(data_written(server) == 10'000);
}

TEST_CASE("a sender stops exactly at the connection's window, which SETTINGS do not change (6.9.2)") {
    Http2Session server = endless_server(setting(4, 1'000'000), 2);
    CHECK(data_written(server) == 65'535);
    receive(server, window_update(1, 1'000'000));
    CHECK(data_written(server) == 0);
    receive(server, window_update(0, 7));
    CHECK(data_written(server) == 7);
}

TEST_CASE("a change of SETTINGS_INITIAL_WINDOW_SIZE applies to open streams, below 0 if need be (6.9.2)") {
    Http2Session server = endless_server("", 1);
    receive(server, window_update(0, 1'000'000));
    CHECK(data_written(server) == 65'535);
    receive(server, frame(kSettings, 0, 0, setting(4, 16'384)));  // the window is now -49,151
    CHECK(data_written(server) == 0);
    receive(server, window_update(1, 49'151));
    CHECK(data_written(server) == 0);
    receive(server, window_update(1, 1));
    CHECK(data_written(server) == 1);
    receive(server, frame(kSettings, 0, 0, setting(4, 20'000)));
    CHECK(data_written(server) == 20'000 - 16'384);
}

TEST_CASE("frames are no larger than the peer allows, or than is wanted (4.2, 6.5.2)") {
    const auto largest = [](std::uint32_t wanted, std::uint32_t allowed) {
        Http2Settings settings;
        settings.frame = wanted;
        Http2Session server(Role::server, settings);
        receive(server, client_start(setting(5, allowed)) + get(1));
        server.respond(1, response(), 60'000);
        std::size_t most = 0;
        for (const Seen& f : written_frames(server)) {
            if (f.type == kData) most = std::max(most, f.payload.size());
        }
        return most;
    };
    CHECK(largest(16'384, 16'384) == 16'384);
    CHECK(largest(30'000, 16'384) == 16'384);
    CHECK(largest(30'000, 40'000) == 30'000);
    CHECK(largest(1'000, 40'000) == 1'000);
}

TEST_CASE("a body without bytes, or an END_STREAM, needs no window") {
    Http2Session server(Role::server, {});
    receive(server, client_start(setting(4, 0)) + get(1));
    server.respond(1, response(), 0);
    const std::vector<Seen> frames = written_frames(server);
    CHECK(frames.back().type == kHeaders);
    CHECK(frames.back().ends());
}

TEST_CASE("WINDOW_UPDATEs go when half of a window has been used, and not for a stream that has ended") {
    Http2Settings settings;
    settings.window = 50'000;
    settings.connection_window = 80'000;
    Http2Session client(Role::client, settings);
    client.open(request(), 0);
    client.open(request(), 0);
    const std::string kilobytes(10'000, 'x');
    receive(client, server_start() + frame(kSettings, kAck, 0) + ok(1) + ok(3));
    written(client);
    for (int i = 0; i < 3; ++i) receive(client, frame(kData, 0, 1, kilobytes));
    CHECK(updates(client).empty());  // received, and not used
    client.consumed(1, 24'999);
    CHECK(updates(client).empty());
    client.consumed(1, 1);
    CHECK(updates(client) == Updates{{1, 25'000}});
    receive(client, frame(kData, kEndStream, 3, kilobytes + "12345"));
    client.consumed(3, 10'005);
    CHECK(updates(client).empty());
    client.consumed(1, 4'995);
    CHECK(updates(client) == Updates{{0, 40'000}});
}

TEST_CASE("padding counts, and is given back at once (6.9, 6.1)") {
    Http2Settings settings;
    settings.window = 100;
    Http2Session client(Role::client, settings);
    client.open(request(), 0);
    receive(client, server_start() + frame(kSettings, kAck, 0) + ok(1));
    written(client);
    const auto events =
        receive(client, frame(kData, kPadded, 1, from_hex("31") + std::string(50, 'x') + std::string(49, '0')));
    REQUIRE(events.size() == 1);
    CHECK(events[0].bytes == 50);
    CHECK(updates(client) == Updates{{1, 50}});  // the padding and its length
    CHECK(receive(client, frame(kData, 0, 1, std::string(51, 'x')))[0].kind == Kind::reset);
}

TEST_CASE("a peer that exceeds a stream's window loses the stream; the connection's, the connection (6.9.1)") {
    Http2Settings settings;
    settings.window = 70'000;
    Http2Session client(Role::client, settings);
    client.open(request(), 0);
    client.open(request(), 0);
    const std::string frame_of_1 = frame(kData, 0, 1, std::string(16'384, 'x'));
    receive(client, server_start() + ok(1) + ok(3) + frame_of_1 + frame_of_1 + frame_of_1);
    const std::string rest = frame(kData, 0, 1, std::string(16'383, 'x'));
    CHECK(receive(client, rest)[0].kind == Kind::data);
    const Http2Event last = receive(client, frame(kData, 0, 3, "x")).back();
    CHECK(last.kind == Kind::failed);
    CHECK(last.error == Http2Error::flow_control_error);

    settings.window = 1'000;
    settings.connection_window = 1'000'000;
    Http2Session careful(Role::client, settings);
    careful.open(request(), 0);
    receive(careful, server_start() + frame(kSettings, kAck, 0) + ok(1));
    const std::vector<Http2Event> events = receive(careful, frame(kData, 0, 1, std::string(1'001, 'x')));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::reset);
    CHECK(events[0].error == Http2Error::flow_control_error);
    CHECK_FALSE(careful.failed());
}

TEST_CASE("until it has heard of a smaller window, the peer may use the default (6.9.3)") {
    Http2Settings settings;
    settings.window = 10'000;
    settings.connection_window = 1'000'000;
    Http2Session server(Role::server, settings);
    const std::string sixteen(16'000, 'x');
    std::string bytes = client_start() + post(1);
    for (int i = 0; i < 4; ++i) bytes += frame(kData, 0, 1, sixteen);
    receive(server, bytes);
    CHECK_FALSE(receive(server, frame(kData, 0, 1, std::string(1'535, 'x')))[0].kind == Kind::reset);
    written(server);
    CHECK(receive(server, frame(kSettings, kAck, 0)).empty());
    // The client's window is now 10,000 - 65,535 below 0, until what it sent has been used.
    server.consumed(1, 65'535);
    CHECK(updates(server) == Updates{{1, 65'535}});
    CHECK(receive(server, frame(kData, 0, 1, std::string(10'000, 'x')))[0].kind == Kind::data);
    CHECK(receive(server, frame(kData, 0, 1, "x"))[0].kind == Kind::reset);
}

TEST_CASE("the smallest windows and frames work") {
    Http2Settings tiny;
    tiny.window = 1;
    tiny.frame = 1;
    Pair pair(tiny, tiny);
    pair.settle();
    pair.client.open(request("/", "POST"), 300);
    pair.settle();
    CHECK(pair.at_server[1].bytes == 300);
    pair.server.respond(1, response(), 300);
    pair.settle();
    CHECK(pair.at_client[1].bytes == 300);
    CHECK(pair.at_client[1].ended);
}
