#include "har/kind.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace tcplab::har {

namespace {

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::array<Word<Kind>, 11> kResourceTypes{{
    {"document", Kind::document},
    {"stylesheet", Kind::style},
    {"script", Kind::script},
    {"font", Kind::font},
    {"image", Kind::image},
    {"media", Kind::media},
    {"xhr", Kind::data},
    {"fetch", Kind::data},
    {"ping", Kind::data},
    {"beacon", Kind::data},
    {"preflight", Kind::data},
}};

// Parts of MIME types, the telling ones first: "image/svg+xml" is an image, "font/woff2" a font.
constexpr std::array<Word<Kind>, 10> kMimeTypes{{
    {"font", Kind::font},
    {"image/", Kind::image},
    {"video/", Kind::media},
    {"audio/", Kind::media},
    {"css", Kind::style},
    {"javascript", Kind::script},
    {"ecmascript", Kind::script},
    {"html", Kind::document},
    {"json", Kind::data},
    {"xml", Kind::data},
}};

// IANA's media types.
constexpr std::array<Word<std::string_view>, 25> kExtensions{{
    {"html", "text/html"},
    {"htm", "text/html"},
    {"css", "text/css"},
    {"js", "text/javascript"},
    {"mjs", "text/javascript"},
    {"json", "application/json"},
    {"xml", "application/xml"},
    {"woff", "font/woff"},
    {"woff2", "font/woff2"},
    {"ttf", "font/ttf"},
    {"otf", "font/otf"},
    {"png", "image/png"},
    {"jpg", "image/jpeg"},
    {"jpeg", "image/jpeg"},
    {"gif", "image/gif"},
    {"svg", "image/svg+xml"},
    {"webp", "image/webp"},
    {"avif", "image/avif"},
    {"ico", "image/vnd.microsoft.icon"},
    {"mp4", "video/mp4"},
    {"webm", "video/webm"},
    {"mp3", "audio/mpeg"},
    {"txt", "text/plain"},
    {"pdf", "application/pdf"},
    {"wasm", "application/wasm"},
}};

// Chrome's DevTools names, Safari's, and in capitals those of Chrome's network stack, which WebPageTest has: there
// HIGHEST, MEDIUM, LOW, LOWEST and IDLE are the panel's VeryHigh, High, Medium, Low and VeryLow.
constexpr std::array<Word<std::uint8_t>, 15> kPriorities{{
    {"VeryHigh", std::uint8_t{0}},
    {"Highest", std::uint8_t{0}},
    {"HIGHEST", std::uint8_t{0}},
    {"High", std::uint8_t{1}},
    {"high", std::uint8_t{1}},
    {"MEDIUM", std::uint8_t{1}},
    {"Medium", std::uint8_t{2}},
    {"medium", std::uint8_t{2}},
    {"LOW", std::uint8_t{2}},
    {"Low", std::uint8_t{3}},
    {"low", std::uint8_t{3}},
    {"LOWEST", std::uint8_t{3}},
    {"VeryLow", std::uint8_t{4}},
    {"Lowest", std::uint8_t{4}},
    {"IDLE", std::uint8_t{4}},
}};

std::string_view extension_of(std::string_view path) {
    path = path.substr(0, path.find('?'));
    const std::size_t dot = path.find_last_of("./");
    return dot == std::string_view::npos || path[dot] == '/' ? std::string_view() : path.substr(dot + 1);
}

template <class T, std::size_t N>
std::optional<T> look_up(const std::array<Word<T>, N>& words, std::string_view word) {
    const auto* found = std::find_if(words.begin(), words.end(), [word](const Word<T>& w) { return w.first == word; });
    return found == words.end() ? std::nullopt : std::optional<T>(found->second);
}

std::optional<Kind> kind_of_type(std::string_view mime_type) {
    const auto* found = std::find_if(kMimeTypes.begin(), kMimeTypes.end(), [mime_type](const Word<Kind>& w) {
        return mime_type.find(w.first) != std::string_view::npos;
    });
    return found == kMimeTypes.end() ? std::nullopt : std::optional<Kind>(found->second);
}

}  // namespace

Kind kind_of(std::string_view resource_type, std::string_view mime_type, std::string_view path) {
    if (const std::optional<Kind> kind = look_up(kResourceTypes, resource_type)) return *kind;
    if (const std::optional<Kind> kind = kind_of_type(mime_type)) return *kind;
    return kind_of_type(mime_type_of(path)).value_or(Kind::other);
}

std::string_view mime_type_of(std::string_view path) {
    return look_up(kExtensions, extension_of(path)).value_or("application/octet-stream");
}

std::optional<std::uint8_t> urgency_of(std::string_view priority) { return look_up(kPriorities, priority); }

std::string_view priority_word(std::uint8_t urgency) {
    constexpr std::array<std::string_view, 5> words{"VeryHigh", "High", "Medium", "Low", "VeryLow"};
    return words.at(std::min<std::size_t>(urgency, words.size() - 1));
}

std::uint8_t usual_urgency(Kind kind) {
    switch (kind) {
        case Kind::document:
        case Kind::style: return 0;
        case Kind::script:
        case Kind::font:
        case Kind::data: return 1;
        case Kind::image:
        case Kind::media:
        case Kind::other: return 3;
    }
    return 3;
}

}  // namespace tcplab::har
