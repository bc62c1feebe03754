#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "script/sockets.hpp"

namespace tcplab::script {

/// The calls that a script may make.
struct CallTable {
    struct Row {
        std::string_view name;
        std::size_t least;  ///< arguments
        std::size_t most;
        bool on_descriptor;  ///< the first argument is one
        CallOutcome (Sockets::*make)(Sockets::Request&);
    };
    static const std::vector<Row>& rows();
    /// nullptr when there is none of that name.
    static const Row* find(std::string_view name);
};

}  // namespace tcplab::script
