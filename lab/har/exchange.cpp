#include <algorithm>
#include <charconv>
#include <cmath>

#include "har/kind.hpp"
#include "har/reader.hpp"

namespace tcplab::har {

namespace {

using Is = JsonValue::Kind;

bool same_word(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// What a list of headers says.
struct Headers {
    std::uint64_t bytes = 0;  ///< as HTTP/1.1 writes them, without the start line; 0: there are none
    bool has_pseudo = false;  ///< ":path" and the like: HTTP/2 or 3 (RFC 9113 8.3)
    bool made_up = false;     ///< Non-Authoritative-Reason: Chrome never asked the server
    std::optional<std::uint64_t> content_length;
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return n;
}

Headers read_headers(const Place& list, Reader& reader) {
    Headers headers;
    const std::size_t count = reader.items(list);
    for (std::size_t i = 0; i < count; ++i) {
        const Place field = list.item(i);
        reader.object(field);
        const std::string name = reader.text(field.member("name"));
        const std::string value = vendor_text(field.member("value"));  // some tools write numbers
        const bool pseudo = !name.empty() && name.front() == ':';
        headers.has_pseudo = headers.has_pseudo || pseudo;
        if (pseudo && name != ":authority") continue;
        headers.bytes += (pseudo ? std::string_view("Host").size() : name.size()) + value.size() + 4;  // ": ", CRLF
        if (same_word(name, "Content-Length")) headers.content_length = whole_number(value);
        if (same_word(name, "Non-Authoritative-Reason")) headers.made_up = true;
    }
    if (headers.bytes > 0) headers.bytes += 2;  // the empty line
    return headers;
}

/// "HTTP/1.1", "h2", "h3-29", "http/2.0", "spdy/3.1", "1.1" and worse.
Protocol protocol_of(std::string_view text) {
    const auto has = [&](std::string_view part) {
        return std::search(text.begin(), text.end(), part.begin(), part.end(), [](char a, char b) {
                   return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
               }) != text.end();
    };
    if (has("h3") || has("http/3") || has("quic")) return Protocol::http3;
    if (has("h2") || has("http/2") || has("spdy")) return Protocol::http2;
    if (has("1.1")) return Protocol::http11;
    return has("1.0") ? Protocol::http10 : Protocol::unknown;
}

Timings read_timings(const Place& place, Reader& reader) {
    reader.object(place);
    const auto read = [&](std::string_view key) { return reader.milliseconds(place.member(key)); };
    return {read("blocked"), read("dns"), read("connect"), read("ssl"), read("send"), read("wait"), read("receive")};
}

Duration sum_of(const Timings& t) {
    Duration sum{0};
    for (const auto& phase : {t.blocked, t.dns, t.connect, t.send, t.wait, t.receive}) {
        sum += phase.value_or(Duration{0});
    }
    return sum;
}

/// HAR 1.2 has ssl inside connect; Firefox writes one after the other. The sum tells which it is.
void put_ssl_into_connect(Timings& t, std::optional<Duration> time) {
    if (!t.ssl || !t.connect) return;
    const Duration sum = sum_of(t);
    const bool fits_better = time && std::chrono::abs(sum + *t.ssl - *time) < std::chrono::abs(sum - *time);
    if (fits_better || *t.ssl > *t.connect) *t.connect += *t.ssl;
}

/// Bytes of the body as they came over the network. The first that is known counts: what the writer says of the body;
/// the Content-Length, unless less arrived; what arrived less the header; the size unpacked less what packing saved,
/// but no more than arrived.
std::uint64_t response_body(const Place& response, const Exchange& e, const Headers& headers, Reader& reader) {
    const std::optional<std::uint64_t> body = reader.size(response.member("bodySize"));
    const std::optional<std::uint64_t> header = reader.size(response.member("headersSize"));
    const Place content = response.member("content");
    reader.object(content);
    const std::uint64_t unpacked = reader.size(content.member("size")).value_or(0);
    const double saved = reader.number(content.member("compression")).value_or(0);
    if (e.method == "HEAD" || e.status == 204 || e.status == 304) return 0;
    if (body.value_or(0) > 0) return *body;
    const std::uint64_t arrived = vendor_size(response.member("_transferSize")).value_or(0);
    const bool all_arrived = arrived == 0 || arrived >= headers.content_length.value_or(0);
    if (headers.content_length && all_arrived) return *headers.content_length;
    if (arrived > e.response_header) return arrived - e.response_header;
    if (arrived > 0 && header.value_or(0) > 0) return 0;  // the header is not a guess: nothing came behind it
    const double packed = static_cast<double>(unpacked) - std::max(saved, 0.0);
    const std::uint64_t left = packed > 0 ? static_cast<std::uint64_t>(packed) : unpacked;
    return arrived > 0 ? std::min(left, arrived) : left;
}

bool is_cached(const Place& entry, const Place& response, const Exchange& e) {
    const Place mark = entry.member("_fromCache");  // Chrome: "disk", "memory"; others: true
    if (vendor_flag(mark) || !vendor_text(mark).empty()) return true;
    const std::string type = vendor_text(entry.member("_fetchType"));  // Safari
    if (type == "Memory Cache" || type == "Disk Cache") return true;
    // Chrome, before it had the mark: nothing was transferred, and yet there is a body.
    const bool nothing_came = vendor_size(response.member("_transferSize")) == std::uint64_t{0};
    if (nothing_came && vendor_size(response.member("content").member("size")).value_or(0) > 0) return true;
    // Firefox: no time at all, and the disk cache's entry, or from memory no bytes and no protocol either.
    const bool nothing_known = e.response_body == 0 && e.protocol == Protocol::unknown;
    return e.time == Duration{0} && (nothing_known || entry.member("cache").member("afterRequest"));
}

bool is_of_service_worker(const Place& entry, const Place& response) {
    return vendor_flag(response.member("_fetchedViaServiceWorker")) ||
           vendor_flag(entry.member("_fetchedViaServiceWorker")) ||
           vendor_text(entry.member("_fetchType")) == "Service Worker";
}

Source source_of(const Place& entry, const Place& response, const Exchange& e, const Headers& headers) {
    if (!e.url.is_network()) return Source::browser;
    const bool socket = e.url.scheme == "ws" || e.url.scheme == "wss" || e.status == 101 ||
                        vendor_text(entry.member("_resourceType")) == "websocket";
    if (socket) return Source::websocket;
    if (e.status <= 0) return Source::failed;
    if (headers.made_up || vendor_text(response.member("statusText")) == "Internal Redirect") return Source::browser;
    if (is_of_service_worker(entry, response)) return Source::service_worker;
    return is_cached(entry, response, e) ? Source::cache : Source::network;
}

/// The script whose call made the request: the innermost frame that has a URL.
std::string url_of_stack(const Place& stack) {
    const Place frames = stack.member("callFrames");
    if (const JsonValue* list = frames.as(Is::array)) {
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            std::string url = vendor_text(frames.item(i).member("url"));
            if (!url.empty()) return url;
        }
    }
    const Place parent = stack.member("parent");
    return parent ? url_of_stack(parent) : "";
}

/// Chrome: an object with the URL, or the stack of a script. chrome-har and WebPageTest: the URL alone.
std::string initiator_of(const Place& initiator) {
    if (initiator.as(Is::string) != nullptr) return vendor_text(initiator);
    std::string url = vendor_text(initiator.member("url"));
    return url.empty() ? url_of_stack(initiator.member("stack")) : url;
}

void read_request(const Place& request, Exchange& e, Reader& reader, bool& pseudo) {
    if (!request) reader.fail(request, "missing");
    if (!reader.object(request)) return;
    e.method = reader.text(request.member("method"));
    if (e.method.empty()) e.method = "GET";
    const Place url = request.member("url");
    const std::string written = reader.text(url);
    if (const std::optional<Url> parsed = parse_url(written)) {
        e.url = *parsed;
    } else if (!url) {
        reader.fail(url, "missing");
    } else if (url.as(Is::string) != nullptr) {
        reader.fail(url, "this is no URL", "such as \"https://www.example.com/\"");
    }
    const Headers headers = read_headers(request.member("headers"), reader);
    pseudo = headers.has_pseudo;
    e.request_header = reader.size(request.member("headersSize")).value_or(0);
    if (e.request_header == 0 && headers.bytes > 0) {
        e.request_header = headers.bytes + e.method.size() + e.url.path.size() + 12;  // blanks, HTTP/1.1, CRLF
    }
    e.request_body = reader.size(request.member("bodySize")).value_or(0);
    if (e.request_body == 0) e.request_body = headers.content_length.value_or(0);
    e.protocol = protocol_of(reader.text(request.member("httpVersion")));
}

void read_response(const Place& entry, Exchange& e, Reader& reader, bool& pseudo) {
    const Place response = entry.member("response");
    reader.object(response);
    const double status = reader.number(response.member("status")).value_or(0);
    e.status = status > 0 && status < 1000 ? static_cast<int>(status) : 0;
    const Headers headers = read_headers(response.member("headers"), reader);
    pseudo = pseudo || headers.has_pseudo;
    const std::string reason = vendor_text(response.member("statusText"));
    e.response_header = reader.size(response.member("headersSize")).value_or(0);
    if (e.response_header == 0 && headers.bytes > 0) {
        e.response_header = headers.bytes + reason.size() + 15;  // HTTP/1.1, the status, blanks, CRLF
    }
    e.response_body = response_body(response, e, headers, reader);
    const Protocol protocol = protocol_of(reader.text(response.member("httpVersion")));
    if (protocol != Protocol::unknown) e.protocol = protocol;
    // WebPageTest's versions are parts of header lines where it is HTTP/2.
    const Protocol said = protocol_of(vendor_text(entry.member("_protocol")));
    if (said != Protocol::unknown) e.protocol = said;
    const std::string redirect = reader.text(response.member("redirectURL"));
    const bool redirects = e.status >= 300 && e.status < 400 && e.status != 304;
    if (redirects) {
        if (const std::optional<Url> target = resolve(e.url, redirect)) e.redirect = target->text();
    }
    const std::string mime = reader.text(response.member("content").member("mimeType"));
    e.kind = kind_of(vendor_text(entry.member("_resourceType")), mime, e.url.path);
    e.source = source_of(entry, response, e, headers);
}

}  // namespace

ReadExchange read_exchange(const Place& entry, Reader& reader) {
    ReadExchange read;
    if (!reader.object(entry)) return read;
    Exchange& e = read.exchange;
    const Place started = entry.member("startedDateTime");
    const std::string date = reader.text(started);
    read.started = parse_date(date);
    if (!started) {
        reader.fail(started, "missing");
    } else if (!read.started && started.as(Is::string) != nullptr) {
        reader.fail(started, "this is no date and time", "such as \"2024-05-01T12:00:00.000Z\"");
    }
    e.page = vendor_text(entry.member("pageref"));
    e.connection = vendor_text(entry.member("connection"));
    const std::optional<Duration> time = reader.milliseconds(entry.member("time"));
    e.timings = read_timings(entry.member("timings"), reader);
    put_ssl_into_connect(e.timings, time);
    const bool in_phases = e.timings.wait || e.timings.receive;
    e.time = in_phases ? sum_of(e.timings) : std::max(time.value_or(Duration{0}), sum_of(e.timings));
    bool pseudo = false;
    read_request(entry.member("request"), e, reader, pseudo);
    read_response(entry, e, reader, pseudo);
    if (e.protocol == Protocol::unknown && pseudo) e.protocol = Protocol::http2;
    e.initiator = initiator_of(entry.member("_initiator"));
    e.priority = urgency_of(vendor_text(entry.member("_priority")));
    return read;
}

}  // namespace tcplab::har
