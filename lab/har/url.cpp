#include "har/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace tcplab::har {

namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::uint16_t own_port(std::string_view scheme) {
    if (scheme == "http" || scheme == "ws") return 80;
    return scheme == "https" || scheme == "wss" ? 443 : 0;
}

bool is_scheme(std::string_view text) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    });
}

/// Blanks, control characters and what is beyond ASCII as %XX.
std::string escaped(std::string_view path) {
    std::string out;
    for (const char c : path) {
        if (c > 0x20 && c < 0x7f) {
            out += c;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return out;
}

/// Takes "user:password@host:port" apart; false when host or port are broken.
bool read_authority(std::string_view authority, Url& url) {
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
    std::string_view port;
    if (!authority.empty() && authority.front() == '[') {
        const std::size_t close = authority.find(']');
        if (close == std::string_view::npos) return false;
        port = authority.substr(close + 1);
        authority = authority.substr(1, close - 1);
        if (!port.empty() && port.front() != ':') return false;
    } else if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
        port = authority.substr(colon);
        authority = authority.substr(0, colon);
    }
    url.host = lower(authority);
    if (url.host.empty() || url.host.find_first_of(" \t\r\n\"\\<>") != std::string::npos) return false;
    if (port.size() <= 1) return true;
    port.remove_prefix(1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    return error == std::errc() && end == port.data() + port.size() && url.port != 0;
}

/// Without "." and ".." (RFC 3986 5.2.4).
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    for (std::size_t from = 1; from <= path.size();) {
        const std::size_t slash = std::min(path.find('/', from), path.size());
        const std::string_view part = path.substr(from, slash - from);
        const bool last = slash == path.size();
        if (part == "..") {
            if (!kept.empty()) kept.pop_back();
        } else if (part != ".") {
            kept.push_back(part);
        }
        if (last && (part == "." || part == "..")) kept.emplace_back();
        from = slash + 1;
    }
    std::string out;
    for (const std::string_view part : kept) out.append("/").append(part);
    return out.empty() ? "/" : out;
}

}  // namespace

std::string Url::origin() const { return fmt::format("{}:{}", host, port); }

std::string Url::text() const {
    if (!is_network()) return scheme + ":" + path;
    const bool bare = host.find(':') == std::string::npos;
    std::string out = fmt::format("{}://{}{}{}", scheme, bare ? "" : "[", host, bare ? "" : "]");
    if (port != own_port(scheme)) out += fmt::format(":{}", port);
    return out + path;
}

std::optional<Url> parse_url(std::string_view text) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || !is_scheme(text.substr(0, colon))) return std::nullopt;
    Url url;
    url.scheme = lower(text.substr(0, colon));
    url.port = own_port(url.scheme);
    std::string_view rest = text.substr(colon + 1);
    rest = rest.substr(0, rest.find('#'));
    if (url.port == 0) {
        url.path = escaped(rest);
        return url;
    }
    if (rest.substr(0, 2) != "//") return std::nullopt;
    rest.remove_prefix(2);
    const std::size_t end = std::min(rest.find_first_of("/?\\"), rest.size());
    if (!read_authority(rest.substr(0, end), url)) return std::nullopt;
    rest.remove_prefix(end);
    url.path = rest.empty() || rest.front() != '/' ? "/" + escaped(rest) : escaped(rest);
    return url;
}

std::optional<Url> resolve(const Url& base, std::string_view reference) {
    if (std::optional<Url> absolute = parse_url(reference)) return absolute;
    if (!base.is_network() || reference.empty()) return std::nullopt;
    if (reference.substr(0, 2) == "//") return parse_url(base.scheme + ":" + std::string(reference));
    reference = reference.substr(0, reference.find('#'));
    Url url = base;
    const std::string path = escaped(reference);
    const std::string_view old = std::string_view(base.path).substr(0, base.path.find('?'));
    const std::size_t query = std::min(path.find('?'), path.size());
    if (path.empty()) return url;
    if (query == 0) {
        url.path = std::string(old) + path;
        return url;
    }
    const std::string folder = path.front() == '/' ? "" : std::string(old.substr(0, old.rfind('/') + 1));
    url.path = without_dots(folder + path.substr(0, query)) + path.substr(query);
    return url;
}

}  // namespace tcplab::har
