#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "export/causes.hpp"
#include "export/palette.hpp"

using namespace tcplab;

namespace {

double apart(const char* a, const char* b) { return std::abs(lightness(bar_color(a)) - lightness(bar_color(b))); }

}  // namespace

TEST_CASE("lightness is the luma of ITU-R BT.601") {
    CHECK(lightness("#000000") == 0);
    CHECK(lightness("#ffffff") == doctest::Approx(255));
    CHECK(lightness("#ff0000") == doctest::Approx(0.299 * 255));
    CHECK(lightness("#0000ff") == doctest::Approx(0.114 * 255));
}

TEST_CASE("every cause has a colour") {
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        const bool found =
            std::any_of(kBarColors.begin(), kBarColors.end(), [&](const BarColor& c) { return c.name == name(cause); });
        CHECK_MESSAGE(found, name(cause));
    }
}

TEST_CASE("what stands side by side on most bars can be told apart in grey") {
    constexpr double kVisible = 25;  // a tenth of the way from black to white
    for (const auto& pair : {std::pair{"blocked", "connect"},
                             {"blocked", "wait"},
                             {"dns", "connect"},
                             {"connect", "tls"},
                             {"connect", "send"},
                             {"connect", "wait"},
                             {"tls", "send"},
                             {"tls", "wait"},
                             {"send", "wait"},
                             {"wait", "receive"},
                             {"handshake", "propagation"},
                             {"handshake", "tls"},
                             {"tls", "propagation"},
                             {"blocked", "propagation"},
                             {"propagation", "transmission"},
                             {"propagation", "queueing"},
                             {"propagation", "server"},
                             {"transmission", "queueing"},
                             {"transmission", "server"},
                             {"queueing", "server"},
                             {"transmission", "slow_start"},
                             {"transmission", "congestion"},
                             {"server", "slow_start"},
                             {"server", "congestion"},
                             {"slow_start", "congestion"},
                             {"slow_start", "receive_window"},
                             {"handshake", "congestion"},
                             {"congestion", "loss"},
                             {"slow_start", "loss"},
                             {"nagle", "delayed_ack"},
                             {"propagation", "delayed_ack"},
                             {"loss", "head_of_line"}}) {
        CAPTURE(pair.first);
        CAPTURE(pair.second);
        CHECK(apart(pair.first, pair.second) >= kVisible);
    }
}
