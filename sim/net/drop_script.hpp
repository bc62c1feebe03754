#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/link_config.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// The FINs that entered either direction of a link, so that each direction recognises the other's.
class FinLog {
  public:
    /// Remembers the segment's FIN, if it has one.
    void record(const Segment& segment);
    /// Whether the segment acknowledges a FIN that went the other way.
    [[nodiscard]] bool acknowledged_by(const Segment& segment) const;

  private:
    std::unordered_map<FourTuple, SeqNum, FourTupleHash> after_fin_;  // by the FIN's sender: what acknowledges it
};

/// A script for one direction of a link: counts packets by kind and says which of them it names.
class DropScript {
  public:
    /// `fins` is needed by DropKind::fin_ack, and is shared with the other direction; otherwise it may be absent.
    DropScript(std::vector<DropRule> rules, FinLog* fins);

    /// Counts a packet at its entry to the link; true when a rule names it.
    bool drops(const Segment& segment) { return find(segment).has_value(); }
    /// The same, and which rule is the first to name it.
    std::optional<std::size_t> find(const Segment& segment);

  private:
    struct SegmentKey {
        FourTuple tuple;
        std::uint32_t seq = 0;
        bool operator==(const SegmentKey&) const = default;
    };
    struct SegmentKeyHash {
        std::size_t operator()(const SegmentKey& k) const {
            return static_cast<std::size_t>(hash_value(k.tuple) ^ mix64(k.seq));
        }
    };
    struct Sendings {
        std::uint64_t ordinal = 0;  // 0: beyond what any rule names
        std::uint32_t count = 0;
    };

    [[nodiscard]] bool is_of(DropKind kind, const Segment& segment) const;
    Sendings count_segment(const Segment& segment);

    std::vector<DropRule> rules_;
    FinLog* fins_;
    std::array<std::uint64_t, 7> seen_{};                                // by DropKind; of `segment`, the distinct ones
    std::uint64_t last_segment_ = 0;                                     // the highest ordinal that a rule names
    std::unordered_map<SegmentKey, Sendings, SegmentKeyHash> segments_;  // up to last_segment_
};

}  // namespace tcplab
