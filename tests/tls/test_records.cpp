// Records: their layout, how writes are cut into them, and what was read and is not used yet.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tls/input.hpp"
#include "tls/records.hpp"

using namespace tcplab;

namespace {

std::string bytes_of(const std::vector<Piece>& pieces) {
    Content content;
    for (const Piece& p : pieces) content.append(p);
    std::string out(static_cast<std::size_t>(content.size()), '?');
    content.copy(0, out.size(), out.data());
    return out;
}

Payload range(const ContentRef& content, std::uint64_t offset, std::uint32_t length) {
    return Payload{content, offset, length};
}

ContentRef content_of(const TextRef& text) {
    ContentRef content(new Content);
    content->append(Piece::of(text));
    return content;
}

}  // namespace

TEST_CASE("TLS 1.3 adds 22 bytes to a record, TLS 1.2 with AES-GCM 29 (RFC 8446 5.2, RFC 5288 3)") {
    CHECK(tls_record_size(TlsVersion::tls13, 16384) == 16406);
    CHECK(tls_record_size(TlsVersion::tls12, 16384) == 16413);
    CHECK(tls_sealed_record(TlsVersion::tls13, TlsContent::handshake, "abc") ==
          std::string("\x17\x03\x03\x00\x14", 5) + "abc" + "\x16" + std::string(16, '\0'));
    CHECK(tls_sealed_record(TlsVersion::tls12, TlsContent::alert, "ab") ==
          std::string("\x15\x03\x03\x00\x1a", 5) + std::string(8, '\0') + "ab" + std::string(16, '\0'));
    CHECK(tls_clear_record(TlsContent::change_cipher_spec, "\x01") == std::string("\x14\x03\x03\x00\x01\x01", 6));
}

TEST_CASE("a head and a body that fit are one record") {
    TlsConfig config;
    const TlsSealer sealer(config);
    const std::vector<Piece> message{Piece::of(make_text("head")), Piece::body(100)};
    std::vector<Piece> out;
    sealer.seal(message.data(), message.size(), 0, 104, out);
    CHECK(bytes_of(out) == tls_sealed_record(TlsVersion::tls13, TlsContent::application_data, bytes_of(message)));
    CHECK(sealer.size_of(104) == 126);
}

TEST_CASE("what does not fit goes on in the next record, from anywhere and in any number of pieces") {
    for (const TlsVersion v : {TlsVersion::tls12, TlsVersion::tls13}) {
        TlsConfig config;
        config.version = v;
        config.record = 10;
        const TlsSealer sealer(config);
        const std::vector<Piece> message{Piece::of(make_text("0123")), Piece::of(make_text("")), Piece::body(30),
                                         Piece::of(make_text("tail"))};
        const std::string all = bytes_of(message);
        for (std::size_t begin = 0; begin <= all.size(); ++begin) {
            for (std::size_t length = 0; begin + length <= all.size(); ++length) {
                std::string expected;
                for (std::size_t at = 0; at < length; at += 10) {
                    const std::string part = all.substr(begin + at, std::min<std::size_t>(10, length - at));
                    expected += tls_sealed_record(v, TlsContent::application_data, part);
                }
                std::vector<Piece> out;
                sealer.seal(message.data(), message.size(), begin, length, out);
                REQUIRE(bytes_of(out) == expected);
                REQUIRE(sealer.size_of(length) == expected.size());
            }
        }
    }
}

TEST_CASE("a record's size is kept within what TLS allows") {
    TlsConfig config;
    config.record = 0;
    CHECK(TlsSealer(config).record() == 1);
    config.record = 100'000;
    CHECK(TlsSealer(config).record() == 16384);
}

TEST_CASE("what was read comes out in order, whatever it was read from") {
    const ContentRef one = content_of(make_text("0123456789"));
    const ContentRef two = content_of(make_text("abcdef"));
    TlsInput input;
    input.append(range(one, 2, 3));
    input.append(range(one, 5, 1));
    input.append(range(two, 0, 6));
    CHECK(input.size() == 10);
    std::string seen(8, '?');
    input.peek(1, 8, seen.data());
    CHECK(seen == "345abcde");
    CHECK(input.take(2).bytes() == "23");
    input.skip(1);
    CHECK(input.take(100).bytes() == "5");  // what is adjacent
    CHECK(input.take(100).bytes() == "abcdef");
    CHECK(input.size() == 0);
    CHECK(input.take(1).length == 0);
}

TEST_CASE("bytes stay readable while they are here, and what was taken until more comes") {
    const TextRef first = make_text("first.");
    const TextRef second = make_text("second");
    const ContentRef content = content_of(first);
    content->append(Piece::of(second));
    content->append(Piece::of(make_text("third")));
    TlsInput input;
    input.append(range(content, 0, 12));
    content->release_acknowledged(17);
    content->release_consumed(17);
    CHECK(input.take(6).bytes() == "first.");
    CHECK(first->owners == 2);
    input.append(range(content, 12, 5));
    CHECK(first->owners == 1);
    CHECK(input.take(6).bytes() == "second");
    CHECK(second->owners == 2);
}

TEST_CASE("bytes without content, as hand-made segments have them, do no harm") {
    TlsInput input;
    input.append(Payload{ContentRef(), 0, 10});
    char byte = 'x';
    input.peek(9, 1, &byte);
    CHECK(byte == 'x');
    input.skip(10);
    CHECK(input.size() == 0);
}
