#include "difference.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <utility>

namespace tcplab::kernel {

namespace {

constexpr double kLate = 0.7;               // ms: noise of the host that recorded
constexpr double kLatePart = 0.001;         // clocks
constexpr double kEarly = 0.7;              // ms
constexpr double kEarlyPerRoundTrip = 0.3;  // ms: its wake-ups
constexpr double kDelay = 0.7;              // ms from what it heard to what it sent
constexpr double kHalfDigit = 0.005;        // ms: a recording has two decimals
constexpr std::size_t kContext = 7;         // lines before and after the first difference

using Key = std::pair<std::uint32_t, bool>;  // connection, up
using Packets = std::vector<const Packet*>;

/// A packet of the kernel and the simulated one in the same place of its direction; either may be missing.
struct Pair {
    const Packet* kernel = nullptr;
    const Packet* ours = nullptr;
    double early = 0;  ///< ms by which the simulated one may be earlier
    double time = 0;   ///< the kernel's; of a packet too many, not before the kernel's last in its direction
    std::string off;   ///< what differs
};

std::map<Key, Packets> by_direction(const std::vector<Packet>& all) {
    std::map<Key, Packets> out;
    for (const Packet& p : all) out[{p.connection, p.up}].push_back(&p);
    return out;
}

std::string text_of(const Packet& p, const std::string& field) {
    if (field == "flags") return p.flags;
    if (field == "seq") return std::to_string(p.seq);
    if (field == "len") return std::to_string(p.length);
    if (field == "fate") return p.fate.empty() ? "ok" : p.fate;
    if (field == "ack") return std::to_string(p.ack);
    if (field == "win") return std::to_string(p.window);
    if (field == "sack") return p.sack.empty() ? "no sack" : p.sack;
    throw std::runtime_error("no such field: " + field);
}

std::string ms(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

/// Arrivals at the end that sends in direction `key`, sorted.
std::vector<double> heard_by(const Key& key, const std::map<Key, Packets>& all) {
    std::vector<double> out;
    const auto other = all.find({key.first, !key.second});
    if (other == all.end()) return out;
    for (const Packet* p : other->second) {
        if (p->arrived >= 0) out.push_back(p->arrived);
    }
    std::sort(out.begin(), out.end());
    return out;
}

std::ptrdiff_t count_until(const std::vector<double>& times, double t) {
    return std::upper_bound(times.begin(), times.end(), t) - times.begin();
}

bool compares_order(const Recording& recording) {
    const auto& all = recording.compared;
    return std::find(all.begin(), all.end(), "order") != all.end();
}

std::string fields_off(const Pair& pair, const std::vector<std::string>& compared) {
    if (pair.ours == nullptr) return "only the kernel sends it";
    if (pair.kernel == nullptr) return "only the simulation sends it";
    std::string off;
    for (const std::string& field : compared) {
        if (field == "order") continue;
        const std::string want = text_of(*pair.kernel, field), got = text_of(*pair.ours, field);
        if (want != got) off.append(off.empty() ? "" : ", ").append(field).append(" " + want + ", simulated " + got);
    }
    return off;
}

std::string time_off(const Pair& pair) {
    const double dt = pair.ours->sent - pair.kernel->sent;
    const double late = kLate + kLatePart * pair.kernel->sent;
    if (dt > late) return "time: " + ms(dt) + " ms later, allowed " + ms(late);
    if (-dt > pair.early) return "time: " + ms(-dt) + " ms earlier, allowed " + ms(pair.early);
    return "";
}

/// Both must have heard as many packets of the peer before they sent this one. But while the kernel made its packet,
/// more may have come in than the first, which was its cause; and a timer that was late, later than any.
std::string order_off(const Pair& pair, const std::vector<double>& kernel_heard, const std::vector<double>& our_heard) {
    const Packet& k = *pair.kernel;
    std::ptrdiff_t least = count_until(kernel_heard, k.sent - kDelay - k.rounding);
    const std::ptrdiff_t most = count_until(kernel_heard, k.sent + kHalfDigit);
    if (k.rounding == 0 && least < most) ++least;
    const std::ptrdiff_t got = count_until(our_heard, pair.ours->sent);
    if (got >= least && got <= most) return "";
    return "order: sent after hearing " + std::to_string(least) + " to " + std::to_string(most) +
           " packets of the peer, simulated " + std::to_string(got);
}

/// Every pair, in the kernel's order.
std::vector<Pair> pairs_of(const Recording& recording, const std::vector<Packet>& simulated, double rtt) {
    std::map<const Packet*, double> early;
    double rounded = 0;
    for (const Packet& p : recording.packets) {
        rounded += p.rounding;
        early[&p] = kEarly + kEarlyPerRoundTrip * p.sent / rtt + rounded;
    }
    auto kernel = by_direction(recording.packets), ours = by_direction(simulated);
    for (const auto& [key, packets] : ours) kernel[key];  // a direction that only the simulation has
    std::vector<Pair> all;
    for (const auto& [key, packets] : kernel) {
        const std::vector<double> kernel_heard = heard_by(key, kernel), our_heard = heard_by(key, ours);
        Packets& own = ours[key];
        if (recording.first && own.size() > packets.size()) own.resize(packets.size());
        for (std::size_t i = 0; i < std::max(packets.size(), own.size()); ++i) {
            Pair pair;
            if (i < packets.size()) pair.kernel = packets[i];
            if (i < own.size()) pair.ours = own[i];
            const double before = i > 0 ? all.back().time : 0;
            pair.time = pair.kernel != nullptr ? pair.kernel->sent : std::max(before, pair.ours->sent);
            pair.off = fields_off(pair, recording.compared);
            if (pair.kernel != nullptr && pair.ours != nullptr) {
                pair.early = early[pair.kernel];
                if (pair.off.empty()) pair.off = time_off(pair);
                if (pair.off.empty() && compares_order(recording)) pair.off = order_off(pair, kernel_heard, our_heard);
            }
            all.push_back(std::move(pair));
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const Pair& a, const Pair& b) { return a.time < b.time; });
    return all;
}

std::string shown(const Packet* p) {
    if (p == nullptr) return "";
    char head[80];
    std::snprintf(head, sizeof head, "%9.2f %u%c %-3s %6u", p->sent, p->connection, p->up ? '>' : '<', p->flags.c_str(),
                  p->seq);
    std::string text = head;
    if (p->length != 0) text += "+" + std::to_string(p->length);
    text.resize(std::max<std::size_t>(text.size(), 27), ' ');
    text += " ack " + std::to_string(p->ack) + " win " + std::to_string(p->window);
    if (!p->sack.empty()) text += " sack " + p->sack;
    if (!p->fate.empty()) text += " " + p->fate;
    return text;
}

std::string side_by_side(const std::vector<Pair>& pairs, std::size_t at) {
    const std::size_t first = at > kContext ? at - kContext : 0;
    const std::size_t last = std::min(pairs.size(), at + kContext + 1);
    std::size_t width = 0;
    for (std::size_t i = first; i < last; ++i) width = std::max(width, shown(pairs[i].kernel).size());
    std::string text;
    const auto line = [&](const char* mark, std::string left, const std::string& right) {
        left.resize(std::max(left.size(), width), ' ');
        text += mark + left + " | " + right + "\n";
    };
    line("   ", "kernel", "simulated");
    for (std::size_t i = first; i < last; ++i) {
        const char* mark = i == at ? "-> " : pairs[i].off.empty() ? "   " : " ! ";
        line(mark, shown(pairs[i].kernel), shown(pairs[i].ours));
    }
    return text;
}

}  // namespace

std::string difference(const Recording& recording, const std::vector<Packet>& simulated, double rtt) {
    const std::vector<Pair> pairs = pairs_of(recording, simulated, rtt);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (pairs[i].off.empty()) continue;
        return recording.name + " at " + ms(pairs[i].time) + " ms: " + pairs[i].off + "\n" + side_by_side(pairs, i);
    }
    return "";
}

}  // namespace tcplab::kernel
