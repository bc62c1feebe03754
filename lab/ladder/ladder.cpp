#include "ladder/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "ladder/happenings.hpp"

namespace tcplab::ladder {
namespace {

constexpr const char* kBetweenStates = ", ";

std::string last_of(const std::string& states) {
    const std::size_t before = states.rfind(kBetweenStates);
    return before == std::string::npos ? states : states.substr(before + std::string_view(kBetweenStates).size());
}

// What neither the flags nor the numbers tell.
std::string why_sent(SendReason reason, std::optional<FiredTimer> timer) {
    if (timer) {
        switch (*timer) {
            case FiredTimer::handshake: return "sent again: handshake timeout";
            case FiredTimer::retransmission: return "sent again: retransmission timeout";
            case FiredTimer::reordering: return "sent again: reordering timeout";
            case FiredTimer::persist: return "window probe: persist timer";
            case FiredTimer::delayed_ack: return "delayed ACK timer";
            case FiredTimer::tail_loss_probe:
            case FiredTimer::ack_compression:
            case FiredTimer::keepalive:
            case FiredTimer::fin_wait_2:
            case FiredTimer::time_wait: break;
        }
    }
    switch (reason) {
        case SendReason::unknown:
        case SendReason::handshake:
        case SendReason::data:
        case SendReason::fin:
        case SendReason::acknowledgement:
        case SendReason::reset: return "";
        case SendReason::handshake_again: return "sent again";
        case SendReason::answer: return "answer to an unacceptable segment";
        case SendReason::timeout_retransmission: return "sent again after the timeout";
        default: return std::string(name(reason));
    }
}

std::string loss_text(const Recording& recording, const RecordedPacket& p) {
    if (p.fate() == PacketFate::delivered) return "";
    if (p.hops.empty()) return "on its way as the run ended";
    const std::string& link = recording.links[p.hops.back().link].name;
    switch (p.fate()) {
        case PacketFate::queue_full: return "dropped by the queue of " + link;
        case PacketFate::corrupted: return "damaged on " + link;
        case PacketFate::still_moving: return fmt::format("on {} as the run ended", link);
        default: return "lost on " + link;
    }
}

/// Goes through what happened to a connection and writes the steps.
class Writer {
  public:
    Writer(const Recording& recording, const std::vector<Happening>& happenings, Time time_wait_until)
        : recording_(recording), happenings_(happenings), time_wait_until_(time_wait_until), labels_(numbers_) {
        for (const Happening& h : happenings) {
            if (h.kind == Happening::Kind::sent) numbers_.see(h.side, packet(h).segment);
        }
    }

    std::vector<Step> write() {
        for (const Happening& h : happenings_) {
            switch (h.kind) {
                case Happening::Kind::sent: departs(h); break;
                case Happening::Kind::arrived: arrives(h); break;
                case Happening::Kind::remark: remark(h); break;
            }
        }
        return std::move(steps_);
    }

  private:
    [[nodiscard]] const RecordedPacket& packet(const Happening& h) const { return recording_.packets[h.packet]; }

    void departs(const Happening& h) {
        const RecordedPacket& p = packet(h);
        Step step;
        step.side = h.side;
        step.at[index(h.side)] = h.time;
        step.label = labels_.label(h.side, p, why_sent(p.segment.reason, h.timer));
        step.lost = loss_text(recording_, p);
        step.payload = p.segment.payload.length;
        step.ordinary = is_ordinary(step, p.segment);
        place_[h.packet] = steps_.size();
        add(std::move(step), h);
    }

    // Whether there may be a hundred like it. What is more than data or an acknowledgement must be as the packet
    // before.
    bool is_ordinary(const Step& step, const Segment& segment) {
        std::string special = segment.has(flag::rst) ? "RST" : "";
        for (const LabelPart& part : step.label) {
            if (part.rank == LabelPart::kPromised) special += " " + part.text;
        }
        const bool as_before = special == std::exchange(last_[index(step.side)], special);
        const bool begins_message = step.label.front().rank == LabelPart::kPromised;
        return step.lost.empty() && !segment.has(flag::syn | flag::fin) && !begins_message &&
               (special.empty() || as_before);
    }

    // One row tells of a packet as long as what the receiver's column says stays in the order of time.
    void arrives(const Happening& h) {
        const auto sent = place_.find(h.packet);
        if (sent == place_.end()) return copy_arrives(h);
        Step& departure = steps_[sent->second];
        std::size_t& newest = newest_arrived_[index(h.side)];
        const bool overtaken = newest > sent->second;
        const bool crossed = !h.states.empty() && did_anything_since(sent->second, h);
        newest = std::max(newest, sent->second);
        if (overtaken || crossed) {
            departure.kind = Step::Kind::departure;
            return arrives_apart(h, departure.label);
        }
        departure.at[index(h.side)] = h.time;
        bring_to(departure, h);
    }

    // Whether the end that the packet came to did something between its departure and its arrival. What it did in the
    // instant of the arrival matters only where it could not have done it afterwards.
    [[nodiscard]] bool did_anything_since(std::size_t departure, const Happening& arrival) const {
        const bool closes = arrival.states.back() == State::closed;
        return std::any_of(steps_.begin() + static_cast<std::ptrdiff_t>(departure), steps_.end(), [&](const Step& s) {
            return s.side == arrival.side && s.kind != Step::Kind::arrival &&
                   (closes || s.at[index(s.side)] < arrival.time);
        });
    }

    void copy_arrives(const Happening& h) {
        std::uint64_t number = packet(h).copy_of;
        while (recording_.packets[number - 1].copy_of != 0) number = recording_.packets[number - 1].copy_of;
        const auto original = place_.find(number - 1);
        Label label = original == place_.end() ? Label{} : steps_[original->second].label;
        label.push_back({"copy made on the way", LabelPart::kPromised, Accent::worst});
        arrives_apart(h, std::move(label));
    }

    void arrives_apart(const Happening& h, Label label) {
        Step step;
        step.kind = Step::Kind::arrival;
        step.side = h.side;
        step.at[index(h.side)] = h.time;
        step.label = std::move(label);
        step.lost = loss_text(recording_, packet(h));
        step.payload = packet(h).segment.payload.length;
        add(std::move(step), h);
    }

    void remark(const Happening& h) {
        Step step;
        step.kind = Step::Kind::remark;
        step.side = h.side;
        step.at[index(h.side)] = h.time;
        if (h.timer) step.label.push_back({std::string(name(*h.timer)), LabelPart::kPromised, Accent::worst});
        add(std::move(step), h);
    }

    void add(Step step, const Happening& h) {
        bring_to(step, h);
        steps_.push_back(std::move(step));
    }

    void bring_to(Step& step, const Happening& h) {
        for (const State s : h.states) {
            std::string& states = step.states[index(h.side)];
            states += (states.empty() ? "" : kBetweenStates) + std::string(name(s));
            if (s == State::time_wait && time_wait_until_ != kNever) {
                states += fmt::format(" for {:g} s", to_ms(time_wait_until_ - h.time) / 1e3);
                time_wait_until_ = kNever;  // where both ends have it, it is the end of the first
            }
            step.ordinary = false;
        }
    }

    const Recording& recording_;
    const std::vector<Happening>& happenings_;
    Time time_wait_until_;
    Numbering numbers_;
    Labels labels_;
    std::vector<Step> steps_;
    std::map<std::size_t, std::size_t> place_;     // of a packet's departure in steps_
    std::array<std::string, 2> last_;              // by side: what was special about the packet that it sent last
    std::array<std::size_t, 2> newest_arrived_{};  // by receiver: the last departure, as a step, that came
};

std::string name_of(const Recording& recording, Ipv4Address address) {
    const auto& hosts = recording.hosts;
    const auto host =
        std::find_if(hosts.begin(), hosts.end(), [&](const RecordedHost& h) { return h.address == address; });
    if (host == hosts.end()) return "";
    const auto servers = std::count_if(hosts.begin(), hosts.end(),
                                       [](const RecordedHost& h) { return h.kind == RecordedHost::Kind::server; });
    return host->kind == RecordedHost::Kind::server && servers == 1 ? "server" : host->name;
}

}  // namespace

Time Step::last() const {
    if (at[0] == kNever || at[1] == kNever) return first();
    return std::max(at[0], at[1]);
}

Ladder make_ladder(const Recording& recording, const std::vector<ConnectionRow>& connections, std::size_t number) {
    return std::move(make_ladders(recording, connections, {number}).front());
}

std::vector<Ladder> make_ladders(const Recording& recording, const std::vector<ConnectionRow>& connections,
                                 const std::vector<std::size_t>& numbers) {
    const std::vector<std::vector<Happening>> happenings = happenings_of(recording, connections, numbers);
    std::vector<Ladder> ladders(numbers.size());
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const ConnectionRow& row = connections[numbers[i]];
        ladders[i].endpoints = {row.tuple.local, row.tuple.remote};
        for (const Side side : {Side::left, Side::right}) {
            ladders[i].names[index(side)] = name_of(recording, ladders[i].endpoints[index(side)].address);
        }
        ladders[i].steps = Writer(recording, happenings[i], row.time_wait_until).write();
    }
    return ladders;
}

Ladder select(Ladder ladder, Time from, Time to) {
    std::vector<Step> all = std::exchange(ladder.steps, {});
    for (Step& step : all) {
        if (step.last() < from) {
            ++ladder.before;
            for (const Side side : {Side::left, Side::right}) {
                const std::string& states = step.states[index(side)];
                if (!states.empty()) ladder.states[index(side)] = last_of(states);
            }
        } else if (step.first() > to) {
            ++ladder.behind;
        } else {
            ladder.steps.push_back(std::move(step));
        }
    }
    return ladder;
}

}  // namespace tcplab::ladder
