#include "terminal/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "terminal/terminal.hpp"
#include "terminal/width.hpp"

namespace tcplab {

std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed) {
    std::string text = fmt::format("{} of {} runs", done, total);
    if (done == 0 || elapsed.count() <= 0) return text;
    const double rate = static_cast<double>(done) / elapsed.count();
    text += rate >= 10 ? fmt::format(" · {:.0f}/s", rate) : fmt::format(" · {:.1f}/s", rate);
    const double left = static_cast<double>(total - done) / rate;
    if (left >= 3600) return text + fmt::format(" · {:.1f} h left", left / 3600);
    if (left >= 120) return text + fmt::format(" · {:.0f} min left", left / 60);
    return text + fmt::format(" · {:.0f} s left", left);
}

Progress::Progress(std::size_t total, bool enabled) : total_(total), enabled_(enabled) {}

Progress::~Progress() { clear(); }

void Progress::update(std::size_t done) {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    if (now < next_) return;
    next_ = now + std::chrono::milliseconds(100);
    visible_ = true;
    const std::string text = cut_to_width(progress_text(done, total_, now - started_), terminal_width(STDERR_FILENO));
    fmt::print(stderr, "\r\x1b[K{}", text);
    std::fflush(stderr);
}

void Progress::clear() {
    if (!visible_) return;
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
    visible_ = false;
}

}  // namespace tcplab
