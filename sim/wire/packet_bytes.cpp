#include "wire/packet_bytes.hpp"

#include <cassert>
#include <cstddef>
#include <string>

#include "wire/checksum.hpp"

namespace tcplab {

namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint32_t kTcpAt = Segment::kIpHeader;

/// The kinds of RFC 9293 3.2, RFC 2018 and RFC 7323, with the length of the whole option.
namespace option {
constexpr std::uint8_t end = 0;
constexpr std::uint8_t nop = 1;
constexpr std::uint8_t mss = 2;
constexpr std::uint8_t mss_length = 4;
constexpr std::uint8_t window_scale = 3;
constexpr std::uint8_t window_scale_length = 3;
constexpr std::uint8_t sack_permitted = 4;
constexpr std::uint8_t sack_permitted_length = 2;
constexpr std::uint8_t sack = 5;
constexpr std::uint8_t sack_base_length = 2;
constexpr std::uint8_t sack_block_length = 8;
constexpr std::uint8_t timestamps = 8;
constexpr std::uint8_t timestamps_length = 10;
constexpr std::uint8_t fast_open = 34;  // RFC 7413 4.1.1
constexpr std::uint8_t fast_open_base_length = 2;
constexpr std::uint8_t experimental = 254;  // RFC 6994
constexpr std::uint8_t experimental_base_length = 4;
constexpr std::uint16_t fast_open_magic = 0xf989;
}  // namespace option

/// Writes big-endian numbers one after another.
class Writer {
  public:
    explicit Writer(std::uint8_t* at) : at_(at) {}
    void u8(std::uint32_t v) { *at_++ = static_cast<std::uint8_t>(v); }
    void u16(std::uint32_t v) {
        u8(v >> 8U);
        u8(v);
    }
    void u32(std::uint32_t v) {
        u16(v >> 16U);
        u16(v);
    }

  private:
    std::uint8_t* at_;
};

std::uint16_t get16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint16_t>((bytes[at] << 8) | bytes[at + 1]);
}

std::uint32_t get32(std::span<const std::uint8_t> bytes, std::size_t at) {
    return (std::uint32_t{get16(bytes, at)} << 16U) | get16(bytes, at + 2);
}

void set16(std::uint8_t* at, std::uint16_t v) { Writer(at).u16(v); }

void write_ip_header(const Segment& s, Writer out) {
    out.u8(0x45);  // version 4, five words
    out.u8(s.ecn);
    out.u16(s.ip_size());
    out.u16(0);       // identification: free with DF (RFC 6864)
    out.u16(0x4000);  // DF
    out.u8(64);
    out.u8(kProtocolTcp);
    out.u16(0);  // checksum, later
    out.u32(s.source.address.value);
    out.u32(s.destination.address.value);
}

void write_fast_open(const FastOpenOption& o, Writer& out) {
    std::uint32_t length = o.length;
    if (o.kind == FastOpenOption::Kind::standard) {
        length += option::fast_open_base_length;
        out.u8(option::fast_open);
        out.u8(length);
    } else {
        length += option::experimental_base_length;
        out.u8(option::experimental);
        out.u8(length);
        out.u16(option::fast_open_magic);
    }
    for (unsigned i = 0; i < o.length; ++i) out.u8(o.cookie[i]);
    for (; length < o.size(); ++length) out.u8(option::nop);
}

/// As tcp_options_write() orders them; the size is Segment::options_size().
void write_options(const Segment& s, Writer& out) {
    if (s.mss != 0) {
        out.u8(option::mss);
        out.u8(option::mss_length);
        out.u16(s.mss);
    }
    if (s.sack_permitted && s.has_timestamps) {
        out.u8(option::sack_permitted);
        out.u8(option::sack_permitted_length);
    } else if (s.sack_permitted || s.has_timestamps) {
        out.u8(option::nop);
        out.u8(option::nop);
    }
    if (s.has_timestamps) {
        out.u8(option::timestamps);
        out.u8(option::timestamps_length);
        out.u32(s.ts_value);
        out.u32(s.ts_echo);
    } else if (s.sack_permitted) {
        out.u8(option::sack_permitted);
        out.u8(option::sack_permitted_length);
    }
    if (s.has_window_scale) {
        out.u8(option::nop);
        out.u8(option::window_scale);
        out.u8(option::window_scale_length);
        out.u8(s.window_scale);
    }
    if (s.sack.has_fast_open()) write_fast_open(s.fast_open(), out);
    if (s.sack.empty()) return;
    out.u8(option::nop);
    out.u8(option::nop);
    out.u8(option::sack);
    out.u8(option::sack_base_length + option::sack_block_length * s.sack.size());
    for (const SeqRange& block : s.sack) {
        out.u32(block.left.raw());
        out.u32(block.right.raw());
    }
}

void write_tcp_header(const Segment& s, Writer out) {
    const std::uint32_t header_words = (Segment::kTcpHeader + s.options_size()) / 4;
    out.u16(s.source.port);
    out.u16(s.destination.port);
    out.u32(s.seq.raw());
    out.u32(s.ack.raw());
    out.u8(header_words << 4U);
    out.u8(s.flags);
    out.u16(s.window);
    out.u16(0);  // checksum, later
    out.u16(0);  // urgent pointer
    write_options(s, out);
}

/// The checksum of a TCP segment with its pseudo-header (RFC 9293 3.1): both addresses, protocol and length.
std::uint16_t tcp_checksum(std::span<const std::uint8_t> ip_header, std::span<const std::uint8_t> tcp) {
    std::uint32_t sum = kProtocolTcp + static_cast<std::uint32_t>(tcp.size());
    sum = checksum_add(ip_header.subspan(12, 8), sum);
    return checksum_finish(checksum_add(tcp, sum));
}

/// A cookie, or a request for one; anything of another length is ignored (tcp_parse_fastopen_option).
void read_fast_open(FastOpenOption::Kind kind, std::span<const std::uint8_t> cookie, Segment& s) {
    const std::size_t length = cookie.size();
    const bool right = length == 0 || (length >= FastOpenOption::kLeast && length <= FastOpenOption::kMost);
    if (!right || length % 2 != 0) return;
    FastOpenOption o;
    o.kind = kind;
    o.length = static_cast<std::uint8_t>(length);
    for (std::size_t i = 0; i < length; ++i) o.cookie[i] = cookie[i];
    s.set_fast_open(o);
}

/// The value of a known option with the right length in its right place; anything else is ignored.
void read_option(std::uint8_t kind, std::span<const std::uint8_t> whole, Segment& s) {
    const bool syn = s.has(flag::syn);
    const std::size_t length = whole.size();
    if (kind == option::mss && length == option::mss_length && syn) {
        s.mss = get16(whole, 2);
    } else if (kind == option::window_scale && length == option::window_scale_length && syn) {
        s.has_window_scale = true;
        s.window_scale = whole[2];
    } else if (kind == option::sack_permitted && length == option::sack_permitted_length && syn) {
        s.sack_permitted = true;
    } else if (kind == option::timestamps && length == option::timestamps_length) {
        s.has_timestamps = true;
        s.ts_value = get32(whole, 2);
        s.ts_echo = get32(whole, 6);
    } else if (kind == option::sack && length % option::sack_block_length == option::sack_base_length && !syn) {
        for (std::size_t at = option::sack_base_length; at < length; at += option::sack_block_length) {
            s.sack.push_back({SeqNum(get32(whole, at)), SeqNum(get32(whole, at + 4))});
        }
    } else if (kind == option::fast_open && syn) {
        read_fast_open(FastOpenOption::Kind::standard, whole.subspan(option::fast_open_base_length), s);
    } else if (kind == option::experimental && length >= option::experimental_base_length && syn &&
               get16(whole, 2) == option::fast_open_magic) {
        read_fast_open(FastOpenOption::Kind::experimental, whole.subspan(option::experimental_base_length), s);
    }
}

PacketError read_options(std::span<const std::uint8_t> options, Segment& s) {
    while (!options.empty() && options[0] != option::end) {
        if (options[0] == option::nop) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) return PacketError::bad_option;
        read_option(options[0], options.first(options[1]), s);
        options = options.subspan(options[1]);
    }
    return PacketError::none;
}

PacketError read_tcp(std::span<const std::uint8_t> ip_header, std::span<const std::uint8_t> tcp, Segment& s) {
    if (tcp.size() < Segment::kTcpHeader) return PacketError::truncated;
    const std::size_t header = std::size_t{4} * (tcp[12] >> 4U);
    if (header < Segment::kTcpHeader || header > tcp.size()) return PacketError::bad_data_offset;
    if (tcp_checksum(ip_header, tcp) != 0) return PacketError::bad_tcp_checksum;
    s.source.port = get16(tcp, 0);
    s.destination.port = get16(tcp, 2);
    s.seq = SeqNum(get32(tcp, 4));
    s.ack = SeqNum(get32(tcp, 8));
    s.flags = tcp[13];
    s.window = get16(tcp, 14);
    const auto payload = tcp.subspan(header);
    if (!payload.empty()) s.payload = Payload::of(std::string(payload.begin(), payload.end()));
    return read_options(tcp.subspan(Segment::kTcpHeader, header - Segment::kTcpHeader), s);
}

PacketError read_ip(std::span<const std::uint8_t> bytes, Segment& s) {
    if (bytes.size() < Segment::kIpHeader) return PacketError::truncated;
    if (bytes[0] >> 4U != 4) return PacketError::bad_version;
    const std::size_t header = std::size_t{4} * (bytes[0] & 0x0fU);
    const std::size_t total = get16(bytes, 2);
    if (header < Segment::kIpHeader || header > total) return PacketError::bad_ip_header;
    if (total > bytes.size()) return PacketError::truncated;
    const auto ip_header = bytes.first(header);
    if (checksum_finish(checksum_add(ip_header)) != 0) return PacketError::bad_ip_checksum;
    if ((get16(bytes, 6) & 0x3fffU) != 0) return PacketError::fragment;  // MF or an offset
    if (bytes[9] != kProtocolTcp) return PacketError::not_tcp;
    s.ecn = bytes[1] & 0x03U;
    s.source.address.value = get32(bytes, 12);
    s.destination.address.value = get32(bytes, 16);
    return read_tcp(ip_header, bytes.subspan(header, total - header), s);
}

}  // namespace

std::string_view describe(PacketError error) {
    switch (error) {
        case PacketError::none: return "";
        case PacketError::truncated: return "truncated packet";
        case PacketError::bad_version: return "not IPv4";
        case PacketError::bad_ip_header: return "bad IP header length";
        case PacketError::bad_ip_checksum: return "bad IP checksum";
        case PacketError::fragment: return "IP fragment";
        case PacketError::not_tcp: return "not TCP";
        case PacketError::bad_data_offset: return "bad TCP header length";
        case PacketError::bad_tcp_checksum: return "bad TCP checksum";
        case PacketError::bad_option: return "malformed TCP option";
    }
    return "?";
}

void write_packet(const Segment& segment, std::vector<std::uint8_t>& out) {
    assert(segment.options_size() <= 40 && segment.ip_size() <= 65535);
    const std::uint32_t payload_at = kTcpAt + Segment::kTcpHeader + segment.options_size();
    out.assign(segment.ip_size(), 0);
    write_ip_header(segment, Writer(out.data()));
    write_tcp_header(segment, Writer(out.data() + kTcpAt));
    const Payload& payload = segment.payload;
    if (payload.content) {
        payload.content->copy(payload.offset, payload.length, reinterpret_cast<char*>(out.data() + payload_at));
    }
    const std::span<const std::uint8_t> packet(out);
    const auto ip_header = packet.first(kTcpAt);
    set16(out.data() + 10, checksum_finish(checksum_add(ip_header)));
    set16(out.data() + kTcpAt + 16, tcp_checksum(ip_header, packet.subspan(kTcpAt)));
}

ParsedPacket parse_packet(std::span<const std::uint8_t> bytes) {
    ParsedPacket parsed;
    parsed.error = read_ip(bytes, parsed.segment);
    if (!parsed.ok()) parsed.segment = Segment();
    return parsed;
}

}  // namespace tcplab
