#pragma once

#include <chrono>
#include <cstdint>

#include "core/address.hpp"
#include "core/time.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// The timestamps of a connection (RFC 7323): whether both ends use them, our clock, and the newest that the peer sent.
class Timestamps {
  public:
    Timestamps() = default;
    explicit Timestamps(const FourTuple& tuple) : offset_(offset_of(tuple)) {}
    /// What is added to the time for connections with these addresses (secure_tcp_ts_off). Ports do not matter: a later
    /// connection on a four-tuple continues the same clock, so that its SYN is seen to be newer than what TIME-WAIT
    /// remembers.
    [[nodiscard]] static std::uint32_t offset_of(const FourTuple& tuple) {
        const std::uint64_t addresses = (std::uint64_t{tuple.local.address.value} << 32U) | tuple.remote.address.value;
        return static_cast<std::uint32_t>(mix64(addresses));
    }

    // --- what the peer's segments say ---
    /// Of its SYN: `agreed`, both ends use them.
    void learn(const Segment& syn, bool agreed) {
        in_force_ = agreed;
        if (agreed) recent_ = syn.ts_value;
    }
    /// The newest is this now.
    void take(Time now, std::uint32_t value) {
        recent_ = value;
        recent_at_ = now;
    }
    /// The newest counts from now on.
    void refresh(Time now) { recent_at_ = now; }
    /// What TIME-WAIT has taken.
    void set_recent(std::uint32_t value) { recent_ = value; }
    /// What this segment echoes was answered by it; data that echoes it again came later.
    void note_echo(const Segment& s) { echoed_ = s.ts_echo; }

    // --- what follows ---
    [[nodiscard]] bool in_force() const { return in_force_; }
    /// Bytes of options in each segment.
    [[nodiscard]] std::uint32_t option_bytes() const { return in_force_ ? kOption : 0; }
    /// Both ends use them and the segment has one.
    [[nodiscard]] bool on(const Segment& s) const { return in_force_ && s.has_timestamps; }
    /// The same, and it echoes one of ours.
    [[nodiscard]] bool echoed_on(const Segment& s) const { return on(s) && s.ts_echo != 0; }
    /// echoed_on(), and no segment with that echo was noted yet.
    [[nodiscard]] bool is_new_echo(const Segment& s) const { return echoed_on(s) && s.ts_echo != echoed_; }
    /// Ours, in milliseconds.
    [[nodiscard]] std::uint32_t at(Time now) const {
        // A host's clock does not tick when our time begins: with that phase, tidy delays would make ties of round
        // trips.
        constexpr Duration phase{500'000};
        return static_cast<std::uint32_t>((now.time_since_epoch() + phase) / std::chrono::milliseconds(1)) + offset_;
    }
    /// Milliseconds since the one that it echoes was sent; negative for one that never was.
    [[nodiscard]] std::int32_t since_echo(Time now, const Segment& s) const {
        return static_cast<std::int32_t>(at(now) - s.ts_echo);
    }
    /// How many ticks of the peer's clock its one is older than the newest; negative: it is newer.
    [[nodiscard]] std::int32_t age(const Segment& s) const { return static_cast<std::int32_t>(recent_ - s.ts_value); }
    /// The newest is so old that the peer's clock may have gone round since (RFC 7323 5.5).
    [[nodiscard]] bool outlived(Time now) const { return now - recent_at_ >= kLifetime; }
    [[nodiscard]] std::uint32_t recent() const { return recent_; }
    [[nodiscard]] std::uint32_t offset() const { return offset_; }
    [[nodiscard]] Time recent_at() const { return recent_at_; }

  private:
    static constexpr std::uint32_t kOption = 12;  // with two bytes of padding (RFC 7323, appendix A)
    static constexpr Duration kLifetime = std::chrono::hours(24 * 24);

    Time recent_at_{};
    std::uint32_t recent_ = 0;  // TS.Recent
    std::uint32_t echoed_ = 0;  // the last echo that was noted
    std::uint32_t offset_ = 0;
    bool in_force_ = false;
};

}  // namespace tcplab
