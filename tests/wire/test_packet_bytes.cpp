#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/random.hpp"
#include "samples.hpp"
#include "wire/checksum.hpp"
#include "wire/packet_bytes.hpp"

using namespace tcplab;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes to_bytes(const Segment& s) {
    Bytes bytes{0xee, 0xee};  // what was there must go
    write_packet(s, bytes);
    return bytes;
}

/// "45 00" and so on.
Bytes from_hex(std::string_view hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); ++i) {
        if (hex[i] == ' ') continue;
        bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
        ++i;
    }
    return bytes;
}

Bytes options_of(const Segment& s) {
    const Bytes all = to_bytes(s);
    return Bytes(all.begin() + 40, all.begin() + 40 + s.options_size());
}

/// A packet with these raw TCP options and right checksums.
Bytes with_options(const Segment& s, std::string_view hex) {
    Bytes options = from_hex(hex);
    while (options.size() % 4 != 0) options.push_back(0);
    Bytes packet = to_bytes(s);
    packet.insert(packet.begin() + 40, options.begin(), options.end());
    packet[3] = static_cast<std::uint8_t>(packet.size());
    packet[32] = static_cast<std::uint8_t>((5 + options.size() / 4) << 4U);
    const auto set = [&packet](std::size_t at, std::uint16_t sum) {
        packet[at] = static_cast<std::uint8_t>(sum >> 8U);
        packet[at + 1] = static_cast<std::uint8_t>(sum);
    };
    set(10, 0);
    set(10, checksum_finish(checksum_add(std::span<const std::uint8_t>(packet).first(20))));
    set(36, 0);
    const std::span<const std::uint8_t> all(packet);
    const auto length = static_cast<std::uint32_t>(packet.size() - 20);
    set(36, checksum_finish(checksum_add(all.subspan(20), checksum_add(all.subspan(12, 8), 6 + length))));
    return packet;
}

}  // namespace

TEST_CASE("RFC 1071's example of a checksum") {
    const Bytes example = from_hex("00 01 f2 03 f4 f5 f6 f7");
    CHECK(checksum_add(example) == 0x2ddf0);
    CHECK(checksum_finish(checksum_add(example)) == 0x220d);
    CHECK(checksum_add(from_hex("00 01 f2")) == 0x0001 + 0xf200);
}

TEST_CASE("a SYN is what Linux sends") {
    // Laid out as tcpdump shows a SYN of Linux 6.x; the checksums were computed by a separate program.
    const Bytes bytes = to_bytes(samples::syn());
    CHECK(bytes == from_hex("45 00 00 3c 00 00 40 00 40 06 26 ba 0a 00 00 01 0a 00 00 02"
                            "9c 40 00 50 00 00 03 e8 00 00 00 00 a0 02 fa f0 98 2d 00 00"
                            "02 04 05 b4 04 02 08 0a 00 00 00 64 00 00 00 00 01 03 03 0a"));
}

TEST_CASE("options lie as Linux lays them") {
    Segment s = samples::syn();
    s.has_timestamps = false;
    CHECK(options_of(s) == from_hex("02 04 05 b4 01 01 04 02 01 03 03 0a"));
    s.sack_permitted = false;
    CHECK(options_of(s) == from_hex("02 04 05 b4 01 03 03 0a"));
    s.has_timestamps = true;
    CHECK(options_of(s) == from_hex("02 04 05 b4 01 01 08 0a 00 00 00 64 00 00 00 00 01 03 03 0a"));

    // RFC 7413 4.1.1, and the experimental option before it (tcp_options_write: last, padded behind)
    s.has_timestamps = s.has_window_scale = false;
    s.set_fast_open({FastOpenOption::Kind::standard, 0, {}});
    CHECK(options_of(s) == from_hex("02 04 05 b4 22 02 01 01"));
    s.set_fast_open({FastOpenOption::Kind::standard, 8, {1, 2, 3, 4, 5, 6, 7, 8}});
    CHECK(options_of(s) == from_hex("02 04 05 b4 22 0a 01 02 03 04 05 06 07 08 01 01"));
    s.set_fast_open({FastOpenOption::Kind::standard, 6, {1, 2, 3, 4, 5, 6}});
    CHECK(options_of(s) == from_hex("02 04 05 b4 22 08 01 02 03 04 05 06"));
    s.set_fast_open({FastOpenOption::Kind::experimental, 6, {1, 2, 3, 4, 5, 6}});
    CHECK(options_of(s) == from_hex("02 04 05 b4 fe 0a f9 89 01 02 03 04 05 06 01 01"));

    Segment ack = samples::plain();
    ack.flags = flag::ack;
    CHECK(options_of(ack).empty());
    ack.sack.push_back({SeqNum(1), SeqNum(0x01020304)});
    CHECK(options_of(ack) == from_hex("01 01 05 0a 00 00 00 01 01 02 03 04"));
    ack.has_timestamps = true;
    ack.ts_value = 1;
    ack.ts_echo = 2;
    CHECK(options_of(ack) == from_hex("01 01 08 0a 00 00 00 01 00 00 00 02 01 01 05 0a 00 00 00 01 01 02 03 04"));
}

TEST_CASE("any segment comes back from its bytes") {
    RandomStream random(1);
    for (int i = 0; i < 2000; ++i) {
        const Segment s = samples::any(random, 1460);
        const Bytes bytes = to_bytes(s);
        REQUIRE(bytes.size() == s.ip_size());
        const ParsedPacket parsed = parse_packet(bytes);
        REQUIRE(parsed.error == PacketError::none);
        REQUIRE(samples::same_header(parsed.segment, s));
        REQUIRE(parsed.segment.payload.bytes() == s.payload.bytes());
    }
}

TEST_CASE("the largest packet") {
    Segment s = samples::plain();
    s.payload = Payload::of(std::string(65535 - 40, '\xff'));
    const ParsedPacket parsed = parse_packet(to_bytes(s));
    CHECK(parsed.ok());
    CHECK(parsed.segment.payload.bytes() == s.payload.bytes());
}

TEST_CASE("payload comes from its range of the content; without content it is zeros") {
    Segment s = samples::plain();
    s.payload = Payload::of("0123456789");
    s.payload.offset = 3;
    s.payload.length = 4;
    CHECK(parse_packet(to_bytes(s)).segment.payload.bytes() == "3456");
    s.payload.content = ContentRef();
    CHECK(parse_packet(to_bytes(s)).segment.payload.bytes() == std::string(4, '\0'));
}

TEST_CASE("a checksum finds every flip of one bit") {
    RandomStream random(2);
    for (int i = 0; i < 20; ++i) {
        Bytes bytes = to_bytes(samples::any(random, 100));
        REQUIRE(parse_packet(bytes).ok());
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
            bytes[bit / 8] ^= mask;
            CAPTURE(bit);
            REQUIRE_FALSE(parse_packet(bytes).ok());
            bytes[bit / 8] ^= mask;
        }
    }
}

TEST_CASE("each defect has its name") {
    Segment s = samples::syn();
    s.payload = Payload::of("data");
    const Bytes good = to_bytes(s);
    const auto error_with = [&good](std::size_t at, std::uint8_t value) {
        Bytes bytes = good;
        bytes[at] = value;
        return parse_packet(bytes).error;
    };
    CHECK(parse_packet({}).error == PacketError::truncated);
    CHECK(parse_packet(std::span(good).first(19)).error == PacketError::truncated);
    CHECK(parse_packet(std::span(good).first(good.size() - 1)).error == PacketError::truncated);
    CHECK(error_with(0, 0x65) == PacketError::bad_version);
    CHECK(error_with(0, 0x44) == PacketError::bad_ip_header);
    CHECK(error_with(3, 19) == PacketError::bad_ip_header);
    CHECK(error_with(8, 63) == PacketError::bad_ip_checksum);
    CHECK(error_with(32, 0x40) == PacketError::bad_data_offset);
    CHECK(error_with(32, 0xb0) == PacketError::bad_tcp_checksum);
    CHECK(error_with(good.size() - 1, 'b') == PacketError::bad_tcp_checksum);
    CHECK(parse_packet(to_bytes(samples::plain())).ok());
    Bytes short_header = to_bytes(samples::plain());
    short_header[32] = 0x60;  // six words, and there are five
    CHECK(parse_packet(short_header).error == PacketError::bad_data_offset);
}

TEST_CASE("a fragment and another protocol are told apart from damage") {
    const auto error_with = [](std::size_t at, std::uint8_t value) {
        Bytes bytes = to_bytes(samples::plain());
        bytes[at] = value;
        bytes[10] = bytes[11] = 0;
        const std::uint16_t sum = checksum_finish(checksum_add(std::span<const std::uint8_t>(bytes).first(20)));
        bytes[10] = static_cast<std::uint8_t>(sum >> 8U);
        bytes[11] = static_cast<std::uint8_t>(sum);
        return parse_packet(bytes).error;
    };
    CHECK(error_with(6, 0x20) == PacketError::fragment);  // MF
    CHECK(error_with(7, 0x01) == PacketError::fragment);  // an offset
    CHECK(error_with(9, 17) == PacketError::not_tcp);
    CHECK(error_with(6, 0x00) == PacketError::none);  // without DF
    CHECK(error_with(8, 1) == PacketError::none);     // another TTL
}

TEST_CASE("malformed options are an error; unknown and misplaced ones are skipped") {
    Segment syn = samples::plain();
    syn.flags = flag::syn;
    const auto parse = [](const Segment& s, std::string_view hex) { return parse_packet(with_options(s, hex)); };
    CHECK(parse(syn, "02 04 05 b4").segment.mss == 1460);
    CHECK(parse(syn, "01 01 01 02").error == PacketError::bad_option);  // no length
    CHECK(parse(syn, "02 01 05 b4").error == PacketError::bad_option);  // length below 2
    CHECK(parse(syn, "02 05 05 b4").error == PacketError::bad_option);  // beyond the header
    CHECK(parse(syn, "00 02 05 b4").error == PacketError::none);        // after the end all goes
    CHECK(parse(syn, "00 02 05 b4").segment.mss == 0);
    CHECK(parse(syn, "fd 04 f9 89 02 04 02 18").segment.mss == 536);  // an experimental one before it
    CHECK(parse(syn, "02 03 05 01 02 04 02 18").segment.mss == 536);  // an MSS of the wrong length
    CHECK(parse(samples::plain(), "02 04 05 b4").segment.mss == 0);   // not on a SYN
    CHECK_FALSE(parse(samples::plain(), "04 02 03 03 07 01 01 01").segment.has_window_scale);
    CHECK(parse(syn, "05 0a 00 00 00 01 00 00 00 02 01 01").segment.sack.empty());  // on a SYN
}

TEST_CASE("IP options and Ethernet's padding are skipped") {
    Segment s = samples::plain();
    s.payload = Payload::of("data");
    Bytes bytes = to_bytes(s);
    bytes.insert(bytes.end(), 6, 0x55);
    CHECK(parse_packet(bytes).segment.payload.bytes() == "data");

    bytes = to_bytes(s);
    bytes.insert(bytes.begin() + 20, 4, 0x01);
    bytes[0] = 0x46;
    bytes[3] = static_cast<std::uint8_t>(bytes.size());
    bytes[10] = bytes[11] = 0;
    const std::uint16_t sum = checksum_finish(checksum_add(std::span<const std::uint8_t>(bytes).first(24)));
    bytes[10] = static_cast<std::uint8_t>(sum >> 8U);
    bytes[11] = static_cast<std::uint8_t>(sum);
    CHECK(parse_packet(bytes).error == PacketError::none);
    CHECK(parse_packet(bytes).segment.payload.bytes() == "data");
}

TEST_CASE("random bytes behind right checksums never break the parser, and what it accepts can be written again") {
    RandomStream random(3);
    int accepted = 0;
    for (int i = 0; i < 20000; ++i) {
        std::string hex;
        constexpr std::string_view digits = "0123456789abcdef";
        for (std::size_t n = random() % 41; n > 0; --n) {
            // Mostly kinds and lengths that mean something.
            const std::uint32_t byte = random() % (random() % 2 == 0 ? 11 : 256);
            hex += digits[byte / 16];
            hex += digits[byte % 16];
            hex += ' ';
        }
        Segment s = samples::plain();
        if (random() % 2 == 0) s.flags = flag::syn;
        const ParsedPacket parsed = parse_packet(with_options(s, hex));
        if (!parsed.ok()) continue;
        ++accepted;
        REQUIRE(parsed.segment.options_size() <= 40);
        REQUIRE(samples::same_header(parse_packet(to_bytes(parsed.segment)).segment, parsed.segment));
    }
    CHECK(accepted > 1000);
}

TEST_CASE("an error leaves an empty segment and has words") {
    Bytes bytes = to_bytes(samples::syn());
    bytes.back() ^= 1U;
    const ParsedPacket parsed = parse_packet(bytes);
    CHECK(parsed.segment.flags == 0);
    CHECK(describe(parsed.error) == "bad TCP checksum");
    CHECK(describe(PacketError::none).empty());
}
