#include "script/cursor.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

namespace tcplab::script {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_character(char c) { return is_digit(c) || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

namespace {

int hexadecimal(char c) {
    if (is_digit(c)) return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

void Cursor::fail(std::string message, std::string hint) const {
    throw Unreadable{at_, 1, std::move(message), std::move(hint)};
}

void Cursor::fail_at(std::size_t at, std::size_t length, std::string message, std::string hint) {
    throw Unreadable{at, length, std::move(message), std::move(hint)};
}

bool Cursor::looking_at(std::string_view text) const {
    return std::string_view(source_->text()).substr(std::min(at_, source_->size()), text.size()) == text;
}

void Cursor::skip_space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n') ++at_;
}

void Cursor::skip_blanks() {
    while (peek() == ' ' || peek() == '\t') ++at_;
}

bool Cursor::accept(std::string_view text) {
    if (!looking_at(text)) return false;
    at_ += text.size();
    skip_space();
    return true;
}

void Cursor::expect(std::string_view text, std::string_view what) {
    if (!accept(text)) fail(fmt::format("expected {}", what));
}

std::string_view Cursor::word() {
    const std::size_t begin = at_;
    while (is_word_character(peek())) ++at_;
    return std::string_view(source_->text()).substr(begin, at_ - begin);
}

std::int64_t Cursor::number() {
    const std::size_t begin = at_;
    const bool negative = peek() == '-';
    if (negative || peek() == '+') ++at_;
    const bool hex = looking_at("0x");
    if (hex) at_ += 2;
    const std::int64_t base = hex ? 16 : 10;
    const std::size_t first = at_;
    std::int64_t value = 0;
    for (int digit = 0; (digit = hexadecimal(peek())) >= 0 && digit < base; ++at_) {
        if (value > (std::numeric_limits<std::int64_t>::max() - digit) / base) {
            fail_at(begin, at_ - begin, "this number is too large");
        }
        value = value * base + digit;
    }
    if (at_ == first) fail("expected a number");
    return negative ? -value : value;
}

Duration Cursor::seconds() {
    constexpr std::int64_t ns = 1'000'000'000;
    constexpr std::int64_t most = 1'000'000'000;  // thirty years
    const std::size_t begin = at_;
    std::int64_t whole = 0;
    for (; is_digit(peek()); ++at_) {
        whole = whole * 10 + (peek() - '0');
        if (whole > most) fail_at(begin, at_ - begin + 1, "this time is too long");
    }
    std::int64_t fraction = 0;
    if (peek() == '.' && is_digit(peek(1))) {
        ++at_;
        std::int64_t unit = ns / 10;
        for (; is_digit(peek()); ++at_, unit /= 10) fraction += unit * (peek() - '0');
    }
    if (at_ == begin) fail("expected a time in seconds such as 0.1");
    return Duration(whole * ns + fraction);
}

std::string Cursor::quoted() {
    std::string out;
    const std::size_t begin = at_;
    for (++at_; peek() != '"'; ++at_) {
        if (at_end() || peek() == '\n') fail_at(begin, 1, "this quotation has no end");
        if (peek() == '\\') ++at_;
        out += peek();
    }
    ++at_;
    return out;
}

}  // namespace tcplab::script
