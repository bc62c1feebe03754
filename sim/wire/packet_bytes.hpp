#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "wire/segment.hpp"

namespace tcplab {

/// Why bytes are not a TCP segment in an IPv4 packet. In the order in which it is checked.
enum class PacketError : std::uint8_t {
    none,
    truncated,      ///< fewer bytes than a header, or than the total length says
    bad_version,    ///< not IPv4
    bad_ip_header,  ///< a header length below 20 bytes or beyond the packet
    bad_ip_checksum,
    fragment,  ///< part of a larger packet
    not_tcp,
    bad_data_offset,  ///< a TCP header below 20 bytes or beyond the packet
    bad_tcp_checksum,
    bad_option,  ///< an option's length is below 2 or beyond the header
};

/// "bad TCP checksum"; "" for none.
std::string_view describe(PacketError error);

/// Writes the segment as an IPv4 packet, as Linux lays it out, in the place of what `out` held: DF, TTL 64, id 0,
/// no IP options, both checksums right. Needs options_size() <= 40 and ip_size() <= 65535.
void write_packet(const Segment& segment, std::vector<std::uint8_t>& out);

struct ParsedPacket {
    Segment segment;
    PacketError error = PacketError::none;
    [[nodiscard]] bool ok() const { return error == PacketError::none; }
};

/// Reads an IPv4 packet. Bytes behind its total length (Ethernet's padding) are ignored, as are IP options, TCP
/// options that are unknown or out of place (RFC 9293 3.1), the urgent pointer and the DSCP. The payload holds a copy
/// of its bytes.
ParsedPacket parse_packet(std::span<const std::uint8_t> bytes);

}  // namespace tcplab
