#include <fmt/format.h>

#include <array>
#include <iterator>
#include <utility>

#include "capture/numbers.hpp"
#include "capture/traces.hpp"
#include "experiment/connection_numbers.hpp"
#include "export/text.hpp"
#include "tcp/config.hpp"

namespace tcplab::capture {
namespace {

void append_ms(std::string& out, Time t) {
    out += ',';
    if (t != kNever) append_decimal(out, t.time_since_epoch().count());
}

void append_ms(std::string& out, Duration d) {
    out += ',';
    append_decimal(out, d.count());
}

template <class Number>
void append_number(std::string& out, Number n) {
    fmt::format_to(std::back_inserter(out), ",{}", n);
}

/// An empty field instead of a number that stands for nothing.
template <class Number>
void append_number(std::string& out, Number n, Number nothing) {
    out += ',';
    if (n != nothing) fmt::format_to(std::back_inserter(out), "{}", n);
}

/// "SYN ACK"
std::string flags_of(const Segment& s) {
    constexpr std::array<std::pair<std::uint8_t, std::string_view>, 8> names{{{flag::fin, "FIN"},
                                                                              {flag::syn, "SYN"},
                                                                              {flag::rst, "RST"},
                                                                              {flag::psh, "PSH"},
                                                                              {flag::ack, "ACK"},
                                                                              {flag::urg, "URG"},
                                                                              {flag::ece, "ECE"},
                                                                              {flag::cwr, "CWR"}}};
    std::string out;
    for (const auto& [bit, name] : names) {
        if (!s.has(bit)) continue;
        if (!out.empty()) out += ' ';
        out += name;
    }
    return out;
}

/// "mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 10"
std::string options_of(const Segment& s, InitialNumbers initial) {
    const std::string text = to_text(s, initial);
    const auto begin = text.find('<');
    return begin == std::string::npos ? "" : text.substr(begin + 1, text.rfind('>') - begin - 1);
}

/// Over all links that it has passed.
struct Passage {
    Time arrived = kNever;  // at its host
    Duration queued{};
    Duration transmission{};
    bool marked = false;
};

Passage passage_of(const RecordedPacket& p) {
    Passage sum;
    for (const RecordedHop& hop : p.hops) {
        sum.marked = sum.marked || hop.marked;
        if (hop.departed == kNever) continue;
        sum.queued += hop.departed - hop.transmission - hop.entered;
        sum.transmission += hop.transmission;
    }
    if (p.fate() == PacketFate::delivered) sum.arrived = p.hops.back().arrived;
    return sum;
}

void append_packet(std::string& out, const Recording& recording, const RecordedPacket& p,
                   const RelativeNumbers& numbers, ConnectionNumbers::End sender) {
    const Segment& s = p.segment;
    const Passage passage = passage_of(p);
    append_number(out, p.number);
    append_number(out, p.copy_of, std::uint64_t{0});
    append_number(out, sender.id, std::uint32_t{0});
    out += sender.id == 0 ? "," : sender.client ? ",up" : ",down";
    append_ms(out, p.sent);
    append_ms(out, passage.arrived);
    fmt::format_to(std::back_inserter(out), ",{},{},{},{},{},{}", to_string(s.source.address), s.source.port,
                   to_string(s.destination.address), s.destination.port, flags_of(s), numbers.seq(s));
    out += ',';
    if (s.has(flag::ack)) fmt::format_to(std::back_inserter(out), "{}", numbers.ack(s));
    append_number(out, s.payload.length);
    append_number(out, numbers.window(s));
    out += ',';
    append_csv_field(out, options_of(s, numbers.initial(s)));
    fmt::format_to(std::back_inserter(out), ",{},{},", name(s.reason), name(p.fate()));
    if (p.fate() != PacketFate::delivered && !p.hops.empty()) out += recording.links[p.hops.back().link].name;
    append_ms(out, passage.queued);
    append_ms(out, passage.transmission);
    out += passage.marked ? ",1\n" : ",0\n";
}

}  // namespace

std::string tcp_csv(const RunLabel& label, const Recording& recording, const Results& results, const Tell& tell) {
    std::string out = label_header(label) +
                      ",time_ms,connection,end,state,cwnd,ssthresh,in_flight,rwnd,srtt_ms,rto_ms,ca_state,mss\n";
    const ConnectionNumbers connections(results.connections);
    const std::string fields = label_fields(label);
    Steps steps(tell, recording.states.size());
    for (const RecordedState& r : recording.states) {
        steps.step();
        const TcpSnapshot& s = r.snapshot;
        const ConnectionNumbers::End end = connections.find(s.tuple, r.time);
        out += fields;
        append_ms(out, r.time);
        append_number(out, end.id, std::uint32_t{0});
        out += end.client ? ",client," : ",server,";
        out += name(s.state);
        append_number(out, s.cwnd);
        append_number(out, s.ssthresh, kInfiniteSegments);
        append_number(out, s.in_flight);
        append_number(out, s.rwnd);
        out += ',';
        if (s.srtt != Duration::zero()) append_decimal(out, s.srtt.count());
        append_ms(out, s.rto);
        fmt::format_to(std::back_inserter(out), ",{},{}\n", name(s.ca_state), s.segment_size);
    }
    return out;
}

std::string packets_csv(const RunLabel& label, const Recording& recording, const Results& results, const Tell& tell) {
    std::string out = label_header(label) +
                      ",packet,copy_of,connection,direction,sent_ms,arrived_ms,source_ip,source_port,destination_ip,"
                      "destination_port,flags,seq,ack,length,window,options,reason,fate,link,queued_ms,"
                      "transmission_ms,marked\n";
    const ConnectionNumbers connections(results.connections);
    const std::string fields = label_fields(label);
    RelativeNumbers numbers;
    Steps steps(tell, recording.packets.size());
    for (const RecordedPacket& p : recording.packets) {
        steps.step();
        numbers.see(p.segment);
        out += fields;
        append_packet(out, recording, p, numbers, connections.find({p.segment.source, p.segment.destination}, p.sent));
    }
    return out;
}

}  // namespace tcplab::capture
