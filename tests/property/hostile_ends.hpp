#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "property/hostile_path.hpp"
#include "property/wire_watch.hpp"
#include "tcp/connection.hpp"

namespace tcplab::test {

/// What the program at one end does.
struct Plan {
    std::uint64_t bytes = 0;  ///< writes so many, in pieces of at most `write_size`, then ends its stream
    std::uint64_t write_size = 1;
    Duration write_gap{0};            ///< at most, between two writes
    std::uint32_t read_size = 65536;  ///< most at once
    Duration read_gap{0};             ///< at most, between two reads; zero: reads all at once
    bool waits_for_end = false;       ///< writes only when it has read everything
    bool closes = false;              ///< ends with close() once it has read everything, and not with a half close
    /// Gives up when it has read so much: close() with data unread, or abort().
    std::optional<std::uint64_t> gives_up_after;
    bool aborts = false;
    Time connects = kNever;
    bool fidgets = false;  ///< sets options now and then
};

/// Two connections and two programs, joined by a hostile path; everything they do is held to the rules, and what a
/// program reads is compared with what the other wrote. Throws Broken.
class HostileEnds {
  public:
    struct End {
        Config config;
        Plan plan;
        Hostility out;  ///< of what it sends
        SeqNum initial;
    };
    HostileEnds(const End& a, const End& b, Duration lateness, std::uint64_t seed);
    HostileEnds(const HostileEnds&) = delete;
    HostileEnds& operator=(const HostileEnds&) = delete;
    ~HostileEnds() = default;

    /// Until nothing is left to happen.
    void run();
    /// Both streams arrived, whole and in order, and both ends are closed.
    [[nodiscard]] bool complete() const;
    /// An end reported an error.
    [[nodiscard]] bool failed() const;
    [[nodiscard]] TcpError error(unsigned i) const { return ends_[i].tcp->error(); }
    [[nodiscard]] std::uint64_t bytes_read(unsigned i) const { return ends_[i].read; }
    [[nodiscard]] Time now() const { return now_; }
    /// The last packets, and how the ends stand.
    [[nodiscard]] std::string story() const;

  private:
    struct Live {
        End is;
        ConnectionMemory memory;
        std::optional<Connection> tcp;
        std::optional<WireWatch> watch;
        std::optional<HostilePath> path;
        std::uint64_t read = 0;
        Time next_write{};
        Time next_read{};
        bool opened = false;
        bool ended_stream = false;
        bool saw_end = false;
        bool gone = false;  // closed by the program
    };
    struct Told {
        Time at;
        unsigned from;
        Fate fate;
        Segment segment;
    };
    static constexpr std::size_t kTold = 60;
    static constexpr std::uint64_t kMostSteps = 1'000'000;
    static constexpr std::uint64_t kMostAtOnce = 20'000;

    [[nodiscard]] Time next_instant() const;
    void step();
    void arrive(unsigned i, const Segment& s);
    void answer_with_reset(unsigned i, const Segment& s);
    void settle(unsigned i);
    bool act(unsigned i);
    bool act_reading(Live& e, Live& peer);
    bool act_writing(Live& e);
    bool gives_up(Live& e);
    bool act_ending(Live& e);
    void fidget(Live& e);
    Piece piece(std::uint64_t length);
    [[nodiscard]] bool wants_to_read(const Live& e) const;
    [[nodiscard]] bool wants_to_write(const Live& e) const;
    void send(unsigned i, const Segment& s);

    std::array<Live, 2> ends_;
    Draw draw_;
    Duration lateness_;
    Time now_ = kStart;
    std::deque<Told> told_;
    TextRef text_;
};

}  // namespace tcplab::test
