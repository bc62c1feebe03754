#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "export/text.hpp"
#include "har/import.hpp"
#include "scenario/quantity.hpp"
#include "scenario/text.hpp"

namespace tcplab::har {

namespace {

/// Without what neither strings nor comments may contain (TOML 1.0), and at most `longest` characters.
std::string plain(std::string_view text, std::size_t longest) {
    std::string out;
    std::size_t shown = 0;
    for (std::size_t i = 0; i < text.size(); ++shown) {
        const Character c = character_at(text, i);
        if (shown == longest) return out + "…";
        const bool printable = c.valid && c.code >= 0x20 && (c.code < 0x7f || c.code >= 0xa0);
        out += printable ? text.substr(i, c.bytes) : "?";
        i += c.bytes;
    }
    return out;
}

std::string comment(std::string_view text) { return plain(text, 110); }

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, plain(text, text.size()));  // TOML's basic strings have the escapes of JSON's
    return out;
}

std::string ms(Duration d) {
    return fmt::format("\"{}\"", format_in(static_cast<std::uint64_t>(d.count()), Measure::duration, "ms"));
}
std::string bytes(std::uint64_t n) { return fmt::format("\"{} B\"", n); }

std::string_view name(Strategy s) {
    switch (s) {
        case Strategy::serial: return "serial";
        case Strategy::parallel: return "parallel";
        case Strategy::persistent: return "persistent";
        case Strategy::pipelined: return "pipelined";
        case Strategy::multiplexed: return "multiplexed";
    }
    return "";
}

/// "key = value" lines of a table, with comments behind.
class Lines {
  public:
    void table(std::string_view title) { fmt::format_to(std::back_inserter(out_), "\n{}\n", title); }
    void key(std::string_view key, const std::string& value, std::string_view note = {}) {
        std::string line = fmt::format("{} = {}", key, value);
        if (!note.empty()) line = fmt::format("{:32}# {}", line, comment(note));
        line += '\n';
        out_ += line;
    }
    void text(std::string_view text) { out_ += text; }
    std::string take() { return std::move(out_); }

  private:
    std::string out_;
};

void append_head(Lines& out, const Import& page) {
    for (const std::string& line : page.about) out.text(fmt::format("# {}\n", comment(line)));
    out.text(
        "# What waits for what follows from who asked and when; delay is the browser's own work before it asked.\n");
    out.text(
        "# think_time is the wait for the answer less a round trip. Sizes are those on the wire, headers as text.\n");
    out.key("title", quoted(comment(page.title)));
}

void append_network(Lines& out, const Import& page) {
    out.table("[link]");
    out.key("rtt", ms(page.rtt), page.rtt_note);
    out.key("rate", fmt::format("\"{}\"", format_quantity(page.rate.bits_per_second, Measure::rate)), page.rate_note);
    if (page.dns) {
        out.table("[dns]");
        out.key("delay", ms(*page.dns), "the median of the look-ups");
    }
    if (page.tls) {
        out.table("[tls]");
        out.key("version", "\"1.3\"", "the recording does not tell");
    }
}

void append_ends(Lines& out, const Import& page) {
    out.table("[client]");
    out.key("url", quoted(page.url.text()));
    out.key("strategy", fmt::format("\"{}\"", name(page.strategy)), page.strategy_note);
    if (page.strategy != Strategy::multiplexed) {
        out.key("connections", fmt::format("{}", page.connections), "to one host: what browsers have");
    }
    if (page.http == HttpVersion::http10) out.key("http", "\"1.0\"");
    if (page.html) {
        out.key("request_header", bytes(page.request_header));
        out.table("[server]");
        out.key("response_header", bytes(page.response_header), "of the html; the objects say their own");
        out.key("think_time", ms(page.think_time));
    }
    for (const ImportedHost& host : page.hosts) {
        out.table("[[host]]");
        out.key("name", quoted(host.config.name));
        if (host.config.port != (page.tls ? 443 : 80)) out.key("port", fmt::format("{}", host.config.port));
        if (host.config.rtt) out.key("rtt", ms(*host.config.rtt), "estimated: " + host.rtt_note);
    }
}

std::string object(const ObjectSpec& o) {
    std::string out = fmt::format("    {{ name = {}, size = {}", quoted(o.name), bytes(o.sizes.front()));
    const auto add = [&out](std::string_view key, const std::string& value) {
        out += fmt::format(", {} = {}", key, value);
    };
    if (!o.host.empty()) add("host", quoted(o.host));
    if (!o.method.empty()) add("method", quoted(o.method));
    add("after", quoted(o.after->front()));
    if (o.after_bytes) add("after_bytes", bytes(*o.after_bytes));
    if (o.delay) add("delay", ms(*o.delay));
    if (o.think_time) add("think_time", ms(*o.think_time));
    add("request_header", bytes(*o.request_header));
    add("response_header", bytes(*o.response_header));
    if (o.priority != ObjectSpec().priority) add("priority", fmt::format("{}", o.priority));
    return out + " },";
}

void append_page(Lines& out, const Import& page) {
    out.table("[page]");
    if (page.html) out.key("html", bytes(*page.html));
    if (page.objects.empty()) return;
    out.text("objects = [\n");
    for (std::size_t i = 0; i < page.objects.size(); ++i) {
        out.text(fmt::format("{}  # {}\n", object(page.objects[i]), comment(page.urls[i])));
    }
    out.text("]\n");
}

}  // namespace

std::string to_toml(const Import& page) {
    Lines out;
    append_head(out, page);
    append_network(out, page);
    append_ends(out, page);
    append_page(out, page);
    return out.take();
}

}  // namespace tcplab::har
