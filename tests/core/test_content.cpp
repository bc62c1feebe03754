#include <doctest/doctest.h>

#include <cstdint>
#include <random>
#include <string>

#include "core/content.hpp"

using namespace tcplab;

namespace {

std::string body(std::uint64_t begin, std::uint64_t length) {
    std::string text;
    for (std::uint64_t i = begin; i < begin + length; ++i) text += body_byte(i);
    return text;
}

std::string read(const Content& content, std::uint64_t offset, std::size_t n) {
    std::string out(n, '?');
    content.copy(offset, n, out.data());
    return out;
}

}  // namespace

TEST_CASE("content is what was appended, in order") {
    Content content;
    content.append(Piece::of(make_text("header\r\n")));
    content.append(Piece::body(100));
    content.append(Piece::of(make_text("next")));
    CHECK(content.size() == 112);
    CHECK(read(content, 0, 112) == "header\r\n" + body(0, 100) + "next");
    CHECK(read(content, 5, 10) == "r\r\n" + body(0, 7));
    CHECK(read(content, 107, 5) == body(99, 1) + "next");
}

TEST_CASE("an empty piece adds nothing") {
    Content content;
    content.append(Piece::body(0));
    content.append(Piece::of(make_text("")));
    CHECK(content.size() == 0);
}

TEST_CASE("a body that goes on is one piece, and a gigabyte costs nothing") {
    Content content;
    for (std::uint64_t i = 0; i < 1000; ++i) content.append(Piece::body(1'000'000, i * 1'000'000));
    CHECK(content.size() == 1'000'000'000);
    const Content::View all = content.view(0, content.size());
    CHECK(all.length == content.size());
    CHECK(all.text.data() == nullptr);
    CHECK(read(content, 999'999'990, 10) == body(999'999'990, 10));
}

TEST_CASE("a view ends where the kind of bytes changes") {
    Content content;
    content.append(Piece::of(make_text("abc")));
    content.append(Piece::body(10, 64));
    CHECK(content.view(1, 100).text == "bc");
    CHECK(content.view(1, 1).text == "b");
    CHECK(content.view(5, 100).body_begin == 66);
    CHECK(content.view(5, 100).length == 8);
    CHECK(content.view(13, 100).length == 0);
}

TEST_CASE("a piece may be a part of a text") {
    Content content;
    content.append(Piece{make_text("0123456789"), 3, 4});
    CHECK(read(content, 0, 4) == "3456");
}

TEST_CASE("what both ends have done with is freed, and what follows stays") {
    const TextRef text = make_text(std::string(100, 'x'));
    Content content;
    content.append(Piece::of(text));
    content.append(Piece::of(make_text("kept")));
    CHECK(text->owners == 2);
    content.release_acknowledged(100);
    CHECK(text->owners == 2);  // the reader has not had it
    content.release_consumed(99);
    CHECK(text->owners == 2);
    content.release_consumed(100);
    CHECK(text->owners == 1);
    CHECK(read(content, 100, 4) == "kept");
    CHECK(read(content, 0, 3) == body(0, 3));  // released: filler bytes, not a crash
}

TEST_CASE(
    "what the reader holds is kept although it is consumed and acknowledged, until the reader names a later place") {
    const TextRef record = make_text(std::string(50, 'r'));
    Content content;
    content.append(Piece::of(record));
    content.append(Piece::of(make_text("next")));
    content.hold(10);
    content.release_acknowledged(54);
    content.release_consumed(54);
    CHECK(record->owners == 2);
    CHECK(read(content, 10, 44) == std::string(40, 'r') + "next");
    content.hold(50);
    CHECK(record->owners == 1);
    CHECK(read(content, 50, 4) == "next");
}

TEST_CASE("releasing piece by piece never moves what is alive") {
    std::mt19937 random(1);
    Content content;
    std::string all;
    std::uint64_t released = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string text = std::to_string(random()) + ';';
        content.append(Piece::of(make_text(text)));
        all += text;
        released += random() % (all.size() - released + 1);
        content.release_acknowledged(released);
        content.release_consumed(released);
        const std::size_t rest = all.size() - static_cast<std::size_t>(released);
        REQUIRE(read(content, released, rest) == all.substr(static_cast<std::size_t>(released)));
    }
}

TEST_CASE("a payload shares its content and ends with its last owner") {
    Payload copy;
    {
        const Payload payload = Payload::of("some bytes");
        CHECK(payload.length == 10);
        copy = payload;
        CHECK(payload.content->owners == 2);
    }
    CHECK(copy.content->owners == 1);
    copy.offset = 5;
    copy.length = 5;
    CHECK(copy.bytes() == "bytes");
    CHECK(Payload().bytes().empty());
}

TEST_CASE("body bytes are lines of letters") {
    CHECK(body(0, 5) == "abcde");
    CHECK(body_byte(63) == '\n');
    CHECK(body_byte(64) == 'b');  // each line starts one letter on, so that an offset shows
    CHECK(body_byte(127) == '\n');
}
