// The way: its length, its rate, its queues, and what goes wrong on it.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "explain/propose.hpp"

namespace tcplab::explain {
namespace {

/// A link with both directions, and how its keys are reached.
struct Part {
    std::string table;  // "link"
    std::string entry;  // of a proxy's: "[[proxy]] 1"
    const LinkPair* pair = nullptr;
    std::function<LinkPair&(Scenario&)> in;  // the same in another scenario; of a proxy's

    [[nodiscard]] std::string key(const char* name) const { return fmt::format("{}.{}", table, name); }
    /// One key in both directions; `apply` makes the change in each.
    [[nodiscard]] NewValue value(const char* name, std::string text, std::function<void(LinkConfig&)> apply) const {
        NewValue v{key(name), std::move(text), entry, {}};
        if (!entry.empty()) {
            v.apply = [in = in, change = std::move(apply)](Scenario& s) {
                change(in(s).up);
                change(in(s).down);
            };
        }
        return v;
    }
};

/// All links of the way, from the clients on.
std::vector<Part> parts(const Scenario& s) {
    std::vector<Part> all;
    if (s.access) all.push_back({"access", "", &*s.access, {}});
    for (std::size_t i = 0; i < s.proxies.size(); ++i) {
        all.push_back({"link", fmt::format("[[proxy]] {}", i + 1), &s.proxies[i].link,
                       [i](Scenario& other) -> LinkPair& { return other.proxies[i].link; }});
    }
    all.push_back({"link", "", &s.link, {}});
    if (s.server_access) all.push_back({"server_access", "", &*s.server_access, {}});
    return all;
}

Duration round_trip(const LinkPair& pair) { return pair.up.delay + pair.down.delay; }

/// Parts in an order, by a number of each; those without one are left out.
template <class Number>
std::vector<Part> largest_first(const Scenario& s, Number number) {
    std::vector<Part> all = parts(s);
    all.erase(std::remove_if(all.begin(), all.end(), [&](const Part& p) { return number(p) <= 0; }), all.end());
    std::stable_sort(all.begin(), all.end(), [&](const Part& a, const Part& b) { return number(a) > number(b); });
    return all;
}

// --- distance ---

Change half_the_round_trip(const Part& part) {
    const Duration up = part.pair->up.delay;
    const Duration down = part.pair->down.delay;
    if (up == down) return {part.value("rtt", duration(up), [](LinkConfig& l) { l.delay /= 2; })};
    const std::string table = part.table;
    if (!part.entry.empty()) {
        return {part.value("rtt", duration((up + down) / 2), [](LinkConfig& l) { l.delay /= 2; })};
    }
    Change change = set(table + ".up.delay", duration(up / 2));
    also_set(change, table + ".down.delay", duration(down / 2));
    return change;
}

template <std::size_t N>
Proposal nth_longest_halved(const Case& of) {
    const auto delay = [](const Part& p) { return static_cast<double>(round_trip(*p.pair).count()); };
    const std::vector<Part> all = largest_first(of.scenario, delay);
    constexpr double least_share = 0.1;  // of the longest
    if (all.size() <= N || delay(all[N]) < least_share * delay(all[0])) return std::nullopt;
    return half_the_round_trip(all[N]);
}

/// A [[host]] may be nearer or farther than [link] says: it has a distance of its own.
Proposal nearer_hosts(const Case& of) {
    Change change;
    for (std::size_t i = 0; i < of.scenario.hosts.size(); ++i) {
        const HostConfig& host = of.scenario.hosts[i];
        if (!host.rtt || *host.rtt == Duration::zero() || !serves(of.scenario, i)) continue;
        change.push_back({"rtt", duration(*host.rtt / 2), fmt::format("[[host]] {}", host.name),
                          [i](Scenario& s) { s.hosts[i].rtt = *s.hosts[i].rtt / 2; }});
    }
    return change;
}

// --- rate ---

/// The larger, the narrower: of the direction that is.
double narrowness(const Part& part) {
    double narrowest = 0;
    for (const LinkConfig* l : {&part.pair->up, &part.pair->down}) {
        if (l->trace == nullptr && !l->rate.unlimited()) {
            narrowest = std::max(narrowest, 1 / static_cast<double>(l->rate.bits_per_second));
        }
    }
    return narrowest;
}

Change twice_the_rate(const Part& part) {
    const std::uint64_t up = part.pair->up.rate.bits_per_second;
    const std::uint64_t down = part.pair->down.rate.bits_per_second;
    const auto twice = [](LinkConfig& l) { l.rate.bits_per_second *= 2; };
    if (up == down || !part.entry.empty()) return {part.value("rate", rate(2 * std::max(up, down)), twice)};
    Change change;
    if (up > 0) also_set(change, part.key("up.rate"), rate(2 * up));
    if (down > 0) also_set(change, part.key("down.rate"), rate(2 * down));
    return change;
}

template <std::size_t N>
Proposal nth_narrowest_doubled(const Case& of) {
    const std::vector<Part> all = largest_first(of.scenario, narrowness);
    constexpr double least_share = 0.25;  // four times as wide as the narrowest does not matter
    if (all.size() <= N || narrowness(all[N]) < least_share * narrowness(all[0])) return std::nullopt;
    return twice_the_rate(all[N]);
}

// --- what goes wrong ---

template <class Is>
bool either(const LinkPair& pair, Is is) {
    return is(pair.up) || is(pair.down);
}

Proposal no_loss(const Case& of) {
    Change change;
    for (const Part& part : parts(of.scenario)) {
        const auto any = [&](auto is) { return either(*part.pair, is); };
        if (any([](const LinkConfig& l) { return l.loss > 0 || l.bursts; })) {
            change.push_back(part.value("loss", "\"0 %\"", [](LinkConfig& l) {
                l.loss = 0;
                l.bursts.reset();
            }));
        }
        if (any([](const LinkConfig& l) { return !l.drop.empty(); })) {
            change.push_back(part.value("drop", "[]", [](LinkConfig& l) { l.drop.clear(); }));
        }
        if (any([](const LinkConfig& l) { return l.corrupt > 0; })) {
            change.push_back(part.value("corrupt", "\"0 %\"", [](LinkConfig& l) { l.corrupt = 0; }));
        }
    }
    return change;
}

template <class Is, class Mend>
Proposal without(const Case& of, const char* key, const char* value, Is is, Mend mend) {
    Change change;
    for (const Part& part : parts(of.scenario)) {
        if (either(*part.pair, is)) change.push_back(part.value(key, value, mend));
    }
    return change;
}

Proposal no_reordering(const Case& of) {
    return without(
        of, "reorder", "\"0 %\"", [](const LinkConfig& l) { return l.reorder > 0; },
        [](LinkConfig& l) { l.reorder = 0; });
}

Proposal no_jitter(const Case& of) {
    return without(
        of, "jitter", "\"0 ms\"", [](const LinkConfig& l) { return l.jitter > Duration::zero(); },
        [](LinkConfig& l) { l.jitter = Duration::zero(); });
}

Proposal no_hold(const Case& of) {
    return without(
        of, "hold", "[]", [](const LinkConfig& l) { return !l.hold.empty(); }, [](LinkConfig& l) { l.hold.clear(); });
}

// --- queues, which are at the narrowest link ---

const LinkConfig& bottleneck(const Part& part) {
    const LinkConfig& up = part.pair->up;
    const LinkConfig& down = part.pair->down;
    return up.queue && !down.queue && !down.queue_bytes ? up : down;
}

Proposal larger_queue(const Case& of) {
    const std::vector<Part> all = largest_first(of.scenario, narrowness);
    if (!of.evidence.queue_full || all.empty()) return std::nullopt;
    const Part& part = all.front();
    const LinkConfig& l = bottleneck(part);
    if (l.discipline != Discipline::droptail) return std::nullopt;
    if (l.queue) {
        const std::uint64_t more = 4 * std::max<std::uint64_t>(*l.queue, 1);
        return Change{part.value("queue", quoted(fmt::format("{} packets", more)),
                                 [more](LinkConfig& link) { link.queue = more; })};
    }
    if (!l.queue_bytes) return std::nullopt;
    const std::uint64_t more = 4 * *l.queue_bytes;
    return Change{part.value("queue", size(more), [more](LinkConfig& link) { link.queue_bytes = more; })};
}

Proposal fair_queue(const Case& of) {
    const std::vector<Part> all = largest_first(of.scenario, narrowness);
    if (all.empty() || all.front().pair->down.discipline == Discipline::fq_codel) return std::nullopt;
    return Change{all.front().value("queue.discipline", "\"fq_codel\"",
                                    [](LinkConfig& l) { l.discipline = Discipline::fq_codel; })};
}

}  // namespace

std::vector<Remedy> link_remedies() {
    return {
        {{Cause::loss, Cause::head_of_line, Cause::congestion, Cause::retry}, no_loss},
        {{Cause::loss, Cause::congestion}, larger_queue},
        {{Cause::loss, Cause::head_of_line, Cause::propagation, Cause::queueing}, no_hold},
        {{Cause::head_of_line, Cause::loss, Cause::propagation}, no_reordering},
        {{Cause::propagation, Cause::loss, Cause::head_of_line}, no_jitter},
        {{Cause::transmission, Cause::queueing}, nth_narrowest_doubled<0>},
        {{Cause::transmission, Cause::queueing}, nth_narrowest_doubled<1>},
        {{Cause::queueing}, fair_queue},
        {{Cause::propagation, Cause::handshake, Cause::tls, Cause::slow_start, Cause::nagle, Cause::receive_window,
          Cause::congestion, Cause::proxy},
         nth_longest_halved<0>},
        {{Cause::propagation, Cause::handshake, Cause::tls}, nth_longest_halved<1>},
        {{Cause::propagation, Cause::handshake}, nearer_hosts},
    };
}

}  // namespace tcplab::explain
