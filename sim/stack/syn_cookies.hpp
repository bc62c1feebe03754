#pragma once

#include <cstdint>
#include <optional>

#include "core/address.hpp"
#include "core/seq.hpp"
#include "core/time.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// SYN cookies (RFC 4987 3.6; syncookies.c): the initial sequence number of a SYN-ACK says all that a listener must
/// know when it is acknowledged, so that it need not remember the SYN.
class SynCookies {
  public:
    explicit SynCookies(std::uint64_t seed) : seed_(seed) {}

    /// The initial sequence number that answers a SYN with sequence number `theirs` and this MSS (0: none announced).
    [[nodiscard]] SeqNum make(Time now, const FourTuple& tuple, SeqNum theirs, std::uint16_t mss) const;
    /// The MSS, one of four, that a cookie carries; nothing when it is none of ours, or older than one to two minutes.
    [[nodiscard]] std::optional<std::uint16_t> check(Time now, const FourTuple& tuple, SeqNum theirs,
                                                     SeqNum cookie) const;

  private:
    [[nodiscard]] std::uint32_t hash(const FourTuple& tuple, std::uint32_t minute, std::uint32_t which) const;

    std::uint64_t seed_;
};

/// A timestamp of at most `clock` whose low bits say what the SYN offered: SACK, the window scale, ECN.
std::uint32_t timestamp_with_options(std::uint32_t clock, const Segment& syn);
/// Puts those into `syn`, given the echo of such a timestamp.
void restore_options(std::uint32_t echo, Segment& syn);

}  // namespace tcplab
