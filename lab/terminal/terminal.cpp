#include "terminal/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <string>

namespace tcplab {

std::optional<When> parse_when(std::string_view word) {
    if (word == "auto") return When::automatic;
    if (word == "always") return When::always;
    if (word == "never") return When::never;
    return std::nullopt;
}

std::size_t terminal_width(int fd) {
    constexpr std::size_t kDefault = 100;
    constexpr unsigned long kMost = 10'000;
    if (const char* columns = std::getenv("COLUMNS"); columns != nullptr) {
        char* end = nullptr;
        const unsigned long n = std::strtoul(columns, &end, 10);
        if (end != columns && *end == '\0' && n > 0 && n <= kMost) return n;
    }
    winsize size{};
    if (isatty(fd) != 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return kDefault;
}

namespace {

bool is_dumb() {
    const char* term = std::getenv("TERM");
    return term != nullptr && std::string_view(term) == "dumb";
}

/// The locale for one category (POSIX.1, 8.2); empty: none is set.
std::string locale_of(const char* category) {
    for (const char* variable : {"LC_ALL", category, "LANG"}) {
        const char* value = std::getenv(variable);
        if (value != nullptr && *value != '\0') return value;
    }
    return "";
}

}  // namespace

bool use_color(When when, int fd) {
    if (when != When::automatic) return when == When::always;
    const char* no_color = std::getenv("NO_COLOR");
    if (no_color != nullptr && *no_color != '\0') return false;
    return isatty(fd) != 0 && !is_dumb();
}

bool use_utf8() {
    std::string codeset = locale_of("LC_CTYPE");
    for (char& c : codeset) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return codeset.find("utf-8") != std::string::npos || codeset.find("utf8") != std::string::npos;
}

bool speaks_korean() {
    const std::string locale = locale_of("LC_MESSAGES");
    return locale == "ko" || locale.rfind("ko_", 0) == 0 || locale.rfind("ko.", 0) == 0;
}

bool use_progress(When when, int fd) {
    return when == When::always || (when == When::automatic && isatty(fd) != 0 && !is_dumb());
}

}  // namespace tcplab
