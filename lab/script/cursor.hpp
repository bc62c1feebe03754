#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "script/script.hpp"
#include "script/source.hpp"

namespace tcplab::script {

/// Why a step cannot be read; thrown by the parser's parts and caught by parse_script().
struct Unreadable {
    std::size_t at = 0;
    std::size_t length = 1;
    std::string message;
    std::string hint;
};

/// Reads a script from left to right. The functions that expect something throw Unreadable.
class Cursor {
  public:
    Cursor(const Source& source, const Defines& defines) : source_(&source), defines_(&defines) {}

    [[nodiscard]] const Source& source() const { return *source_; }
    [[nodiscard]] const Defines& defines() const { return *defines_; }
    [[nodiscard]] std::size_t at() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ >= source_->size(); }
    [[nodiscard]] char peek(std::size_t ahead = 0) const { return (*source_)[at_ + ahead]; }
    [[nodiscard]] bool looking_at(std::string_view text) const;
    void move_to(std::size_t at) { at_ = at; }
    /// Over white space, line ends too.
    void skip_space();
    /// Over spaces and tabs.
    void skip_blanks();

    /// Takes `text` if it comes next, and the white space behind it.
    bool accept(std::string_view text);
    void expect(std::string_view text, std::string_view what);
    /// Letters, digits and underscores; empty when there are none. What -D defines is not replaced.
    std::string_view word();
    /// Decimal or hexadecimal, perhaps with a sign.
    std::int64_t number();
    /// Seconds with decimals, at most nine of them.
    Duration seconds();
    /// What stands between quotation marks.
    std::string quoted();

    [[noreturn]] void fail(std::string message, std::string hint = {}) const;
    [[noreturn]] static void fail_at(std::size_t at, std::size_t length, std::string message, std::string hint = {});

  private:
    const Source* source_;
    const Defines* defines_;
    std::size_t at_ = 0;
};

bool is_digit(char c);
bool is_word_character(char c);

}  // namespace tcplab::script
