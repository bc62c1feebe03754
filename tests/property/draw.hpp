#pragma once

#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <random>
#include <stdexcept>
#include <string>

#include "tcp/config.hpp"

namespace tcplab::test {

/// What a property found to be broken.
struct Broken : std::runtime_error {
    using std::runtime_error::runtime_error;
};
inline void expect(bool holds, const char* what) {
    if (!holds) throw Broken(what);
}

/// Random choices of a test; the same ones from every library, as no distribution of the standard's is used.
class Draw {
  public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}

    /// From 0 to n - 1.
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    /// From 1 to `most`; every order of magnitude is as likely.
    std::uint64_t size(std::uint64_t most) {
        std::uint64_t top = 1;
        while (top < most && chance(80)) top *= 4;
        return between(1, top < most ? top : most);
    }
    template <class T>
    T pick(std::initializer_list<T> of) {
        return *(of.begin() + below(of.size()));
    }
    Duration up_to(Duration most) {
        return Duration(static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most.count()) + 1)));
    }

  private:
    std::mt19937_64 random_;
};

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSlowBuild = true;
#elif defined(__has_feature)
inline constexpr bool kSlowBuild = __has_feature(address_sanitizer);
#else
inline constexpr bool kSlowBuild = false;
#endif

/// The seeds that a test tries: `usual` of them, a tenth where the build is slow, as many as TCPLAB_SEEDS says, or
/// only TCPLAB_SEED.
struct Seeds {
    std::uint64_t first = 1;
    std::uint64_t last;

    explicit Seeds(std::uint64_t usual) : last(kSlowBuild ? usual / 10 : usual) {
        if (const char* many = std::getenv("TCPLAB_SEEDS")) last = std::strtoull(many, nullptr, 10);
        if (const char* one = std::getenv("TCPLAB_SEED")) first = last = std::strtoull(one, nullptr, 10);
    }
    [[nodiscard]] std::uint64_t count() const { return last - first + 1; }
    /// Enough of them to say what is usual.
    [[nodiscard]] bool many() const { return count() >= 50; }
};

/// An end's TCP, of any profile and with any of its features on or off.
inline Config random_config(Draw& draw) {
    Config c = make_config(draw.pick({Profile::linux_, Profile::rfc, Profile::classic}));
    c.congestion_control = draw.pick({CongestionControl::reno, CongestionControl::cubic, CongestionControl::bbr});
    c.pacing = draw.chance(30);
    c.recovery = draw.pick({Recovery::newreno, Recovery::sack, Recovery::rack});
    c.slow_start_growth = draw.pick({SlowStartGrowth::segments, SlowStartGrowth::acks});
    c.nagle_variant = draw.pick({NagleVariant::minshall, NagleVariant::rfc896});
    c.sack = draw.chance(60);
    c.timestamps = draw.chance(60);
    c.window_scaling = draw.chance(60);
    c.nagle = draw.chance(70);
    c.cork = draw.chance(3);
    c.hystart = draw.chance(50);
    c.quickack = draw.chance(70);
    c.limited_transmit = draw.chance(70);
    c.slow_start_after_idle = draw.chance(70);
    c.request_on_handshake_ack = draw.chance(30);
    c.mss = draw.pick<std::uint16_t>({88, 200, 536, 1000, 1460, 1460, 1460, 8960});
    c.initial_window = draw.pick({1U, 2U, 3U, 10U, 10U, 64U});
    c.initial_ssthresh = draw.pick({kInfiniteSegments, kInfiniteSegments, 2U, 20U});
    c.delayed_ack = draw.pick<Duration>({0ms, 40ms, 200ms});
    c.ack_every = draw.pick({1U, 2U, 2U, 4U});
    c.min_rto = draw.pick<Duration>({50ms, 200ms, 1s});
    c.receive_buffer = draw.pick<std::uint64_t>({4096, 16384, 65535, 131072, 131072, 1U << 20U});
    c.receive_buffer_max = draw.chance(50) ? c.receive_buffer : c.receive_buffer * draw.pick<std::uint64_t>({2, 64});
    c.send_buffer = draw.pick<std::uint64_t>({2000, 16384, 65536, 4U << 20U, 4U << 20U});
    if (draw.chance(50)) c.send_buffer_start.reset();
    if (draw.chance(20)) c.window_clamp = draw.pick<std::uint64_t>({1000, 5000, 30000});
    if (draw.chance(10)) c.keepalive = draw.pick<Duration>({1s, 10s});
    c.time_wait = draw.pick<Duration>({10s, 60s, 60s});
    c.syn_cookies = draw.chance(50);
    c.fast_open = draw.chance(50) ? fast_open::client | fast_open::server | fast_open::all_listeners : 0;
    c.linux_checks = draw.chance(70);
    c.retries_by_time = draw.chance(70);
    c.timer_hz = draw.pick({0U, 0U, 100U, 250U, 1000U});
    if (draw.chance(10)) c.defer_accept = 2;
    if (draw.chance(10)) c.unsent_low_water = draw.pick<std::uint64_t>({1, 5000, 100'000});
    return c;
}

}  // namespace tcplab::test
