#include <algorithm>
#include <array>
#include <limits>

#include "http/field_text.hpp"
#include "http/message.hpp"

namespace tcplab {

using field_text::for_each_element;
using field_text::kLineEnd;
using field_text::lower;
using field_text::same;
using field_text::take_line;
using field_text::take_until;
using field_text::trim;

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// tchar of RFC 9110 5.6.2
constexpr bool is_token_char(char c) {
    if (is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
    return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

/// No control characters but the tab; bytes above 127 are obs-text (RFC 9110 5.5).
constexpr bool is_field_char(char c) {
    const auto u = static_cast<unsigned char>(c);
    return (u >= 0x20 && u != 0x7f) || c == '\t';
}

using CharTable = std::array<bool, 256>;

constexpr CharTable make_table(bool (*contains)(char)) {
    CharTable table{};
    for (unsigned i = 0; i < table.size(); ++i) table[i] = contains(static_cast<char>(i));
    return table;
}

constexpr CharTable kTokenChar = make_table(is_token_char);
constexpr CharTable kFieldChar = make_table(is_field_char);

bool consists_of(std::string_view s, const CharTable& table) {
    return std::all_of(s.begin(), s.end(), [&table](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool is_token(std::string_view s) { return !s.empty() && consists_of(s, kTokenChar); }

bool is_field_text(std::string_view s) { return consists_of(s, kFieldChar); }

bool parse_number(std::string_view s, std::uint64_t& out) {
    if (s.empty()) return false;
    out = 0;
    for (const char c : s) {
        if (!is_digit(c)) return false;
        const auto digit = static_cast<std::uint64_t>(c - '0');
        if (out > (std::numeric_limits<std::uint64_t>::max() - digit) / 10) return false;
        out = out * 10 + digit;
    }
    return true;
}

/// "5", and "5, 5" too: RFC 9112 6.3 lets a recipient take equal values as one.
MessageError read_content_length(std::string_view value, MessageHead& out) {
    do {
        std::uint64_t n = 0;
        if (!parse_number(trim(take_until(value, ",")), n)) return MessageError::bad_length;
        if (n == std::numeric_limits<std::uint64_t>::max()) return MessageError::bad_length;  // stands for no length
        if (out.content_length && *out.content_length != n) return MessageError::bad_length;
        out.content_length = n;
    } while (!value.empty());
    return MessageError::none;
}

void read_connection(std::string_view value, MessageHead& out) {
    for_each_element(value, [&out](std::string_view option) {
        if (same(option, "close")) out.close = true;
        if (same(option, "keep-alive")) out.keep_alive = true;
    });
}

void read_proxy_connection(std::string_view value, MessageHead& out) {
    for_each_element(value, [&out](std::string_view option) {
        if (same(option, "keep-alive")) out.proxy_keep_alive = true;
    });
}

/// "timeout=5, max=100". What cannot be read says nothing.
void read_keep_alive(std::string_view value, MessageHead& out) {
    for_each_element(value, [&out](std::string_view parameter) {
        const std::string_view key = trim(take_until(parameter, "="));
        std::uint64_t n = 0;
        if (!parse_number(trim(parameter), n) || n > std::numeric_limits<std::uint32_t>::max()) return;
        if (same(key, "timeout")) out.keep_alive_timeout = static_cast<std::uint32_t>(n);
        if (same(key, "max")) out.keep_alive_max = static_cast<std::uint32_t>(n);
    });
}

/// What is no number says nothing.
void read_max_forwards(std::string_view value, MessageHead& out) {
    std::uint64_t n = 0;
    if (parse_number(value, n)) out.max_forwards = n;
}

MessageError read_transfer_encoding(std::string_view value, MessageHead& out) {
    if (out.chunked || !same(value, "chunked")) return MessageError::unsupported_coding;
    out.chunked = true;
    return MessageError::none;
}

MessageError read_field(std::string_view line, MessageHead& out, unsigned& hosts) {
    if (line.front() == ' ' || line.front() == '\t') return MessageError::folded_field;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return MessageError::bad_field;
    const std::string_view field = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_text(value)) return MessageError::bad_field;
    if (same(field, "content-length")) return read_content_length(value, out);
    if (same(field, "transfer-encoding")) return read_transfer_encoding(value, out);
    if (same(field, "connection")) read_connection(value, out);
    if (same(field, "proxy-connection")) read_proxy_connection(value, out);
    if (same(field, "keep-alive")) read_keep_alive(value, out);
    if (same(field, "max-forwards")) read_max_forwards(value, out);
    if (same(field, "host")) {
        ++hosts;
        out.host = value;
    }
    return MessageError::none;
}

/// The lines between the start line and the blank line.
MessageError read_fields(std::string_view rest, MessageHead& out) {
    unsigned hosts = 0;
    while (true) {
        const auto end = rest.find(kLineEnd);
        if (end == std::string_view::npos) return MessageError::bad_field;
        if (end == 0) break;
        const MessageError e = read_field(rest.substr(0, end), out, hosts);
        if (e != MessageError::none) return e;
        rest.remove_prefix(end + kLineEnd.size());
    }
    out.has_host = hosts == 1;
    if (rest.size() != kLineEnd.size()) return MessageError::bad_field;
    // RFC 9112 6.1: HTTP/1.0 has no codings, and a length beside one is what request smuggling is made of.
    const bool doubtful = out.chunked && (out.content_length || out.version == HttpVersion::http10);
    return doubtful ? MessageError::bad_length : MessageError::none;
}

/// "HTTP/1.1"
MessageError read_version(std::string_view s, HttpVersion& out) {
    const bool shaped = s.size() == 8 && s.substr(0, 5) == "HTTP/" && is_digit(s[5]) && s[6] == '.' && is_digit(s[7]);
    if (!shaped) return MessageError::bad_start_line;
    if (s[5] != '1') return MessageError::bad_version;
    out = s[7] == '0' ? HttpVersion::http10 : HttpVersion::http11;
    return MessageError::none;
}

/// Splits off the start line; nothing if there is none.
bool take_start_line(std::string_view& text, std::string_view& line) {
    if (text.find(kLineEnd) == std::string_view::npos) return false;
    line = take_line(text);
    return true;
}

}  // namespace

MessageError parse_request_head(std::string_view text, MessageHead& out) {
    out = MessageHead();
    out.text = text;
    std::string_view line;
    if (!take_start_line(text, line)) return MessageError::bad_start_line;
    out.method = take_until(line, " ");
    out.target = take_until(line, " ");
    const bool printable =
        std::all_of(out.target.begin(), out.target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!is_token(out.method) || out.target.empty() || !printable) return MessageError::bad_start_line;
    const MessageError e = read_version(line, out.version);
    return e != MessageError::none ? e : read_fields(text, out);
}

MessageError parse_response_head(std::string_view text, MessageHead& out) {
    out = MessageHead();
    out.text = text;
    std::string_view line;
    if (!take_start_line(text, line)) return MessageError::bad_start_line;
    const MessageError e = read_version(take_until(line, " "), out.version);
    if (e != MessageError::none) return e;
    const std::string_view status = take_until(line, " ");  // what is left is the reason
    std::uint64_t n = 0;
    if (status.size() != 3 || !parse_number(status, n) || n < 100 || n > 599 || !is_field_text(line)) {
        return MessageError::bad_start_line;
    }
    out.status = static_cast<std::uint16_t>(n);
    return read_fields(text, out);
}

}  // namespace tcplab
