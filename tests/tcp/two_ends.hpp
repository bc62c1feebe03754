#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "core/units.hpp"
#include "tcp/connection.hpp"
#include "wire/segment_text.hpp"

namespace tcplab::test {

/// Two connections joined by a path with a delay, a rate and a hook that may lose packets: the smallest world in
/// which the endpoint's contract can be held to. Every packet is kept, so that a failed check can print the story.
class TwoEnds {
  public:
    static constexpr std::uint32_t kClient = 0;
    static constexpr std::uint32_t kServer = 1;
    // Both wrap within the first kilobytes, so every test is one of wrapping too.
    static constexpr SeqNum kClientInitial{0xffffffff};
    static constexpr SeqNum kServerInitial{0xfffff000};

    struct Sent {
        Time at;
        std::uint32_t from;
        Segment segment;
        bool lost;
    };

    TwoEnds(Config client, Config server, Duration delay)
        : configs_{client, server},
          delay_(delay),
          ends_{Connection(configs_[0], {{{0x0a000001}, 40000}, {{0x0a000002}, 80}}, kClientInitial, memory_),
                Connection(configs_[1], {{{0x0a000002}, 80}, {{0x0a000001}, 40000}}, kServerInitial, memory_)} {}

    Connection& client() { return ends_[kClient]; }
    Connection& server() { return ends_[kServer]; }
    Connection& end(std::uint32_t i) { return ends_[i]; }
    [[nodiscard]] Time now() const { return now_; }
    [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }

    /// Returns true for a packet that the path loses; `n` counts packets of that end from 1.
    std::function<bool(std::uint32_t from, std::uint64_t n, const Segment&)> lose;
    /// Serialisation time of a packet; zero: infinitely fast.
    BitRate rate;
    /// Called after each input with the end that it concerned; reads and writes go here.
    std::function<void(std::uint32_t end, std::uint8_t events)> on_events;

    void connect() {
        client().connect(now_);
        drain(kClient);
    }
    /// Sends what the call before has made pending.
    void drain(std::uint32_t i) {
        Segment s;
        for (;;) {
            while (ends_[i].poll_segment(now_, s)) depart(i, s);
            const std::uint8_t events = ends_[i].take_events();
            if (events == 0) return;
            if ((events & event::writable) != 0) go_on_writing(i);
            if (on_events) on_events(i, events);
        }
    }
    /// Hands `s` to end `i` now, as if the path had brought it.
    void inject(std::uint32_t i, const Segment& s) {
        arrive(i, s);
        drain(i);
    }
    void run_until(Time end) {
        for (;;) {
            const Time next = next_instant();
            if (next > end) break;
            now_ = next;
            step();
        }
        now_ = end;
    }
    /// Until nothing is left to happen; false when `limit` instants were not enough.
    bool run_to_end(std::uint32_t limit = 1'000'000) {
        for (std::uint32_t i = 0; i < limit; ++i) {
            const Time next = next_instant();
            if (next == kNever) return true;
            now_ = next;
            step();
        }
        return false;
    }
    /// The segments that end `from` sent, lost ones too, as text.
    [[nodiscard]] std::vector<std::string> texts(std::uint32_t from) const {
        std::vector<std::string> out;
        for (const Sent& s : sent_) {
            if (s.from == from) out.push_back(to_text(s.segment, origins(from)));
        }
        return out;
    }
    /// When end `from` sent packets for which `wanted` holds, in milliseconds.
    [[nodiscard]] std::vector<double> times(std::uint32_t from,
                                            const std::function<bool(const Segment&)>& wanted) const {
        std::vector<double> out;
        for (const Sent& s : sent_) {
            if (s.from == from && wanted(s.segment)) out.push_back(to_ms(s.at));
        }
        return out;
    }
    /// Writes at end `i` now and sends what that makes possible; what finds no room is written as room comes.
    void write(std::uint32_t i, std::uint64_t bytes) {
        unwritten_[i] += bytes;
        go_on_writing(i);
        drain(i);
    }
    /// Reads everything end `i` has; returns how much.
    std::uint64_t read_all(std::uint32_t i) {
        std::uint64_t total = 0;
        while (const std::uint32_t n = ends_[i].read(now_, 0x7fffffff).length) total += n;
        return total;
    }
    /// Closes end `i`, when all is written.
    void close(std::uint32_t i) {
        closes_[i] = unwritten_[i] > 0 && ends_[i].can_write();
        if (!closes_[i]) ends_[i].close(now_);
        drain(i);
    }
    /// connect() and run until both ends are established.
    void open() {
        connect();
        while (client().state() != State::established || server().state() != State::established) {
            now_ = next_instant();
            step();
        }
    }
    /// The exchange as text, a line a packet.
    [[nodiscard]] std::string story() const {
        std::string out;
        for (const Sent& s : sent_) {
            out += std::to_string(to_ms(s.at)) + (s.from == kClient ? " > " : " < ") +
                   to_text(s.segment, origins(s.from)) + (s.lost ? "  lost\n" : "\n");
        }
        return out;
    }
    [[nodiscard]] static InitialNumbers origins(std::uint32_t from) {
        return from == kClient ? InitialNumbers{kClientInitial, kServerInitial}
                               : InitialNumbers{kServerInitial, kClientInitial};
    }

  private:
    struct Moving {
        Time at;
        std::uint32_t to;
        Segment segment;
    };

    void go_on_writing(std::uint32_t i) {
        if (unwritten_[i] == 0 || !ends_[i].can_write()) return;
        const Piece piece = Piece::body(unwritten_[i]);
        unwritten_[i] -= ends_[i].write(now_, &piece, 1);
        if (unwritten_[i] == 0 && closes_[i]) ends_[i].close(now_);
    }
    void depart(std::uint32_t from, const Segment& s) {
        const bool lost = lose && lose(from, ++count_[from], s);
        sent_.push_back({now_, from, s, lost});
        busy_[from] = std::max(busy_[from], now_) + transmission_time(s.ip_size(), rate);
        if (!lost) moving_[from].push_back({busy_[from] + delay_, 1 - from, s});
    }
    void arrive(std::uint32_t i, const Segment& s) {
        if (i == kServer && s.has(flag::syn) && !s.has(flag::ack) && server().state() == State::closed &&
            server().error() == TcpError::none) {
            server().accept(now_, s);
        } else {
            ends_[i].on_segment(now_, s);
        }
    }
    [[nodiscard]] Time next_instant() const {
        Time next = std::min(ends_[0].next_deadline(), ends_[1].next_deadline());
        for (const auto& queue : moving_) {
            if (!queue.empty()) next = std::min(next, queue.front().at);
        }
        return next;
    }
    void step() {
        for (auto& queue : moving_) {
            if (queue.empty() || queue.front().at > now_) continue;
            const Moving m = queue.front();
            queue.pop_front();
            arrive(m.to, m.segment);
            drain(m.to);
            return;
        }
        for (std::uint32_t i = 0; i < 2; ++i) {
            ends_[i].on_deadline(now_);
            drain(i);
        }
    }

    Config configs_[2];
    ConnectionMemory memory_;
    Duration delay_;
    Connection ends_[2];
    std::deque<Moving> moving_[2];
    std::vector<Sent> sent_;
    Time now_ = kStart;
    Time busy_[2] = {};
    std::uint64_t count_[2] = {};
    std::uint64_t unwritten_[2] = {};
    bool closes_[2] = {};
};

}  // namespace tcplab::test
