#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "capture/numbers.hpp"
#include "capture/traces.hpp"
#include "experiment/connection_numbers.hpp"
#include "export/text.hpp"
#include "tcp/config.hpp"

namespace tcplab::capture {
namespace {

using Kind = RecordedEvent::Kind;

/// What qlog calls a state of TCP (ConnectionState of its QUIC events).
std::string_view qlog_state(State s) {
    switch (s) {
        case State::syn_sent: return "attempted";
        case State::listen:
        case State::syn_received: return "handshake";
        case State::established: return "active";
        case State::fin_wait_1:
        case State::fin_wait_2:
        case State::close_wait:
        case State::closing:
        case State::last_ack: return "draining";
        case State::time_wait:
        case State::closed: return "closed";
    }
    return "";
}

/// The same of its congestion control.
std::string_view qlog_congestion(const TcpSnapshot& s) {
    if (s.ca_state != CaState::open && s.ca_state != CaState::disorder) return "recovery";
    return s.cwnd < s.ssthresh ? "slow_start" : "congestion_avoidance";
}

/// Of loss_timer_triggered; nothing for timers that are of no loss.
std::optional<std::string_view> loss_timer(FiredTimer timer) {
    switch (timer) {
        case FiredTimer::handshake:
        case FiredTimer::retransmission:
        case FiredTimer::tail_loss_probe: return "pto";
        case FiredTimer::reordering: return "ack";
        default: return std::nullopt;
    }
}

/// One end of a connection.
struct Trace {
    struct Range {
        std::uint32_t begin, end;  // sequence numbers
        std::uint64_t packet;
    };
    std::string events;
    TcpSnapshot last;
    bool is_new = true;
    std::vector<Range> to_acknowledge;                     // arrived, and no packet has said so yet
    std::map<std::uint32_t, std::uint64_t> last_with_seq;  // the packet sent last, by its number
};

class Qlog {
  public:
    Qlog(const Recording& recording, const Results& results)
        : recording_(recording), results_(results), connections_(results.connections) {}

    std::string text(std::string_view title, const Tell& tell) {
        Steps steps(tell, recording_.events.size());
        for (const RecordedEvent& event : recording_.events) {
            steps.step();
            add(event);
        }
        std::string out = R"({"qlog_version": "0.3", "qlog_format": "JSON", "title": )";
        append_json_string(out, title);
        out += ", \"traces\": [";
        std::string_view comma = "\n";
        for (auto it = traces_.begin(); it != traces_.end(); it = traces_.erase(it)) {  // not all of it twice in memory
            out += std::exchange(comma, ",\n");
            append_trace(out, results_.connections[it->first.first - 1], it->first.second, it->second);
        }
        return out + "\n]}\n";
    }

  private:
    static void append_trace(std::string& out, const ConnectionRow& c, bool server, const Trace& trace) {
        const std::string_view end = server ? "server" : "client";
        fmt::format_to(
            std::back_inserter(out),
            R"({{"title": "connection {}, {}: {} - {}", "vantage_point": {{"type": "{}"}}, )"
            R"("common_fields": {{"protocol_type": "TCP", "time_format": "relative", "reference_time": 0}}, )"
            R"("events": [)",
            c.id, end, to_string(c.tuple.local), to_string(c.tuple.remote), end);
        out += trace.events + "\n]}";
    }

    void add(const RecordedEvent& event) {
        switch (event.kind) {
            case Kind::sent: on_sent(recording_.packets[event.index]); break;
            case Kind::copied: break;
            case Kind::arrived: on_arrived(recording_.packets[event.index], event.hop); break;
            case Kind::state: on_state(recording_.states[event.index]); break;
            case Kind::timer: on_timer(recording_.timers[event.index]); break;
        }
    }

    /// Null where there is no connection, as behind a reset.
    Trace* find(const FourTuple& tuple, Time at) {
        const ConnectionNumbers::End end = connections_.find(tuple, at);
        return end.id == 0 ? nullptr : &traces_[{end.id, !end.client}];
    }

    template <class... Data>
    static void append(Trace& trace, Time at, std::string_view what, fmt::format_string<Data...> data,
                       Data&&... values) {
        trace.events += trace.events.empty() ? "\n{\"time\": " : ",\n{\"time\": ";
        append_decimal(trace.events, at.time_since_epoch().count());
        fmt::format_to(std::back_inserter(trace.events), ", \"name\": \"{}\", \"data\": {{", what);
        fmt::format_to(std::back_inserter(trace.events), data, std::forward<Data>(values)...);
        trace.events += "}}";
    }

    void on_sent(const RecordedPacket& p) {
        numbers_.see(p.segment);
        Trace* const trace = find({p.segment.source, p.segment.destination}, p.sent);
        if (trace == nullptr) return;
        const std::uint32_t seq = numbers_.seq(p.segment);
        if (p.segment.sequence_length() > 0) {
            const auto [last, is_first] = trace->last_with_seq.try_emplace(seq, p.number);
            if (!is_first && is_retransmission(p.segment.reason)) {
                append(*trace, p.sent, "recovery:packet_lost",
                       R"("header": {{"packet_type": "1RTT", "packet_number": {}}})", last->second);
            }
            last->second = p.number;
        }
        const std::string acks = acknowledged(*trace, p.segment);
        append(*trace, p.sent, "transport:packet_sent", "{}, \"reason\": \"{}\"", packet(p, acks),
               name(p.segment.reason));
        if (!acks.empty()) acks_.emplace(p.number, acks);
    }

    void on_arrived(const RecordedPacket& p, std::size_t hop_number) {
        const RecordedHop& hop = p.hops[hop_number];
        const bool damaged = hop.fate == PacketFate::corrupted;
        if (damaged ? !recording_.links[hop.link].reaches_host : hop_number + 1 < p.hops.size()) return;
        Trace* const trace = find({p.segment.destination, p.segment.source}, hop.arrived);
        if (trace == nullptr) return;
        if (damaged) {
            append(*trace, hop.arrived, "transport:packet_dropped", R"("raw": {{"length": {}}}, "trigger": "checksum")",
                   tcp_length(p.segment));
            return;
        }
        const std::uint32_t length = p.segment.sequence_length();
        const std::uint32_t seq = numbers_.seq(p.segment);
        if (length > 0) trace->to_acknowledge.push_back({seq, seq + length, p.number});
        const auto acks = acks_.find(p.number);
        append(*trace, hop.arrived, "transport:packet_received", "{}",
               packet(p, acks == acks_.end() ? "" : acks->second));
    }

    void on_state(const RecordedState& r) {
        Trace* const trace = find(r.snapshot.tuple, r.time);
        if (trace == nullptr) return;
        const TcpSnapshot& now = r.snapshot;
        const TcpSnapshot last = std::exchange(trace->last, now);
        const bool first = std::exchange(trace->is_new, false);
        if (first || now.state != last.state) {
            append(*trace, r.time, "connectivity:connection_state_updated", R"("new": "{}", "tcp_state": "{}")",
                   qlog_state(now.state), name(now.state));
        }
        if (first || qlog_congestion(now) != qlog_congestion(last) || now.ca_state != last.ca_state) {
            append(*trace, r.time, "recovery:congestion_state_updated", R"("new": "{}", "tcp_ca_state": "{}")",
                   qlog_congestion(now), name(now.ca_state));
        }
        if (const std::string changes = metrics(now, first ? TcpSnapshot() : last); !changes.empty()) {
            append(*trace, r.time, "recovery:metrics_updated", "{}", changes);
        }
    }

    void on_timer(const RecordedTimer& r) {
        Trace* const trace = find(r.tuple, r.time);
        if (trace == nullptr) return;
        if (const auto type = loss_timer(r.timer)) {
            append(*trace, r.time, "recovery:loss_timer_triggered", R"("timer_type": "{}", "tcp_timer": "{}")", *type,
                   name(r.timer));
        } else {
            append(*trace, r.time, "tcp:timer_triggered", R"("tcp_timer": "{}")", name(r.timer));
        }
    }

    /// What is not as it was.
    static std::string metrics(const TcpSnapshot& now, const TcpSnapshot& last) {
        std::string out;
        const auto add = [&out](std::string_view metric, std::uint64_t value) {
            fmt::format_to(std::back_inserter(out), "{}\"{}\": {}", out.empty() ? "" : ", ", metric, value);
        };
        const std::uint64_t mss = now.segment_size;
        const bool resized = now.segment_size != last.segment_size;
        if (resized || now.cwnd != last.cwnd) add("congestion_window", now.cwnd * mss);
        if (resized || now.in_flight != last.in_flight) add("bytes_in_flight", now.in_flight * mss);
        if (now.in_flight != last.in_flight) add("packets_in_flight", now.in_flight);
        const bool finite = now.ssthresh < kInfiniteSegments;
        if (finite && (resized || now.ssthresh != last.ssthresh)) add("ssthresh", now.ssthresh * mss);
        if (now.srtt != last.srtt) {
            fmt::format_to(std::back_inserter(out), "{}\"smoothed_rtt\": ", out.empty() ? "" : ", ");
            append_decimal(out, now.srtt.count());
        }
        return out;
    }

    static std::uint32_t tcp_length(const Segment& s) { return s.ip_size() - Segment::kIpHeader; }

    /// Of a packet that was sent or received; `acks` are the ranges of packets that it acknowledges.
    std::string packet(const RecordedPacket& p, const std::string& acks) const {
        const Segment& s = p.segment;
        const std::uint32_t seq = numbers_.seq(s);
        std::string out = fmt::format(
            R"("header": {{"packet_type": "1RTT", "packet_number": {}, "sequence_number": {})", p.number, seq);
        if (s.has(flag::ack)) {
            fmt::format_to(std::back_inserter(out), ", \"acknowledgement_number\": {}", numbers_.ack(s));
        }
        fmt::format_to(std::back_inserter(out),
                       R"(, "window": {}, "flags": {}}}, "raw": {{"length": {}, "payload_length": {}}}, "frames": [)",
                       numbers_.window(s), s.flags, tcp_length(s), s.payload.length);
        std::string_view comma;
        if (s.payload.length > 0) {
            fmt::format_to(std::back_inserter(out),
                           R"({{"frame_type": "stream", "stream_id": "0", "offset": "{}", "length": "{}"{}}})",
                           seq + (s.has(flag::syn) ? 1U : 0U) - 1, s.payload.length,
                           s.has(flag::fin) ? ", \"fin\": true" : "");
            comma = ", ";
        }
        if (!acks.empty()) {
            fmt::format_to(std::back_inserter(out), R"({}{{"frame_type": "ack", "acked_ranges": [{}]}})", comma, acks);
            comma = ", ";
        }
        if (s.has(flag::ack) && !s.has(flag::rst)) {
            fmt::format_to(std::back_inserter(out), R"({}{{"frame_type": "max_data", "maximum": "{}"}})", comma,
                           std::uint64_t{numbers_.ack(s)} + numbers_.window(s));
        }
        return out + "]";
    }

    /// The packets that a segment acknowledges for the first time: QUIC's ranges of packet numbers.
    std::string acknowledged(Trace& trace, const Segment& s) {
        if (!s.has(flag::ack)) return "";
        const std::uint32_t ack = numbers_.ack(s);
        const SeqNum zero = numbers_.initial(s).receiver;
        const auto covered = [&](const Trace::Range& r) {
            if (r.end <= ack) return true;
            return std::any_of(s.sack.begin(), s.sack.end(), [&](const SeqRange& block) {
                return r.begin >= RelativeNumbers::behind(block.left, zero) &&
                       r.end <= RelativeNumbers::behind(block.right, zero);
            });
        };
        std::vector<Trace::Range>& waiting = trace.to_acknowledge;
        const auto split =
            std::stable_partition(waiting.begin(), waiting.end(), [&](const Trace::Range& r) { return !covered(r); });
        std::string out;
        for (auto it = split; it != waiting.end(); ++it) {
            fmt::format_to(std::back_inserter(out), "{}[\"{}\", \"{}\"]", out.empty() ? "" : ", ", it->packet,
                           it->packet);
        }
        waiting.erase(split, waiting.end());
        return out;
    }

    const Recording& recording_;
    const Results& results_;
    ConnectionNumbers connections_;
    RelativeNumbers numbers_;
    std::unordered_map<std::uint64_t, std::string> acks_;     // what a packet acknowledges, as it was sent
    std::map<std::pair<std::uint32_t, bool>, Trace> traces_;  // by connection, and whether it is the server's
};

}  // namespace

std::string qlog(const Recording& recording, const Results& results, std::string_view title, const Tell& tell) {
    return Qlog(recording, results).text(title, tell);
}

}  // namespace tcplab::capture
