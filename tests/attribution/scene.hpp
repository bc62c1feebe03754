#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "core/causes.hpp"
#include "core/units.hpp"
#include "experiment/world.hpp"

namespace tcplab::test {

inline constexpr Duration kRtt{100'000'000};
inline constexpr std::uint32_t kMss = 1460;
inline constexpr std::uint32_t kFull = 1500;   ///< IP bytes of a full segment
inline constexpr std::uint32_t kSynAck = 52;   ///< IP bytes: MSS, window scale and SACK permitted are in it
inline constexpr std::uint32_t kAck = 40;      ///< and of an acknowledgement
inline constexpr std::uint32_t kHeader = 250;  ///< of a response
inline constexpr std::uint32_t kNoLimit = 10'000;

/// A path on which nothing takes time but the round trip: every segment is acknowledged at once, and no window, timer
/// or rate is in anybody's way. A test puts one of them there.
inline Scenario scene(Duration rtt = kRtt) {
    Scenario s;
    for (Config* tcp : {&s.client_tcp, &s.server_tcp}) {
        *tcp = make_config(Profile::rfc);
        tcp->timestamps = false;
        tcp->nagle = false;
        tcp->delayed_ack = Duration::zero();
        tcp->initial_window = kNoLimit;
        tcp->receive_buffer = tcp->receive_buffer_max = tcp->send_buffer = 64 << 20;
    }
    s.link.up.delay = s.link.down.delay = rtt / 2;
    s.client.strategy = Strategy::persistent;  // no FIN is in the way of anything
    s.server.response_header = kHeader;
    return s;
}

/// One more object, whose response is so many full segments.
inline PageObject& add(Scenario& s, std::uint32_t segments = 1, std::vector<std::uint32_t> after = {}) {
    PageObject& o = s.page.objects.emplace_back();
    o.name = "o" + std::to_string(s.page.objects.size());
    o.path = "/" + o.name;
    o.size = std::uint64_t{segments} * kMss - kHeader;
    o.after = std::move(after);
    return o;
}

/// The scene with one object.
inline Scenario download(std::uint32_t segments = 1, Duration rtt = kRtt) {
    Scenario s = scene(rtt);
    add(s, segments);
    return s;
}

/// All requests at once, on one connection.
inline void pipeline(Scenario& s) {
    s.client.strategy = Strategy::pipelined;
    s.client.pipeline_start = PipelineStart::at_once;
}

inline Results run(const Scenario& s) {
    REQUIRE(!validate(s));
    Results r = simulate(s);
    REQUIRE(r.diagnosis.empty());
    REQUIRE(r.failed == 0);
    return r;
}

/// "handshake 100 ms, loss 1000 ms": in the order of the columns.
inline std::string text(const Causes& causes) {
    std::string out;
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        if (causes[cause] == Duration::zero()) continue;
        out +=
            (out.empty() ? "" : ", ") + std::string(name(cause)) + " " + std::to_string(to_ms(causes[cause])) + " ms";
    }
    return out;
}

inline std::string text(std::initializer_list<std::pair<Cause, Duration>> list) {
    Causes causes;
    for (const auto& [cause, time] : list) causes.add(cause, time);
    return text(causes);
}

/// Of transaction i, from 0.
inline std::string causes_of(const Results& r, std::size_t i) { return text(causes_of(r, r.transactions.at(i))); }

/// Of the first page.
inline std::string causes_of_page(const Results& r) { return text(r.pages.at(0).causes); }

}  // namespace tcplab::test
