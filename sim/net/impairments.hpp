#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/random.hpp"
#include "core/time.hpp"
#include "net/drop_script.hpp"
#include "net/link_config.hpp"

namespace tcplab {

/// What a run's random draws depend on, beside their purpose.
struct RunSeed {
    std::uint64_t seed = 1;
    std::uint32_t repetition = 1;
};

/// What the link does to one packet that enters it.
struct Treatment {
    bool lost = false;
    std::uint32_t damage = 0;  ///< where a bit is flipped, in 2^-32 of the packet; 0: nowhere
    Duration extra_delay{0};
};

/// Loss, damage, copies and irregular delays of one link direction. Each draws from a stream of its own, once per
/// packet that enters, whatever becomes of the packet.
class Impairments {
  public:
    /// `direction` tells the streams of several directions apart. `fins`: see DropScript.
    Impairments(const LinkConfig& config, RunSeed seed, std::uint32_t direction, FinLog* fins);

    /// Whether the configuration asks for any.
    static bool needed_by(const LinkConfig& config);
    /// Whether packets may overtake each other.
    [[nodiscard]] bool reorders() const {
        return reorder_.possible() || jitter_ > Duration::zero() || !hold_by_.empty();
    }

    /// Whether a copy of the packet that enters now follows it. Counts it for scripted copies, and draws.
    bool duplicates(const Segment& segment);
    /// Counts the packet for scripted loss and delay, and draws.
    Treatment treat(const Segment& segment);
    /// The same for a copy that the link made: scripts do not see it.
    Treatment treat_copy();

    /// Flips the bit at `damage` (see Treatment) of the IP packet; true when a checksum finds it.
    bool damage_is_found(const Segment& segment, std::uint32_t damage);

  private:
    /// Something that happens with a probability. Draws only when it is possible.
    class Chance {
      public:
        Chance(double probability, RunSeed seed, Purpose purpose, std::uint32_t direction);
        [[nodiscard]] bool possible() const { return stream_ != nullptr; }
        bool happens();
        /// From 1 to 2^32 - 1; only when it is possible.
        std::uint32_t draw();

      private:
        double probability_;
        std::unique_ptr<RandomStream> stream_;  // 2.5 kB, so only where it is needed
    };

    /// Losses in bursts (GilbertElliott). Two draws a packet.
    class Bursts {
      public:
        Bursts(const GilbertElliott& model, RunSeed seed, std::uint32_t direction);
        bool lose();

      private:
        double to_bad_, to_good_, lost_good_, lost_bad_;
        bool bad_ = false;
        RandomStream stream_;
    };

    DropScript script_;
    DropScript hold_;
    std::vector<Duration> hold_by_;  // of hold_'s rules
    DropScript duplicate_data_;
    std::unique_ptr<Bursts> bursts_;
    Chance loss_;
    Chance reorder_;
    Chance duplicate_;
    Chance corrupt_;
    Duration reorder_delay_;
    Duration jitter_;
    std::unique_ptr<RandomStream> jitter_stream_;
    std::vector<std::uint8_t> bytes_;  // of the packet that is being damaged
};

}  // namespace tcplab
