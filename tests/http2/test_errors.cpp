// What a peer must not do, and what becomes of it (RFC 9113 5.1, 5.4, 6 and 8.1.1).
#include <doctest/doctest.h>

#include <utility>

#include "frames.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Kind = Http2Event::Kind;
using Role = Http2Session::Role;

/// A client that has sent two requests, or a server; both have the peer's SETTINGS, and nothing to write.
Http2Session client() {
    Http2Session session(Role::client, {});
    session.open(request(), 0);
    session.open(request("/", "POST"), 0);
    receive(session, server_start());
    written(session);
    return session;
}
Http2Session server() {
    Http2Session session(Role::server, {});
    receive(session, client_start());
    written(session);
    return session;
}

/// The connection error that these bytes lead to, as the application and the peer hear of it; no_error: none.
Http2Error connection_error(Http2Session session, const std::string& bytes) {
    const std::vector<Http2Event> events = receive(session, bytes);
    const std::vector<Seen> frames = written_frames(session);
    if (!session.failed()) return Http2Error::no_error;
    REQUIRE(!events.empty());
    CHECK(events.back().kind == Kind::failed);
    CHECK_FALSE(events.back().reason.empty());
    REQUIRE(!frames.empty());
    CHECK(frames.back().type == kGoAway);
    CHECK(frames.back().u32(4) == static_cast<std::uint32_t>(events.back().error));
    CHECK(session.streams() == 0);
    CHECK(receive(session, get(99)).empty());  // whatever comes then is dropped
    CHECK(written(session).empty());
    return events.back().error;
}

/// The error of a stream that these bytes lead to, as the peer hears of it.
std::optional<Http2Error> stream_error(Http2Session session, std::uint32_t stream, const std::string& bytes) {
    receive(session, bytes);
    CHECK_FALSE(session.failed());
    for (const Seen& f : written_frames(session)) {
        if (f.type == kRstStream && f.stream == stream) return static_cast<Http2Error>(f.u32());
    }
    return std::nullopt;
}

constexpr Http2Error kProtocol = Http2Error::protocol_error;

}  // namespace

TEST_CASE("the preface (3.4)") {
    CHECK(connection_error(Http2Session(Role::server, {}), "GET / HTTP/1.1\r\nHost: x\r\n\r\n") == kProtocol);
    CHECK(connection_error(Http2Session(Role::server, {}), "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + get(1)) == kProtocol);
    CHECK(connection_error(Http2Session(Role::client, {}), "HTTP/1.1 400 Bad Request\r\n\r\n") ==
          Http2Error::frame_size_error);
    CHECK(connection_error(Http2Session(Role::client, {}), frame(kPing, 0, 0, "12345678")) == kProtocol);
    CHECK(connection_error(Http2Session(Role::client, {}), frame(kSettings, kAck, 0)) == kProtocol);
}

TEST_CASE("frames that are wrong in themselves end the connection (4.2, 6)") {
    CHECK(connection_error(server(), frame(kData, 0, 1, std::string(16'385, 'x'))) == Http2Error::frame_size_error);
    CHECK(connection_error(server(), frame(kPing, 0, 0, "1")) == Http2Error::frame_size_error);
    CHECK(connection_error(server(), frame(kSettings, 0, 1)) == kProtocol);
}

TEST_CASE("settings out of range (6.5.2)") {
    const auto error = [](int id, std::uint32_t value) {
        const Http2Error at_server = connection_error(server(), frame(kSettings, 0, 0, setting(id, value)));
        const Http2Error at_client = connection_error(client(), frame(kSettings, 0, 0, setting(id, value)));
        if (id != 2) CHECK(at_client == at_server);
        return id == 2 ? at_client : at_server;
    };
    CHECK(error(2, 0) == Http2Error::no_error);
    CHECK(error(2, 1) == kProtocol);  // a server must not say so
    CHECK(connection_error(server(), frame(kSettings, 0, 0, setting(2, 1))) == Http2Error::no_error);
    CHECK(connection_error(server(), frame(kSettings, 0, 0, setting(2, 2))) == kProtocol);
    CHECK(error(4, 0x7fffffff) == Http2Error::no_error);
    CHECK(error(4, 0x80000000) == Http2Error::flow_control_error);
    CHECK(error(5, 16'383) == kProtocol);
    CHECK(error(5, 16'384) == Http2Error::no_error);
    CHECK(error(5, 0xffffff) == Http2Error::no_error);
    CHECK(error(5, 0x1000000) == kProtocol);
}

TEST_CASE("windows that become too large (6.9.1, 6.9.2)") {
    CHECK(connection_error(server(), window_update(0, 0x7fffffff - 65'535)) == Http2Error::no_error);
    CHECK(connection_error(server(), window_update(0, 0x7fffffff - 65'534)) == Http2Error::flow_control_error);
    CHECK(stream_error(server(), 1, post(1) + window_update(1, 0x7fffffff - 65'534)) == Http2Error::flow_control_error);
    CHECK(connection_error(server(), post(1) + window_update(1, 1) + frame(kSettings, 0, 0, setting(4, 0x7fffffff))) ==
          Http2Error::flow_control_error);
    CHECK(connection_error(server(), window_update(0, 0)) == kProtocol);
    CHECK(stream_error(server(), 1, post(1) + window_update(1, 0)) == kProtocol);
}

TEST_CASE("a stream that nobody has opened (5.1, idle)") {
    for (const std::string& bytes : {frame(kData, 0, 5, "x"), window_update(5, 1), rst_stream(5, 8)}) {
        CHECK(connection_error(server(), bytes) == kProtocol);
        CHECK(connection_error(client(), bytes) == kProtocol);
    }
    CHECK(connection_error(client(), ok(5)) == kProtocol);
    CHECK(connection_error(client(), ok(2)) == kProtocol);
    CHECK(connection_error(server(), get(2)) == kProtocol);
}

TEST_CASE("a stream that the peer has ended (5.1, half-closed)") {
    CHECK(stream_error(server(), 1, get(1) + frame(kData, 0, 1, "x")) == Http2Error::stream_closed);
    CHECK(stream_error(server(), 1, get(1) + get(1)) == Http2Error::stream_closed);
    CHECK_FALSE(stream_error(server(), 1, get(1) + window_update(1, 10)));
    Http2Session told = server();
    const std::vector<Http2Event> events = receive(told, get(1) + rst_stream(1, 8));
    CHECK(events.back().kind == Kind::reset);
    CHECK(events.back().error == Http2Error::cancel);
}

TEST_CASE("a stream that is over: frames that were on their way are passed over (5.1, closed)") {
    Http2Session session = client();
    session.reset(1, Http2Error::cancel);
    written(session);
    // What HEADERS add to the table is known afterwards all the same (4.3).
    CHECK(receive(session, ok(1, 0, from_hex("40 01 61 01 62")) + frame(kData, kEndStream, 1, "x") +
                               window_update(1, 5) + window_update(1, 0) + rst_stream(1, 0))
              .empty());
    CHECK(written(session).empty());
    const std::vector<Http2Event> events = receive(session, ok(3, kEndStream, from_hex("be")));
    REQUIRE(events.size() == 2);
    CHECK(events[0].fields.find("a") == "b");
}

TEST_CASE("HEADERS and CONTINUATION stay together (4.3, 6.10)") {
    const std::string begun = frame(kHeaders, kEndStream, 1, get_block().substr(0, 4));
    const std::string rest = get_block().substr(4);
    Http2Session session = server();
    CHECK(receive(session, begun + frame(kContinuation, 0, 1) + frame(kContinuation, kEndHeaders, 1, rest)).size() ==
          2);
    CHECK(connection_error(server(), begun + frame(kContinuation, kEndHeaders, 3, rest)) == kProtocol);
    CHECK(connection_error(server(), begun + frame(kPing, 0, 0, "12345678")) == kProtocol);
    CHECK(connection_error(server(), begun + frame(kData, 0, 1, "x")) == kProtocol);
    CHECK(connection_error(server(), begun + frame(0x77, 0, 1)) == kProtocol);  // 5.5
    CHECK(connection_error(server(), frame(kContinuation, kEndHeaders, 1, rest)) == kProtocol);
    CHECK(connection_error(server(), get(1) + frame(kContinuation, kEndHeaders, 1)) == kProtocol);
}

TEST_CASE("a header block that never ends is cut off (10.5)") {
    const std::string begun = frame(kHeaders, 0, 1, get_block());
    std::string empty = begun;
    for (int i = 0; i < 17; ++i) empty += frame(kContinuation, 0, 1);
    CHECK(connection_error(server(), empty) == Http2Error::enhance_your_calm);
    std::string large = begun;
    for (int i = 0; i < 4; ++i) large += frame(kContinuation, 0, 1, std::string(16'384, '\x82'));
    CHECK(connection_error(server(), large) == Http2Error::enhance_your_calm);
}

TEST_CASE("a header block that cannot be decoded ends the connection (4.3), even on a stream that is over") {
    CHECK(connection_error(server(), frame(kHeaders, kEndHeaders, 1, from_hex("be"))) == Http2Error::compression_error);
    Http2Session session = client();
    session.reset(1, Http2Error::cancel);
    CHECK(connection_error(std::move(session), ok(1, 0, from_hex("be"))) == Http2Error::compression_error);
}

TEST_CASE("a list of more than 64 KiB costs the stream, and the table is right afterwards (10.5.1)") {
    // A field of 3000 bytes that is added, and 22 more times by its index.
    const std::string large = from_hex("40 01 61 7f b9 16") + std::string(3'000, 'x');
    const std::string block = get_block() + large + std::string(22, '\xbe');
    CHECK(stream_error(server(), 1, frame(kHeaders, kEndHeaders, 1, block)) == kProtocol);
    Http2Session session = server();
    CHECK(receive(session, frame(kHeaders, kEndHeaders, 1, block)).empty());  // the application never knew of it
    const std::vector<Http2Event> events =
        receive(session, frame(kHeaders, kEndHeaders, 3, get_block() + from_hex("be")));
    REQUIRE(events.size() == 1);
    CHECK(events[0].fields.find("a") == std::string(3'000, 'x'));
}

TEST_CASE("messages that are malformed cost their stream (8.1.1)") {
    const std::string upper = literal("Upper", "x");
    const std::string length = literal("content-length", "5");
    CHECK(stream_error(server(), 1, post(1, upper)) == kProtocol);
    CHECK(stream_error(client(), 1, ok(1, 0, upper)) == kProtocol);
    // A body that is not as long as was said.
    CHECK(stream_error(server(), 1, post(1, length) + frame(kData, 0, 1, "123456")) == kProtocol);
    CHECK(stream_error(server(), 1, post(1, length) + frame(kData, kEndStream, 1, "1234")) == kProtocol);
    CHECK_FALSE(stream_error(server(), 1, post(1, length) + frame(kData, kEndStream, 1, "12345")));
    CHECK(stream_error(server(), 1, frame(kHeaders, kEndHeaders | kEndStream, 1, get_block() + length)) == kProtocol);
    CHECK(stream_error(client(), 1, ok(1, kEndStream, length)) == kProtocol);
    // 8.1, 8.6: what comes before and after a response.
    CHECK(stream_error(client(), 1, frame(kData, 0, 1, "x")) == kProtocol);
    CHECK(stream_error(client(), 1, frame(kHeaders, kEndHeaders | kEndStream, 1, from_hex("0803") + "103")) ==
          kProtocol);
    CHECK(stream_error(client(), 1, frame(kHeaders, kEndHeaders, 1, from_hex("0803") + "101")) == kProtocol);
    CHECK(stream_error(client(), 1, ok(1) + ok(1)) == kProtocol);              // no trailers, as the stream goes on
    CHECK(stream_error(client(), 1, ok(1) + ok(1, kEndStream)) == kProtocol);  // none, as they have a status
    CHECK(stream_error(server(), 1,
                       post(1, length) + frame(kData, 0, 1, "1234") + frame(kHeaders, kEndHeaders | kEndStream, 1)) ==
          kProtocol);
}

TEST_CASE("an application hears of an error on a stream that it knows, and only then") {
    Http2Session at_client = client();
    const std::vector<Http2Event> events = receive(at_client, ok(1, 0, literal("Upper", "x")));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == Kind::reset);
    CHECK(events[0].stream == 1);
    CHECK(events[0].error == kProtocol);
    CHECK(at_client.streams() == 1);
    Http2Session at_server = server();
    CHECK(receive(at_server, post(1, literal("Upper", "x"))).empty());
}

TEST_CASE("PUSH_PROMISE is nobody's to send (8.4, 6.5.2)") {
    CHECK(connection_error(server(), get(1) + frame(kPushPromise, kEndHeaders, 1, number(2, 4))) == kProtocol);
    CHECK(connection_error(client(), frame(kPushPromise, kEndHeaders, 1, number(2, 4))) == kProtocol);
}

TEST_CASE("a peer that only asks, and does not read, is cut off (10.5)") {
    for (const std::string& question : {frame(kPing, 0, 0, "12345678"), frame(kSettings, 0, 0)}) {
        std::string thousand;
        for (int i = 0; i < 1000; ++i) thousand += question;
        Http2Session session = server();
        receive(session, thousand);
        written(session);
        receive(session, thousand);
        CHECK_FALSE(session.failed());
        CHECK(connection_error(std::move(session), question) == Http2Error::enhance_your_calm);
    }
}

TEST_CASE("GOAWAY for an error names the last stream that was heard of (6.8)") {
    Http2Session session = server();
    receive(session, get(1) + get(7) + post(9, literal("Upper", "x")) + frame(kPing, 0, 0, "1"));
    const Seen last = written_frames(session).back();
    CHECK(last.type == kGoAway);
    CHECK(last.u32() == 7);
}
