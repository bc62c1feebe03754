#pragma once

#include <cstddef>
#include <cstdint>

namespace tcplab::ladder {

/// An end of the connection, by its column: who opened it is on the left.
enum class Side : std::uint8_t { left, right };

constexpr Side other(Side s) { return s == Side::left ? Side::right : Side::left; }
constexpr std::size_t index(Side s) { return static_cast<std::size_t>(s); }

}  // namespace tcplab::ladder
