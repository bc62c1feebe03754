#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ladder/side.hpp"
#include "terminal/table.hpp"
#include "trace/recording.hpp"

namespace tcplab::ladder {

/// A part of what stands on an arrow.
struct LabelPart {
    static constexpr unsigned kCore = 0;      ///< always on the arrow
    static constexpr unsigned kPromised = 1;  ///< where the arrow has no room for it, below it
    std::string text;
    unsigned rank = kCore;  ///< beyond kPromised it is left out where there is no room, the highest first
    Accent accent = Accent::none;
};
using Label = std::vector<LabelPart>;

/// What stands between the parts of a label.
inline constexpr std::string_view kBetweenParts = "  ";

/// Columns of a label.
std::size_t width_of(const Label& label);

/// Takes parts off a label until it is at most `room` columns wide; those that were promised are returned. The core is
/// cut at last.
std::vector<LabelPart> fit(Label& label, std::size_t room);

/// One connection's sequence numbers, counted from the SYN of their direction, and its windows in bytes.
class Numbering {
  public:
    /// To be told of every packet once, in the order of sending, before the first question.
    void see(Side from, const Segment& segment);

    /// The number of a byte that `from` sends. `near` is a number not more than 2^31 away from it.
    [[nodiscard]] std::int64_t relative(Side from, SeqNum number, std::int64_t near) const;
    /// What the segment offers (RFC 7323 2.2).
    [[nodiscard]] std::uint64_t window(Side from, const Segment& segment) const;

  private:
    struct Direction {
        std::optional<SeqNum> initial;
        bool saw_syn = false;
        std::optional<std::uint8_t> scale;
    };
    std::array<Direction, 2> directions_;
};

/// Writes the labels of one connection's packets, in the order of sending.
class Labels {
  public:
    explicit Labels(const Numbering& numbers) : numbers_(numbers) {}

    /// `why`: what made it go out, where the packet does not say that itself; may be empty.
    Label label(Side from, const RecordedPacket& packet, const std::string& why);

  private:
    void add_numbers(Label& label, Side from, const Segment& segment);
    void add_sack(Label& label, Side from, const Segment& segment, std::int64_t ack) const;

    const Numbering& numbers_;
    std::array<std::int64_t, 2> next_{};  // by side: one past the highest number that was sent
};

}  // namespace tcplab::ladder
