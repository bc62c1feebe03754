#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "stack/socket.hpp"

namespace tcplab::script {

/// A socket option whose value is a number: the stack's own number is `scale` times the script's.
struct NumberOption {
    std::string_view level;  ///< "SOL_SOCKET" or "SOL_TCP"
    std::string_view name;
    SocketOption option;
    std::int64_t scale = 1;
};

/// Options that are a number to the stack.
const std::vector<NumberOption>& number_options();
/// nullptr when it is none of them.
const NumberOption* find_number_option(std::string_view level, std::string_view name);
/// Whether setsockopt() or getsockopt() of the option can be made, the special ones included.
bool is_option(std::string_view level, std::string_view name);
/// "SOL_TCP" for its other names, else the same.
std::string_view canonical_level(std::string_view level);

}  // namespace tcplab::script
