#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/diagnostics.hpp"

namespace tcplab::script {

/// A script's text with its comments (//, /* */ and #) blanked out, so that every place keeps its line and column.
class Source {
  public:
    explicit Source(std::string_view text);

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::size_t size() const { return text_.size(); }
    /// Beyond the end: '\0'.
    [[nodiscard]] char operator[](std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
    /// Where the offset lies.
    [[nodiscard]] Mark mark(std::size_t at, std::size_t length = 1) const;
    /// Where the line of `at` ends: its '\n', or the text's end.
    [[nodiscard]] std::size_t line_end(std::size_t at) const;
    /// Where a comment, a quotation, a command or a piece of code begins that has no end.
    [[nodiscard]] std::optional<std::size_t> unended() const { return unended_; }

  private:
    void blank_comments();
    std::size_t skip_to(std::size_t begin, std::size_t from, std::string_view end);
    std::size_t skip_quoted(std::size_t at);
    std::size_t skip_code(std::size_t at);
    std::size_t blank(std::size_t from, std::size_t to);

    std::string text_;
    std::vector<std::size_t> lines_;  // where each begins
    std::optional<std::size_t> unended_;
};

}  // namespace tcplab::script
