#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "scenario/document.hpp"
#include "scenario/key.hpp"

namespace tcplab {

/// Reads a key's value, in its range. Type::objects and Type::entries are not read here (objects.hpp, settings.hpp).
std::optional<Value> read_value(const Table& table, const Key& key, const Node& node, Diagnostics& out);

/// "[tcp] nagle" or "duration": how messages begin.
std::string subject(const Table& table, const Key& key);
/// `the number 40`, `"fast"`, `a list`: what stands there instead.
std::string found_text(const Node& node);
/// `a duration such as "40 ms"`: what should stand there.
std::string expected_text(const Key& key);
/// A value of this key as it is written in a file.
std::string written_value(const Key& key, std::uint64_t number);

}  // namespace tcplab
