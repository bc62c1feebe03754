// Any bytes as an IP packet, as they are and with their checksums put right: the parser keeps to its bounds, and a
// segment that it accepts can be written and read again.
#include "wire/packet_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "wire/checksum.hpp"

using namespace tcplab;

namespace {

using Bytes = std::vector<std::uint8_t>;

void set_checksum(Bytes& bytes, std::size_t at, std::size_t begin, std::size_t end, std::uint32_t sum) {
    bytes[at] = bytes[at + 1] = 0;
    const auto covered = std::span<const std::uint8_t>(bytes).subspan(begin, end - begin);
    const std::uint16_t checksum = checksum_finish(checksum_add(covered, sum));
    bytes[at] = static_cast<std::uint8_t>(checksum >> 8U);
    bytes[at + 1] = static_cast<std::uint8_t>(checksum);
}

/// Without this hardly any input would get past the checksums.
Bytes with_right_checksums(Bytes bytes) {
    if (bytes.size() < 40) return bytes;
    const std::size_t header = std::size_t{4} * (bytes[0] & 0x0fU);
    const std::size_t total = (std::size_t{bytes[2]} << 8U) | bytes[3];
    if (header < 20 || total < header + 20 || total > bytes.size()) return bytes;
    set_checksum(bytes, 10, 0, header, 0);
    const std::uint32_t pseudo = checksum_add(std::span<const std::uint8_t>(bytes).subspan(12, 8),
                                              6 + static_cast<std::uint32_t>(total - header));
    set_checksum(bytes, header + 16, header, total, pseudo);
    return bytes;
}

void check(const Bytes& bytes) {
    const ParsedPacket parsed = parse_packet(bytes);
    if (!parsed.ok()) return;
    if (parsed.segment.options_size() > 40 || parsed.segment.ip_size() > 65535) std::abort();
    Bytes again;
    write_packet(parsed.segment, again);
    const ParsedPacket second = parse_packet(again);
    if (!second.ok()) std::abort();
    Bytes third;
    write_packet(second.segment, third);
    if (third != again) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes(data, data + size);
    check(bytes);
    check(with_right_checksums(bytes));
    return 0;
}
