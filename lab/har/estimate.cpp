#include "har/estimate.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace tcplab::har {

namespace {

constexpr Duration kInstant = 100us;  // no network is that quick: the answer was there

std::optional<Duration> handshake_of(const Exchange& e) {
    const Timings& t = e.timings;
    if (t.connect.value_or(Duration{0}) <= Duration{0}) return std::nullopt;
    const bool quic = e.protocol == Protocol::http3;                        // TLS is in its handshake
    if (!quic && !t.ssl && e.url.scheme == "https") return *t.connect / 2;  // TLS is in it, at least a round trip
    const Duration d = quic ? *t.connect : *t.connect - t.ssl.value_or(Duration{0});
    // Far less than TLS takes, which is a round trip at least: the handshake had begun before the request was there.
    const bool begun_before = !quic && t.ssl && d < *t.ssl / 20;
    return d > Duration{0} && !begun_before ? std::optional<Duration>(d) : std::nullopt;
}

void take_least(std::optional<Duration>& least, std::optional<Duration> d) {
    if (d && (!least || *d < *least)) least = d;
}

/// Bits per second of everything that arrived while `e` did.
double rate_during(const Exchange& e, const Arrivals& arrivals) {
    const double bytes = arrivals.until(e.end()) - arrivals.until(e.first_byte());
    return bytes * 8e9 / static_cast<double>((e.end() - e.first_byte()).count());
}

/// To two digits.
std::uint64_t two_digits(double n) {
    double unit = 1;
    while (n / unit >= 100) unit *= 10;
    return static_cast<std::uint64_t>(std::lround(n / unit)) * static_cast<std::uint64_t>(unit);
}

}  // namespace

Arrivals::Arrivals(const std::vector<const Exchange*>& exchanges) {
    for (const Exchange* e : exchanges) {
        const auto bytes = static_cast<double>(e->response_body);
        const double duration = static_cast<double>((e->end() - e->first_byte()).count());
        if (duration > 0) {
            corners_.push_back({e->first_byte(), 0, bytes / duration});
            corners_.push_back({e->end(), 0, -bytes / duration});
        } else {
            corners_.push_back({e->end(), bytes, 0});
        }
    }
    std::sort(corners_.begin(), corners_.end(), [](const Corner& a, const Corner& b) { return a.at < b.at; });
    double bytes = 0, slope = 0;
    Duration before{0};
    for (Corner& c : corners_) {
        bytes += slope * static_cast<double>((c.at - before).count()) + c.bytes;
        slope += c.slope;
        before = c.at;
        c.bytes = bytes;
        c.slope = slope;
    }
}

double Arrivals::until(Duration time) const {
    const auto after =
        std::upper_bound(corners_.begin(), corners_.end(), time, [](Duration t, const Corner& c) { return t < c.at; });
    if (after == corners_.begin()) return 0;
    const Corner& last = *std::prev(after);
    return last.bytes + last.slope * static_cast<double>((time - last.at).count());
}

std::map<std::string, RttEstimate> estimate_rtts(const std::vector<const Exchange*>& exchanges) {
    struct Least {
        std::optional<Duration> handshake, wait;
    };
    std::map<std::string, Least> origins;
    for (const Exchange* e : exchanges) {
        Least& least = origins[e->url.origin()];
        take_least(least.handshake, handshake_of(*e));
        if (e->timings.wait.value_or(Duration{0}) > kInstant) take_least(least.wait, e->timings.wait);
    }
    std::map<std::string, RttEstimate> estimates;
    for (const auto& [origin, least] : origins) {
        // No answer is quicker than a round trip: a handshake that took longer waited, or was sent again.
        if (least.handshake && *least.handshake <= least.wait.value_or(Duration::max())) {
            estimates[origin] = {rounded(*least.handshake), "the quickest handshake"};
        } else if (least.wait) {
            estimates[origin] = {rounded(*least.wait), "the quickest answer"};
        }
    }
    return estimates;
}

std::optional<BitRate> estimate_rate(const std::vector<const Exchange*>& exchanges) {
    constexpr std::uint64_t large_enough = 20'000;  // bytes: more than an initial window
    constexpr std::size_t most = 50;
    std::vector<const Exchange*> large;
    // The shorter a time, the more it tells of how the browser read.
    for (const Duration long_enough : {20ms, 5ms}) {
        for (const Exchange* e : exchanges) {
            const bool counts = e->response_body >= large_enough && e->end() - e->first_byte() >= long_enough;
            if (counts) large.push_back(e);
        }
        if (!large.empty()) break;
    }
    std::stable_sort(large.begin(), large.end(),
                     [](const Exchange* a, const Exchange* b) { return a->response_body > b->response_body; });
    large.resize(std::min(large.size(), most));
    const Arrivals arrivals(exchanges);
    double fastest = 0;
    for (const Exchange* e : large) fastest = std::max(fastest, rate_during(*e, arrivals));
    constexpr double fastest_link = 1e14;
    if (fastest < 1 || fastest > fastest_link) return std::nullopt;
    return BitRate{two_digits(fastest)};
}

std::optional<Duration> estimate_dns(const std::vector<const Exchange*>& exchanges) {
    std::vector<Duration> delays;
    for (const Exchange* e : exchanges) {
        if (e->timings.dns.value_or(Duration{0}) > kInstant) delays.push_back(*e->timings.dns);
    }
    if (delays.empty()) return std::nullopt;
    std::sort(delays.begin(), delays.end());
    const std::size_t middle = delays.size() / 2;
    return rounded((delays[middle] + delays[(delays.size() - 1) / 2]) / 2);
}

Duration rounded(Duration d) {
    constexpr Duration unit = 100us;
    return (d + unit / 2) / unit * unit;
}

}  // namespace tcplab::har
