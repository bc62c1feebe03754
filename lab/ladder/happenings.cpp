#include "ladder/happenings.hpp"

#include <algorithm>
#include <array>

#include "experiment/connection_numbers.hpp"

namespace tcplab::ladder {
namespace {

class Collector {
  public:
    Collector(const Recording& recording, const std::vector<ConnectionRow>& connections, std::size_t number)
        : recording_(recording), numbers_(connections), id_(connections[number].id) {}

    void see(const RecordedEvent& event) {
        switch (event.kind) {
            case RecordedEvent::Kind::sent: sent(event.index); break;
            case RecordedEvent::Kind::copied: break;  // told when it arrives
            case RecordedEvent::Kind::arrived: arrived(event.index, event.hop); break;
            case RecordedEvent::Kind::state: state(recording_.states[event.index]); break;
            case RecordedEvent::Kind::timer: timer(recording_.timers[event.index]); break;
        }
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

    // Of the end that `tuple` is the view of; nothing when it belongs to another connection.
    [[nodiscard]] std::optional<Side> side_of(const FourTuple& tuple, Time time) const {
        const ConnectionNumbers::End end = numbers_.find(tuple, time);
        if (end.id != id_) return std::nullopt;
        return end.client ? Side::left : Side::right;
    }
    [[nodiscard]] std::optional<Side> sender(const RecordedPacket& p) const {
        return side_of({p.segment.source, p.segment.destination}, p.sent);
    }

    void sent(std::size_t number) {
        const RecordedPacket& p = recording_.packets[number];
        const auto side = sender(p);
        if (!side) return;
        Instant& now = instant(*side, p.sent);
        if (now.timer && !now.departure) {  // the timer made it go out
            now.departure = now.timer;
            found_[*now.timer].kind = Happening::Kind::sent;
            found_[*now.timer].packet = number;
        } else {
            now.departure = found_.size();
            found_.push_back({Happening::Kind::sent, *side, p.sent, number, std::nullopt, {}});
        }
        if (now.entered && brings_sender_to(p.segment, states_[index(*side)])) {
            found_[*now.entered].states.pop_back();
            found_[*now.departure].states.push_back(states_[index(*side)]);
            now.entered.reset();
        }
    }

    void arrived(std::size_t number, std::uint16_t hop) {
        const RecordedPacket& p = recording_.packets[number];
        const RecordedHop& passage = p.hops[hop];
        const bool at_host = hop + 1U == p.hops.size() && recording_.links[passage.link].reaches_host;
        if (!at_host || passage.fate != PacketFate::delivered) return;
        const auto from = sender(p);
        if (!from) return;
        const Side side = other(*from);
        const Time time = passage.arrived;
        instant(side, time).arrival = found_.size();
        found_.push_back({Happening::Kind::arrived, side, time, number, std::nullopt, {}});
    }

    void state(const RecordedState& recorded) {
        const auto side = side_of(recorded.snapshot.tuple, recorded.time);
        if (!side || states_[index(*side)] == recorded.snapshot.state) return;
        const State state = recorded.snapshot.state;
        states_[index(*side)] = state;
        Instant& now = instant(*side, recorded.time);
        const bool by_sending =
            now.departure && brings_sender_to(recording_.packets[found_[*now.departure].packet].segment, state);
        auto cause = by_sending ? now.departure : now.arrival;
        if (!cause) cause = now.timer ? now.timer : now.departure;
        if (!cause) {
            cause = found_.size();
            found_.push_back({Happening::Kind::remark, *side, recorded.time, 0, std::nullopt, {}});
        }
        found_[*cause].states.push_back(state);
        if (!by_sending) now.entered = cause;
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

    void timer(const RecordedTimer& recorded) {
        const auto side = side_of(recorded.tuple, recorded.time);
        if (!side) return;
        Instant& now = instant(*side, recorded.time);
        now.timer = found_.size();
        now.departure.reset();
        found_.push_back({Happening::Kind::remark, *side, recorded.time, 0, recorded.timer, {}});
    }

    const Recording& recording_;
    ConnectionNumbers numbers_;
    std::uint32_t id_;
    std::vector<Happening> found_;
    std::array<Instant, 2> instants_;
    std::array<State, 2> states_{State::closed, State::listen};
};

}  // namespace

std::vector<Happening> happenings_of(const Recording& recording, const std::vector<ConnectionRow>& connections,
                                     std::size_t number) {
    Collector collector(recording, connections, number);
    for (const RecordedEvent& event : recording.events) collector.see(event);
    return collector.take();
}

}  // namespace tcplab::ladder
