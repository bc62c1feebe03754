#include "report/charts.hpp"

#include <fmt/format.h>

#include <iterator>

#include "export/text.hpp"
#include "report/html.hpp"
#include "tcp/config.hpp"

namespace tcplab::report {
namespace {

/// A column of a table: [1, 2, null].
template <class Row, class AppendField>
void append_column(std::string& out, std::string_view name, const std::vector<Row>& rows, const AppendField& field) {
    fmt::format_to(std::back_inserter(out), "\"{}\":[", name);
    for (const Row& row : rows) {
        field(out, row);
        out += ',';
    }
    if (!rows.empty()) out.pop_back();
    out += "],";
}

void append_number(std::string& out, std::int64_t n) { out += fmt::format_int(n).c_str(); }

void append_instant(std::string& out, Time t) {
    if (t == kNever) {
        out += "null";
    } else {
        append_decimal(out, t.time_since_epoch().count());
    }
}

void append_packets(std::string& out, const std::vector<FlowPacket>& packets) {
    using P = const FlowPacket&;
    append_column(out, "sent", packets, [](std::string& o, P p) { append_instant(o, p.sent); });
    append_column(out, "arrived", packets, [](std::string& o, P p) { append_instant(o, p.arrived); });
    append_column(out, "begin", packets, [](std::string& o, P p) { append_number(o, p.begin); });
    append_column(out, "length", packets, [](std::string& o, P p) { append_number(o, p.length); });
    append_column(out, "ack", packets, [](std::string& o, P p) {
        if (p.ack) {
            append_number(o, *p.ack);
        } else {
            o += "null";
        }
    });
    append_column(out, "window", packets, [](std::string& o, P p) { o += fmt::format_int(p.window).c_str(); });
    append_column(out, "flags", packets, [](std::string& o, P p) { append_number(o, p.flags); });
    append_column(out, "reason", packets,
                  [](std::string& o, P p) { append_number(o, static_cast<std::int64_t>(p.reason)); });
    append_column(out, "fate", packets,
                  [](std::string& o, P p) { append_number(o, static_cast<std::int64_t>(p.fate)); });
    append_column(out, "copy", packets, [](std::string& o, P p) { o += p.copy ? '1' : '0'; });
    out += "\"sacked\":{";  // by packet, as few have any
    const char* separator = "";
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (packets[i].sacked.empty()) continue;
        fmt::format_to(std::back_inserter(out), "{}\"{}\":[{}]", separator, i, fmt::join(packets[i].sacked, ","));
        separator = ",";
    }
    out += "},";
}

void append_states(std::string& out, const std::vector<SampledState>& states) {
    using S = const SampledState&;
    out += "\"states\":{";
    append_column(out, "time", states, [](std::string& o, S s) { append_instant(o, s.time); });
    append_column(out, "cwnd", states, [](std::string& o, S s) { append_number(o, s.snapshot.cwnd); });
    append_column(out, "ssthresh", states, [](std::string& o, S s) {
        if (s.snapshot.ssthresh >= kInfiniteSegments) {
            o += "null";
        } else {
            append_number(o, s.snapshot.ssthresh);
        }
    });
    append_column(out, "inFlight", states, [](std::string& o, S s) { append_number(o, s.snapshot.in_flight); });
    append_column(out, "srtt", states, [](std::string& o, S s) {
        if (s.snapshot.srtt == Duration::zero()) {
            o += "null";
        } else {
            append_decimal(o, s.snapshot.srtt.count());
        }
    });
    out.pop_back();
    out += "}";
}

void append_flow(std::string& out, std::string_view name, const Flow& flow) {
    fmt::format_to(std::back_inserter(out), "\"{}\":{{\"all\":{},\"allStates\":{},", name, flow.all_packets,
                   flow.all_states);
    append_packets(out, flow.packets);
    append_states(out, flow.states);
    out += "}";
}

void append_queue(std::string& out, std::string_view name, const QueueHistory& queue) {
    fmt::format_to(std::back_inserter(out), "\"{}\":{{\"all\":{},\"allDrops\":{},", name, queue.all_points,
                   queue.all_drops);
    append_column(out, "time", queue.points, [](std::string& o, const auto& p) { append_instant(o, p.time); });
    append_column(out, "packets", queue.points, [](std::string& o, const auto& p) { append_number(o, p.packets); });
    append_column(out, "drops", queue.drops, [](std::string& o, Time t) { append_instant(o, t); });
    out.pop_back();
    out += "}";
}

}  // namespace

std::string charts_json(const Flows& flows, const std::vector<ConnectionRow>& connections) {
    std::string out = "{\"connections\":[";
    for (const ConnectionFlows& c : flows.connections) {
        const ConnectionRow& row = connections[c.id - 1];
        fmt::format_to(std::back_inserter(out), "{}{{\"id\":{},\"client\":\"{}\",\"server\":\"{}\",",
                       &c == &flows.connections.front() ? "" : ",\n", row.id, to_string(row.tuple.local),
                       to_string(row.tuple.remote));
        append_flow(out, "up", c.up);
        out += ',';
        append_flow(out, "down", c.down);
        out += "}";
    }
    fmt::format_to(std::back_inserter(out), "],\"leftOut\":{},\"queues\":{{", flows.left_out);
    append_queue(out, "up", flows.queue_up);
    out += ',';
    append_queue(out, "down", flows.queue_down);
    return out + "}}";
}

std::string words_json() {
    std::string out = "{\"reasons\":[";
    for (auto r = static_cast<int>(SendReason::unknown); r <= static_cast<int>(SendReason::reset); ++r) {
        out += json_string(name(static_cast<SendReason>(r))) + ",";
    }
    out.back() = ']';
    out += ",\"fates\":[";
    for (auto f = static_cast<int>(PacketFate::delivered); f <= static_cast<int>(PacketFate::still_moving); ++f) {
        out += json_string(name(static_cast<PacketFate>(f))) + ",";
    }
    out.back() = ']';
    return out + "}";
}

}  // namespace tcplab::report
