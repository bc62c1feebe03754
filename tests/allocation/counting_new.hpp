#pragma once

#include <cstdint>

namespace tcplab {

/// Whether operator new is replaced in this program by one that counts. Not where a sanitizer brings its own.
extern const bool counts_allocations;

/// How often it was called so far.
std::uint64_t allocations();

}  // namespace tcplab
