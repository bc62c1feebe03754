#include "core/random.hpp"

#include "core/address.hpp"

namespace tcplab {

std::uint64_t stream_seed(std::uint64_t seed, std::uint32_t repetition, Purpose purpose, std::uint64_t instance) {
    const std::uint64_t label = (std::uint64_t{repetition} << 32U) | static_cast<std::uint32_t>(purpose);
    return mix64(mix64(mix64(seed) ^ label) ^ instance);
}

RandomStream make_stream(std::uint64_t seed, std::uint32_t repetition, Purpose purpose, std::uint64_t instance) {
    const std::uint64_t s = stream_seed(seed, repetition, purpose, instance);
    return RandomStream(static_cast<std::uint32_t>(s ^ (s >> 32U)));
}

}  // namespace tcplab
