// RFC 7541 Appendix C, example by example, in both directions.
#include "http2/hpack.hpp"

#include <doctest/doctest.h>

#include <random>

#include "frames.hpp"
#include "http2/huffman.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

constexpr std::uint64_t kNoLimit = 1U << 20U;

Fields table_of(const DynamicTable& table) {
    Fields fields;
    for (std::uint32_t i = 0; i < table.size(); ++i) fields.emplace_back(table[i].name, table[i].value);
    return fields;
}

Fields decode(HpackDecoder& decoder, const std::string& block) {
    FieldList list;
    CHECK(decoder.decode(block, list) == HpackDecoder::Result::ok);
    return fields_of(list);
}

std::string encode(HpackEncoder& encoder, const Fields& fields) {
    std::string block;
    encoder.begin_block(block);
    for (const auto& [name, value] : fields) encoder.field(block, name, value);
    return block;
}

HpackDecoder::Result result_of(const std::string& block, std::uint64_t limit = kNoLimit) {
    HpackDecoder decoder(4096, limit);
    FieldList list;
    const HpackDecoder::Result result = decoder.decode(block, list);
    CHECK((result == HpackDecoder::Result::ok || list.empty()));
    return result;
}

/// One of the blocks that an example sends over a connection.
struct Example {
    Fields fields;
    std::string plain;    ///< without Huffman codes, in hex
    std::string huffman;  ///< with them
    Fields table;         ///< afterwards
    std::uint32_t bytes;  ///< of it
};

const Fields kRequest{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}, {":authority", "www.example.com"}};
const std::vector<Example> kRequests{
    // C.3.1 and C.4.1
    {kRequest,
     "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
     "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
     {{":authority", "www.example.com"}},
     57},
    // C.3.2 and C.4.2
    {{kRequest[0], kRequest[1], kRequest[2], kRequest[3], {"cache-control", "no-cache"}},
     "8286 84be 5808 6e6f 2d63 6163 6865",
     "8286 84be 5886 a8eb 1064 9cbf",
     {{"cache-control", "no-cache"}, {":authority", "www.example.com"}},
     110},
    // C.3.3 and C.4.3
    {{{":method", "GET"},
      {":scheme", "https"},
      {":path", "/index.html"},
      {":authority", "www.example.com"},
      {"custom-key", "custom-value"}},
     "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
     "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
     {{"custom-key", "custom-value"}, {"cache-control", "no-cache"}, {":authority", "www.example.com"}},
     164},
};

const std::string kDate = "Mon, 21 Oct 2013 20:13:2";
const std::string kCookie = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";
const std::vector<Example> kResponses{
    // C.5.1 and C.6.1
    {{{":status", "302"},
      {"cache-control", "private"},
      {"date", kDate + "1 GMT"},
      {"location", "https://www.example.com"}},
     "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d "
     "546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
     "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 "
     "8f0b 97c8 e9ae 82ae 43d3",
     {{"location", "https://www.example.com"},
      {"date", kDate + "1 GMT"},
      {"cache-control", "private"},
      {":status", "302"}},
     222},
    // C.5.2 and C.6.2
    {{{":status", "307"},
      {"cache-control", "private"},
      {"date", kDate + "1 GMT"},
      {"location", "https://www.example.com"}},
     "4803 3330 37c1 c0bf",
     "4883 640e ffc1 c0bf",
     {{":status", "307"},
      {"location", "https://www.example.com"},
      {"date", kDate + "1 GMT"},
      {"cache-control", "private"}},
     222},
    // C.5.3 and C.6.3
    {{{":status", "200"},
      {"cache-control", "private"},
      {"date", kDate + "2 GMT"},
      {"location", "https://www.example.com"},
      {"content-encoding", "gzip"},
      {"set-cookie", kCookie}},
     "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f "
     "6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b "
     "2076 6572 7369 6f6e 3d31",
     "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335 "
     "dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07",
     {{"set-cookie", kCookie}, {"content-encoding", "gzip"}, {"date", kDate + "2 GMT"}},
     215},
};

}  // namespace

TEST_CASE("integers (RFC 7541 C.1)") {
    const auto written = [](unsigned prefix, std::uint32_t value) {
        std::string out;
        append_hpack_integer(out, 0, prefix, value);
        return out;
    };
    CHECK(written(5, 10) == from_hex("0a"));
    CHECK(written(5, 1337) == from_hex("1f 9a 0a"));
    CHECK(written(8, 42) == from_hex("2a"));
    for (const std::uint32_t value : {0U, 30U, 31U, 32U, 127U, 158U, 159U, 16384U, 0x7fffffffU, 0xffffffffU}) {
        CAPTURE(value);
        const std::string bytes = written(5, value) + "x";
        std::string_view in = bytes;
        std::uint32_t read = 0;
        CHECK(take_hpack_integer(in, 5, read));
        CHECK(read == value);
        CHECK(in == "x");
    }
    const auto fails = [](const std::string& bytes) {
        std::string_view in = bytes;
        std::uint32_t read = 0;
        return !take_hpack_integer(in, 5, read);
    };
    CHECK(fails(""));
    CHECK(fails(from_hex("1f")));
    CHECK(fails(from_hex("1f 80")));
    CHECK(fails(from_hex("1f e1 ff ff ff 0f")));     // 2^32
    CHECK(fails(from_hex("1f 80 80 80 80 80 00")));  // zeros without end
}

TEST_CASE("the representations of a field (RFC 7541 C.2)") {
    HpackDecoder decoder(4096, kNoLimit);
    CHECK(decode(decoder, from_hex("040c 2f73 616d 706c 652f 7061 7468")) == Fields{{":path", "/sample/path"}});
    CHECK(decode(decoder, from_hex("1008 7061 7373 776f 7264 0673 6563 7265 74")) == Fields{{"password", "secret"}});
    CHECK(decode(decoder, from_hex("82")) == Fields{{":method", "GET"}});
    CHECK(decoder.table().size() == 0);
    CHECK(decode(decoder, from_hex("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572")) ==
          Fields{{"custom-key", "custom-header"}});
    CHECK(table_of(decoder.table()) == Fields{{"custom-key", "custom-header"}});
    CHECK(decoder.table().bytes() == 55);
}

TEST_CASE("requests and responses are decoded (RFC 7541 C.3 to C.6)") {
    for (const bool huffman : {false, true}) {
        CAPTURE(huffman);
        HpackDecoder of_requests(4096, kNoLimit);
        HpackDecoder of_responses(256, kNoLimit);
        for (const auto& [decoder, examples] : {std::pair{&of_requests, &kRequests}, {&of_responses, &kResponses}}) {
            for (const Example& e : *examples) {
                CHECK(decode(*decoder, from_hex(huffman ? e.huffman : e.plain)) == e.fields);
                CHECK(table_of(decoder->table()) == e.table);
                CHECK(decoder->table().bytes() == e.bytes);
            }
        }
    }
}

TEST_CASE("requests and responses are encoded (RFC 7541 C.4 and C.6)") {
    HpackEncoder of_requests(true);
    for (const Example& e : kRequests) {
        CHECK(encode(of_requests, e.fields) == from_hex(e.huffman));
        CHECK(table_of(of_requests.table()) == e.table);
    }
    HpackEncoder of_responses(true);
    of_responses.set_peer_limit(256);
    std::string announced = from_hex("3f e1 01");  // the examples leave out that the table's size is 256
    for (const Example& e : kResponses) {
        CHECK(encode(of_responses, e.fields) == announced + from_hex(e.huffman));
        CHECK(table_of(of_responses.table()) == e.table);
        CHECK(of_responses.table().bytes() == e.bytes);
        announced.clear();
    }
}

TEST_CASE("without compression a field is a literal, and never shorter than its text") {
    HpackEncoder encoder(false);
    const Fields fields{{":method", "GET"}, {"x", "y"}, {"x", "y"}};
    const std::string block = encode(encoder, fields);
    CHECK(block == from_hex("00 07") + ":method" + from_hex("03") + "GET" + from_hex("00 01") + "x" + from_hex("01") +
                       "y" + from_hex("00 01") + "x" + from_hex("01") + "y");
    HpackDecoder decoder(4096, kNoLimit);
    CHECK(decode(decoder, block) == fields);
    CHECK(decoder.table().size() == 0);
}

TEST_CASE("fields that differ each time do not drive others out of the table") {
    HpackEncoder encoder(true);
    encode(encoder, {{"user-agent", "x"}});
    for (int i = 0; i < 1000; ++i) {
        encode(encoder, {{":path", "/" + std::to_string(i)}, {"content-length", std::to_string(10000 + i)}});
    }
    encode(encoder, {{"cookie", std::string(3041, 'c')}});  // with its name and 32, more than 3/4 of 4096
    CHECK(table_of(encoder.table()) == Fields{{"user-agent", "x"}});
}

TEST_CASE("an empty value is no match for another one in the static table") {
    HpackEncoder encoder(true);
    CHECK(encode(encoder, {{":status", "404"}}) == from_hex("8d"));
    CHECK(encode(encoder, {{"accept-encoding", "gzip, deflate"}}) == from_hex("90"));
    CHECK(encode(encoder, {{"accept-encoding", ""}}) == from_hex("50 00"));  // a name that is known, and added
    CHECK(encode(encoder, {{"accept-encoding", ""}}) == from_hex("be"));
}

TEST_CASE("the peer's table size: told before the next field, the least one too (RFC 7541 4.2)") {
    HpackEncoder encoder(true);
    HpackDecoder decoder(4096, kNoLimit);
    const Fields fields{{"a", "b"}};
    decode(decoder, encode(encoder, fields));
    CHECK(encode(encoder, fields) == from_hex("be"));

    encoder.set_peer_limit(65536);  // more than we use: nothing to tell
    CHECK(encode(encoder, fields) == from_hex("be"));

    encoder.set_peer_limit(0);  // forgets everything
    encoder.set_peer_limit(100);
    const std::string block = encode(encoder, fields);
    CHECK(block.substr(0, 3) == from_hex("20 3f 45"));
    CHECK(decode(decoder, block) == fields);
    CHECK(decoder.table().limit() == 100);
    CHECK(table_of(decoder.table()) == fields);

    encoder.set_peer_limit(0);
    const std::string none = encode(encoder, fields);
    CHECK(none.substr(0, 1) == from_hex("20"));
    CHECK(decode(decoder, none) == fields);
    CHECK(encode(encoder, fields) == none.substr(1));  // there is no table now
}

TEST_CASE("a field that is larger than the table empties it (RFC 7541 4.4)") {
    HpackDecoder decoder(64, kNoLimit);
    decode(decoder, from_hex("40 01 61 01 62"));
    CHECK(decoder.table().bytes() == 34);
    decode(decoder, from_hex("40 01 61 20") + std::string(32, 'x'));
    CHECK(decoder.table().size() == 0);
    CHECK(decoder.table().bytes() == 0);
}

TEST_CASE("a name that is evicted while it is used (RFC 7541 4.4)") {
    HpackDecoder decoder(70, kNoLimit);
    decode(decoder, from_hex("40 03 616263 01 62"));
    CHECK(decode(decoder, from_hex("7e 20") + std::string(32, 'x')) == Fields{{"abc", std::string(32, 'x')}});
    CHECK(table_of(decoder.table()) == Fields{{"abc", std::string(32, 'x')}});
}

TEST_CASE("blocks that cannot be read (RFC 7541 2.3.3, 4.2, 5.1, 5.2, 6.1)") {
    using Result = HpackDecoder::Result;
    CHECK(result_of("") == Result::ok);
    CHECK(result_of(from_hex("80")) == Result::failed);              // index 0
    CHECK(result_of(from_hex("be")) == Result::failed);              // beyond both tables
    CHECK(result_of(from_hex("7f 00 01 61")) == Result::failed);     // the same, as a name
    CHECK(result_of(from_hex("40")) == Result::failed);              // ends in a literal
    CHECK(result_of(from_hex("40 05 61")) == Result::failed);        // ends in a name
    CHECK(result_of(from_hex("40 01 61")) == Result::failed);        // no value
    CHECK(result_of(from_hex("40 01 61 02 62")) == Result::failed);  // ends in a value
    CHECK(result_of(from_hex("3f e1 1f")) == Result::ok);            // a table of 4096
    CHECK(result_of(from_hex("3f e2 1f")) == Result::failed);        // of 4097
    CHECK(result_of(from_hex("82 20")) == Result::failed);           // a table's size behind a field
    CHECK(result_of(from_hex("20 3f e1 1f 82")) == Result::ok);
    CHECK(result_of(from_hex("00 01 61 81 ff")) == Result::failed);           // padding of 8 bits
    CHECK(result_of(from_hex("00 01 61 81 00")) == Result::failed);           // '0', padded with zeros
    CHECK(result_of(from_hex("00 01 61 81 07")) == Result::ok);               // '0', padded with ones
    CHECK(result_of(from_hex("00 01 61 84 ff ff ff ff")) == Result::failed);  // end of string
}

TEST_CASE("a list that is too long is dropped, and its table is right all the same") {
    HpackDecoder decoder(4096, 100);
    FieldList list;
    // Each counts 1 + 1 + 32 bytes: the third is too much. All are added.
    CHECK(decoder.decode(from_hex("40 01 61 01 31 40 01 62 01 32 40 01 63 01 33"), list) ==
          HpackDecoder::Result::too_long);
    CHECK(list.empty());
    CHECK(table_of(decoder.table()) == Fields{{"c", "3"}, {"b", "2"}, {"a", "1"}});
    CHECK(decode(decoder, from_hex("c0 bf")) == Fields{{"a", "1"}, {"b", "2"}});
    CHECK(result_of(std::string(70000, '\x90'), 65536) == HpackDecoder::Result::too_long);
}

TEST_CASE("Huffman codes: every byte there and back, and codes as in RFC 7541 Appendix B") {
    const auto coded = [](const std::string& text) {
        std::string out;
        append_huffman(out, text);
        CHECK(out.size() == huffman_size(text));
        return out;
    };
    CHECK(coded("").empty());
    CHECK(coded("0") == from_hex("07"));                              // 00000, and three ones
    CHECK(coded("Z") == from_hex("fd"));                              // 11111101
    CHECK(coded("\\") == from_hex("ff fe 1f"));                       // 19 bits, 7fff0
    CHECK(coded(std::string(1, '\x16')) == from_hex("ff ff ff fb"));  // 30 bits, 3ffffffe
    CHECK(coded(std::string(1, '\xff')) == from_hex("ff ff fb bf"));  // 26 bits, 3ffffee
    std::string all;
    for (int i = 0; i < 256; ++i) {
        const std::string one(1, static_cast<char>(i));
        std::string back;
        CHECK(decode_huffman(coded(one), back));
        CHECK(back == one);
        all += one;
    }
    std::string back;
    CHECK(decode_huffman(coded(all), back));
    CHECK(back == all);
}

TEST_CASE("whatever an encoder says its decoder understands, and their tables agree") {
    std::mt19937_64 random(1);
    const auto below = [&random](std::uint64_t n) { return random() % n; };
    HpackEncoder encoder(true);
    HpackDecoder decoder(4096, kNoLimit);
    for (int block = 0; block < 3000; ++block) {
        if (below(20) == 0) encoder.set_peer_limit(static_cast<std::uint32_t>(below(5000)));
        Fields fields;
        for (std::uint64_t n = below(12); n > 0; --n) {
            const bool known = below(2) == 0;
            std::string name = known ? std::string(static_field(1 + static_cast<std::uint32_t>(below(61))).name)
                                     : "x-" + std::to_string(below(30));
            fields.emplace_back(name, std::string(below(below(10) == 0 ? 2000 : 40), static_cast<char>(below(256))));
        }
        REQUIRE(decode(decoder, encode(encoder, fields)) == fields);
        REQUIRE(table_of(decoder.table()) == table_of(encoder.table()));
        REQUIRE(decoder.table().bytes() <= decoder.table().limit());
    }
}
