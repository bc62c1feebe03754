#include "script/source.hpp"

#include <algorithm>

namespace tcplab::script {

Source::Source(std::string_view text) : text_(text), lines_{0} {
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\r' || text_[i] == '\0') text_[i] = ' ';
        if (text_[i] == '\n') lines_.push_back(i + 1);
    }
    blank_comments();
}

Mark Source::mark(std::size_t at, std::size_t length) const {
    at = std::min(at, text_.size());
    const auto line = std::upper_bound(lines_.begin(), lines_.end(), at) - 1;
    Mark m;
    m.line = static_cast<std::uint32_t>(line - lines_.begin() + 1);
    m.column = 1;
    for (std::size_t i = *line; i < at; ++i) {
        const bool begins_a_character = (static_cast<unsigned char>(text_[i]) & 0xc0U) != 0x80U;
        if (begins_a_character) ++m.column;
    }
    m.length = static_cast<std::uint32_t>(length);
    return m;
}

std::size_t Source::line_end(std::size_t at) const { return std::min(text_.find('\n', at), text_.size()); }

std::size_t Source::blank(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
        if (text_[i] != '\n') text_[i] = ' ';
    }
    return to;
}

/// Just behind the next `end` at or after `from`; without one, the text's end, and what began at `begin` has none.
std::size_t Source::skip_to(std::size_t begin, std::size_t from, std::string_view end) {
    const std::size_t found = text_.find(end, from);
    if (found != std::string::npos) return found + end.size();
    if (!unended_) unended_ = begin;
    return text_.size();
}

std::size_t Source::skip_quoted(std::size_t at) {
    const std::size_t begin = at;
    for (++at; at < text_.size() && text_[at] != '\n'; ++at) {
        if (text_[at] == '"') return at + 1;
        if (text_[at] == '\\') ++at;
    }
    if (!unended_) unended_ = begin;
    return std::min(at, text_.size());
}

std::size_t Source::skip_code(std::size_t at) {
    const std::size_t end = skip_to(at, at + 2, "}%");
    for (; at < end; ++at) {
        if (text_[at] == '#') at = blank(at, std::min(line_end(at), end));
    }
    return end;
}

void Source::blank_comments() {
    for (std::size_t at = 0; at < text_.size();) {
        const char c = text_[at];
        const char next = (*this)[at + 1];
        if (c == '#' || (c == '/' && next == '/')) {
            at = blank(at, line_end(at));
        } else if (c == '/' && next == '*') {
            at = blank(at, skip_to(at, at + 2, "*/"));
        } else if (c == '%' && next == '{') {
            at = skip_code(at);
        } else if (c == '"') {
            at = skip_quoted(at);
        } else if (c == '`') {
            at = skip_to(at, at + 1, "`");
        } else {
            ++at;
        }
    }
}

}  // namespace tcplab::script
