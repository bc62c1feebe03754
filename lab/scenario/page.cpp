#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "http/page_plan.hpp"
#include "http/site.hpp"
#include "scenario/field.hpp"
#include "scenario/objects.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

/// How many "waits for" a page may have altogether.
constexpr std::uint64_t kMostWaits = 10'000'000;
constexpr std::size_t kHtml = static_cast<std::size_t>(-1);  // stands for the html among entries

/// Which entries each entry of a list waits for.
using Waits = std::vector<std::vector<std::size_t>>;

bool has_html(const Draft& draft) { return draft.html.has_value(); }

/// The entries of page.objects and what they wait for; unknown names are reported.
class ObjectWaits {
  public:
    ObjectWaits(const Draft& draft, const std::vector<ObjectSpec>& specs, Diagnostics* out)
        : draft_(draft), specs_(specs), out_(out) {
        for (std::size_t i = 0; i < specs.size(); ++i) {
            if (!specs[i].name.empty() && !by_name_.emplace(specs[i].name, i).second) {
                report(specs[i].where("name"), fmt::format("the name {} is taken", cited(specs[i].name)), "");
            }
        }
    }

    std::vector<std::size_t> of(const ObjectSpec& spec) {
        if (!spec.after) return has_html(draft_) ? std::vector<std::size_t>{kHtml} : std::vector<std::size_t>{};
        std::vector<std::size_t> waits;
        for (const std::string& name : *spec.after) {
            if (name == "start") continue;
            if (name == "html") {
                if (!has_html(draft_)) report(spec.where("after"), "there is no html to wait for", "html = \"10 kB\"");
                waits.push_back(kHtml);
                continue;
            }
            const auto found = by_name_.find(name);
            if (found == by_name_.end()) {
                report(spec.where("after"), fmt::format("no object is called {}", cited(name)), hint(name));
            } else {
                waits.push_back(found->second);
            }
        }
        std::sort(waits.begin(), waits.end());
        waits.erase(std::unique(waits.begin(), waits.end()), waits.end());
        return waits;
    }

  private:
    void report(Mark mark, const std::string& message, std::string hint) {
        if (out_ != nullptr) out_->add(mark, "[page] objects: " + message, std::move(hint));
    }
    std::string hint(std::string_view name) {
        constexpr std::size_t enough = 1000;
        std::vector<std::string_view> names{"html", "start"};
        for (const ObjectSpec& s : specs_) {
            if (!s.name.empty() && names.size() < enough) names.push_back(s.name);
        }
        return did_you_mean(name, names);
    }

    const Draft& draft_;
    const std::vector<ObjectSpec>& specs_;
    Diagnostics* out_;  // nullptr: all is known to be well
    std::unordered_map<std::string, std::size_t> by_name_;
};

Waits waits_of_objects(const Draft& draft, Diagnostics* out) {
    Waits waits;
    ObjectWaits reader(draft, *draft.objects, out);
    for (const ObjectSpec& spec : *draft.objects) waits.push_back(reader.of(spec));
    return waits;
}

Waits waits_of_requests(const std::vector<ObjectSpec>& specs, Diagnostics* out) {
    Waits waits;
    for (const ObjectSpec& spec : specs) {
        waits.emplace_back();
        if (!spec.after_request) continue;
        if (*spec.after_request <= specs.size()) {
            waits.back().push_back(*spec.after_request - 1);
        } else if (out != nullptr) {
            out->add(spec.where("after"), fmt::format("[[request]]: there is no request {}", *spec.after_request),
                     fmt::format("the last is {}", specs.size()));
        }
    }
    return waits;
}

/// Complains of entries that wait for each other: what is left when entries that can start are taken away, again and
/// again, waits in a circle or behind one; of those a circle is found by walking back.
void check_circles(const std::vector<ObjectSpec>& specs, const Waits& waits, std::string_view title, Diagnostics& out) {
    std::vector<std::size_t> open(specs.size(), 0);
    Waits dependents(specs.size());
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < specs.size(); ++i) {
        for (const std::size_t on : waits[i]) {
            if (on == kHtml) continue;
            ++open[i];
            dependents[on].push_back(i);
        }
        if (open[i] == 0) ready.push_back(i);
    }
    while (!ready.empty()) {
        const std::size_t done = ready.back();
        ready.pop_back();
        for (const std::size_t d : dependents[done]) {
            if (--open[d] == 0) ready.push_back(d);
        }
    }
    const auto stuck = [&](std::size_t i) { return i != kHtml && open[i] > 0; };
    for (std::size_t i = 0; i < specs.size(); ++i) {
        if (!stuck(i)) continue;
        std::vector<bool> seen(specs.size(), false);
        std::size_t at = i;
        while (!seen[at]) {
            seen[at] = true;
            at = *std::find_if(waits[at].begin(), waits[at].end(), stuck);
        }
        out.add(specs[at].where("after"), fmt::format("{}: waits for itself, through what it waits for", title));
        return;
    }
}

/// The html, without the rest of the page.
PageObject make_html(const Draft& draft) {
    PageObject html;
    html.name = "html";
    html.path = draft.scenario.client.path;
    html.size = *draft.html;
    return html;
}

/// What PageObject::host says of the server of that name; nothing when there is none. Empty: the page's own.
std::optional<std::uint32_t> host_number(const Draft& draft, const std::string& name) {
    if (name.empty() || name == draft.scenario.client.url_host) return 0;
    const auto found = draft.host_numbers.find(name);
    return found == draft.host_numbers.end() ? std::nullopt : std::optional<std::uint32_t>(found->second);
}

/// An entry's objects as if they were of one size; the first is the `number`-th (from 1) of its list. They wait for
/// nothing yet.
PageObject make_alike(const Draft& draft, const ObjectSpec& spec, std::uint64_t number, bool request) {
    PageObject o;
    o.count = static_cast<std::uint32_t>(spec.objects());
    o.name = !spec.name.empty() ? spec.name : request ? "request" : "item";
    if (spec.path.empty() && (spec.name.empty() || spec.objects() > 1)) {
        o.name += "/";
        o.number = spec.name.empty() ? static_cast<std::uint32_t>(number) : 1;
    }
    o.host = host_number(draft, spec.host).value_or(0);
    o.path = spec.path.empty() ? "/" + o.name : spec.path;
    if (!spec.method.empty()) o.method = spec.method;
    if (!spec.sizes.empty()) o.size = spec.sizes.front();
    o.endless = spec.endless;
    o.after_bytes = spec.after_bytes;
    o.delay = spec.delay.value_or(spec.at.value_or(Duration{0}));
    o.connection = spec.connection;
    o.think_time = spec.think_time;
    o.request_header = spec.request_header;
    o.response_header = spec.response_header;
    o.request_body = spec.request_size.value_or(0);
    o.priority = spec.priority;
    o.layout_bytes = spec.layout_bytes;
    if (request && o.method == "GET" && o.request_body > 0) o.method = "POST";
    return o;
}

bool may_be_html(const Draft& draft, const PageObject& o, bool request) {
    const std::string& html = draft.scenario.client.path;
    return !request && o.host == 0 && html.compare(0, o.path.size(), o.path) == 0;
}

/// Number `k` (from 0) of an entry's objects by itself.
PageObject make_one(const Draft& draft, const ObjectSpec& spec, PageObject alike, std::uint64_t k, bool request) {
    PageObject o = std::move(alike);
    if (o.number) {
        o.name += std::to_string(*o.number + k);
        o.path = o.path_of(static_cast<std::uint32_t>(k));
    }
    o.number.reset();
    o.count = 1;
    if (spec.sizes.size() > 1) o.size = spec.sizes[static_cast<std::size_t>(k)];
    if (may_be_html(draft, o, request) && o.path == draft.scenario.client.path) o.path += "/";  // that is the html's
    return o;
}

/// Whether the real text of the headers fits into their sizes, for one object that stands for all of its entry.
void check_headers(const Draft& draft, const PageObject& object, Mark request_mark, Mark response_mark,
                   Diagnostics& out) {
    const Scenario& s = draft.scenario;
    const std::size_t request = smallest_request_header(request_context(s), object);
    if (request > object.request_header.value_or(s.client.request_header)) {
        out.add(request_mark,
                fmt::format("request_header is too small: the text of {} is {} bytes",
                            cited(object.method + " " + object.path), request),
                fmt::format("at least \"{} B\"", request));
    }
    const ServerConfig& server = object.host == 0 ? s.server : s.hosts[object.host - 1].server;
    const std::size_t response = smallest_response_header(server, object, s.client.keep_alive);
    if (response > object.response_header.value_or(server.response_header)) {
        out.add(response_mark, fmt::format("response_header is too small: its text is {} bytes", response),
                fmt::format("at least \"{} B\"", response));
    }
}

class PageChecker {
  public:
    PageChecker(const Draft& draft, const Where& where, Diagnostics& out) : draft_(draft), where_(where), out_(out) {}

    void objects() {
        if (has_html(draft_)) {
            const Mark html = where_("page.html");
            check_headers(draft_, make_html(draft_), where_or("client.request_header", html),
                          where_or("server.response_header", html), out_);
        }
        if (draft_.objects == nullptr) return;
        const std::vector<ObjectSpec>& specs = *draft_.objects;
        const Waits waits = waits_of_objects(draft_, &out_);
        check_circles(specs, waits, "[page] objects", out_);
        std::uint64_t sum = 0, number = 0;
        for (std::size_t i = 0; i < specs.size(); ++i) {
            number += specs[i].objects();
            entry(specs[i], number, false);
            after_bytes(specs[i], waits[i]);
            pin(specs[i]);
            for (const std::size_t on : waits[i]) sum += specs[i].objects() * (on == kHtml ? 1 : specs[on].objects());
            if (sum > kMostWaits) {
                out_.add(specs[i].where("after"), "[page] objects: too many wait for too many others");
                return;
            }
        }
    }

    void requests() {
        const std::vector<ObjectSpec>& specs = *draft_.requests;
        const Waits waits = waits_of_requests(specs, &out_);
        check_circles(specs, waits, "[[request]]", out_);
        std::map<std::pair<std::uint32_t, std::string_view>, const ObjectSpec*> by_path;
        for (std::size_t i = 0; i < specs.size(); ++i) {
            entry(specs[i], i + 1, true);
            if (specs[i].path.empty()) continue;
            const std::uint32_t host = host_number(draft_, specs[i].host).value_or(0);
            const ObjectSpec* first = by_path.try_emplace({host, specs[i].path}, &specs[i]).first->second;
            if (first->sizes != specs[i].sizes || first->endless != specs[i].endless) {
                out_.add(specs[i].where("path"),
                         fmt::format("[[request]]: {} has another response above", cited(specs[i].path)),
                         "give it a path of its own");
            }
        }
    }

  private:
    void entry(const ObjectSpec& spec, std::uint64_t number, bool request) {
        if (spec.endless && !draft_.scenario.duration) {
            out_.add(spec.where(request ? "response" : "size"), "what is endless needs a duration",
                     "duration = \"60 s\" at the top of the file");
        }
        const std::string_view title = request ? "[[request]]" : "[page] objects";
        if (!host_number(draft_, spec.host)) {
            out_.add(spec.where("host"), fmt::format("{}: no host is called {}", title, cited(spec.host)),
                     host_hint(spec.host));
            return;
        }
        if (draft_.scenario.client.request_body > 0 && spec.method != "GET" && !may_have_body(spec.method)) {
            out_.add(spec.where("method"), fmt::format("{}: a request with {} has no body", title, spec.method),
                     "client.request_body is for every request");
        }
        const std::uint64_t before_last = spec.objects() - 1;
        const PageObject last =
            make_one(draft_, spec, make_alike(draft_, spec, number - before_last, request), before_last, request);
        const Mark asked = where_or("client.request_header", spec.mark);
        const Mark answered = last.host == 0 ? where_or("server.response_header", spec.mark) : spec.where("host");
        check_headers(draft_, last, spec.request_header ? spec.where("request_header") : asked,
                      spec.response_header ? spec.where("response_header") : answered, out_);
    }

    [[nodiscard]] std::string host_hint(std::string_view name) const {
        constexpr std::size_t enough = 100;  // nobody reads further hints, and each costs a search
        if (out_.size() >= enough) return {};
        std::vector<std::string_view> names{draft_.scenario.client.url_host};
        for (const HostConfig& host : draft_.scenario.hosts) names.emplace_back(host.name);
        std::string hint = did_you_mean(name, names);
        return hint.empty() ? fmt::format("[[host]] name = {}", cited(name)) : hint;
    }

    /// Where the key's value stands; where nobody gave one, what the default does not fit to.
    [[nodiscard]] Mark where_or(std::string_view key, Mark otherwise) const {
        const Mark mark = where_(key);
        return mark.option == 0 && mark.line == 0 ? otherwise : mark;
    }

    void pin(const ObjectSpec& spec) {
        if (!spec.connection) return;
        const ClientConfig& client = draft_.scenario.client;
        const Mark mark = spec.where("connection");
        if (client.strategy == Strategy::multiplexed) {
            out_.add(mark, "[page] objects: connection says nothing to a multiplexed client",
                     "leave it out, or strategy = \"persistent\"");
        } else if (*spec.connection >= client.connections) {
            out_.add(mark, fmt::format("[page] objects: connection {} of {}", *spec.connection, client.connections),
                     "they count from 0; client.connections says how many there are");
        }
    }

    void after_bytes(const ObjectSpec& spec, const std::vector<std::size_t>& waits) {
        if (!spec.after_bytes) return;
        if (waits.empty()) {
            out_.add(spec.where("after_bytes"), "[page] objects: after_bytes of what?", "after = \"html\" or a name");
            return;
        }
        for (const std::size_t on : waits) {
            if (on != kHtml && (*draft_.objects)[on].endless) continue;
            const auto& sizes = on == kHtml ? std::vector<std::uint64_t>{*draft_.html} : (*draft_.objects)[on].sizes;
            const std::uint64_t least = *std::min_element(sizes.begin(), sizes.end());
            if (least < *spec.after_bytes) {
                out_.add(spec.where("after_bytes"), fmt::format("[page] objects: what it waits for has only {}",
                                                                format_quantity(least, Measure::size)));
            }
        }
    }

    const Draft& draft_;
    const Where& where_;
    Diagnostics& out_;
};

/// The first index of each entry's objects, and the number of all behind the last.
std::vector<std::uint32_t> first_indices(const std::vector<ObjectSpec>& specs, std::uint32_t from) {
    std::vector<std::uint32_t> first{from};
    for (const ObjectSpec& spec : specs) first.push_back(first.back() + static_cast<std::uint32_t>(spec.objects()));
    return first;
}

void append(Page& page, const Draft& draft, const std::vector<ObjectSpec>& specs, const Waits& waits, bool request) {
    const std::uint32_t begin = page.has_html ? 1 : 0;
    const std::vector<std::uint32_t> first = first_indices(specs, begin);
    for (std::size_t i = 0; i < specs.size(); ++i) {
        std::vector<std::uint32_t> after;
        for (const std::size_t on : waits[i]) {
            if (on == kHtml) {
                after.push_back(0);
                continue;
            }
            for (std::uint32_t k = first[on]; k < first[on + 1]; ++k) after.push_back(k);
        }
        std::sort(after.begin(), after.end());
        PageObject alike = make_alike(draft, specs[i], first[i] - begin + 1, request);
        alike.after = std::move(after);
        if (alike.count > 1 && specs[i].sizes.size() <= 1 && !may_be_html(draft, alike, request)) {
            page.objects.push_back(std::move(alike));
            continue;
        }
        for (std::uint64_t k = 0; k < specs[i].objects(); ++k) {
            page.objects.push_back(make_one(draft, specs[i], alike, k, request));
        }
    }
}

}  // namespace

void check_page(const Draft& draft, const Where& where, Diagnostics& out) {
    const bool objects = draft.objects != nullptr && !draft.objects->empty();
    const bool requests = draft.requests != nullptr && !draft.requests->empty();
    if (!has_html(draft) && !objects && !requests) {
        out.add(where("page.objects"), "nothing to fetch: no [page] with html or objects, and no [[request]]",
                "[page] html = \"10 kB\"");
        return;
    }
    if (requests && (has_html(draft) || objects)) {
        out.add(where("request"), "both [page] and [[request]]", "a scenario has one of them");
        return;
    }
    PageChecker checker(draft, where, out);
    if (requests) {
        checker.requests();
    } else {
        checker.objects();
    }
}

Page make_page(const Draft& draft) {
    Page page;
    if (draft.requests != nullptr && !draft.requests->empty()) {
        append(page, draft, *draft.requests, waits_of_requests(*draft.requests, nullptr), true);
        return page;
    }
    if (has_html(draft)) {
        page.has_html = true;
        page.objects.push_back(make_html(draft));
    }
    if (draft.objects != nullptr) append(page, draft, *draft.objects, waits_of_objects(draft, nullptr), false);
    return page;
}

}  // namespace tcplab
