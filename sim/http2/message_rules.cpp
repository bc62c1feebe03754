#include "http2/message_rules.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace tcplab {

namespace {

using Field = FieldList::Field;

bool is_pseudo(const Field& f) { return !f.name.empty() && f.name.front() == ':'; }

/// RFC 9113 8.2.1.
bool valid_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != ':' && (c < 'A' || c > 'Z');
    });
}

bool valid_value(std::string_view value) {
    if (value.find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos) return false;
    constexpr std::string_view blanks = " \t";
    return value.empty() || (blanks.find(value.front()) == std::string_view::npos &&
                             blanks.find(value.back()) == std::string_view::npos);
}

/// RFC 9113 8.2.2.
bool belongs_to_connection(const Field& f) {
    constexpr std::array<std::string_view, 5> names{"connection", "proxy-connection", "keep-alive", "transfer-encoding",
                                                    "upgrade"};
    if (f.name == "te") return f.value != "trailers";
    return std::find(names.begin(), names.end(), f.name) != names.end();
}

bool parse_digits(std::string_view text, std::uint64_t& out) {
    constexpr std::size_t kMostDigits = 19;  // as many always fit
    if (text.empty() || text.size() > kMostDigits) return false;
    out = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return false;
        out = out * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return true;
}

/// A field that is no pseudo-header field.
bool parse_regular(const Field& f, Http2Head& out) {
    if (!valid_name(f.name) || !valid_value(f.value) || belongs_to_connection(f)) return false;
    if (f.name != "content-length") return true;
    std::uint64_t length = 0;
    if (!parse_digits(f.value, length)) return false;
    if (out.content_length && *out.content_length != length) return false;
    out.content_length = length;
    return true;
}

struct Pseudo {
    std::string_view name;
    std::optional<std::string_view> value;
};

/// Parses a head that has pseudo-header fields of these names at most.
template <std::size_t N>
bool parse(const FieldList& fields, std::array<Pseudo, N>& known, Http2Head& out) {
    bool regular = false;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const Field f = fields[i];
        if (!is_pseudo(f)) {
            regular = true;
            if (!parse_regular(f, out)) return false;
            continue;
        }
        const auto p = std::find_if(known.begin(), known.end(), [&f](const Pseudo& k) { return k.name == f.name; });
        if (regular || p == known.end() || p->value || !valid_value(f.value)) return false;
        p->value = f.value;
    }
    return true;
}

}  // namespace

bool parse_request_fields(const FieldList& fields, Http2Head& out) {
    out = {};
    std::array<Pseudo, 4> pseudo{{{":method", {}}, {":scheme", {}}, {":authority", {}}, {":path", {}}}};
    if (!parse(fields, pseudo, out)) return false;
    const auto& [method, scheme, authority, path] = pseudo;
    if (!method.value || method.value->empty()) return false;
    if (*method.value == "CONNECT") return authority.value && !scheme.value && !path.value;  // RFC 9113 8.5
    return scheme.value && path.value && !path.value->empty();
}

bool parse_response_fields(const FieldList& fields, Http2Head& out) {
    out = {};
    std::array<Pseudo, 1> pseudo{{{":status", {}}}};
    if (!parse(fields, pseudo, out)) return false;
    std::uint64_t status = 0;
    const auto& text = pseudo[0].value;
    if (!text || text->size() != 3 || !parse_digits(*text, status) || status < 100) return false;
    out.status = static_cast<std::uint16_t>(status);
    return true;
}

bool valid_trailers(const FieldList& fields) {
    Http2Head ignored;
    std::array<Pseudo, 0> none{};
    return parse(fields, none, ignored);
}

}  // namespace tcplab
