#pragma once

#include <array>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "core/ring.hpp"
#include "stack/stack.hpp"
#include "wire/segment_text.hpp"

namespace tcplab {

inline std::ostream& operator<<(std::ostream& out, TcpError e) { return out << (e == TcpError::none ? "ok" : name(e)); }
inline std::ostream& operator<<(std::ostream& out, State s) { return out << name(s); }

/// Two stacks, a and b, joined by a path of fixed delay; virtual time. What was sent is kept as text: put
/// INFO(world) first in a test and a failing check prints the whole story.
class World {
  public:
    static constexpr Duration kDelay = 10ms;
    static constexpr Ipv4Address kA{0x0a000001};
    static constexpr Ipv4Address kB{0x0a000002};

    explicit World(const Config& config = Config(), Ipv4Address address_a = kA, Ipv4Address address_b = kB)
        : a(address_a, config, {11, 12}), b(address_b, config, {21, 22}) {}

    Stack a;
    Stack b;
    Time now = kStart;
    /// True: the segment is lost. Null: none is.
    std::function<bool(const Segment&)> loses;
    std::vector<Stack::Finished> finished_a;
    std::vector<Stack::Finished> finished_b;

    /// Hands over what stands in the stacks, then lives for `d`.
    void run(Duration d = 100ms) {
        const Time end = now + d;
        pump();
        while (true) {
            Time next = std::min(a.next_deadline(), b.next_deadline());
            if (!path_.empty()) next = std::min(next, path_.front().at);
            if (next > end) break;
            now = std::max(now, next);
            step();
            pump();
        }
        now = end;
    }

    /// A segment from outside, at once.
    void inject(Stack& to, const Segment& s) {
        note(s, "injected");
        to.on_segment(now, s);
        pump();
    }

    /// The events of a socket since it was last asked.
    std::uint8_t ready(const Stack& stack, SocketId s) { return std::exchange(seen(stack)[s].ready, std::uint8_t{0}); }
    TcpError event_error(const Stack& stack, SocketId s) { return seen(stack)[s].error; }

    SocketId listen(Stack& stack, std::uint16_t port, std::uint32_t backlog = 128) {
        const SocketId s = stack.socket();
        REQUIRE(stack.bind(s, {stack.address(), port}) == TcpError::none);
        REQUIRE(stack.listen(s, backlog) == TcpError::none);
        return s;
    }
    SocketId connect(Stack& from, Endpoint to) const {
        const SocketId s = from.socket();
        REQUIRE(from.connect(now, s, to) == TcpError::in_progress);
        return s;
    }
    /// A connection from a to b, as its two sockets.
    std::pair<SocketId, SocketId> pair(SocketId listener, std::uint16_t port) {
        const SocketId client = connect(a, {b.address(), port});
        run();
        REQUIRE((ready(a, client) & ready::connected) != 0);
        const Result<SocketId> server = b.accept(now, listener);
        REQUIRE(server.ok());
        ready(b, listener);
        return {client, server.value};
    }

    struct Taken {
        std::string bytes;
        bool end = false;
        TcpError error = TcpError::none;  ///< would_block: nothing more now
    };
    /// Reads until there is no more.
    Taken read_all(Stack& stack, SocketId s) {
        Taken t;
        while (true) {
            const Result<Payload> r = stack.read(now, s, 65536);
            t.error = r.error;
            t.end = r.ok() && r.value.length == 0;
            if (!r.ok() || t.end) break;
            t.bytes += r.value.bytes();
        }
        run(Duration::zero());
        return t;
    }
    void write(Stack& stack, SocketId s, const std::string& text) const {
        const Result<std::uint64_t> r = stack.write(now, s, Piece::of(make_text(text)));
        REQUIRE(r.ok());
        REQUIRE(r.value == text.size());
    }

    /// Segments sent so far for which `match` is true.
    template <class Match>
    std::size_t sent(Match match) const {
        std::size_t n = 0;
        for (const Segment& s : sent_) n += match(s) ? 1U : 0U;
        return n;
    }
    [[nodiscard]] const Segment& last_sent() const { return sent_.back(); }
    [[nodiscard]] std::size_t sent_count() const { return sent_.size(); }

    friend std::ostream& operator<<(std::ostream& out, const World& w) {
        out << "\n";
        for (const std::string& line : w.log_) out << "    " << line << "\n";
        return out;
    }

  private:
    struct Seen {
        std::uint8_t ready = 0;
        TcpError error = TcpError::none;
    };
    struct Moving {
        Time at;
        Segment segment;
    };

    std::map<SocketId, Seen>& seen(const Stack& stack) { return &stack == &a ? seen_a_ : seen_b_; }

    void step() {
        if (a.next_deadline() <= now) a.on_deadline(now);
        if (b.next_deadline() <= now) b.on_deadline(now);
        if (!path_.empty() && path_.front().at <= now) {
            const Segment s = path_.front().segment;
            path_.pop_front();
            (s.destination.address == a.address() ? a : b).on_segment(now, s);
        }
    }

    void pump() {
        pump(a, finished_a);
        pump(b, finished_b);
    }

    void pump(Stack& stack, std::vector<Stack::Finished>& finished) {
        Segment s;
        while (stack.poll_segment(now, s)) {
            const bool lost = loses && loses(s);
            note(s, lost ? "lost" : "");
            sent_.push_back(s);
            if (!lost) path_.push_back({now + kDelay, s});
        }
        SocketEvent e;
        while (stack.poll_event(e)) {
            Seen& seen_one = seen(stack)[e.socket];
            seen_one.ready |= e.ready;
            seen_one.error = e.error;
        }
        Stack::Finished f;
        while (stack.poll_finished(f)) finished.push_back(f);
    }

    void note(const Segment& s, const char* what) {
        if (s.has(flag::syn)) initial_[{s.source, s.destination}] = s.seq;
        std::array<char, 32> at{};
        std::snprintf(at.data(), at.size(), "%12.3f ms ", to_ms(now));
        const InitialNumbers initial{initial_[{s.source, s.destination}], initial_[{s.destination, s.source}]};
        log_.push_back(at.data() + to_string(s.source) + " > " + to_string(s.destination) + " " + to_text(s, initial) +
                       " " + what);
    }

    Ring<Moving> path_;
    std::vector<Segment> sent_;
    std::vector<std::string> log_;
    std::map<FourTuple, SeqNum> initial_;
    std::map<SocketId, Seen> seen_a_;
    std::map<SocketId, Seen> seen_b_;
};

}  // namespace tcplab
