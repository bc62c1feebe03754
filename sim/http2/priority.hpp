#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tcplab {

/// How urgent a response is, and whether a part of it is of use (RFC 9218 4).
struct Priority {
    std::uint8_t urgency = 3;  ///< 0 to 7, the least first
    bool incremental = false;  ///< shares the connection with others of its urgency
    friend bool operator==(const Priority&, const Priority&) = default;
};

/// The value of a `priority` field: "u=1, i"; "" for the default, which needs no field.
std::string priority_text(Priority p);
/// What such a value says. What it does not say, or not as RFC 9218 has it, is as by default.
Priority parse_priority(std::string_view text);

}  // namespace tcplab
