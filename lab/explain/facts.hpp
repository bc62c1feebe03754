#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "http/object_index.hpp"
#include "trace/recording.hpp"

namespace tcplab::explain {

/// Which way a message goes on its connection.
enum class Direction : std::uint8_t { up, down };

/// What is known of a run beyond its causes: numbers that a student can find in the ladder. Refers to all it is made
/// of. Where a proxy stands between, what a path tells may have happened on any connection: nothing is known then.
class Facts {
  public:
    /// `begin` is when the path begins. The recording is of the same run, up to `recorded`: nothing is known of what
    /// ended later.
    Facts(const Scenario& scenario, const Results& results, const Recording& recording, Time recorded, Time begin);

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    [[nodiscard]] const Transaction& transaction(std::uint32_t row) const { return results_.transactions[row]; }
    /// Whether it was complete then, in times since the path's beginning.
    [[nodiscard]] bool is_done(std::uint32_t row, Duration at) const { return transaction(row).done <= time(at); }
    /// Whether the client wanted it already.
    [[nodiscard]] bool is_wanted(std::uint32_t row, Duration at) const { return transaction(row).wanted <= time(at); }
    /// "GET /item/2"
    [[nodiscard]] std::string request(std::uint32_t row) const;
    /// Of several hosts the name of that which the request went to; else "the server".
    [[nodiscard]] std::string server(std::uint32_t row) const;

    /// An acknowledgement that data waited for.
    struct Release {
        std::uint32_t held = 0;   ///< bytes that went when it came
        std::uint32_t acked = 0;  ///< new bytes that it spoke of
        bool delayed = false;     ///< its sender's timer sent it
        Duration held_back{0};    ///< since what it spoke of had come
    };
    /// That which let data of a direction go at `at`, since the path's beginning.
    [[nodiscard]] std::optional<Release> release(std::uint32_t row, Direction direction, Duration at) const;
    /// That which was no longer held back at `at`: it was sent then.
    [[nodiscard]] std::optional<Release> held_back(std::uint32_t row, Direction direction, Duration at) const;

    /// Something that was lost, and sent again.
    struct Loss {
        std::string what;                    ///< "the SYN", "bytes 1:1449 (1448 B)"
        PacketFate fate = PacketFate::lost;  ///< delivered: it arrived, and what it should have brought did not
        std::string link;                    ///< "link down"
        SendReason repair = SendReason::unknown;
        std::size_t times = 1;  ///< so often
        Duration after{0};      ///< sent again so much later, in the end
        std::size_t more = 0;   ///< further packets of this direction that were lost before that
    };
    /// The loss that was repaired last between two times; of the handshake in either direction.
    [[nodiscard]] std::optional<Loss> loss(std::uint32_t row, Direction direction, Duration from, Duration to) const;

    /// How many packets of a direction were lost that were sent between two times.
    [[nodiscard]] std::size_t losses(std::uint32_t row, Direction direction, Duration from, Duration to) const;

    /// The sender's congestion window, in segments, and its peer's window, in bytes.
    struct Windows {
        std::uint32_t first = 0, last = 0;
        std::uint32_t least = 0, most = 0;
        std::uint64_t offered = 0;  ///< the smallest, while the other end received
    };
    [[nodiscard]] std::optional<Windows> windows(std::uint32_t row, Direction direction, Duration from,
                                                 Duration to) const;

  private:
    [[nodiscard]] const ConnectionRow* connection(std::uint32_t row, Time end) const;
    template <class When>
    [[nodiscard]] std::optional<Release> find_release(std::uint32_t row, Direction direction, Time at, When when) const;
    [[nodiscard]] Time time(Duration at) const { return begin_ + at; }

    const Scenario& scenario_;
    const Results& results_;
    const Recording& recording_;
    ObjectIndex index_;
    Time recorded_;
    Time begin_;
};

}  // namespace tcplab::explain
