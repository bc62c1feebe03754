#include "ladder/happenings.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "experiment/connection_numbers.hpp"

namespace tcplab::ladder {
namespace {

/// Gathers what happened to one connection. It is told of each end's doings in the order of time.
class Collector {
  public:
    explicit Collector(const Recording& recording) : recording_(recording) {}

    void sent(Side side, std::size_t number) {
        const RecordedPacket& p = recording_.packets[number];
        Instant& now = instant(side, p.sent);
        if (now.timer && !now.departure) {  // the timer made it go out
            now.departure = now.timer;
            found_[*now.timer].kind = Happening::Kind::sent;
            found_[*now.timer].packet = number;
        } else {
            now.departure = found_.size();
            found_.push_back({Happening::Kind::sent, side, p.sent, number, std::nullopt, {}});
        }
        if (now.entered && brings_sender_to(p.segment, states_[index(side)])) {
            found_[*now.entered].states.pop_back();
            found_[*now.departure].states.push_back(states_[index(side)]);
            now.entered.reset();
        }
    }

    void arrived(Side side, Time time, std::size_t number) {
        instant(side, time).arrival = found_.size();
        found_.push_back({Happening::Kind::arrived, side, time, number, std::nullopt, {}});
    }

    void state(Side side, Time time, State state) {
        if (states_[index(side)] == state) return;
        states_[index(side)] = state;
        Instant& now = instant(side, time);
        const bool by_sending =
            now.departure && brings_sender_to(recording_.packets[found_[*now.departure].packet].segment, state);
        auto cause = by_sending ? now.departure : now.arrival;
        if (!cause) cause = now.timer ? now.timer : now.departure;
        if (!cause) {
            cause = found_.size();
            found_.push_back({Happening::Kind::remark, side, time, 0, std::nullopt, {}});
        }
        found_[*cause].states.push_back(state);
        now.entered = by_sending ? std::nullopt : cause;
    }

    void timer(Side side, Time time, FiredTimer timer) {
        Instant& now = instant(side, time);
        now.timer = found_.size();
        now.departure.reset();
        found_.push_back({Happening::Kind::remark, side, time, 0, timer, {}});
    }

    // What was told as a remark until a packet accounted for it is empty now.
    std::vector<Happening> take() {
        const auto is_empty = [](const Happening& h) {
            return h.kind == Happening::Kind::remark && !h.timer && h.states.empty();
        };
        found_.erase(std::remove_if(found_.begin(), found_.end(), is_empty), found_.end());
        return std::move(found_);
    }

  private:
    // At one end in the present instant: places in found_.
    struct Instant {
        Time time = kNever;
        std::optional<std::size_t> arrival, departure, timer;
        std::optional<std::size_t> entered;  // where a state is that a packet still to come may account for
    };

    Instant& instant(Side side, Time now) {
        Instant& i = instants_[index(side)];
        if (i.time != now) i = {now, std::nullopt, std::nullopt, std::nullopt, std::nullopt};
        return i;
    }

    // Whether sending that packet brought an end to its state, and not what came.
    static bool brings_sender_to(const Segment& sent, State state) {
        switch (state) {
            case State::syn_sent: return sent.has(flag::syn);
            case State::fin_wait_1:
            case State::last_ack: return sent.has(flag::fin);
            case State::closed: return sent.has(flag::rst);
            default: return false;
        }
    }

    const Recording& recording_;
    std::vector<Happening> found_;
    std::array<Instant, 2> instants_;
    std::array<State, 2> states_{State::closed, State::listen};
};

/// Shares a recording's events out among the connections that are asked for.
class Sorter {
  public:
    Sorter(const Recording& recording, const std::vector<ConnectionRow>& connections,
           const std::vector<std::size_t>& numbers)
        : recording_(recording), ids_(connections), collectors_(numbers.size(), Collector(recording)) {
        for (std::size_t i = 0; i < numbers.size(); ++i) places_.emplace(connections[numbers[i]].id, i);
    }

    void see(const RecordedEvent& event) {
        switch (event.kind) {
            case RecordedEvent::Kind::sent: sent(event.index); break;
            case RecordedEvent::Kind::copied: break;  // told when it arrives
            case RecordedEvent::Kind::arrived: arrived(event.index, event.hop); break;
            case RecordedEvent::Kind::state: state(recording_.states[event.index]); break;
            case RecordedEvent::Kind::timer: timer(recording_.timers[event.index]); break;
        }
    }

    std::vector<std::vector<Happening>> take() {
        std::vector<std::vector<Happening>> all;
        for (Collector& collector : collectors_) all.push_back(collector.take());
        return all;
    }

  private:
    struct Place {
        Collector* collector = nullptr;  // none: of a connection that was not asked for
        Side side = Side::left;
    };

    // Of the end that `tuple` is the view of.
    Place find(const FourTuple& tuple, Time time) {
        const ConnectionNumbers::End end = ids_.find(tuple, time);
        const auto place = places_.find(end.id);
        if (place == places_.end()) return {};
        return {&collectors_[place->second], end.client ? Side::left : Side::right};
    }
    Place sender(const RecordedPacket& p) { return find({p.segment.source, p.segment.destination}, p.sent); }

    void sent(std::size_t number) {
        const Place at = sender(recording_.packets[number]);
        if (at.collector != nullptr) at.collector->sent(at.side, number);
    }

    void arrived(std::size_t number, std::uint16_t hop) {
        const RecordedPacket& p = recording_.packets[number];
        const RecordedHop& passage = p.hops[hop];
        const bool at_host = hop + 1U == p.hops.size() && recording_.links[passage.link].reaches_host;
        if (!at_host || passage.fate != PacketFate::delivered) return;
        const Place from = sender(p);
        if (from.collector != nullptr) from.collector->arrived(other(from.side), passage.arrived, number);
    }

    void state(const RecordedState& s) {
        const Place at = find(s.snapshot.tuple, s.time);
        if (at.collector != nullptr) at.collector->state(at.side, s.time, s.snapshot.state);
    }

    void timer(const RecordedTimer& t) {
        const Place at = find(t.tuple, t.time);
        if (at.collector != nullptr) at.collector->timer(at.side, t.time, t.timer);
    }

    const Recording& recording_;
    ConnectionNumbers ids_;
    std::map<std::uint32_t, std::size_t> places_;  // in collectors_, by the connection's id
    std::vector<Collector> collectors_;
};

}  // namespace

std::vector<std::vector<Happening>> happenings_of(const Recording& recording,
                                                  const std::vector<ConnectionRow>& connections,
                                                  const std::vector<std::size_t>& numbers) {
    Sorter sorter(recording, connections, numbers);
    for (const RecordedEvent& event : recording.events) sorter.see(event);
    return sorter.take();
}

}  // namespace tcplab::ladder
