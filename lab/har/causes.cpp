#include "har/causes.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>

namespace tcplab::har {

namespace {

using Index = std::optional<std::size_t>;

/// What may lead to further requests, seen so far: filled and asked in the order of starts.
class Sources {
  public:
    void add(std::size_t i, const Exchange& e) {
        constexpr int errors = 400;  // the text of an error leads to nothing, unless it is the page
        if (e.status >= errors && !complete_.empty()) return;
        if (e.kind == Kind::document) arriving_.push_back({i, e.first_byte(), e.end()});
        if (e.kind == Kind::document || e.kind == Kind::style || e.kind == Kind::script) complete_[e.end()] = i;
    }
    /// The document that arrives at `now`, the last if there are several; else what was complete last.
    Index at(Duration now) {
        arriving_.erase(
            std::remove_if(arriving_.begin(), arriving_.end(), [now](const Arriving& a) { return a.end <= now; }),
            arriving_.end());
        const auto document = std::find_if(arriving_.rbegin(), arriving_.rend(),
                                           [now](const Arriving& a) { return a.first_byte <= now; });
        if (document != arriving_.rend()) return document->index;
        const auto after = complete_.upper_bound(now);
        return after == complete_.begin() ? std::nullopt : Index(std::prev(after)->second);
    }

  private:
    struct Arriving {
        std::size_t index;
        Duration first_byte, end;
    };
    std::vector<Arriving> arriving_;
    std::map<Duration, std::size_t> complete_;  // by end
};

class Finder {
  public:
    Finder(const std::vector<const Exchange*>& exchanges, const std::vector<bool>& kept)
        : exchanges_(exchanges), kept_(kept), targets_(exchanges.size()) {}

    std::vector<Cause> find() {
        std::vector<Cause> causes;
        for (std::size_t i = 0; i < exchanges_.size(); ++i) {
            const Exchange& e = *exchanges_[i];
            causes.push_back(cause_of(i));
            parents_.push_back(causes.back().parent);
            if (!first_kept_ && kept_[i]) first_kept_ = i;
            by_url_[e.url.text()] = i;
            if (!e.redirect.empty()) redirects_[e.redirect] = i;
            if (kept_[i]) sources_.add(i, e);
        }
        return causes;
    }

  private:
    Cause cause_of(std::size_t i) {
        const Exchange& e = *exchanges_[i];
        if (!first_kept_) return {};
        const Duration begin = exchanges_[*first_kept_]->start;
        if (const auto redirect = redirects_.find(e.url.text()); redirect != redirects_.end()) {
            const std::size_t from = redirect->second;
            redirects_.erase(redirect);  // the next request for that URL has another cause
            targets_[from] = i;
            if (const Index parent = nearest_kept(from)) {
                return {parent, std::nullopt, std::max(e.start - exchanges_[*parent]->end(), Duration{0})};
            }
        }
        for (const Index candidate : {by_initiator(e), sources_.at(e.start)}) {
            if (!candidate) continue;
            if (const std::optional<Cause> cause = after(*candidate, e)) return *cause;
        }
        return {std::nullopt, std::nullopt, std::max(e.start - begin, Duration{0})};
    }

    /// The exchange itself, or the next one among its causes that is kept.
    [[nodiscard]] Index nearest_kept(Index i) const {
        while (i && !kept_[*i]) i = parents_[*i];
        return i;
    }

    [[nodiscard]] Index by_initiator(const Exchange& e) const {
        if (e.initiator.empty()) return std::nullopt;
        const std::optional<Url> url = parse_url(e.initiator);
        const auto found = url ? by_url_.find(url->text()) : by_url_.end();
        if (found == by_url_.end()) return std::nullopt;
        std::size_t at = found->second;
        while (targets_[at]) at = *targets_[at];
        return nearest_kept(at);
    }

    /// Nothing when the parent had not even begun to arrive.
    [[nodiscard]] std::optional<Cause> after(std::size_t parent, const Exchange& e) const {
        const Exchange& p = *exchanges_[parent];
        constexpr Duration tick = 1ms;  // starts are written in whole milliseconds, phases are not
        const bool complete = e.start + tick >= p.end() || p.response_body == 0;
        if (e.start + tick < p.first_byte()) return std::nullopt;
        if (complete) return Cause{parent, std::nullopt, std::max(e.start - p.end(), Duration{0})};
        const double share = static_cast<double>((e.start - p.first_byte()).count()) /
                             static_cast<double>((p.end() - p.first_byte()).count());
        const double bytes = std::max(share * static_cast<double>(p.response_body), 1.0);
        return Cause{parent, static_cast<std::uint64_t>(bytes), Duration{0}};
    }

    const std::vector<const Exchange*>& exchanges_;
    const std::vector<bool>& kept_;
    std::vector<Index> parents_;
    std::vector<Index> targets_;  // of redirects
    Index first_kept_;
    std::unordered_map<std::string, std::size_t> by_url_;     // the latest
    std::unordered_map<std::string, std::size_t> redirects_;  // by where they lead
    Sources sources_;
};

}  // namespace

std::vector<Cause> find_causes(const std::vector<const Exchange*>& exchanges, const std::vector<bool>& kept) {
    return Finder(exchanges, kept).find();
}

}  // namespace tcplab::har
