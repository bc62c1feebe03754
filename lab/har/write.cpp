#include "har/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "export/result_files.hpp"
#include "export/text.hpp"
#include "har/date.hpp"
#include "har/kind.hpp"

namespace tcplab::har {

namespace {

/// What an entry says, whatever a transaction keeps.
struct Entry {
    std::string page, method, url, path, host, error;
    unsigned status = 0;
    std::uint8_t priority = 0;
    Time started{};
    Phases phases;
    bool reused = false;
    bool html = false;
    std::int64_t request_header = 0, response_header = 0;  // -1: compressed, nobody counts them
    std::uint64_t request_body = 0, response_body = 0;
    std::uint64_t response_bytes = 0;
    std::string server_address, connection;
};

std::string page_id(std::uint32_t user, std::uint32_t load) { return fmt::format("page_{}_{}", user, load); }

std::string_view scheme(const Scenario& s) { return s.tls ? "https" : "http"; }

std::string authority(const Scenario& s, std::uint32_t host) {
    const std::string& name = host == 0 ? s.client.url_host : s.hosts.at(host - 1).name;
    const std::uint16_t port = host == 0 ? s.client.port : s.hosts.at(host - 1).port;
    const bool usual = port == (s.tls ? 443 : 80);
    return usual ? name : fmt::format("{}:{}", name, port);
}

/// Bytes of a message of `all` bytes behind its header of `header`.
std::uint64_t behind(std::uint64_t header, std::uint64_t all) { return all - std::min(header, all); }

void fill_sizes(Entry& e, const Scenario& s, const PageObject& object, const Transaction& t) {
    const ServerConfig& server = object.host == 0 ? s.server : s.hosts.at(object.host - 1).server;
    e.response_bytes = t.response_bytes;
    if (s.client.strategy == Strategy::multiplexed) {
        e.request_header = e.response_header = -1;
        e.request_body = object.request_body > 0 ? object.request_body : s.client.request_body;
        e.response_body = std::min(object.size, t.response_bytes);
        return;
    }
    const std::uint64_t request_header = object.request_header.value_or(s.client.request_header);
    const std::uint64_t response_header = object.response_header.value_or(server.response_header);
    e.request_body = behind(request_header, t.request_bytes);
    e.request_header = static_cast<std::int64_t>(t.request_bytes - e.request_body);
    e.response_body = behind(response_header, t.response_bytes);
    e.response_header = static_cast<std::int64_t>(t.response_bytes - e.response_body);
}

/// This and fill_sizes() are what knows a transaction.
Entry entry_of(const Scenario& s, const ObjectIndex& index, const Results& results, const Transaction& t) {
    const PageObject& object = s.page.objects.at(index.find(t.object).entry);
    Transaction ended = t;
    if (ended.done == kNever) ended.done = results.ended;  // the run stopped in its middle
    Entry e;
    e.page = page_id(t.user, t.load);
    const RequestNames names = names_of(s, index, t);
    e.method = names.method;
    e.host = authority(s, object.host);
    e.path = names.path;
    e.url = fmt::format("{}://{}{}", scheme(s), e.host, e.path);
    e.error = t.done == kNever ? "unfinished when the run ended" : to_string(t.failure);
    e.status = e.error.empty() ? t.status : 0;
    e.started = t.wanted;
    e.phases = phases(ended);
    e.reused = t.reused;
    e.priority = object.priority;
    e.html = s.page.has_html && t.object == 0;
    fill_sizes(e, s, object, t);
    if (t.connection > 0) {
        const ConnectionRow& c = results.connections.at(t.connection - 1);
        e.server_address = to_string(c.tuple.remote.address);
        e.connection = fmt::format("{}", t.connection);
    }
    return e;
}

std::string_view http_version(const Scenario& s) {
    if (s.client.strategy == Strategy::multiplexed) return "HTTP/2";
    return s.client.http == HttpVersion::http10 ? "HTTP/1.0" : "HTTP/1.1";
}

/// For the panels' columns and filters: the simulated server says text/plain of everything.
std::string_view mime_type(const Entry& e) { return e.html ? "text/html" : mime_type_of(e.path); }

/// JSON, put together piece by piece.
class Json {
  public:
    Json& raw(std::string_view text) {
        out_ += text;
        return *this;
    }
    Json& text(std::string_view key, std::string_view value) {
        begin(key);
        append_json_string(out_, value);
        return *this;
    }
    Json& number(std::string_view key, std::int64_t value) {
        begin(key);
        fmt::format_to(std::back_inserter(out_), "{}", value);
        return *this;
    }
    /// Milliseconds, exact.
    Json& ms(std::string_view key, Duration value) {
        begin(key);
        append_decimal(out_, value.count());
        return *this;
    }
    Json& none(std::string_view key) { return number(key, -1); }
    Json& date(std::string_view key, Time value) {
        return text(key, format_date(Date(kRunDate + value.time_since_epoch())));
    }
    Json& open(std::string_view key, char bracket) {
        begin(key);
        out_ += bracket;
        return *this;
    }
    Json& close(char bracket) {
        out_ += bracket;
        return *this;
    }
    std::string take() { return std::move(out_); }

  private:
    void begin(std::string_view key) {
        const char last = out_.empty() ? '{' : out_.back();
        if (last != '{' && last != '[' && last != '\n') out_ += ", ";
        if (key.empty()) return;
        fmt::format_to(std::back_inserter(out_), "\"{}\": ", key);
    }
    std::string out_;
};

void append_page(Json& out, const Scenario& s, const PageResult& p, std::string_view title) {
    const auto since_start = [&](std::string_view key, Time t) {
        if (t == kNever) {
            out.none(key);
        } else {
            out.ms(key, t - p.started);
        }
    };
    out.open("", '{').date("startedDateTime", p.started).text("id", page_id(p.user, p.load));
    const std::string url = fmt::format("{}://{}{}", scheme(s), authority(s, 0), s.client.path);
    out.text("title", title.empty() ? std::string_view(url) : title).open("pageTimings", '{');
    since_start("onContentLoad", p.html_done);
    since_start("onLoad", p.done);
    out.close('}').close('}');
}

void append_request(Json& out, const Scenario& s, const Entry& e) {
    out.open("request", '{').text("method", e.method).text("url", e.url).text("httpVersion", http_version(s));
    out.open("cookies", '[').close(']').open("headers", '[').open("", '{').text("name", "Host").text("value", e.host);
    out.close('}').close(']').open("queryString", '[').close(']');
    out.number("headersSize", e.request_header);
    out.number("bodySize", static_cast<std::int64_t>(e.request_body)).close('}');
}

void append_response(Json& out, const Scenario& s, const Entry& e) {
    const auto body = static_cast<std::int64_t>(e.response_body);
    out.open("response", '{').number("status", e.status).text("statusText", e.status == 200 ? "OK" : "");
    out.text("httpVersion", e.status == 0 ? "" : http_version(s)).open("cookies", '[').close(']');
    out.open("headers", '[').close(']').open("content", '{').number("size", body).text("mimeType", mime_type(e));
    out.close('}').text("redirectURL", "").number("headersSize", e.response_header);
    out.number("bodySize", body).number("_transferSize", static_cast<std::int64_t>(e.response_bytes));
    if (!e.error.empty()) out.text("_error", e.error);
    out.close('}');
}

void append_timings(Json& out, const Scenario& s, const Entry& e) {
    const Phases& p = e.phases;
    out.open("timings", '{').ms("blocked", p.blocked);
    const auto phase = [&](std::string_view key, bool has_one, Duration time) {
        if (has_one && !e.reused) {
            out.ms(key, time);
        } else {
            out.none(key);
        }
    };
    phase("dns", s.dns.has_value(), p.dns);
    phase("connect", true, p.connect + p.tls);
    phase("ssl", s.tls.has_value(), p.tls);
    out.ms("send", p.send).ms("wait", p.wait).ms("receive", p.receive).close('}');
}

void append_entry(Json& out, const Scenario& s, const Entry& e) {
    const Phases& p = e.phases;
    const Duration time = p.blocked + p.dns + p.connect + p.tls + p.send + p.wait + p.receive;
    out.open("", '{').text("pageref", e.page).date("startedDateTime", e.started).ms("time", time);
    append_request(out, s, e);
    append_response(out, s, e);
    out.open("cache", '{').close('}');
    append_timings(out, s, e);
    out.text("_priority", priority_word(e.priority));
    if (!e.connection.empty()) out.text("serverIPAddress", e.server_address).text("connection", e.connection);
    out.close('}');
}

}  // namespace

std::string har_json(const Scenario& scenario, const Results& results, std::string_view title) {
    Json out;
    out.raw("{\"log\": {\"version\": \"1.2\", \"creator\": {").text("name", "tcplab").text("version", TCPLAB_VERSION);
    out.raw("},\n\"pages\": [\n");
    for (std::size_t i = 0; i < results.pages.size(); ++i) {
        if (i > 0) out.raw(",\n");
        append_page(out, scenario, results.pages[i], title);
    }
    out.raw("\n],\n\"entries\": [\n");
    const ObjectIndex index(scenario.page);
    for (std::size_t i = 0; i < results.transactions.size(); ++i) {
        if (i > 0) out.raw(",\n");
        append_entry(out, scenario, entry_of(scenario, index, results, results.transactions[i]));
    }
    out.raw("\n]\n}}\n");
    return out.take();
}

}  // namespace tcplab::har
