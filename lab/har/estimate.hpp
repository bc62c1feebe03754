#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "har/recording.hpp"

namespace tcplab::har {

/// A round-trip time, and what it was taken from.
struct RttEstimate {
    Duration rtt{0};
    std::string from;
};

/// By Url::origin(). From the quickest TCP handshake, or of HTTP/3 the quickest handshake, which is one round trip; an
/// origin without one has the quickest answer, which is at least a round trip.
std::map<std::string, RttEstimate> estimate_rtts(const std::vector<const Exchange*>& exchanges);

/// What came in while the largest bodies arrived, others beside them counted: no less than that was the link's rate.
/// Nothing when no body took long enough.
std::optional<BitRate> estimate_rate(const std::vector<const Exchange*>& exchanges);

/// The median of the look-ups that took time; nothing when there are none.
std::optional<Duration> estimate_dns(const std::vector<const Exchange*>& exchanges);

/// To 0.1 ms.
Duration rounded(Duration d);

}  // namespace tcplab::har
