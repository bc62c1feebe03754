#pragma once

#include <cstdint>
#include <string>

#include "core/random.hpp"
#include "wire/segment.hpp"

/// Segments to try things on.
namespace samples {

using namespace tcplab;

inline Segment plain() {
    Segment s;
    s.source = {Ipv4Address{0x0a000001}, 40000};
    s.destination = {Ipv4Address{0x0a000002}, 80};
    return s;
}

inline Segment syn() {
    Segment s = plain();
    s.seq = SeqNum(1000);
    s.flags = flag::syn;
    s.window = 64240;
    s.mss = 1460;
    s.sack_permitted = true;
    s.has_timestamps = true;
    s.ts_value = 100;
    s.has_window_scale = true;
    s.window_scale = 10;
    return s;
}

/// Any segment that the type allows, with at most `most_payload` bytes.
inline Segment any(RandomStream& random, std::uint32_t most_payload) {
    const auto chance = [&random](unsigned one_in) { return random() % one_in == 0; };
    Segment s;
    s.source = {Ipv4Address{random()}, static_cast<std::uint16_t>(random())};
    s.destination = {Ipv4Address{random()}, static_cast<std::uint16_t>(random())};
    s.seq = SeqNum(random());
    s.flags = static_cast<std::uint8_t>(random());
    if (s.has(flag::ack)) s.ack = SeqNum(random());
    s.window = static_cast<std::uint16_t>(random());
    s.ecn = static_cast<std::uint8_t>(random() % 4);
    if (chance(2)) {
        s.has_timestamps = true;
        s.ts_value = random();
        s.ts_echo = random();
    }
    if (s.has(flag::syn)) {
        if (chance(2)) s.mss = static_cast<std::uint16_t>(1 + random() % 65535);
        s.sack_permitted = chance(2);
        if (chance(2)) {
            s.has_window_scale = true;
            s.window_scale = static_cast<std::uint8_t>(random() % 15);
        }
        if (chance(3)) {
            FastOpenOption o;
            o.kind = chance(2) ? FastOpenOption::Kind::standard : FastOpenOption::Kind::experimental;
            o.length = static_cast<std::uint8_t>(chance(3) ? 0 : 4 + 2 * (random() % 7));
            for (unsigned i = 0; i < o.length; ++i) o.cookie[i] = static_cast<std::uint8_t>(random());
            s.set_fast_open(o);
        }
    } else {
        const auto blocks = static_cast<unsigned>(random() % (s.has_timestamps ? 4 : 5));
        for (unsigned i = 0; i < blocks; ++i) s.sack.push_back({SeqNum(random()), SeqNum(random())});
    }
    if (most_payload > 0 && chance(2)) {
        std::string bytes(1 + random() % most_payload, '\0');
        for (char& c : bytes) c = static_cast<char>(random());
        s.payload = Payload::of(bytes);
    }
    return s;
}

/// Everything but the payload's bytes.
inline bool same_header(const Segment& a, const Segment& b) {
    if (a.sack.size() != b.sack.size()) return false;
    for (unsigned i = 0; i < a.sack.size(); ++i) {
        if (!(a.sack[i] == b.sack[i])) return false;
    }
    return a.source == b.source && a.destination == b.destination && a.seq == b.seq && a.ack == b.ack &&
           a.window == b.window && a.flags == b.flags && a.has_timestamps == b.has_timestamps &&
           a.sack_permitted == b.sack_permitted && a.has_window_scale == b.has_window_scale &&
           a.window_scale == b.window_scale && a.ecn == b.ecn && a.mss == b.mss && a.ts_value == b.ts_value &&
           a.ts_echo == b.ts_echo && a.fast_open() == b.fast_open() && a.payload.length == b.payload.length;
}

}  // namespace samples
