#include "report/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "experiment/connection_numbers.hpp"
#include "export/text.hpp"
#include "report/html.hpp"

namespace tcplab::report {
namespace {

using Kind = RecordedEvent::Kind;

// Packets drawn at the beginning and at the end of a long connection.
constexpr std::size_t kFirst = 80;
constexpr std::size_t kLast = 20;

// Pixels from line to line; the ends' lifelines in percent of the width.
constexpr unsigned kPitch = 15;
constexpr unsigned kLeft = 20;
constexpr unsigned kRight = 80;

/// Of the two ends, whose events are told apart.
struct Side {
    bool client = true;
    State state = State::closed;
    std::optional<SeqNum> initial;  // its first sequence number

    [[nodiscard]] unsigned x() const { return client ? kLeft : kRight; }
};

std::string flag_text(const Segment& s) {
    std::string text;
    for (const auto& [bit, word] : {std::pair{flag::syn, "SYN"}, {flag::fin, "FIN"}, {flag::rst, "RST"}}) {
        if (s.has(bit)) text += fmt::format("{}{}", text.empty() ? "" : ", ", word);
    }
    return text;
}

/// "SYN", "FIN, 1449:2897 (1448)", "ACK 301": what fits between the lifelines of a narrow screen.
std::string packet_text(const Segment& s, SeqNum own_first, std::optional<SeqNum> other_first) {
    std::string text = flag_text(s);
    const std::uint32_t n = s.payload.length;
    if (n > 0) {
        const std::uint32_t begin = s.seq.raw() - own_first.raw();
        text += fmt::format("{}{}:{} ({})", text.empty() ? "" : ", ", begin, begin + n, n);
    } else if (s.has(flag::ack) && other_first) {
        const char* word = text.empty() ? "ACK " : s.has(flag::syn) ? ", ACK " : ", ack ";
        text += fmt::format("{}{}", word, s.ack.raw() - other_first->raw());
    }
    return text;
}

std::string time_text(Time t) {
    std::string out;
    append_decimal(out, t.time_since_epoch().count() / 1000 * 1000);  // microseconds are enough here
    return out;
}

class Drawing {
  public:
    Drawing(const Recording& recording, const std::vector<ConnectionRow>& connections)
        : recording_(recording), numbers_(connections), first_(connections.front().tuple) {}

    Ladder draw() {
        choose_packets();
        if (packets_ == 0) return {};
        for (const RecordedEvent& event : recording_.events) see(event);
        for (const auto& [packet, from] : under_way_) arrow(packet, from, lines_ + 1);  // not there when the run ended
        const unsigned height = (lines_ + 2) * kPitch;
        std::string svg = fmt::format(
            "<svg class=\"ladder\" height=\"{}\" role=\"img\" aria-label=\"Packets of connection 1\">"
            "<text x=\"{}%\" y=\"12\" class=\"end\" text-anchor=\"middle\">{}</text>"
            "<text x=\"{}%\" y=\"12\" class=\"end\" text-anchor=\"middle\">{}</text>"
            "<line class=\"life\" x1=\"{}%\" x2=\"{}%\" y1=\"18\" y2=\"{}\"/>"
            "<line class=\"life\" x1=\"{}%\" x2=\"{}%\" y1=\"18\" y2=\"{}\"/>{}{}</svg>",
            height, kLeft, to_string(first_.local), kRight, to_string(first_.remote), kLeft, kLeft, height, kRight,
            kRight, height, arrows_, texts_);
        return {std::move(svg), packets_ - shown_};
    }

  private:
    [[nodiscard]] bool is_first(const RecordedPacket& p) const {
        return numbers_.find({p.segment.source, p.segment.destination}, p.sent).id == 1;
    }
    [[nodiscard]] bool from_client(const RecordedPacket& p) const { return p.segment.source == first_.local; }
    [[nodiscard]] Side& side(bool client) { return client ? client_ : server_; }

    void choose_packets() {
        std::vector<std::size_t> all;
        for (std::size_t i = 0; i < recording_.packets.size(); ++i) {
            if (is_first(recording_.packets[i])) all.push_back(i);
        }
        packets_ = all.size();
        if (packets_ > kFirst + kLast) {
            gap_begin_ = all[kFirst];
            gap_end_ = all[packets_ - kLast];
            shown_ = kFirst + kLast;
        } else {
            shown_ = packets_;
        }
    }
    [[nodiscard]] bool is_shown(std::size_t packet) const { return packet < gap_begin_ || packet >= gap_end_; }

    void see(const RecordedEvent& event) {
        switch (event.kind) {
            case Kind::sent:
            case Kind::copied: see_sent(event.index); break;
            case Kind::arrived: see_arrived(event); break;
            case Kind::state: see_state(recording_.states[event.index]); break;
            case Kind::timer: see_timer(recording_.timers[event.index]); break;
        }
    }

    void see_sent(std::size_t index) {
        const RecordedPacket& p = recording_.packets[index];
        if (!is_first(p)) return;
        Side& sender = side(from_client(p));
        if (!sender.initial) sender.initial = p.segment.seq;
        in_gap_ = !is_shown(index);
        if (in_gap_) {
            if (!std::exchange(gap_drawn_, true)) draw_gap();
            return;
        }
        const std::string text = packet_text(p.segment, *sender.initial, side(!sender.client).initial);
        const unsigned line = next_line();
        at_side(sender, line, p.sent);
        beside(sender, line, is_retransmission(p.segment.reason) ? "packet again" : "packet",
               p.copy_of != 0 ? text + ", a copy" : text);
        under_way_.emplace(index, line);
        if (p.fate() == PacketFate::lost || p.fate() == PacketFate::queue_full) lose(index);
    }

    void see_arrived(const RecordedEvent& event) {
        const auto it = under_way_.find(event.index);
        if (it == under_way_.end()) return;
        const RecordedPacket& p = recording_.packets[event.index];
        const RecordedHop& hop = p.hops[event.hop];
        if (hop.fate == PacketFate::corrupted) {
            lose(event.index);
        } else if (recording_.links[hop.link].reaches_host) {
            const unsigned line = next_line();
            at_side(side(!from_client(p)), line, hop.arrived);
            arrow(event.index, it->second, line);
            under_way_.erase(it);
        }
    }

    void see_state(const RecordedState& s) {
        const ConnectionNumbers::End end = numbers_.find(s.snapshot.tuple, s.time);
        if (end.id != 1 || in_gap_) return;
        Side& there = side(end.client);
        if (std::exchange(there.state, s.snapshot.state) == s.snapshot.state) return;
        beside(there, next_line(), "state", std::string(name(s.snapshot.state)));
    }

    void see_timer(const RecordedTimer& t) {
        const ConnectionNumbers::End end = numbers_.find(t.tuple, t.time);
        if (end.id != 1 || in_gap_) return;
        const Side& there = side(end.client);
        const unsigned line = next_line();
        at_side(there, line, t.time);
        beside(there, line, "timer", std::string(name(t.timer)));
    }

    unsigned next_line() { return ++lines_; }
    static unsigned y_of(unsigned line) { return (line + 1) * kPitch; }

    /// The time, outside of the lifeline.
    void at_side(const Side& there, unsigned line, Time t) {
        fmt::format_to(std::back_inserter(texts_),
                       "<text class=\"time\" x=\"{}%\" dx=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>", there.x(),
                       there.client ? -6 : 6, y_of(line) + 4, there.client ? "end" : "start", time_text(t));
    }
    /// What happened, inside.
    void beside(const Side& there, unsigned line, std::string_view kind, const std::string& text) {
        fmt::format_to(std::back_inserter(texts_),
                       "<text class=\"{}\" x=\"{}%\" dx=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>", kind, there.x(),
                       there.client ? 8 : -8, y_of(line) - 3, there.client ? "start" : "end", escaped(text));
    }
    void arrow(std::size_t packet, unsigned from, unsigned to) {
        const RecordedPacket& p = recording_.packets[packet];
        const Side& sender = side(from_client(p));
        fmt::format_to(std::back_inserter(arrows_),
                       "<line class=\"{}\" x1=\"{}%\" y1=\"{}\" x2=\"{}%\" y2=\"{}\" marker-end=\"url(#arrow)\"/>",
                       p.segment.payload.length > 0 ? "data" : "bare", sender.x(), y_of(from), side(!sender.client).x(),
                       y_of(to));
    }
    void lose(std::size_t packet) {
        const unsigned from = under_way_.at(packet);
        const RecordedPacket& p = recording_.packets[packet];
        const Side& sender = side(from_client(p));
        const unsigned line = next_line();
        constexpr unsigned middle = (kLeft + kRight) / 2;
        fmt::format_to(std::back_inserter(arrows_),
                       "<line class=\"lost\" x1=\"{}%\" y1=\"{}\" x2=\"{}%\" y2=\"{}\"/>"
                       "<text class=\"lost\" x=\"{}%\" y=\"{}\" dx=\"{}\" text-anchor=\"{}\">✗ {}</text>",
                       sender.x(), y_of(from), middle, y_of(line), middle, y_of(line) + 4, sender.client ? 4 : -4,
                       sender.client ? "start" : "end", name(p.fate()));
        under_way_.erase(packet);
    }
    void draw_gap() {
        const unsigned line = next_line();
        fmt::format_to(std::back_inserter(texts_),
                       "<text class=\"gap\" x=\"50%\" y=\"{}\" text-anchor=\"middle\">"
                       "· · · {} packets · · ·</text>",
                       y_of(line) + 4, with_commas(packets_ - shown_));
        next_line();
    }

    const Recording& recording_;
    ConnectionNumbers numbers_;
    FourTuple first_;
    Side client_{true, State::closed, {}};
    Side server_{false, State::closed, {}};
    std::size_t packets_ = 0, shown_ = 0;
    std::size_t gap_begin_ = SIZE_MAX, gap_end_ = SIZE_MAX;  // indices of packets that are not drawn
    bool in_gap_ = false, gap_drawn_ = false;
    std::map<std::size_t, unsigned> under_way_;  // packets, and the line of their sending
    unsigned lines_ = 0;
    std::string arrows_, texts_;
};

}  // namespace

Ladder ladder_of(const Recording& recording, const std::vector<ConnectionRow>& connections) {
    return Drawing(recording, connections).draw();
}

}  // namespace tcplab::report
