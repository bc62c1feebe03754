#include <algorithm>
#include <array>

#include "http/field_text.hpp"
#include "http/message.hpp"

namespace tcplab {

using field_text::field_name;
using field_text::for_each_element;
using field_text::kLineEnd;
using field_text::same;
using field_text::take_line;
using field_text::take_until;

namespace {

constexpr std::string_view kScheme = "http://";

bool has_field(const std::vector<std::string>& headers, std::string_view name) {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const std::string& line) { return same(field_name(line), name); });
}

std::string_view value_of(ConnectionOption c) { return c == ConnectionOption::close ? "close" : "keep-alive"; }

void add_field(std::string& out, std::string_view field, std::string_view value) {
    out.append(field).append(": ").append(value).append(kLineEnd);
}

/// Fields that no proxy passes on (RFC 9110 7.6.1), beside those that Connection names.
bool belongs_to_connection(std::string_view field) {
    constexpr std::array<std::string_view, 6> fields{"connection",         "keep-alive", "proxy-connection",
                                                     "proxy-authenticate", "te",         "upgrade"};
    return std::any_of(fields.begin(), fields.end(), [field](std::string_view f) { return same(field, f); });
}

/// Whether a proxy passes the field on as it is; `named`: what Connection has named. What delimits the message, and
/// where it goes, nobody can take out by naming it there.
bool goes_on(std::string_view field, const ForwardedHead& change, const std::vector<std::string_view>& named) {
    if (same(field, "transfer-encoding")) return change.keep_coding;
    if (same(field, "content-length")) return true;
    if (same(field, "host")) return change.host.empty();
    if (same(field, "max-forwards") && change.max_forwards) return false;
    if (same(field, "proxy-authorization") && !change.to_proxy) return false;
    return !belongs_to_connection(field) &&
           std::none_of(named.begin(), named.end(), [field](std::string_view option) { return same(field, option); });
}

/// The elements of all Connection fields.
std::vector<std::string_view> connection_options(std::string_view fields) {
    std::vector<std::string_view> options;
    while (!fields.empty()) {
        const std::string_view line = take_line(fields);
        if (!same(field_name(line), "connection")) continue;
        for_each_element(line.substr(line.find(':') + 1), [&](std::string_view o) { options.push_back(o); });
    }
    return options;
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
        case MessageError::bad_chunk: return "bad chunk";
        case MessageError::too_long: return "header too long";
    }
    return "?";
}

std::uint16_t status_for(MessageError e) {
    switch (e) {
        case MessageError::unsupported_coding: return 501;
        case MessageError::bad_version: return 505;
        case MessageError::too_long: return 431;
        default: return 400;
    }
}

std::string_view status_text(std::uint16_t status) {
    switch (status) {
        case 200: return "200 OK";
        case 204: return "204 No Content";
        case 304: return "304 Not Modified";
        case 400: return "400 Bad Request";
        case 404: return "404 Not Found";
        case 408: return "408 Request Timeout";
        case 431: return "431 Request Header Fields Too Large";
        case 501: return "501 Not Implemented";
        case 502: return "502 Bad Gateway";
        case 504: return "504 Gateway Timeout";
        case 505: return "505 HTTP Version Not Supported";
        default: return "";
    }
}

bool is_safe(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

bool is_idempotent(std::string_view method) {
    return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS" ||
           method == "TRACE";
}

std::string write_request_head(const RequestText& r, std::string out) {
    out.clear();
    out.reserve(256);
    out.append(r.method).append(" ").append(r.target);
    out += r.version == HttpVersion::http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
    add_field(out, "Host", r.authority);
    add_field(out, "User-Agent", "tcplab");
    add_field(out, "Accept", "*/*");
    const std::string_view connection = r.to_proxy ? "Proxy-Connection" : "Connection";
    const bool own = r.headers != nullptr && has_field(*r.headers, r.to_proxy ? "proxy-connection" : "connection");
    if (r.connection != ConnectionOption::none && !own) add_field(out, connection, value_of(r.connection));
    if (r.headers != nullptr) {
        for (const std::string& line : *r.headers) out.append(line).append(kLineEnd);
    }
    if (r.content_length) add_field(out, "Content-Length", std::to_string(*r.content_length));
    out.append(kLineEnd);
    return out;
}

std::string write_response_head(const ResponseText& r) {
    std::string out;
    out.reserve(256);
    out += "HTTP/1.1 ";
    const std::string_view status = status_text(r.status);
    out.append(status.empty() ? std::to_string(r.status) + " " : std::string(status)).append(kLineEnd);
    add_field(out, "Date", "Mon, 01 Jan 2001 00:00:00 GMT");  // kRunDate of lab/export
    add_field(out, "Server", "tcplab");
    add_field(out, "Content-Type", r.content_type);
    if (r.content_length) add_field(out, "Content-Length", std::to_string(*r.content_length));
    if (r.chunked) add_field(out, "Transfer-Encoding", "chunked");
    if (r.connection != ConnectionOption::none) add_field(out, "Connection", value_of(r.connection));
    if (!r.keep_alive.empty()) add_field(out, "Keep-Alive", r.keep_alive);
    out.append(kLineEnd);
    return out;
}

std::string forward_head(std::string_view head, const ForwardedHead& change) {
    std::string out;
    out.reserve(head.size() + 64);
    std::string_view start = take_line(head);
    constexpr std::string_view protocol = "HTTP/";
    const bool request = start.substr(0, protocol.size()) != protocol;
    std::string_view version;
    if (request) {
        out.append(take_until(start, " ")).append(" ");
        const std::string_view target = take_until(start, " ");
        version = start;
        out.append(change.target.empty() ? target : change.target).append(" HTTP/1.1\r\n");
    } else {
        version = take_until(start, " ");
        out.append("HTTP/1.1 ").append(start).append(kLineEnd);
    }
    if (!change.host.empty()) add_field(out, "Host", change.host);
    const std::vector<std::string_view> named = connection_options(head);
    while (!head.empty()) {
        const std::string_view line = take_line(head);
        if (line.empty()) break;
        if (goes_on(field_name(line), change, named)) out.append(line).append(kLineEnd);
    }
    if (change.max_forwards) add_field(out, "Max-Forwards", std::to_string(*change.max_forwards));
    if (!change.via.empty()) {  // RFC 9110 7.6.3: with the version in which it was received
        add_field(out, "Via", std::string(version.substr(protocol.size())).append(" ").append(change.via));
    }
    if (change.connection != ConnectionOption::none) add_field(out, "Connection", value_of(change.connection));
    out.append(kLineEnd);
    return out;
}

std::string traced_head(std::string_view head) {
    std::string out;
    while (!head.empty()) {
        const std::string_view line = take_line(head);
        const std::string_view field = field_name(line);
        const bool secret = same(field, "authorization") || same(field, "proxy-authorization") || same(field, "cookie");
        if (!secret) out.append(line).append(kLineEnd);
    }
    return out;
}

std::string_view origin_form(std::string_view target) {
    if (target.substr(0, kScheme.size()) != kScheme) return target;
    const auto path = target.find('/', kScheme.size());
    return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

std::string_view authority_of(std::string_view target) {
    if (target.substr(0, kScheme.size()) != kScheme) return {};
    target.remove_prefix(kScheme.size());
    return target.substr(0, target.find('/'));
}

std::optional<std::string> pad_head(std::string head, std::size_t size) {
    if (head.size() > size) return std::nullopt;
    constexpr std::string_view field = "X-Padding: ";
    const std::size_t gap = size - head.size();
    const std::size_t around = field.size() + kLineEnd.size();
    const std::size_t blank_line = head.size() - kLineEnd.size();
    head.reserve(size);
    if (gap > around) {
        head.resize(blank_line);
        head.append(field).append(gap - around, 'a').append(kLineEnd).append(kLineEnd);
    } else {
        head.insert(blank_line - kLineEnd.size(), gap, ' ');
    }
    return head;
}

}  // namespace tcplab
