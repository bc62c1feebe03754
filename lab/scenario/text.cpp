#include "scenario/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace tcplab {

namespace {

std::uint32_t byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

struct CodeRange {
    std::uint32_t first, last;
};

// Unicode's East Asian wide and fullwidth blocks (UAX 11), coarse: enough for a caret to stand in its place.
constexpr std::array<CodeRange, 9> kWide{{{0x1100, 0x115f},
                                          {0x2e80, 0xa4cf},
                                          {0xac00, 0xd7a3},
                                          {0xf900, 0xfaff},
                                          {0xfe30, 0xfe6f},
                                          {0xff00, 0xff60},
                                          {0xffe0, 0xffe6},
                                          {0x1f300, 0x1faff},
                                          {0x20000, 0x3fffd}}};
constexpr std::array<CodeRange, 5> kNoWidth{
    {{0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}}};

template <std::size_t N>
bool within(const std::array<CodeRange, N>& ranges, std::uint32_t code) {
    return std::any_of(ranges.begin(), ranges.end(), [code](CodeRange r) { return code >= r.first && code <= r.last; });
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) {
    const std::uint32_t lead = byte_at(text, at);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || at + bytes > text.size()) return {lead, 1, false};
    std::uint32_t code = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const std::uint32_t next = byte_at(text, at + i);
        if ((next & 0xc0U) != 0x80U) return {lead, 1, false};
        code = (code << 6U) | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < least.at(bytes) || code > 0x10ffff || surrogate) return {lead, 1, false};
    return {code, bytes, true};
}

unsigned columns_of(std::uint32_t code) {
    if (within(kNoWidth, code)) return 0;
    return within(kWide, code) ? 2 : 1;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    // Optimal string alignment: three rows of the usual matrix.
    std::vector<std::size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, above);
        std::swap(above, row);
    }
    return above[b.size()];
}

std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates) {
    constexpr std::size_t longest = 64;  // beyond it, it is no misspelling
    if (word.empty() || word.size() > longest) return {};
    std::string_view best;
    std::size_t best_distance = (word.size() + 2) / 3 + 1;
    for (const std::string_view candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate);
        if (distance < best_distance && distance < candidate.size()) {
            best = candidate;
            best_distance = distance;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates) {
    const std::string_view best = closest(word, candidates);
    return best.empty() ? std::string() : fmt::format("did you mean {}?", cited(best));
}

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const Character c = character_at(text, i);
        const bool shown = c.valid && c.code >= 0x20 && (c.code < 0x7f || c.code >= 0xa0);
        out += shown ? text.substr(i, c.bytes) : "?";
        i += c.bytes;
    }
    return out;
}

std::string cited(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::size_t end = 0;
    for (std::size_t shown = 0; shown < longest && end < text.size(); ++shown) end += character_at(text, end).bytes;
    return "\"" + printable(text.substr(0, end)) + (end < text.size() ? "…\"" : "\"");
}

std::string listed(const std::vector<std::string_view>& words) {
    std::string out;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
        out += words[i];
    }
    return out;
}

std::vector<std::string_view> split(std::string_view words, char separator) {
    std::vector<std::string_view> out;
    if (words.empty()) return out;
    std::size_t from = 0;
    for (std::size_t at = words.find(separator); at != std::string_view::npos; at = words.find(separator, from)) {
        out.push_back(words.substr(from, at - from));
        from = at + 1;
    }
    out.push_back(words.substr(from));
    return out;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string hash_of(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3ULL;
    }
    return fmt::format("{:016x}", hash);
}

}  // namespace tcplab
