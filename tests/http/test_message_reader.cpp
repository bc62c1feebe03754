#include "http/message_reader.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"

using namespace tcplab;

namespace {

using Kind = MessageReader::Kind;
using Step = MessageReader::Step;

/// Everything that a reader told about a stream.
struct Story {
    std::vector<std::string> heads;  ///< "GET /path" or the status
    std::vector<std::uint64_t> bodies;
    MessageError error = MessageError::none;
    bool may_end = false;
};

void feed(MessageReader& reader, Payload piece, Story& story) {
    MessageHead head;
    while (true) {
        const Step step = reader.step(piece, head);
        if (step == Step::head) {
            story.heads.push_back(head.method.empty() ? std::to_string(head.status)
                                                      : std::string(head.method) + " " + std::string(head.target));
        }
        if (step == Step::complete) story.bodies.push_back(reader.body_taken());
        if (step == Step::failed) story.error = reader.error();
        if (step == Step::failed || step == Step::more) return;
    }
}

/// The stream cut before each of `cuts`.
Story read(Kind kind, const std::string& bytes, std::vector<std::size_t> cuts = {}) {
    Story story;
    MessageReader reader(kind);
    const Payload whole = Payload::of(bytes);
    cuts.push_back(bytes.size());
    std::size_t from = 0;
    for (const std::size_t to : cuts) {
        Payload piece = whole;
        piece.offset = from;
        piece.length = static_cast<std::uint32_t>(to - from);
        feed(reader, piece, story);
        from = to;
    }
    story.may_end = reader.end();
    return story;
}

}  // namespace

TEST_CASE("pipelined requests, cut at every position and byte by byte") {
    const std::string bytes =
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
        "\r\n\r\n"
        "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
        "HEAD /d HTTP/1.0\r\n\r\n";
    const auto check = [](const Story& s) {
        CHECK(s.heads == std::vector<std::string>{"GET /a", "POST /b", "POST /c", "HEAD /d"});
        CHECK(s.bodies == std::vector<std::uint64_t>{0, 5, 0, 0});
        CHECK(s.error == MessageError::none);
        CHECK(s.may_end);
    };
    check(read(Kind::request, bytes));
    std::vector<std::size_t> every;
    for (std::size_t i = 1; i < bytes.size(); ++i) {
        CAPTURE(i);
        check(read(Kind::request, bytes, {i}));
        every.push_back(i);
    }
    check(read(Kind::request, bytes, every));
}

TEST_CASE("responses, cut at every position: interim, by length, without a body, until the end") {
    const std::string bytes =
        "HTTP/1.1 100 Continue\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n1234567"
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"
        "HTTP/1.1 204 No Content\r\n\r\n"
        "HTTP/1.1 200 OK\r\n\r\nuntil the end";
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
        CAPTURE(i);
        const Story s = read(Kind::response, bytes, {i});
        CHECK(s.heads == std::vector<std::string>{"100", "200", "304", "204", "200"});
        CHECK(s.bodies == std::vector<std::uint64_t>{0, 7, 0, 0});
        CHECK(s.may_end);
    }
}

TEST_CASE("chunks, cut at every position: extensions, a trailer, and what follows") {
    const std::string bytes =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n1A;name=\"a value\"\r\nabcdefghijklmnopqrstuvwxyz\r\n000 \r\nA: trailer\r\nB: b\r\n\r\n"
        "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n0\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
    for (std::size_t i = 0; i <= bytes.size(); ++i) {
        CAPTURE(i);
        const Story s = read(Kind::response, bytes, {i});
        CHECK(s.heads == std::vector<std::string>{"200", "200", "200"});
        CHECK(s.bodies == std::vector<std::uint64_t>{31, 0, 2});
        CHECK(s.error == MessageError::none);
        CHECK(s.may_end);
        CHECK_FALSE(read(Kind::response, bytes.substr(0, 120), {std::min<std::size_t>(i, 119)}).may_end);
    }
}

TEST_CASE("chunks that are none") {
    const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (const std::string& body :
         {std::string("\r\n"), std::string("x\r\n"), std::string(";a\r\n"), std::string("5\nhello"),
          std::string("5\rhello"), std::string("5\r\nhello5\r\n"), std::string("5\r\nhello\n0\r\n\r\n"),
          std::string("0\r\n\n"), std::string("0\r\nA: b\n\r\n"), std::string("1234567890abcdef\r\n"),
          "1;" + std::string(5000, 'e') + "\r\n", "0\r\n" + std::string(kMaxHead + 1, 't') + "\r\n\r\n"}) {
        CAPTURE(body.substr(0, 40));
        CHECK(read(Kind::request, head + body).error == MessageError::bad_chunk);
        CHECK(read(Kind::request, head + body, {head.size() + 1}).error == MessageError::bad_chunk);
    }
}

TEST_CASE("a stream may end between messages and nowhere else") {
    const std::string bytes = "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    for (std::size_t n = 0; n <= bytes.size(); ++n) {
        CAPTURE(n);
        CHECK(read(Kind::request, bytes.substr(0, n)).may_end == (n == 0 || n == bytes.size()));
    }
}

TEST_CASE("what is wrong is found wherever the stream is cut") {
    struct Row {
        Kind kind;
        std::string bytes;
        MessageError error;
    };
    const std::vector<Row> rows{
        {Kind::request, "GET / HTTP/1.1\nHost: x\n\n", MessageError::bad_start_line},
        {Kind::request, "GET / HTTP/1.1\r\nHost: x\n\r\n", MessageError::bad_field},
        {Kind::request, "GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n", MessageError::folded_field},
        {Kind::request, "POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", MessageError::unsupported_coding},
        {Kind::request, "GET / HTTP/1.1\r\nHost: x\r\n\r\nhello\r\n\r\n", MessageError::bad_start_line},
        {Kind::response, "\r\nHTTP/1.1 200 OK\r\n\r\n", MessageError::bad_start_line},
        {Kind::response, "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", MessageError::bad_length},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bytes);
        for (std::size_t i = 0; i <= row.bytes.size(); ++i) {
            const Story s = read(row.kind, row.bytes, {i});
            CHECK(name(s.error) == name(row.error));
            CHECK_FALSE(s.may_end);
        }
    }
}

TEST_CASE("a head may have kMaxHead bytes and not one more, in one piece or in many") {
    const std::string begin = "GET / HTTP/1.1\r\nX: ";
    const std::string end = "\r\n\r\n";
    const std::string fits = begin + std::string(kMaxHead - begin.size() - end.size(), 'a') + end;
    const std::string longer = begin + std::string(kMaxHead + 1 - begin.size() - end.size(), 'a') + end;
    const std::string endless = begin + std::string(2 * kMaxHead, 'a');
    std::vector<std::size_t> cuts;
    for (std::size_t i = 1460; i < kMaxHead; i += 1460) cuts.push_back(i);
    CHECK(read(Kind::request, fits).heads.size() == 1);
    CHECK(read(Kind::request, fits, cuts).heads.size() == 1);
    CHECK(read(Kind::request, longer).error == MessageError::too_long);
    CHECK(read(Kind::request, longer, cuts).error == MessageError::too_long);
    CHECK(read(Kind::request, endless, cuts).error == MessageError::too_long);
}

TEST_CASE("bodies are counted, not looked at; where a head is due their bytes count") {
    Payload p;
    p.content = ContentRef(new Content);
    p.content->append(Piece::of(make_text("HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\n")));
    const std::uint64_t header = p.content->size();
    p.content->append(Piece::body(3'000'000'100));
    MessageReader reader(Kind::response);
    MessageHead head;
    p.length = 4'000'000;
    CHECK(reader.step(p, head) == Step::head);
    CHECK(reader.step(p, head) == Step::body);
    CHECK(reader.step(p, head) == Step::more);
    CHECK(reader.body_taken() == 4'000'000 - header);
    p.length = 2'999'999'000;
    CHECK(reader.step(p, head) == Step::body);
    CHECK(reader.step(p, head) == Step::complete);
    CHECK(reader.body_taken() == 3'000'000'000);
    CHECK(p.length > 0);
    CHECK(reader.step(p, head) == Step::failed);  // a line of letters
    CHECK(reader.error() == MessageError::bad_start_line);
}

TEST_CASE("a head that is partly in one text and partly in another") {
    Payload p;
    p.content = ContentRef(new Content);
    p.content->append(Piece::of(make_text("HTTP/1.1 200 OK\r\nConten")));
    p.content->append(Piece::of(make_text("t-Length: 2\r\n\r")));
    p.content->append(Piece::of(make_text("\nokHTTP/1.1 404 No\r\n\r\n")));
    p.length = static_cast<std::uint32_t>(p.content->size());
    Story s;
    MessageReader reader(Kind::response);
    feed(reader, p, s);
    CHECK(s.heads == std::vector<std::string>{"200", "404"});
    CHECK(s.bodies == std::vector<std::uint64_t>{2});
    CHECK(reader.until_close());
}

TEST_CASE("the answer to HEAD has no body, whatever it says") {
    Payload p = Payload::of("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    MessageReader reader(Kind::response);
    MessageHead head;
    for (int i = 0; i < 2; ++i) {
        CHECK(reader.step(p, head) == Step::head);
        reader.no_body();
        CHECK(reader.step(p, head) == Step::complete);
    }
    CHECK(reader.end());
}

TEST_CASE("random bytes end nowhere: every byte is taken or the reader has failed") {
    RandomStream random = make_stream(1, 1, Purpose::arrival, 0);
    const std::string alphabet = "GETHP/1.0 :\r\n\r\n\r\n5aConte-Lgh,\t";
    for (int round = 0; round < 2000; ++round) {
        std::string bytes;
        const std::size_t n = random() % 400;
        for (std::size_t i = 0; i < n; ++i) {
            bytes += random() % 16 == 0 ? static_cast<char>(random() & 0xffU) : alphabet[random() % alphabet.size()];
        }
        if (round % 2 == 0) bytes.insert(0, "GET / HTTP/1.1\r\n");
        const Kind kind = round % 4 < 3 ? Kind::request : Kind::response;
        const Story whole = read(kind, bytes);
        const std::size_t cut = bytes.empty() ? 0 : random() % bytes.size();
        const Story halves = read(kind, bytes, {cut});
        CHECK(whole.heads == halves.heads);
        CHECK(whole.bodies == halves.bodies);
        CHECK(name(whole.error) == name(halves.error));
        CHECK(whole.may_end == halves.may_end);
    }
}

TEST_CASE("a payload without content is zeros: no head, and in the end too long for one") {
    MessageReader reader(MessageReader::Kind::request);
    MessageHead head;
    Payload zeros;
    zeros.length = 1000;
    CHECK(reader.step(zeros, head) == MessageReader::Step::more);
    CHECK(zeros.length == 0);
    zeros.length = 10'000'000;
    CHECK(reader.step(zeros, head) == MessageReader::Step::failed);
    CHECK(reader.error() == MessageError::too_long);
}
