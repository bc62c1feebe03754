#include "terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "terminal/terminal.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab {

namespace {

constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 8;
constexpr double kTurnsPerSecond = 10;  // of the wheel, by one place

// Full cells, and of the next as many eighths as it is filled.
std::string bar(double share, std::size_t width, bool utf8) {
    constexpr std::array<std::string_view, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto filled = static_cast<std::size_t>(share * 8 * static_cast<double>(width));
    const std::size_t full = std::min(filled / 8, width);
    if (!utf8) return fmt::format("[{:#<{}}{:-<{}}]", "", full, "", width - full);
    std::string cells;
    for (std::size_t i = 0; i < full; ++i) cells += "█";
    cells += full < width ? eighths.at(filled % 8) : "";
    return "▕" + pad_to_width(cells, width, true) + "▏";
}

std::string wheel(double seconds, bool utf8) {
    constexpr std::array<std::string_view, 8> dots{"⠇", "⠋", "⠙", "⠸", "⢰", "⣠", "⣄", "⡆"};
    constexpr std::array<std::string_view, 4> strokes{"|", "/", "-", "\\"};
    const auto turn = static_cast<std::size_t>(seconds * kTurnsPerSecond);
    return std::string(utf8 ? dots.at(turn % dots.size()) : strokes.at(turn % strokes.size()));
}

std::string left_text(double seconds) {
    if (seconds >= 3600) return fmt::format("{:.1f} h left", seconds / 3600);
    if (seconds >= 120) return fmt::format("{:.0f} min left", seconds / 60);
    return fmt::format("{:.0f} s left", std::ceil(seconds));
}

std::string rate_text(double per_second, std::string_view what) {
    if (per_second >= 1e6) return fmt::format("{:.1f} M{}/s", per_second / 1e6, what);
    return per_second >= 10 ? fmt::format("{:.0f}{}/s", per_second, what) : fmt::format("{:.1f}{}/s", per_second, what);
}

std::string words(const WorkDone& work, double seconds, std::string_view separator) {
    std::string text;
    if (work.total > 1) {
        text = fmt::format("{} of {} runs", work.done, work.total);
        if (work.done > work.before) {
            const auto done = static_cast<double>(work.done - work.before);
            text += fmt::format("{}{}", separator, rate_text(done / seconds, ""));
        }
    } else {
        text = short_duration(work.simulated) + " simulated";
        text += separator;
        text += work.writing ? "writing" : rate_text(static_cast<double>(work.events) / seconds, " events");
    }
    const double before = static_cast<double>(work.before) / static_cast<double>(work.total);
    if (work.share && *work.share > before) {
        text += fmt::format("{}{}", separator, left_text(seconds * (1 - *work.share) / (*work.share - before)));
    }
    return text;
}

}  // namespace

std::string progress_line(const WorkDone& work, std::chrono::duration<double> elapsed, std::size_t width, bool utf8) {
    const double seconds = std::max(elapsed.count(), 1e-3);
    const std::string text = words(work, seconds, utf8 ? " · " : ", ");
    if (!work.share) return cut_to_width(wheel(seconds, utf8) + " " + text, width);
    const double share = std::clamp(*work.share, 0.0, 1.0);
    const std::string behind = fmt::format(" {:3.0f} %  {}", std::floor(100 * share), text);
    const std::size_t taken = display_width(behind) + 2;  // the bar's ends
    if (width < taken + kNarrowestBar) return cut_to_width(text, width);
    return bar(share, std::min(width - taken, kWidestBar), utf8) + behind;
}

void Progress::update(const WorkDone& work) {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    visible_ = true;
    // The last column stays free: a terminal may wrap behind it.
    const std::size_t width = std::max<std::size_t>(terminal_width(STDERR_FILENO), 2) - 1;
    fmt::print(stderr, "\r{}\x1b[K", progress_line(work, now - started_, width, use_utf8()));
    std::fflush(stderr);
}

void Progress::clear() {
    if (!visible_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    visible_ = false;
}

}  // namespace tcplab
