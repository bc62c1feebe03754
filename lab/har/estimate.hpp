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

/// Bodies on their way in, all together. Of one body the bytes count evenly over its time.
class Arrivals {
  public:
    explicit Arrivals(const std::vector<const Exchange*>& exchanges);
    /// Bytes that have arrived at that time, what arrives at this very instant included.
    [[nodiscard]] double until(Duration time) const;

  private:
    struct Corner {
        Duration at;
        double bytes;  ///< until then
        double slope;  ///< bytes per nanosecond from then on
    };
    std::vector<Corner> corners_;  // by time
};

/// By Url::origin(). From the quickest TCP handshake (of HTTP/3 the quickest handshake, which is one round trip too),
/// or from the quickest answer, which takes a round trip at least, where that was quicker or there is no handshake.
std::map<std::string, RttEstimate> estimate_rtts(const std::vector<const Exchange*>& exchanges);

/// What came in while the largest bodies arrived, others beside them counted: no less than that was the link's rate.
/// Nothing when no body took long enough.
std::optional<BitRate> estimate_rate(const std::vector<const Exchange*>& exchanges);

/// The median of the look-ups that took time; nothing when there are none.
std::optional<Duration> estimate_dns(const std::vector<const Exchange*>& exchanges);

/// To 0.1 ms.
Duration rounded(Duration d);

}  // namespace tcplab::har
