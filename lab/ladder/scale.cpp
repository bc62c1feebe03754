#include "ladder/scale.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tcplab::ladder {

Scale::Scale(const Ladder& ladder) {
    Time begin = kNever, end = kStart;
    for (const Step& step : ladder.steps) {
        if (step.kind == Step::Kind::remark) continue;
        begin = std::min(begin, step.first());
        end = std::max(end, step.last());
    }
    const Duration shown = begin == kNever ? Duration::zero() : end - begin;
    in_seconds_ = end >= kStart + 10s;
    decimals_ = shown < 100ms ? 3 : shown < 1s ? 2 : shown < 10s ? 1 : 0;  // of milliseconds
    if (in_seconds_) decimals_ += 3;
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
