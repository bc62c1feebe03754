#pragma once

#include "tcp/config.hpp"
#include "tcp/memory.hpp"

namespace tcplab {

/// What hosts that are alike share, as a run may have a million of them: how their TCP behaves, and the memory that
/// connections need only while something is under way. Not between threads.
struct StackShare {
    explicit StackShare(const Config& c) : config(c) {}

    const Config config;
    ConnectionMemory memory;
};

}  // namespace tcplab
