#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

/// One character of UTF-8 text.
struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 1;  ///< its length
    bool valid = false;     ///< false: no UTF-8 (RFC 3629); take it as one byte
};
/// The character at `at`, which must lie inside the text.
Character character_at(std::string_view text, std::size_t at);
/// How many columns of a terminal it takes: 0, 1 or 2.
unsigned columns_of(std::uint32_t code);

/// How many single-character changes (insert, delete, replace, swap neighbours) lie between two words.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// The candidate that `word` is probably a misspelling of, or empty.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);
/// `did you mean "delay"?`, or empty when nothing is close.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

/// With a question mark for each control character, and for what is no UTF-8.
std::string printable(std::string_view text);
/// The same in quotes, long text cut: for messages.
std::string cited(std::string_view text);
/// "a, b or c"
std::string listed(const std::vector<std::string_view>& words);
/// "a|b|c" as three words.
std::vector<std::string_view> split(std::string_view words, char separator = '|');
std::string_view trimmed(std::string_view text);

/// FNV-1a, 64 bits, as 16 hexadecimal digits.
std::string hash_of(std::string_view text);

}  // namespace tcplab
