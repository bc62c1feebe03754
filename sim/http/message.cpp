#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace tcplab {

namespace {

constexpr std::string_view kLineEnd = "\r\n";

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

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

/// `lowercase` is in lower case already.
bool equals_ignoring_case(std::string_view s, std::string_view lowercase) {
    return s.size() == lowercase.size() &&
           std::equal(s.begin(), s.end(), lowercase.begin(), [](char a, char b) { return lower(a) == b; });
}

std::string_view trim(std::string_view s) {
    const auto first = s.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands before the next `separator` off the front of `rest`.
std::string_view take_until(std::string_view& rest, char separator) {
    const auto at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
    return part;
}

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
        if (!parse_number(trim(take_until(value, ',')), n)) return MessageError::bad_length;
        if (n == std::numeric_limits<std::uint64_t>::max()) return MessageError::bad_length;  // stands for no length
        if (out.content_length && *out.content_length != n) return MessageError::bad_length;
        out.content_length = n;
    } while (!value.empty());
    return MessageError::none;
}

void read_connection(std::string_view value, MessageHead& out) {
    while (!value.empty()) {
        const std::string_view option = trim(take_until(value, ','));
        if (equals_ignoring_case(option, "close")) out.close = true;
        if (equals_ignoring_case(option, "keep-alive")) out.keep_alive = true;
    }
}

MessageError read_field(std::string_view line, MessageHead& out, unsigned& hosts) {
    if (line.front() == ' ' || line.front() == '\t') return MessageError::folded_field;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return MessageError::bad_field;
    const std::string_view field = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (!is_field_text(value)) return MessageError::bad_field;
    if (equals_ignoring_case(field, "content-length")) return read_content_length(value, out);
    if (equals_ignoring_case(field, "transfer-encoding")) return MessageError::unsupported_coding;
    if (equals_ignoring_case(field, "connection")) read_connection(value, out);
    if (equals_ignoring_case(field, "host")) ++hosts;
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
    return rest.size() == kLineEnd.size() ? MessageError::none : MessageError::bad_field;
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
    const auto end = text.find(kLineEnd);
    if (end == std::string_view::npos) return false;
    line = text.substr(0, end);
    text.remove_prefix(end + kLineEnd.size());
    return true;
}

void add_number(std::string& out, std::uint64_t n) { out += std::to_string(n); }

bool has_connection_field(const std::vector<std::string>& headers) {
    return std::any_of(headers.begin(), headers.end(), [](const std::string& line) {
        return equals_ignoring_case(std::string_view(line).substr(0, line.find(':')), "connection");
    });
}

std::string_view reason(std::uint16_t status) {
    switch (status) {
        case 200: return "OK";
        case 400: return "Bad Request";
        case 404: return "Not Found";
        case 431: return "Request Header Fields Too Large";
        case 501: return "Not Implemented";
        case 505: return "HTTP Version Not Supported";
        default: return "";
    }
}

}  // namespace

std::string_view name(MessageError e) {
    switch (e) {
        case MessageError::none: return "";
        case MessageError::bad_start_line: return "bad start line";
        case MessageError::bad_version: return "unsupported HTTP version";
        case MessageError::bad_field: return "bad header field";
        case MessageError::folded_field: return "folded header field";
        case MessageError::bad_length: return "bad Content-Length";
        case MessageError::unsupported_coding: return "unsupported transfer coding";
        case MessageError::too_long: return "header too long";
    }
    return "?";
}

MessageError parse_request_head(std::string_view text, MessageHead& out) {
    out = MessageHead();
    std::string_view line;
    if (!take_start_line(text, line)) return MessageError::bad_start_line;
    out.method = take_until(line, ' ');
    out.target = take_until(line, ' ');
    const bool printable =
        std::all_of(out.target.begin(), out.target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    if (!is_token(out.method) || out.target.empty() || !printable) return MessageError::bad_start_line;
    const MessageError e = read_version(line, out.version);
    return e != MessageError::none ? e : read_fields(text, out);
}

MessageError parse_response_head(std::string_view text, MessageHead& out) {
    out = MessageHead();
    std::string_view line;
    if (!take_start_line(text, line)) return MessageError::bad_start_line;
    const MessageError e = read_version(take_until(line, ' '), out.version);
    if (e != MessageError::none) return e;
    const std::string_view status = take_until(line, ' ');  // what is left is the reason
    std::uint64_t n = 0;
    if (status.size() != 3 || !parse_number(status, n) || n < 100 || n > 599 || !is_field_text(line)) {
        return MessageError::bad_start_line;
    }
    out.status = static_cast<std::uint16_t>(n);
    return read_fields(text, out);
}

bool is_idempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS" ||
           method == "TRACE";
}

std::string write_request_head(const RequestText& r) {
    std::string out;
    out.reserve(256);
    out.append(r.method).append(" ").append(r.path);
    out += r.version == HttpVersion::http10 ? " HTTP/1.0\r\nHost: " : " HTTP/1.1\r\nHost: ";
    out += r.host;
    if (r.port != 80) {
        out += ':';
        add_number(out, r.port);
    }
    out += "\r\nUser-Agent: tcplab\r\nAccept: */*\r\n";
    const bool own_connection = r.headers != nullptr && has_connection_field(*r.headers);
    if (r.close && !own_connection) out += "Connection: close\r\n";
    if (r.headers != nullptr) {
        for (const std::string& line : *r.headers) out.append(line).append(kLineEnd);
    }
    if (r.body > 0) {
        out += "Content-Length: ";
        add_number(out, r.body);
        out += kLineEnd;
    }
    out += kLineEnd;
    return out;
}

std::string write_response_head(const ResponseText& r) {
    std::string out;
    out.reserve(256);
    out += "HTTP/1.1 ";
    add_number(out, r.status);
    out.append(" ").append(reason(r.status));
    out += "\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nServer: tcplab\r\nContent-Type: text/plain\r\n";
    if (r.content_length) {
        out += "Content-Length: ";
        add_number(out, *r.content_length);
        out += kLineEnd;
    }
    if (r.close) out += "Connection: close\r\n";
    out += kLineEnd;
    return out;
}

std::optional<std::string> pad_head(std::string head, std::size_t size) {
    if (head.size() > size) return std::nullopt;
    constexpr std::string_view field = "X-Padding: ";
    const std::size_t gap = size - head.size();
    const std::size_t around = field.size() + kLineEnd.size();
    const std::size_t blank_line = head.size() - kLineEnd.size();
    if (gap > around) {
        std::string padding(field);
        padding.append(gap - around, 'a').append(kLineEnd);
        head.insert(blank_line, padding);
    } else {
        head.insert(blank_line - kLineEnd.size(), gap, ' ');
    }
    return head;
}

}  // namespace tcplab
