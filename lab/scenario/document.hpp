#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/diagnostics.hpp"

namespace tcplab {

struct Member;

/// A TOML value and where it stands.
struct Node {
    enum class Kind : std::uint8_t { table, array, string, integer, real, boolean, date };

    Kind kind = Kind::table;
    Mark mark;
    std::string text;             ///< of a string
    std::int64_t integer = 0;     ///< of an integer
    double real = 0;              ///< of a real
    bool flag = false;            ///< of a boolean
    std::string written;          ///< the value's source text, when it is short and stands on one line
    std::vector<Node> items;      ///< of an array
    std::vector<Member> members;  ///< of a table, in the order of their keys
};

/// A table's entry.
struct Member {
    std::string key;
    Mark mark;  ///< of the key
    Node value;
};

/// The entry of that name, or nullptr.
const Member* find(const Node& table, std::string_view key);

/// Reads TOML 1.0. What is not TOML, not UTF-8 or nested absurdly deep is one diagnostic and no document.
/// Never throws.
std::optional<Node> parse_document(std::string_view text, Diagnostics& out);

/// Reads the value of an option such as --set: TOML's syntax, or a bare string. `option` marks everything in it.
/// No value only for a list, table or quoted string that is broken.
std::optional<Node> parse_option_value(std::string_view text, std::uint32_t option, Diagnostics& out);

}  // namespace tcplab
