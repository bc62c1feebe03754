#pragma once

#include <array>
#include <cstdint>

#include "core/address.hpp"
#include "core/content.hpp"
#include "core/journey.hpp"
#include "core/seq.hpp"
#include "wire/send_reason.hpp"

namespace tcplab {

/// The TCP control bits (RFC 9293 3.1), as they lie in the header's 14th byte.
namespace flag {
inline constexpr std::uint8_t fin = 0x01;
inline constexpr std::uint8_t syn = 0x02;
inline constexpr std::uint8_t rst = 0x04;
inline constexpr std::uint8_t psh = 0x08;
inline constexpr std::uint8_t ack = 0x10;
inline constexpr std::uint8_t urg = 0x20;
inline constexpr std::uint8_t ece = 0x40;
inline constexpr std::uint8_t cwr = 0x80;
}  // namespace flag

/// The first and one past the last sequence number of a range, as SACK blocks have them (RFC 2018 3).
struct SeqRange {
    SeqNum left;
    SeqNum right;
    friend bool operator==(const SeqRange&, const SeqRange&) = default;
};

/// The Fast Open option of a SYN or SYN-ACK (RFC 7413 4.1.1): a cookie, or a request for one.
struct FastOpenOption {
    static constexpr std::uint8_t kLeast = 4;  ///< bytes of a cookie; always an even number
    static constexpr std::uint8_t kMost = 16;
    enum class Kind : std::uint8_t {
        none,
        standard,      ///< option 34
        experimental,  ///< option 254 with the magic number 0xf989, as it was before the RFC
    };
    Kind kind = Kind::none;
    std::uint8_t length = 0;  ///< 0: asks for a cookie
    std::array<std::uint8_t, kMost> cookie{};

    [[nodiscard]] bool present() const { return kind != Kind::none; }
    /// Bytes that it takes of the header, padding included.
    [[nodiscard]] std::uint32_t size() const {
        if (!present()) return 0;
        return ((kind == Kind::standard ? 2U : 4U) + length + 3U) / 4U * 4U;
    }
    friend bool operator==(const FastOpenOption&, const FastOpenOption&) = default;
};

/// Up to four SACK blocks (three beside timestamps). Copying copies only those that are there. A SYN has none; there
/// the same bytes hold Fast Open's option, so that other segments are no larger for it.
class SackBlocks {
  public:
    static constexpr unsigned kMost = 4;
    SackBlocks() = default;
    SackBlocks(const SackBlocks& o) { assign(o); }
    SackBlocks& operator=(const SackBlocks& o) {
        if (this != &o) assign(o);
        return *this;
    }
    ~SackBlocks() = default;

    [[nodiscard]] unsigned size() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    const SeqRange& operator[](unsigned i) const { return blocks_[i]; }
    [[nodiscard]] const SeqRange* begin() const { return blocks_.data(); }
    [[nodiscard]] const SeqRange* end() const { return blocks_.data() + count_; }
    /// Fast Open's option goes too.
    void clear() {
        count_ = used_ = 0;
        fast_open_ = FastOpenOption::Kind::none;
    }
    /// Ignored when full.
    void push_back(SeqRange r) {
        if (count_ == kMost) return;
        fast_open_ = FastOpenOption::Kind::none;
        blocks_[count_++] = r;
        used_ = count_;
    }

    [[nodiscard]] bool has_fast_open() const { return fast_open_ != FastOpenOption::Kind::none; }
    [[nodiscard]] FastOpenOption fast_open() const;
    /// In the place of all blocks.
    void set_fast_open(const FastOpenOption& option);

  private:
    static constexpr std::uint8_t kForCookie = 2;  // blocks that hold one

    void assign(const SackBlocks& o) {
        count_ = o.count_;
        used_ = o.used_;
        fast_open_ = o.fast_open_;
        cookie_length_ = o.cookie_length_;
        for (unsigned i = 0; i < used_; ++i) blocks_[i] = o.blocks_[i];
    }
    std::uint8_t count_ = 0;
    std::uint8_t used_ = 0;  // of blocks_
    FastOpenOption::Kind fast_open_ = FastOpenOption::Kind::none;
    std::uint8_t cookie_length_ = 0;
    std::array<SeqRange, kMost> blocks_;
};

inline FastOpenOption SackBlocks::fast_open() const {
    FastOpenOption o;
    o.kind = fast_open_;
    if (!o.present()) return o;
    o.length = cookie_length_;
    for (unsigned i = 0; i < o.length; ++i) {
        const SeqRange& r = blocks_[i / 8];
        const SeqNum word = i % 8 < 4 ? r.left : r.right;
        o.cookie[i] = static_cast<std::uint8_t>(word.raw() >> (8 * (i % 4)));
    }
    return o;
}

inline void SackBlocks::set_fast_open(const FastOpenOption& option) {
    const auto word = [&](unsigned at) {
        std::uint32_t n = 0;
        for (unsigned i = 0; i < 4; ++i) n |= std::uint32_t{option.cookie[at + i]} << (8 * i);
        return SeqNum(n);
    };
    count_ = 0;
    used_ = kForCookie;
    fast_open_ = option.kind;
    cookie_length_ = option.length;
    for (unsigned i = 0; i < kForCookie; ++i) blocks_[i] = {word(8 * i), word(8 * i + 4)};
}

/// One TCP segment in its IPv4 packet. Payload bytes are described, not held (core/content.hpp).
struct Segment {
    static constexpr std::uint32_t kIpHeader = 20;     ///< bytes; no IP options
    static constexpr std::uint32_t kTcpHeader = 20;    ///< bytes, options apart
    static constexpr std::uint32_t kMostOptions = 40;  ///< bytes that it has room for

    Journey journey;  ///< no part of the packet; first, where a Packet's own fields are
    Endpoint source;
    Endpoint destination;
    SeqNum seq;
    SeqNum ack;                ///< valid with flag::ack
    std::uint16_t window = 0;  ///< as in the header: not scaled up
    std::uint8_t flags = 0;

    bool has_timestamps = false;  ///< RFC 7323
    bool sack_permitted = false;  ///< RFC 2018; on SYN only
    bool has_window_scale = false;
    std::uint8_t window_scale = 0;            ///< valid with has_window_scale; on SYN only
    std::uint8_t ecn = 0;                     ///< IP header: 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE
    std::uint16_t mss = 0;                    ///< 0: no option; on SYN only
    SendReason reason = SendReason::unknown;  ///< for those who watch; no byte of the packet
    std::uint32_t ts_value = 0;
    std::uint32_t ts_echo = 0;

    Payload payload;
    SackBlocks sack;

    /// RFC 7413; on SYN only.
    [[nodiscard]] FastOpenOption fast_open() const { return sack.fast_open(); }
    void set_fast_open(const FastOpenOption& option) { sack.set_fast_open(option); }

    [[nodiscard]] bool has(std::uint8_t bits) const { return (flags & bits) != 0; }
    /// Bytes of TCP options, padded to a multiple of four as Linux lays them out.
    [[nodiscard]] std::uint32_t options_size() const;
    /// Bytes of the whole IP packet.
    [[nodiscard]] std::uint32_t ip_size() const { return kIpHeader + kTcpHeader + options_size() + payload.length; }
    /// Sequence numbers it occupies: payload, and one each for SYN and FIN (SEG.LEN of RFC 9293 3.3.1).
    [[nodiscard]] std::uint32_t sequence_length() const {
        return payload.length + (has(flag::syn) ? 1U : 0U) + (has(flag::fin) ? 1U : 0U);
    }
};

inline std::uint32_t Segment::options_size() const {
    std::uint32_t n = 0;
    if (mss != 0) n += 4;
    if (has_timestamps) {
        n += 12;  // NOP NOP and 10, or SACK-permitted in the place of the two NOPs
    } else if (sack_permitted) {
        n += 4;
    }
    if (has_window_scale) n += 4;
    if (!sack.empty()) n += 4 + 8 * sack.size();
    if (sack.has_fast_open()) n += fast_open().size();
    return n;
}

}  // namespace tcplab
