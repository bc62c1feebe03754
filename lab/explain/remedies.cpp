#include "explain/remedies.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "explain/causes.hpp"

namespace tcplab::explain {
namespace {

bool same(const Change& a, const Change& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const NewValue& x, const NewValue& y) {
        return x.key == y.key && x.value == y.value && x.entry == y.entry;
    });
}

std::vector<Remedy> all_remedies() {
    std::vector<Remedy> all = tcp_remedies();
    for (const std::vector<Remedy>& more : {http_remedies(), link_remedies()}) {
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

bool helps(const Remedy& r, Cause cause) {
    return std::find(r.against.begin(), r.against.end(), cause) != r.against.end();
}

}  // namespace

std::string as_line(const NewValue& v) {
    const std::string line = fmt::format("{} = {}", v.key, v.value);
    return v.entry.empty() ? line : v.entry + ": " + line;
}

std::string as_line(const Change& change) {
    std::string line;
    for (const NewValue& v : change) line += (line.empty() ? "" : " and ") + as_line(v);
    return line;
}

std::string as_option(const NewValue& v) { return fmt::format("{}={}", v.key, v.value); }

std::vector<Change> remedies(const Case& of, std::size_t most) {
    constexpr int kLeastShare = 100;
    const std::vector<Remedy> all = all_remedies();
    std::vector<Change> changes;
    const auto add = [&](const Remedy& r) {
        if (changes.size() == most) return;
        std::optional<Change> change = r.propose(of);
        if (!change || change->empty()) return;
        const bool known =
            std::any_of(changes.begin(), changes.end(), [&](const Change& c) { return same(c, *change); });
        if (!known) changes.push_back(std::move(*change));
    };
    for (const Causes::Entry& e : by_size(of.causes)) {
        if (e.time < of.causes.total() / kLeastShare) break;
        for (const bool made_for_it : {true, false}) {
            for (const Remedy& r : all) {
                if (helps(r, e.cause) && (r.against.front() == e.cause) == made_for_it) add(r);
            }
        }
    }
    return changes;
}

}  // namespace tcplab::explain
