#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/units.hpp"
#include "property/draw.hpp"
#include "wire/packet_bytes.hpp"

namespace tcplab::test {

/// What one direction of a path does to packets. Chances are per mille.
struct Hostility {
    Duration delay{10'000'000};
    BitRate rate;
    std::uint32_t queue = 1000;  ///< packets that wait
    std::uint32_t loss = 0;
    std::uint32_t duplicate = 0;
    std::uint32_t reorder = 0;  ///< so many are late by reorder_delay
    std::uint32_t corrupt = 0;
    Duration reorder_delay{0};
    Duration jitter{0};
    Time dead = kNever;     ///< loses everything from here on
    bool as_bytes = false;  ///< packets go over as bytes, with checksums, and are parsed again
};

enum class Fate : std::uint8_t { delivered, lost, queue_full, corrupted };

/// One direction of a path, on its own: it shares nothing with sim/net.
class HostilePath {
  public:
    HostilePath(const Hostility& hostility, std::uint64_t seed) : what_(hostility), draw_(seed) {}

    /// Takes a packet; what is known of its fate.
    Fate send(Time now, const Segment& s) {
        ++in_;
        const bool twice = happens(what_.duplicate);
        const Fate fate = send_one(now, s);
        if (!twice) return fate;
        ++in_;
        const Fate second = send_one(now, s);
        return fate == Fate::delivered ? fate : second;
    }
    /// When the next one arrives; kNever: none is on its way.
    [[nodiscard]] Time next() const { return moving_.empty() ? kNever : moving_.begin()->first.first; }
    /// The next one; only when there is one.
    Segment take() {
        Segment s = std::move(moving_.begin()->second);
        moving_.erase(moving_.begin());
        ++delivered_;
        return s;
    }
    /// Every packet is somewhere, exactly once.
    [[nodiscard]] bool conserves() const { return in_ == delivered_ + lost_ + dropped_ + corrupted_ + moving_.size(); }

  private:
    bool happens(std::uint32_t per_mille) { return per_mille > 0 && draw_.below(1000) < per_mille; }

    Fate send_one(Time now, const Segment& s) {
        while (!departures_.empty() && departures_.front() <= now) departures_.erase(departures_.begin());
        if (departures_.size() > what_.queue) {
            ++dropped_;
            return Fate::queue_full;
        }
        busy_ = std::max(busy_, now) + transmission_time(s.ip_size(), what_.rate);
        departures_.push_back(busy_);
        if (now >= what_.dead || happens(what_.loss)) {
            ++lost_;
            return Fate::lost;
        }
        if (happens(what_.corrupt)) {
            damage(s);
            ++corrupted_;
            return Fate::corrupted;
        }
        Time at = busy_ + what_.delay;
        if (what_.jitter > Duration::zero()) at += draw_.up_to(what_.jitter);
        if (happens(what_.reorder)) at += what_.reorder_delay;
        moving_.emplace(std::pair{at, order_++}, what_.as_bytes ? carried(s) : s);
        return Fate::delivered;
    }

    /// As the other end reads it from the wire: with a content of its own.
    Segment carried(const Segment& s) {
        write_packet(s, bytes_);
        ParsedPacket p = parse_packet(bytes_);
        expect(p.ok(), "a packet cannot be read again");
        return std::move(p.segment);
    }
    /// One bit: a checksum finds it.
    void damage(const Segment& s) {
        write_packet(s, bytes_);
        const auto bit = static_cast<std::size_t>(draw_.below(bytes_.size() * 8));
        bytes_[bit / 8] = static_cast<std::uint8_t>(bytes_[bit / 8] ^ (1U << bit % 8));
        expect(!parse_packet(bytes_).ok(), "a damaged packet was accepted");
    }

    Hostility what_;
    Draw draw_;
    Time busy_{};
    std::vector<Time> departures_;
    std::map<std::pair<Time, std::uint64_t>, Segment> moving_;
    std::vector<std::uint8_t> bytes_;
    std::uint64_t order_ = 0;
    std::uint64_t in_ = 0;
    std::uint64_t delivered_ = 0;
    std::uint64_t lost_ = 0;
    std::uint64_t dropped_ = 0;
    std::uint64_t corrupted_ = 0;
};

}  // namespace tcplab::test
