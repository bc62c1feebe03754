// Who sends next (RFC 9218 10).
#include <doctest/doctest.h>

#include "pair.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

constexpr bool kIncremental = true;

/// A response of so many DATA frames.
struct Wanted {
    Priority priority;
    std::uint64_t frames;
};

Http2Settings small_frames() {
    Http2Settings settings;
    settings.frame = 1000;
    return settings;
}

/// The streams of DATA frames, in their order.
std::string streams_of(const std::vector<Seen>& frames) {
    std::string streams;
    for (const Seen& f : frames) {
        if (f.type == kData) streams += std::to_string(f.stream);
    }
    return streams;
}

/// The order in which a server sends responses that are all ready before the first one goes out.
std::string order(const std::vector<Wanted>& wanted) {
    Pair pair(small_frames(), small_frames());
    for (const Wanted& w : wanted) pair.client.open(request(), 0, w.priority);
    pair.settle();
    for (std::uint32_t i = 0; i < wanted.size(); ++i) {
        pair.server.respond(2 * i + 1, response(), wanted[i].frames * 1000);
    }
    return streams_of(written_frames(pair.server));
}

}  // namespace

TEST_CASE("the most urgent first, in the order of their streams") {
    CHECK(order({{{7, false}, 2}, {{3, false}, 2}, {{0, false}, 2}, {{3, false}, 1}}) == "5533711");
}

TEST_CASE("incremental streams of one urgency take turns, frame by frame") {
    CHECK(order({{{3, kIncremental}, 3}, {{3, kIncremental}, 3}}) == "131313");
    CHECK(order({{{3, kIncremental}, 4}, {{3, kIncremental}, 1}, {{3, kIncremental}, 2}}) == "1351511");
    CHECK(order({{{4, kIncremental}, 2}, {{3, kIncremental}, 2}, {{4, kIncremental}, 2}}) == "331515");
}

TEST_CASE("neither kind starves the other: those in order take turns together") {
    CHECK(order({{{3, false}, 2}, {{3, kIncremental}, 4}, {{3, false}, 2}}) == "13135353");
}

TEST_CASE("a stream that joins a round waits for its end") {
    Pair pair(small_frames(), small_frames());
    for (int i = 0; i < 3; ++i) pair.client.open(request(), 0, {3, kIncremental});
    pair.settle();
    pair.server.respond(3, response(), 3000);
    pair.server.respond(5, response(), 3000);
    Http2Write write;
    std::string streams;
    while (pair.server.next_write(write)) {
        if (write.stream != 0) streams += std::to_string(write.stream);
        if (streams == "35") pair.server.respond(1, response(), 3000);
        for (std::size_t i = 0; i < write.count; ++i) pair.server.wrote(write.pieces[i].length);
    }
    CHECK(streams == "353153151");
}

TEST_CASE("what is urgent overtakes at the next frame, and heads overtake all DATA") {
    Pair pair(small_frames(), small_frames());
    pair.client.open(request(), 0, {5, false});
    pair.client.open(request(), 0, {1, false});
    pair.settle();
    pair.server.respond(1, response(), 3000);
    Http2Write write;
    REQUIRE(pair.server.next_write(write));
    CHECK(write.stream == 1);
    pair.server.wrote(1);  // the frame has begun, and must end first
    pair.server.respond(3, response(), 1000);
    REQUIRE(pair.server.next_write(write));
    CHECK(write.stream == 1);
    for (std::size_t i = 0; i < write.count; ++i) pair.server.wrote(write.pieces[i].length);
    const std::vector<Seen> frames = written_frames(pair.server);
    REQUIRE(frames.size() == 4);
    CHECK(frames[0].type == kHeaders);
    CHECK(frames[0].stream == 3);
    CHECK(streams_of(frames) == "311");
}

TEST_CASE("a stream without window lets the next one go") {
    Http2Settings client = small_frames();
    client.window = 2000;
    Pair pair(client, small_frames());
    pair.client_uses = false;
    for (int i = 0; i < 2; ++i) pair.client.open(request(), 0);
    pair.settle();
    for (const std::uint32_t stream : {1U, 3U}) pair.server.respond(stream, response(), 3000);
    CHECK(streams_of(written_frames(pair.server)) == "1133");
    receive(pair.server, window_update(1, 1));
    CHECK(streams_of(written_frames(pair.server)) == "1");
}

TEST_CASE("a client's own bodies go by the same rules") {
    Pair pair(small_frames(), small_frames());
    pair.client.open(request("/", "PUT"), 2000, {5, false});
    pair.client.open(request("/", "PUT"), 2000, {2, false});
    const std::string bytes = written(pair.client);
    CHECK(streams_of(frames_of(bytes.substr(24))) == "3311");
}
