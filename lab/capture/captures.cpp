#include "capture/captures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>

#include "capture/numbers.hpp"
#include "capture/pcapng.hpp"
#include "export/text.hpp"
#include "wire/packet_bytes.hpp"

namespace tcplab::capture {
namespace {

using Way = PcapngWriter::Way;
using Kind = RecordedEvent::Kind;

constexpr std::uint8_t kCongestionExperienced = 3;  // RFC 3168 5

std::string file_name(const RecordedHost& host, std::size_t proxy) {
    switch (host.kind) {
        case RecordedHost::Kind::client: return "client.pcapng";
        case RecordedHost::Kind::server: return "server.pcapng";
        case RecordedHost::Kind::proxy: return fmt::format("proxy-{}.pcapng", proxy);
    }
    return "";
}

/// "client-2": names of hosts have no blanks (RFC 952).
std::string host_name(std::string name) {
    std::replace(name.begin(), name.end(), ' ', '-');
    return name;
}

std::string text_of(Duration d) {
    const auto ms = static_cast<double>(d.count()) / 1e6;
    return ms < 1000 ? fmt::format("{:.4g} ms", ms) : fmt::format("{:.4g} s", ms / 1000);
}

/// Of reasons that anybody sees.
bool is_plain(SendReason reason) {
    return reason == SendReason::handshake || reason == SendReason::data || reason == SendReason::fin ||
           reason == SendReason::acknowledgement || reason == SendReason::reset || reason == SendReason::unknown;
}

void add(std::string& comment, const std::string& what) {
    if (!comment.empty() && !what.empty()) comment += "; ";
    comment += what;
}

/// What a link has done to a packet, where it is worth a word.
void add_hop(std::string& comment, const RecordedHop& hop, const std::string& link) {
    if (hop.marked) add(comment, "marked by the queue of " + link);
    if (hop.fate == PacketFate::lost || hop.fate == PacketFate::corrupted) {
        add(comment, std::string(name(hop.fate)) + " on " + link);
    } else if (hop.fate == PacketFate::queue_full) {
        add(comment, std::string(name(hop.fate)) + " of " + link);
    }
}

/// Walks through a recording and writes what each host sees.
class Tapping {
  public:
    Tapping(const Recording& recording, std::string_view title)
        : recording_(recording), reasons_(recording.packets.size()) {
        std::vector<std::pair<Ipv4Address, std::string>> names;
        for (const RecordedHost& h : recording.hosts) names.emplace_back(h.address, host_name(h.name));
        std::size_t proxies = 0;
        for (const RecordedHost& host : recording.hosts) {
            proxies += host.kind == RecordedHost::Kind::proxy ? 1 : 0;
            const std::string name = file_name(host, proxies);
            if (files_.empty() || files_.back().name != name) {
                files_.push_back({name, PcapngWriter("tcplab " TCPLAB_VERSION, title)});
                files_.back().pcapng.add_names(names);
            }
            interfaces_[host.address.value] = {files_.size() - 1,
                                               files_.back().pcapng.add_interface(host_name(host.name), host.address)};
        }
    }

    std::vector<RunFile> run(const Tell& tell) {
        Steps steps(tell, recording_.events.size());
        for (const RecordedEvent& event : recording_.events) {
            steps.step();
            if (event.kind == Kind::sent) on_sent(recording_.packets[event.index]);
            if (event.kind == Kind::copied) on_copied(recording_.packets[event.index]);
            if (event.kind == Kind::arrived) on_arrived(recording_.packets[event.index], event.hop);
            if (event.kind == Kind::timer) on_timer(recording_.timers[event.index]);
        }
        std::vector<RunFile> out;
        for (File& file : files_) out.push_back({file.name, file.pcapng.take()});
        return out;
    }

  private:
    struct File {
        std::string name;
        PcapngWriter pcapng;
    };
    struct Interface {
        std::size_t file = 0;
        std::uint32_t number = 0;
    };

    /// What came to an end of a connection last.
    struct Impulse {
        Time at = kNever;
        std::optional<FiredTimer> timer;  // absent: an acknowledgement
        std::uint32_t ack = 0;
    };

    void on_timer(const RecordedTimer& t) { impulses_[t.tuple] = {t.time, t.timer, 0}; }

    void on_sent(const RecordedPacket& p) {
        numbers_.see(p.segment);
        std::string comment = reasons_[p.number - 1] = why(p);
        for (const RecordedHop& hop : p.hops) add_hop(comment, hop, recording_.links[hop.link].name);
        if (p.fate() == PacketFate::still_moving) add(comment, "still on its way when the run ended");
        write_packet(p.segment, bytes_);
        write(p, p.segment.source.address, p.sent, Way::out, comment);
    }

    void on_copied(const RecordedPacket& p) { reasons_[p.number - 1] = reasons_[p.copy_of - 1]; }

    void on_arrived(const RecordedPacket& p, std::size_t hop_number) {
        const RecordedHop& hop = p.hops[hop_number];
        const bool damaged = hop.fate == PacketFate::corrupted;
        const bool at_its_host = damaged ? recording_.links[hop.link].reaches_host : hop_number + 1 == p.hops.size();
        if (!at_its_host) return;
        if (!damaged) {
            impulses_[{p.segment.destination, p.segment.source}] = {hop.arrived, std::nullopt, numbers_.ack(p.segment)};
        }
        std::string comment = reasons_[p.number - 1];
        if (p.copy_of != 0) add(comment, "a copy that " + recording_.links[p.hops.front().link].name + " made");
        Segment segment = p.segment;
        for (const RecordedHop& passed : p.hops) {
            add_hop(comment, passed, recording_.links[passed.link].name);
            if (passed.marked) segment.ecn = kCongestionExperienced;
        }
        write_packet(segment, bytes_);
        if (damaged) {
            const std::uint64_t bit = std::uint64_t{hop.damage} * (bytes_.size() * 8) >> 32U;
            bytes_[bit / 8] = static_cast<std::uint8_t>(bytes_[bit / 8] ^ (1U << bit % 8));
        }
        write(p, p.segment.destination.address, hop.arrived, Way::in, comment);
    }

    /// Of what was held back or is sent again, for how long too. To be asked of all packets, in order.
    std::string why(const RecordedPacket& p) {
        const SendReason reason = p.segment.reason;
        std::string text = is_plain(reason) ? "" : std::string(name(reason));
        const bool held_back = reason == SendReason::delayed_acknowledgement || reason == SendReason::compressed_ack;
        if (held_back && p.segment.journey.held > Duration::zero()) {
            text += ", held for " + text_of(p.segment.journey.held);
        }
        if (p.segment.sequence_length() == 0) return text;
        const FourTuple way{p.segment.source, p.segment.destination};
        const auto [last, is_first] = last_sent_[way].try_emplace(p.segment.seq.raw(), p.sent);
        if (!is_first && !text.empty()) text += " after " + text_of(p.sent - last->second);
        last->second = p.sent;
        add(text, hold_of(p));
        return text;
    }

    /// "held 40 ms by Nagle until ACK 301 came". That windows and pacing hold data a little is their daily work.
    [[nodiscard]] std::string hold_of(const RecordedPacket& p) const {
        constexpr Duration kNotable{10'000'000};
        const bool withheld = p.hold == Hold::nagle || p.hold == Hold::cork;
        if (p.held < (withheld ? Duration(1) : kNotable)) return "";
        std::string text = fmt::format("held {} by {}", text_of(p.held), name(p.hold));
        const auto it = impulses_.find({p.segment.source, p.segment.destination});
        if (it == impulses_.end() || it->second.at != p.sent) return text;
        const Impulse& end = it->second;
        return text + (end.timer ? fmt::format(" until a timer ran out ({})", name(*end.timer))
                                 : fmt::format(" until ACK {} came", end.ack));
    }

    void write(const RecordedPacket& p, Ipv4Address host, Time at, Way way, std::string_view comment) {
        const Interface& interface = interfaces_.at(host.value);
        const Duration since_1970 = kRunDate + at.time_since_epoch();
        files_[interface.file].pcapng.add_packet({interface.number, since_1970, way, p.number, comment}, bytes_);
    }

    const Recording& recording_;
    std::vector<File> files_;
    std::unordered_map<std::uint32_t, Interface> interfaces_;  // by the host's address
    std::unordered_map<FourTuple, std::unordered_map<std::uint32_t, Time>, FourTupleHash> last_sent_;  // by number
    RelativeNumbers numbers_;
    std::unordered_map<FourTuple, Impulse, FourTupleHash> impulses_;  // by the view of the end that it came to
    std::vector<std::string> reasons_;                                // by packet
    std::vector<std::uint8_t> bytes_;                                 // of the packet
};

}  // namespace

std::vector<RunFile> captures(const Recording& recording, std::string_view title, const Tell& tell) {
    return Tapping(recording, title).run(tell);
}

}  // namespace tcplab::capture
