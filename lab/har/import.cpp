#include "har/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "har/causes.hpp"
#include "har/estimate.hpp"
#include "har/kind.hpp"
#include "har/selection.hpp"
#include "scenario/quantity.hpp"

namespace tcplab::har {

namespace {

constexpr std::uint64_t kLongestHeader = 65'536;  // bytes that a scenario allows
constexpr std::size_t kLongestHost = 90;          // names of scenarios may have 100 characters
constexpr std::size_t kLongestMethod = 20;        // in a comment
constexpr std::size_t kLongestPath = 2'000;       // a request's head has it
constexpr BitRate kUsualRate{20'000'000};

/// Letters, digits, '-', '_' and '.', as names and hosts of scenarios are.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                             c == '_' || c == '.';
        out += allowed ? c : '-';
    }
    return out;
}

/// Gives each thing a name of its own.
class Names {
  public:
    explicit Names(std::unordered_set<std::string> taken) : taken_(std::move(taken)) {}

    std::string unique(const std::string& name) {
        std::string out = name;
        for (std::size_t& n = counts_[name]; !taken_.insert(out).second;) out = fmt::format("{}-{}", name, ++n + 1);
        return out;
    }

  private:
    std::unordered_set<std::string> taken_;
    std::unordered_map<std::string, std::size_t> counts_;
};

/// "app.js" of "/static/app.js?v=3"; "static" of "/static/".
std::string name_of(const Url& url) {
    std::string_view path = std::string_view(url.path).substr(0, url.path.find_first_of("?;"));
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    constexpr std::size_t longest = 40, tail = 8;  // the extension tells what it is
    std::string name = plain(path.substr(path.rfind('/') + 1));
    if (name.empty()) name = plain(url.host);
    if (name.size() > longest) name.erase(longest - tail, name.size() - longest);
    return name;
}

/// The recorded one in capitals, if a scenario knows that; the others, such as PATCH, are not idempotent.
std::string usual_method(std::string method) {
    constexpr std::array<std::string_view, 7> known{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"};
    for (char& c : method) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return std::find(known.begin(), known.end(), method) != known.end() ? method : "POST";
}

std::uint16_t usual_port_of(std::string_view scheme) {
    constexpr std::uint16_t http = 80, https = 443;
    return scheme == "https" ? https : http;
}

std::string milliseconds(Duration d) { return fmt::format("{:.1f} ms", to_ms(d)); }

std::string_view protocol_name(Protocol p) {
    switch (p) {
        case Protocol::unknown: return "an unknown protocol";
        case Protocol::http10: return "HTTP/1.0";
        case Protocol::http11: return "HTTP/1.1";
        case Protocol::http2: return "HTTP/2";
        case Protocol::http3: return "HTTP/3";
    }
    return "";
}

class Importer {
  public:
    Importer(const Recording& recording, const Selection& selection)
        : recording_(recording), s_(selection), fetched_(s_.fetched()), rtts_(estimate_rtts(fetched_)) {}

    Import make() {
        fill_url();
        fill_protocol();
        fill_link();
        fill_first();
        fill_hosts();
        fill_objects();
        fill_about();
        return std::move(page_);
    }

  private:
    [[nodiscard]] const Exchange& main() const { return *s_.exchanges[s_.main]; }

    /// The page itself; where its first answer only leads to https, what is behind it: they are one server.
    [[nodiscard]] const Exchange& document() const {
        const auto is_target = [this](const Exchange* e) { return e->url.text() == main().redirect; };
        const auto target = std::find_if(fetched_.begin(), fetched_.end(), is_target);
        const bool upgrade = target != fetched_.end() && main().url.scheme == "http" &&
                             (*target)->url.scheme == "https" && (*target)->url.host == main().url.host;
        return upgrade ? **target : main();
    }

    void fill_url() {
        page_.url = document().url;
        page_.url.host = plain(page_.url.host).substr(0, kLongestHost);
        std::string& path = page_.url.path;
        if (path.size() > kLongestPath) path = path.substr(0, std::min(path.find('?'), kLongestPath));
        const auto secure = [](const Exchange* e) { return e->url.scheme == "https"; };
        const auto count = static_cast<std::size_t>(std::count_if(fetched_.begin(), fetched_.end(), secure));
        page_.tls = 2 * count >= fetched_.size();
        const bool usual_port = page_.url.port == usual_port_of(page_.url.scheme);
        page_.url.scheme = page_.tls ? "https" : "http";
        if (usual_port) page_.url.port = usual_port_of(page_.url.scheme);
        if (count > 0 && count < fetched_.size()) {
            page_.about.push_back(fmt::format("{} of {} requests went over TLS; here {}", count, fetched_.size(),
                                              page_.tls ? "all do" : "none does"));
        }
    }

    void fill_protocol() {
        std::map<Protocol, std::size_t> counts;
        for (const Exchange* e : fetched_) ++counts[e->protocol];
        if (counts.size() > 1) counts.erase(Protocol::unknown);
        const auto most = std::max_element(counts.begin(), counts.end(),
                                           [](const auto& a, const auto& b) { return a.second < b.second; });
        std::string& note = page_.strategy_note;
        for (const auto& [protocol, count] : counts) {
            note += fmt::format("{}{} over {}", note.empty() ? "" : ", ", count, protocol_name(protocol));
        }
        if (most->first == Protocol::http2 || most->first == Protocol::http3) page_.strategy = Strategy::multiplexed;
        if (most->first == Protocol::http3) note += "; HTTP/3 runs over QUIC, here it is HTTP/2 over TCP";
        if (most->first == Protocol::http10) {
            page_.strategy = Strategy::parallel;
            page_.http = HttpVersion::http10;
        }
    }

    void fill_link() {
        auto estimate = rtts_.find(main().url.origin());
        if (estimate == rtts_.end()) estimate = rtts_.find(document().url.origin());
        if (estimate != rtts_.end()) {
            page_.rtt = estimate->second.rtt;
            page_.rtt_note = fmt::format("estimated: {} of {}", estimate->second.from, main().url.host);
        } else {
            page_.rtt = 50ms;
            page_.rtt_note = "the recording does not tell; a guess";
        }
        if (const std::optional<BitRate> rate = estimate_rate(fetched_)) {
            page_.rate = *rate;
            page_.rate_note = "estimated: what came in while the largest bodies arrived; the link may be faster";
        } else {
            page_.rate = kUsualRate;
            page_.rate_note = "no body is large enough to tell; a guess";
        }
        page_.dns = estimate_dns(fetched_);
    }

    void fill_first() {
        if (!s_.html) return;
        const Exchange& e = main();
        page_.html = e.response_body;
        page_.request_header = request_header(e, page_.url.path.size() + page_.url.host.size());
        page_.response_header = response_header(e);
        page_.think_time = think_time(e).value_or(Duration{0});
    }

    /// One for each further host and port.
    void fill_hosts() {
        Names names({"html", "start", "item", page_.url.host});
        for (const Exchange* own : {&main(), &document()}) hosts_.emplace(own->url.origin(), "");
        for (const Exchange* e : fetched_) {
            const std::string origin = e->url.origin();
            if (hosts_.count(origin) > 0) continue;
            ImportedHost& host = page_.hosts.emplace_back();
            host.config.name = names.unique(plain(e->url.host).substr(0, kLongestHost));
            host.config.port = e->url.port;
            hosts_[origin] = host.config.name;
            if (const auto estimate = rtts_.find(origin); estimate != rtts_.end()) {
                host.config.rtt = estimate->second.rtt;
                host.rtt_note = estimate->second.from;
            }
        }
    }

    void fill_objects() {
        const std::vector<Cause> causes = find_causes(s_.exchanges, s_.kept);
        Names unique({"html", "start", "item"});
        std::vector<std::string> names(s_.exchanges.size());
        for (std::size_t i = 0; i < s_.exchanges.size(); ++i) {
            if (!s_.kept[i]) continue;
            const Exchange& e = *s_.exchanges[i];
            const bool is_html = s_.html == i;
            if (const std::string sent = is_html ? "GET" : usual_method(e.method); sent != e.method) {
                ++other_methods_[fmt::format("{} as {}", plain(e.method).substr(0, kLongestMethod), sent)];
            }
            if (is_html) {
                names[i] = "html";
                continue;
            }
            names[i] = unique.unique(name_of(e.url));
            ObjectSpec spec = object(e, names[i]);
            const Cause& cause = causes[i];
            spec.after = {cause.parent ? names[*cause.parent] : "start"};
            spec.after_bytes = cause.after_bytes;
            if (const Duration delay = rounded(cause.delay); delay > Duration{0}) spec.delay = delay;
            page_.objects.push_back(std::move(spec));
            page_.urls.push_back(e.url.text());
            if (e.request_body > 0) ++bodies_;
        }
    }

    [[nodiscard]] ObjectSpec object(const Exchange& e, const std::string& name) const {
        ObjectSpec spec;
        spec.name = name;
        if (const auto host = hosts_.find(e.url.origin()); host != hosts_.end()) spec.host = host->second;
        spec.sizes = {e.response_body};
        if (const std::string method = usual_method(e.method); method != "GET") spec.method = method;
        spec.think_time = think_time(e);
        const std::string& host_name = spec.host.empty() ? page_.url.host : spec.host;
        spec.request_header = request_header(e, name.size() + host_name.size());
        spec.response_header = response_header(e);
        spec.priority = e.priority.value_or(usual_urgency(e.kind));
        return spec;
    }

    /// What the server took: the wait for the answer less a round trip.
    [[nodiscard]] std::optional<Duration> think_time(const Exchange& e) const {
        if (!e.timings.wait) return std::nullopt;
        const auto estimate = rtts_.find(e.url.origin());
        const Duration rtt = estimate != rtts_.end() ? estimate->second.rtt : page_.rtt;
        return rounded(std::max(*e.timings.wait - rtt, Duration{0}));
    }

    /// As recorded, but room for the text that a simulated request has: its name, host and four fields.
    static std::uint32_t request_header(const Exchange& e, std::size_t text) {
        constexpr std::uint64_t fields = 160;
        constexpr std::uint64_t usual = 500;
        const std::uint64_t recorded = e.request_header > 0 ? e.request_header : usual;
        return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(recorded, fields + text, kLongestHeader));
    }
    static std::uint32_t response_header(const Exchange& e) {
        constexpr std::uint64_t fields = 200;
        constexpr std::uint64_t usual = 300;
        const std::uint64_t recorded = e.response_header > 0 ? e.response_header : usual;
        return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(recorded, fields, kLongestHeader));
    }

    void fill_about() {
        page_.title = s_.page != nullptr && !s_.page->title.empty() ? s_.page->title : page_.url.text();
        const std::string& program = recording_.browser.empty() ? recording_.creator : recording_.browser;
        std::vector<std::string> lines{fmt::format("{}, recorded {}{}{}", main().url.text(),
                                                   format_date(recording_.begin + main().start),
                                                   program.empty() ? "" : " by ", program)};
        std::uint64_t bytes = 0;
        for (const Exchange* e : fetched_) bytes += e->response_body;
        const std::size_t hosts = page_.hosts.size() + 1;
        std::string counts = fmt::format("requests: {}, to {} host{}; {:.1f} kB of bodies", fetched_.size(), hosts,
                                         hosts == 1 ? "" : "s", static_cast<double>(bytes) / 1e3);
        if (s_.page != nullptr && s_.page->on_content_load) {
            counts += ", onContentLoad " + milliseconds(*s_.page->on_content_load);
        }
        if (s_.page != nullptr && s_.page->on_load) counts += ", onLoad " + milliseconds(*s_.page->on_load);
        lines.push_back(counts);
        for (const std::string& reason : s_.left_out) lines.push_back("left out: " + reason);
        for (const std::string& title : s_.other_pages) lines.push_back("another page of the file: " + title);
        const bool redirects = s_.html && !main().redirect.empty();
        if (redirects) lines.emplace_back("\"html\" is the redirect that the page's URL answers with");
        const std::size_t open = open_before();
        if (open > 0) {
            lines.push_back(
                fmt::format("connections to {} of {} hosts were open before; here they are opened, which "
                            "takes its time",
                            open, page_.hosts.size() + 1));
        }
        if (!s_.html) lines.emplace_back("the page itself was not fetched, so there is no html");
        if (recording_.negative_times > 0) {
            lines.push_back(fmt::format("times below zero, taken for unknown: {}", recording_.negative_times));
        }
        if (bodies_ > 0) {
            lines.push_back(fmt::format("not sent: the bodies of {} request{}", bodies_, bodies_ == 1 ? "" : "s"));
        }
        for (const auto& [change, count] : other_methods_) {
            lines.push_back(
                fmt::format("sent with another method: {} ({} request{})", change, count, count == 1 ? "" : "s"));
        }
        page_.about.insert(page_.about.begin(), lines.begin(), lines.end());
    }

    /// To how many servers no connection was opened.
    [[nodiscard]] std::size_t open_before() const {
        std::map<std::string, bool> opened;  // by name
        for (const Exchange* e : fetched_) {
            bool& here = opened[hosts_.at(e->url.origin())];
            here = here || e->timings.connect.value_or(Duration{0}) > Duration{0};
        }
        const auto is_not = [](const auto& host) { return !host.second; };
        return static_cast<std::size_t>(std::count_if(opened.begin(), opened.end(), is_not));
    }

    const Recording& recording_;
    const Selection& s_;
    std::vector<const Exchange*> fetched_;
    std::map<std::string, RttEstimate> rtts_;             // by origin
    std::unordered_map<std::string, std::string> hosts_;  // names by origin; empty: the page's own
    std::size_t bodies_ = 0;
    std::map<std::string, std::size_t> other_methods_;  // requests, by "PATCH as POST"
    Import page_;
};

}  // namespace

Imported import_page(const Recording& recording) {
    const Selection selection = select(recording);
    Imported imported;
    if (selection.count() == 0) {
        imported.error = recording.exchanges.empty() ? "nothing to simulate: log.entries is empty"
                                                     : "nothing to simulate: no entry was fetched from the network";
        for (const std::string& reason : selection.left_out) imported.error += "; " + reason;
        return imported;
    }
    imported.page = Importer(recording, selection).make();
    return imported;
}

}  // namespace tcplab::har
