#include "ladder/scale.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tcplab::ladder {

Scale::Scale(const Ladder& ladder) {
    Time end = kStart;
    for (const Step& step : ladder.steps) {
        if (step.kind != Step::Kind::remark) end = std::max(end, step.last());
    }
    in_seconds_ = end >= kStart + 10s;
    if (!in_seconds_) decimals_ = end < kStart + 100ms ? 3 : end < kStart + 1s ? 2 : 1;
    width_ = std::max(text(end, decimals_).size(), unit().size());
}

std::string Scale::text(Time t) const {
    if (t == kNever) return "";
    std::string shown = text(t, decimals_);
    for (int decimals = decimals_ - 1; shown.size() > width_ && decimals >= 0; --decimals) shown = text(t, decimals);
    return shown;
}

std::string Scale::text(Time t, int decimals) const {
    return fmt::format("{:.{}f}", in_seconds_ ? to_ms(t) / 1e3 : to_ms(t), decimals);
}

}  // namespace tcplab::ladder
