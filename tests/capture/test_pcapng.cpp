// The format, byte by byte (draft-ietf-opsawg-pcapng); tshark reads whole files in test_tshark.py.
#include "capture/pcapng.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace tcplab;
using capture::PcapngWriter;

namespace {

constexpr Ipv4Address kHost{0x0a000001};

std::uint32_t u32(const std::string& bytes, std::size_t at) {
    std::uint32_t n = 0;
    for (std::size_t i = 4; i > 0; --i) n = n << 8U | static_cast<std::uint8_t>(bytes.at(at + i - 1));
    return n;
}
std::uint32_t u16(const std::string& bytes, std::size_t at) { return u32(bytes + "    ", at) & 0xffffU; }

/// The file's blocks: each says its length twice.
std::vector<std::string> blocks(const std::string& file) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < file.size();) {
        const std::uint32_t length = u32(file, at + 4);
        REQUIRE(length % 4 == 0);
        REQUIRE(at + length <= file.size());
        CHECK(u32(file, at + length - 4) == length);
        out.push_back(file.substr(at, length));
        at += length;
    }
    return out;
}

/// The value of an option, of those that begin at `at`.
std::string option(const std::string& block, std::size_t at, std::uint32_t code) {
    while (u16(block, at) != 0) {
        const std::uint32_t length = u16(block, at + 2);
        if (u16(block, at) == code) return block.substr(at + 4, length);
        at += 4 + (length + 3) / 4 * 4;
    }
    return "none";
}

}  // namespace

TEST_CASE("a section, an interface, names and a packet") {
    PcapngWriter writer("tcplab", "a run");
    CHECK(writer.add_interface("client", kHost) == 0);
    CHECK(writer.add_interface("client 2", {0x0a000002}) == 1);
    writer.add_names({{kHost, "client"}});
    const Duration time = std::chrono::seconds(5'000'000'000) + Duration(7);  // more than 32 bits
    writer.add_packet({1, time, PcapngWriter::Way::out, 9, "why"}, {1, 2, 3, 4, 5});
    const std::vector<std::string> all = blocks(writer.take());
    REQUIRE(all.size() == 5);

    CHECK(u32(all[0], 0) == 0x0a0d0d0a);
    CHECK(u32(all[0], 8) == 0x1a2b3c4d);
    CHECK(u16(all[0], 12) == 1);  // version 1.0
    CHECK(option(all[0], 24, 1) == "a run");
    CHECK(option(all[0], 24, 4) == "tcplab");

    CHECK(u32(all[1], 0) == 1);
    CHECK(u16(all[1], 8) == 228);  // LINKTYPE_IPV4
    CHECK(option(all[1], 16, 2) == "client");
    CHECK(option(all[1], 16, 4) == std::string("\x0a\0\0\x01\xff\xff\xff\xff", 8));
    CHECK(option(all[1], 16, 9) == "\x09");  // nanoseconds

    CHECK(u32(all[3], 0) == 4);
    CHECK(option(all[3], 8, 1) == std::string("\x0a\0\0\x01"
                                              "client\0",
                                              11));

    const std::string& packet = all[4];
    CHECK(u32(packet, 0) == 6);
    CHECK(u32(packet, 8) == 1);
    CHECK((std::uint64_t{u32(packet, 12)} << 32U | u32(packet, 16)) == 5'000'000'000'000'000'007U);
    CHECK(u32(packet, 20) == 5);
    CHECK(u32(packet, 24) == 5);
    CHECK(packet.substr(28, 8) == std::string("\1\2\3\4\5\0\0\0", 8));
    CHECK(option(packet, 36, 1) == "why");
    CHECK(u32(option(packet, 36, 2), 0) == 2);  // outbound
    CHECK(u32(option(packet, 36, 5), 0) == 9);
}

TEST_CASE("an empty comment is none, and a long one is cut to what its length can say") {
    PcapngWriter writer("tcplab", std::string(70'000, 'x'));
    writer.add_interface("client", kHost);
    writer.add_packet({0, Duration(1), PcapngWriter::Way::in, 1, ""}, {1, 2, 3, 4});
    const std::vector<std::string> all = blocks(writer.take());
    REQUIRE(all.size() == 3);
    CHECK(option(all[0], 24, 1).size() == 65'535);
    CHECK(option(all[2], 32, 1) == "none");
    CHECK(u32(option(all[2], 32, 2), 0) == 1);  // inbound
}
