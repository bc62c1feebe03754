#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ladder/ladder.hpp"

namespace tcplab::ladder {

/// The unit of a ladder's times, chosen by its last packet, ms and from 10 s on s; and their resolution, chosen by the
/// time between its first packet and the last: "99.999" and "999.99" and "9999.9" ms, "99.999" s, but within 100 ms
/// "10.000123" s.
class Scale {
  public:
    explicit Scale(const Ladder& ladder);
    [[nodiscard]] std::string_view unit() const { return in_seconds_ ? "s" : "ms"; }
    /// Columns that the times of packets take.
    [[nodiscard]] std::size_t width() const { return width_; }
    /// At most width() long where that can be: what comes long after the last packet has fewer decimals. "" for kNever.
    [[nodiscard]] std::string text(Time t) const;

  private:
    [[nodiscard]] std::string text(Time t, int decimals) const;
    bool in_seconds_ = false;
    int decimals_ = 3;
    std::size_t width_ = 0;
};

}  // namespace tcplab::ladder
