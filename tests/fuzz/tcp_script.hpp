#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <string>

#include "tcp/config.hpp"
#include "wire/segment.hpp"

// What the target tcp_segments reads its inputs with: bytes as choices, and segments of a peer that means no good.
namespace tcplab::fuzz {

/// A rule that must hold whatever arrives.
inline void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "broken: %s\n", what);
    std::abort();
}

/// The input as a script; behind its end all bytes are 0.
class Script {
  public:
    Script(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}

    [[nodiscard]] bool ended() const { return left_ == 0; }
    std::uint8_t byte() {
        if (left_ == 0) return 0;
        --left_;
        return *data_++;
    }
    std::uint32_t word() {
        const std::uint32_t high = byte();
        return high << 8U | byte();
    }
    std::uint32_t number() {
        const std::uint32_t high = word();
        return high << 16U | word();
    }
    bool flag() { return (byte() & 1U) != 0; }
    template <class T>
    T pick(std::initializer_list<T> of) {
        return *(of.begin() + byte() % of.size());
    }
    /// Usually near `at`, sometimes anywhere.
    SeqNum near(SeqNum at) {
        switch (byte() % 4) {
            case 0: return at;
            case 1: return at + static_cast<std::uint32_t>(static_cast<std::int8_t>(byte()));
            case 2: return at + static_cast<std::uint32_t>(static_cast<std::int16_t>(word()));
            default: return SeqNum(number());
        }
    }

  private:
    const std::uint8_t* data_;
    std::size_t left_;
};

inline Config config_from(Script& in) {
    Config c = make_config(in.pick({Profile::linux_, Profile::rfc, Profile::classic}));
    const std::uint32_t bits = in.word();
    c.sack = (bits & 1U) != 0;
    c.timestamps = (bits & 2U) != 0;
    c.window_scaling = (bits & 4U) != 0;
    c.nagle = (bits & 8U) != 0;
    c.cork = (bits & 16U) != 0;
    c.congestion_control = (bits & 32U) != 0 ? CongestionControl::cubic : CongestionControl::reno;
    c.request_on_handshake_ack = (bits & 64U) != 0;
    c.slow_start_after_idle = (bits & 128U) != 0;
    if ((bits & 2048U) != 0) c.congestion_control = CongestionControl::bbr;
    c.pacing = (bits & 1024U) != 0;
    if ((bits & 256U) != 0) c.keepalive = 3s;
    if ((bits & 512U) != 0) c.window_clamp = 1000 + bits;
    c.linux_checks = (bits & 1024U) == 0;
    c.retries_by_time = (bits & 2048U) == 0;
    if ((bits & 4096U) != 0) c.timer_hz = 250;
    if ((bits & 8192U) != 0) c.user_timeout = 5s;
    if ((bits & 16384U) != 0) c.unsent_low_water = 1000;
    if ((bits & 32768U) != 0) c.defer_accept = 1;
    c.recovery = in.pick({Recovery::rack, Recovery::sack, Recovery::newreno});
    c.mss = in.pick<std::uint16_t>({1460, 88, 536, 8960});
    c.receive_buffer = in.pick<std::uint64_t>({131072, 2304, 5000, 65535, 1U << 20U});
    c.receive_buffer_max = c.receive_buffer * in.pick<std::uint64_t>({1, 8});
    c.send_buffer = in.pick<std::uint64_t>({65536, 1000, 10'000});
    c.initial_window = in.pick({10U, 1U, 40U});
    c.delayed_ack = in.pick<Duration>({40ms, 0ms, 200ms});
    return c;
}

/// What the bytes of a peer's segments are.
enum class Bytes : std::uint8_t {
    described,  ///< byte at sequence number n is body_byte(n), all of one content
    held,       ///< the same, copied
    absent,     ///< there is no content: zeros
};

/// The peer's bytes from sequence number `seq` on.
inline Payload peer_bytes(Bytes kind, const ContentRef& all, SeqNum seq, std::uint32_t length) {
    Payload p;
    if (length == 0) return p;
    if (kind == Bytes::held) {
        std::string bytes(length, ' ');
        for (std::uint32_t i = 0; i < length; ++i) bytes[i] = body_byte((seq + i).raw());
        return Payload::of(std::move(bytes));
    }
    p.length = length;
    if (kind == Bytes::absent) return p;
    p.content = all;
    p.offset = seq.raw();
    return p;
}

/// All bytes that a peer can have, twice round the sequence numbers; none of them takes memory.
inline ContentRef every_byte() {
    ContentRef all(new Content);
    for (unsigned i = 0; i < 2; ++i) all->append(Piece::body(std::uint64_t{1} << 32U));
    return all;
}

/// Whether `got` is what the peer has from `seq` on.
inline bool is_peer_bytes(Bytes kind, SeqNum seq, const Payload& got) {
    const std::string bytes = got.bytes();
    for (std::uint32_t i = 0; i < got.length; ++i) {
        if (bytes[i] != (kind == Bytes::absent ? '\0' : body_byte((seq + i).raw()))) return false;
    }
    return true;
}

/// Header and options of a peer's segment. `next` is what the peer would send next, `acknowledged` what it would
/// acknowledge.
inline Segment peer_segment(Script& in, SeqNum next, SeqNum acknowledged, std::uint32_t stamp) {
    Segment s;
    const std::uint8_t kind = in.byte();
    s.flags = (kind & 0xc0U) == 0xc0U ? in.byte() : flag::ack;
    if ((kind & 0x30U) == 0x30U) s.flags |= flag::fin;
    s.seq = in.near(next);
    s.ack = (s.flags & flag::ack) != 0 || (kind & 1U) != 0 ? in.near(acknowledged) : SeqNum();
    s.window = static_cast<std::uint16_t>((kind & 2U) != 0 ? 65535U : in.word());
    if ((kind & 4U) != 0) {
        s.has_timestamps = true;
        s.ts_value = (kind & 8U) != 0 ? in.number() : 1'000'000;
        s.ts_echo = in.near(SeqNum(stamp)).raw();
    }
    if ((s.flags & flag::syn) != 0) {
        s.mss = static_cast<std::uint16_t>(in.word());
        s.sack_permitted = in.flag();
        s.has_window_scale = in.flag();
        if (s.has_window_scale) s.window_scale = in.byte();
    }
    if ((kind & 0x28U) == 0x28U) {
        for (unsigned n = in.byte() % 4U; n > 0; --n) {
            const SeqNum left = in.near(acknowledged);
            s.sack.push_back({left, in.near(left)});
        }
    }
    return s;
}

/// Half-open ranges of positions.
class Ranges {
  public:
    void add(std::uint64_t begin, std::uint64_t end) {
        if (begin >= end) return;
        auto at = ranges_.upper_bound(begin);
        if (at != ranges_.begin() && std::prev(at)->second >= begin) --at;
        while (at != ranges_.end() && at->first <= end) {
            begin = std::min(begin, at->first);
            end = std::max(end, at->second);
            at = ranges_.erase(at);
        }
        ranges_[begin] = end;
    }
    /// The first position from `from` on that is in none of them.
    [[nodiscard]] std::uint64_t first_missing(std::uint64_t from) const {
        const auto at = ranges_.upper_bound(from);
        return at != ranges_.begin() && std::prev(at)->second > from ? std::prev(at)->second : from;
    }

  private:
    std::map<std::uint64_t, std::uint64_t> ranges_;
};

}  // namespace tcplab::fuzz
