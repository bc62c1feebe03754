#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>

namespace tcplab {

/// What a stream of random numbers is for. Each purpose draws from a stream of its own, so that one more draw in
/// one place changes nothing elsewhere.
enum class Purpose : std::uint32_t {
    initial_sequence,
    ephemeral_port,
    link_loss,
    link_reorder,
    link_duplicate,
    link_corrupt,
    link_jitter,
    arrival,
    queue_discipline,
};

/// Boost's engine: the same numbers from every compiler and library. Use Boost.Random's distributions with it.
using RandomStream = boost::random::mt19937;

/// The seed of one purpose's stream. `instance` tells apart several users of one purpose (links, hosts). It never
/// depends on a scenario's parameters, so variants are compared under the same randomness.
std::uint64_t stream_seed(std::uint64_t seed, std::uint32_t repetition, Purpose purpose, std::uint64_t instance);

/// A stream for one purpose.
RandomStream make_stream(std::uint64_t seed, std::uint32_t repetition, Purpose purpose, std::uint64_t instance);

}  // namespace tcplab
