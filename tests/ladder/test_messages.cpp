#include <doctest/doctest.h>

#include "ladder/messages.hpp"

using namespace tcplab;
using tcplab::ladder::messages_in;

namespace {

Payload payload(const std::vector<Piece>& pieces, std::uint64_t offset = 0) {
    Payload p;
    p.content = ContentRef(new Content);
    for (const Piece& piece : pieces) p.content->append(piece);
    p.offset = offset;
    p.length = static_cast<std::uint32_t>(p.content->size() - offset);
    return p;
}

Piece text(std::string bytes) { return Piece::of(make_text(std::move(bytes))); }

std::string of_text(std::string bytes) { return messages_in(Payload::of(std::move(bytes))); }

}  // namespace

TEST_CASE("HTTP/1 begins with its start line (RFC 9112 3 and 4)") {
    CHECK(of_text("GET /a.html HTTP/1.1\r\nHost: a\r\n\r\n") == "GET /a.html");
    CHECK(of_text("GET http://a/b?c HTTP/1.0\r\n\r\n") == "GET http://a/b?c");
    CHECK(of_text("OPTIONS * HTTP/1.1\r\n\r\n") == "OPTIONS *");
    CHECK(of_text("HTTP/1.1 200 OK\r\n\r\n") == "200 OK");
    CHECK(of_text("HTTP/1.0 404 Not Found\r\n") == "404 Not Found");
}

TEST_CASE("no message begins in a body, a field or half a line") {
    CHECK(messages_in(payload({Piece::body(1448)})).empty());
    CHECK(of_text("Host: www.example.com\r\nX-Padding: GET / HTTP/1.1\r\n\r\n").empty());
    CHECK(of_text("GET /a").empty());
    CHECK(of_text("get / HTTP/1.1\r\n").empty());
    CHECK(of_text("GET HTTP/1.1\r\n").empty());
    CHECK(of_text("HTTP/1.1\r\n").empty());
    CHECK(of_text(" / HTTP/1.1\r\n").empty());
    CHECK(messages_in(Payload{ContentRef(), 0, 300}).empty());
}

TEST_CASE("a segment may end one message and begin others") {
    const Piece head = text("HTTP/1.1 200 OK\r\n\r\n");
    CHECK(messages_in(payload({Piece::body(100), head, Piece::body(10)}, 40)) == "200 OK");
    CHECK(messages_in(payload({head, head})) == "200 OK, 200 OK");
    CHECK(messages_in(payload({head, head, head, head, head})) == "200 OK, 200 OK, 200 OK and 2 more");
    CHECK(messages_in(payload({head, Piece::body(10)}, 5)).empty());  // its line began before
}

TEST_CASE("a TLS record in the clear says which message it begins with (RFC 8446 4)") {
    const auto record = [](char type, char message) { return std::string{type, 3, 3, 0, 4, message, 0, 0, 0}; };
    CHECK(of_text(record(22, 1)) == "TLS ClientHello");
    CHECK(of_text(record(22, 2)) == "TLS ServerHello");
    CHECK(of_text(record(22, 11)) == "TLS handshake");
    CHECK(of_text(record(20, 1)) == "TLS ChangeCipherSpec");
    CHECK(of_text(record(21, 1)) == "TLS alert");
    CHECK(of_text(record(23, 1)).empty());
    CHECK(of_text(std::string(16, '\0')).empty());  // the end of a protected record
}

TEST_CASE("HTTP/2: the frames that begin or end a stream (RFC 9113 6)") {
    const auto frame = [](char length, char type, char stream) {
        return std::string{0, 0, length, type, 0, 0, 0, 0, stream} + std::string(static_cast<std::size_t>(length), 'x');
    };
    const std::string settings = frame(6, 4, 0);
    CHECK(of_text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + settings + frame(20, 1, 1)) == "HTTP/2 preface, HEADERS 1");
    CHECK(of_text(frame(4, 3, 5)) == "RST_STREAM 5");
    CHECK(of_text(frame(8, 7, 0)) == "GOAWAY");
    CHECK(of_text(settings).empty());
    CHECK(of_text(frame(100, 0, 1)).empty());
    CHECK(messages_in(payload({text(frame(3, 1, 3)), Piece::body(50)})) == "HEADERS 3");
}
