#include "http2/session.hpp"

#include <doctest/doctest.h>

#include "pair.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Kind = Http2Event::Kind;
using Role = Http2Session::Role;

std::vector<Kind> kinds(const std::vector<Http2Event>& events) {
    std::vector<Kind> out;
    for (const Http2Event& e : events) out.push_back(e.kind);
    return out;
}

}  // namespace

TEST_CASE("a client begins with the preface, SETTINGS and the connection's window (RFC 9113 3.4, 6.9.2)") {
    Http2Settings settings;
    settings.window = 100'000;
    settings.connection_window = 1'000'000;
    Http2Session client(Role::client, settings);
    const std::uint32_t stream = client.open(request(), 0);
    CHECK(stream == 1);
    std::string bytes = written(client);
    CHECK(bytes.substr(0, 24) == "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const std::vector<Seen> frames = frames_of(bytes.substr(24));
    REQUIRE(frames.size() == 3);
    CHECK(frames[0].type == kSettings);
    CHECK(frames[0].flags == 0);
    CHECK(frames[0].stream == 0);
    CHECK(frames[0].payload == setting(2, 0) + setting(4, 100'000) + setting(6, 65536) + setting(9, 1));
    CHECK(frames[1].type == kWindowUpdate);
    CHECK(frames[1].stream == 0);
    CHECK(frames[1].u32() == 1'000'000 - 65535);
    CHECK(frames[2].type == kHeaders);
    CHECK(frames[2].flags == (kEndStream | kEndHeaders));
    CHECK(frames[2].stream == 1);
}

TEST_CASE("a server begins with SETTINGS, and acknowledges the client's") {
    Http2Settings settings;
    settings.streams = 7;
    settings.frame = 20'000;
    Http2Session server(Role::server, settings);
    CHECK(kinds(receive(server, client_start())) == std::vector{Kind::settings});
    const std::vector<Seen> frames = written_frames(server);
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].type == kSettings);
    CHECK(frames[0].payload ==
          setting(3, 7) + setting(4, 65535) + setting(5, 20'000) + setting(6, 65536) + setting(9, 1));
    CHECK(frames[1].type == kSettings);
    CHECK(frames[1].flags == kAck);
    CHECK(frames[1].payload.empty());
}

TEST_CASE("a request and its response, with bodies and without") {
    Pair pair;
    const std::uint32_t get = pair.client.open(request("/a"), 0);
    const std::uint32_t post = pair.client.open(request("/b", "POST"), 100'000);
    CHECK(get == 1);
    CHECK(post == 3);
    CHECK(pair.client.streams() == 2);
    pair.settle();
    CHECK(pair.at_server[get].head == fields_of(request("/a")));
    CHECK(pair.at_server[get].bytes == 0);
    CHECK(pair.at_server[get].ended);
    CHECK(pair.at_server[post].head == fields_of(request("/b", "POST")));
    CHECK(pair.at_server[post].bytes == 100'000);
    CHECK(pair.at_server[post].ended);

    CHECK(pair.server.respond(get, response(), 1'000'000));
    CHECK(pair.server.respond(post, list_of({{":status", "204"}, {"server", "x"}}), 0));
    CHECK_FALSE(pair.server.respond(get, response(), 1));  // once
    pair.settle();
    CHECK(pair.at_client[get].bytes == 1'000'000);
    CHECK(pair.at_client[get].ended);
    CHECK(pair.at_client[post].head == Fields{{":status", "204"}, {"server", "x"}});
    CHECK(pair.at_client[post].ended);
    CHECK(pair.client.streams() == 0);
    CHECK(pair.server.streams() == 0);
    CHECK_FALSE(pair.server.respond(get, response(), 1));
    CHECK(pair.others.size() == 2);  // SETTINGS at each end
}

TEST_CASE("DATA frames carry the body's bytes in order") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.up_once();
    pair.server.respond(1, response(), 40'000);
    pair.settle();
    std::string body;
    for (const Seen& f : frames_of(pair.down.bytes())) {
        if (f.type == kData) body += f.payload;
    }
    REQUIRE(body.size() == 40'000);
    for (std::size_t i = 0; i < body.size(); ++i) REQUIRE(body[i] == body_byte(i));
}

TEST_CASE("an event says whether a body follows; a write, whose frame it has") {
    Pair pair;
    pair.client.open(request(), 0);
    Http2Event event;
    pair.up.fill(pair.client, Pair::kAll);
    bool ended = false;
    pair.up.drain(pair.server, Pair::kAll,
                  [&](const Http2Event& e) { ended = ended || (e.kind == Kind::head && e.ended); });
    CHECK(ended);
    pair.server.respond(1, response(), 20'000);
    Http2Write write;
    std::vector<std::pair<std::uint32_t, bool>> frames;
    while (pair.server.next_write(write)) {
        frames.emplace_back(write.stream, write.ended);
        for (std::size_t i = 0; i < write.count; ++i) pair.server.wrote(write.pieces[i].length);
    }
    // The first one has SETTINGS, their acknowledgement and HEADERS in front.
    CHECK(frames == std::vector<std::pair<std::uint32_t, bool>>{{1, false}, {1, true}});
}

TEST_CASE("a transport that takes a byte at a time gets the same bytes") {
    const auto run = [](std::uint64_t room) {
        Pair pair;
        pair.client.open(request("/x", "POST"), 3000);
        while (pair.up.fill(pair.client, room) > 0) {
        }
        return pair.up.bytes();
    };
    CHECK(run(1) == run(Pair::kAll));
    CHECK(run(11) == run(Pair::kAll));
}

TEST_CASE("PING is answered with the same bytes (RFC 9113 6.7)") {
    Http2Session server(Role::server, {});
    receive(server, client_start());
    written(server);
    CHECK(receive(server, frame(kPing, 0, 0, "12345678") + frame(kPing, kAck, 0, "abcdefgh")).empty());
    const std::vector<Seen> frames = written_frames(server);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0].type == kPing);
    CHECK(frames[0].flags == kAck);
    CHECK(frames[0].payload == "12345678");
}

TEST_CASE("a large head needs CONTINUATION frames, with the peer's frame size (RFC 9113 6.10)") {
    Pair pair;
    FieldList fields = request();
    Fields expected = fields_of(fields);
    for (int i = 0; i < 10; ++i) {
        expected.emplace_back("x-" + std::to_string(i), std::string(4000, '@'));  // 13 bits each: no Huffman code
        fields.add(expected.back().first, expected.back().second);
    }
    CHECK(pair.client.open(fields, 0) == 1);
    pair.settle();
    CHECK(pair.at_server[1].head == expected);
    CHECK(pair.at_server[1].ended);
    const std::vector<Seen> frames = frames_of(pair.up.bytes().substr(24));
    REQUIRE(frames.size() >= 4);
    CHECK(frames[1].type == kHeaders);
    CHECK(frames[1].flags == kEndStream);
    CHECK(frames[1].payload.size() == 16384);
    CHECK(frames[2].type == kContinuation);
    CHECK(frames[2].flags == 0);
    CHECK(frames[2].payload.size() == 16384);
    CHECK(frames[3].type == kContinuation);
    CHECK(frames[3].flags == kEndHeaders);
}

TEST_CASE("a request's priority is a field, unless it is the default (RFC 9218 4, 5)") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.client.open(request(), 0, {1, true});
    pair.settle();
    CHECK(pair.at_server[1].head == fields_of(request()));
    CHECK(pair.at_server[3].head.back() == std::pair<std::string, std::string>{"priority", "u=1, i"});
}

TEST_CASE("without header compression heads are text, and understood") {
    Http2Settings plain;
    plain.header_compression = false;
    Pair pair(plain, plain);
    for (int i = 0; i < 3; ++i) pair.client.open(request(), 0);
    pair.settle();
    const std::vector<Seen> frames = frames_of(pair.up.bytes().substr(24));
    CHECK(frames[1].payload.find("www.example.com") != std::string::npos);
    CHECK(frames[3].payload == frames[1].payload);
    CHECK(pair.at_server[5].head == fields_of(request()));
}

TEST_CASE("as many streams as the server allows, and no more (RFC 9113 5.1.2)") {
    Http2Settings settings;
    settings.streams = 2;
    Pair pair({}, settings);
    pair.settle();  // the client hears of it
    CHECK(pair.client.can_open());
    CHECK(pair.client.open(request(), 0) == 1);
    CHECK(pair.client.open(request(), 0) == 3);
    CHECK_FALSE(pair.client.can_open());
    CHECK(pair.client.open(request(), 0) == 0);
    pair.settle();
    pair.server.respond(1, response(), 0);
    pair.settle();
    CHECK(pair.client.can_open());
    CHECK(pair.client.open(request(), 0) == 5);
    CHECK_FALSE(pair.client.can_open());
    CHECK(pair.server.streams() == 1);  // it has not heard of the last one
}

TEST_CASE("before it knows, a client opens a hundred; the server refuses what is too much (RFC 9113 5.1.2, 8.7)") {
    Http2Settings many;
    many.streams = 1000;
    Http2Settings few;
    few.streams = 2;
    Pair pair(many, few);
    int opened = 0;
    while (pair.client.open(request(), 0) != 0) ++opened;
    CHECK(opened == 100);
    pair.settle();
    CHECK(pair.at_server.size() == 2);
    CHECK_FALSE(pair.at_client[3].reset);
    CHECK(pair.at_client[5].reset == Http2Error::refused_stream);
    CHECK(pair.at_client[199].reset == Http2Error::refused_stream);
    CHECK(pair.client.streams() == 2);
}

TEST_CASE("a client keeps to its own number of streams, too") {
    Http2Settings one;
    one.streams = 1;
    Pair pair(one);
    pair.settle();
    CHECK(pair.client.open(request(), 0) == 1);
    CHECK_FALSE(pair.client.can_open());
    CHECK_FALSE(pair.server.can_open());
}

TEST_CASE("a client gives a stream up: the server stops, and late DATA counts (RFC 9113 5.4.2, 6.9)") {
    Http2Settings settings;
    settings.connection_window = 100'000;
    settings.window = 100'000;
    Pair pair(settings);
    pair.client.open(request(), 0);
    pair.settle();
    pair.server.respond(1, response(), Http2Session::kEndless);
    pair.down_once(30'000);  // a frame and a half
    const std::uint64_t before = pair.at_client[1].bytes;
    CHECK(before > 16384);
    pair.client.reset(1, Http2Error::cancel);
    CHECK(pair.client.streams() == 0);
    pair.down_once();  // the window's rest arrives at a stream that is over
    CHECK(pair.at_client[1].bytes == before);
    pair.settle();
    CHECK(pair.at_server[1].reset == Http2Error::cancel);
    CHECK(pair.server.streams() == 0);
    // All of the connection's window has come back, or another response would not fit in.
    pair.client.open(request(), 0);
    pair.up_once();
    pair.server.respond(3, response(), 90'000);
    pair.settle();
    CHECK(pair.at_client[3].bytes == 90'000);
    CHECK(pair.at_client[3].ended);
}

TEST_CASE("a server gives a stream up in the middle of its response") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.client.open(request(), 0);
    pair.up_once();
    pair.server.respond(1, response(), 100'000);
    pair.server.respond(3, response(), 100'000);
    pair.down_once(20'000);
    pair.server.reset(1, Http2Error::internal_error);
    pair.server.reset(1, Http2Error::internal_error);  // does nothing
    pair.settle();
    CHECK(pair.at_client[1].reset == Http2Error::internal_error);
    CHECK_FALSE(pair.at_client[1].ended);
    CHECK(pair.at_client[3].bytes == 100'000);
    CHECK(pair.at_client[3].ended);
}

TEST_CASE("a reset after the response ends the request's body only (RFC 9113 8.1)") {
    Pair pair;
    pair.server_uses = false;
    pair.client.open(request("/", "POST"), Http2Session::kEndless);
    pair.settle();
    pair.server.respond(1, response(), 10);
    pair.settle();
    pair.server.reset(1, Http2Error::no_error);
    pair.settle();
    CHECK(pair.at_client[1].bytes == 10);
    CHECK(pair.at_client[1].ended);
    CHECK(pair.at_client[1].reset == Http2Error::no_error);
    CHECK(pair.client.streams() == 0);
}

TEST_CASE("GOAWAY: streams that the server has heard of go on, later ones are refused (RFC 9113 6.8)") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.settle();
    pair.server.go_away();
    pair.client.open(request(), 0);  // crosses it
    pair.client.open(request(), 0);
    pair.settle();
    CHECK_FALSE(pair.client.can_open());
    CHECK(pair.client.open(request(), 0) == 0);
    CHECK(pair.at_server.size() == 1);
    const Http2Event& e = pair.others.back();
    CHECK(e.kind == Kind::go_away);
    CHECK(e.stream == 1);
    CHECK(e.error == Http2Error::no_error);
    CHECK(pair.at_client[3].reset == Http2Error::refused_stream);
    CHECK(pair.at_client[5].reset == Http2Error::refused_stream);
    CHECK(pair.client.streams() == 1);
    pair.server.respond(1, response(), 100'000);
    pair.settle();
    CHECK(pair.at_client[1].bytes == 100'000);
    CHECK(pair.at_client[1].ended);
    CHECK_FALSE(pair.client.failed());
    CHECK_FALSE(pair.server.failed());
}

TEST_CASE("a client's GOAWAY says only that it opens no more") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.client.go_away();
    CHECK_FALSE(pair.client.can_open());
    pair.up_once();
    CHECK(pair.others.back().kind == Kind::go_away);
    CHECK(pair.others.back().stream == 0);
    pair.server.respond(1, response(), 5);
    pair.settle();
    CHECK(pair.at_client[1].ended);
}

TEST_CASE("interim responses and trailers are passed over (RFC 9113 8.1)") {
    Http2Session client(Role::client, {});
    client.open(request(), 0);
    receive(client, server_start());
    const std::vector<Http2Event> events =
        receive(client, frame(kHeaders, kEndHeaders, 1, from_hex("0803") + "103" + literal("link", "x")) + ok(1) +
                            frame(kData, 0, 1, "hello") +
                            frame(kHeaders, kEndHeaders | kEndStream, 1, literal("x-checksum", "1")));
    CHECK(kinds(events) == std::vector{Kind::head, Kind::data, Kind::end});
    CHECK(fields_of(events[0].fields) == Fields{{":status", "200"}});
    CHECK_FALSE(events[0].ended);
    CHECK(events[1].bytes == 5);
    CHECK(client.streams() == 0);
}

TEST_CASE("the answer to HEAD, and 304, may have a content-length (RFC 9113 8.1.1)") {
    Http2Session client(Role::client, {});
    client.open(request("/", "HEAD"), 0);
    client.open(request(), 0);
    receive(client, server_start());
    const std::string length = literal("content-length", "5");
    CHECK(kinds(receive(client, ok(1, kEndStream, length))) == std::vector{Kind::head, Kind::end});
    CHECK(kinds(receive(client, frame(kHeaders, kEndHeaders | kEndStream, 3, from_hex("8b") + length))) ==
          std::vector{Kind::head, Kind::end});
}

TEST_CASE("frames of unknown types, PRIORITY and unknown settings change nothing (RFC 9113 4.1, 5.3.2, 6.5.2)") {
    Http2Session server(Role::server, {});
    receive(server, client_start(setting(0x77, 5) + setting(6, 0)));
    written(server);
    CHECK(receive(server, frame(0x77, 0xff, 1, "something") + frame(kPriority, 0, 9, from_hex("00000000 10"))).empty());
    CHECK(written(server).empty());
    CHECK(kinds(receive(server, get(1))) == std::vector{Kind::head, Kind::end});
}

TEST_CASE("nothing is allocated for a DATA frame's header once its predecessors have arrived") {
    Pair pair;
    pair.client.open(request(), 0);
    pair.settle();
    pair.server.respond(1, response(), Http2Session::kEndless);
    Http2Write write;
    REQUIRE(pair.server.next_write(write));
    pair.server.wrote(write.pieces[0].length + write.pieces[1].length);  // with HEADERS
    REQUIRE(pair.server.next_write(write));
    const Text* text = write.pieces[0].text.get();
    const std::string bytes = text->bytes;
    TextRef kept = write.pieces[0].text;
    pair.server.wrote(write.pieces[0].length + write.pieces[1].length);
    REQUIRE(pair.server.next_write(write));
    CHECK(write.pieces[0].text.get() != text);  // somebody still reads the first
    CHECK(kept->bytes == bytes);
    kept = TextRef();
    pair.server.wrote(write.pieces[0].length + write.pieces[1].length);
    REQUIRE(pair.server.next_write(write));
    CHECK(write.pieces[0].text.get() == text);
}

TEST_CASE("headers of DATA frames that nobody has acknowledged stay as they are, however many they are") {
    Http2Settings small;
    small.frame = 1;
    Pair pair({}, small);
    pair.client.open(request(), 0);
    pair.settle();
    pair.server.respond(1, response(), 1000);
    pair.settle();  // the pipe keeps every text
    std::uint64_t bytes = 0;
    for (const Seen& f : frames_of(pair.down.bytes())) {
        if (f.type != kData) continue;
        ++bytes;
        CHECK(f.payload.size() == 1);
        CHECK(f.ends() == (bytes == 1000));
    }
    CHECK(bytes == 1000);
}
