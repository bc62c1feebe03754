#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/diagnostics.hpp"

namespace tcplab::script {

/// An argument or a result of a call, as it is written: "...", 1000, "reno", O_RDWR|O_NONBLOCK, [4],
/// {onoff=1, linger=0}.
struct Value {
    enum class Kind : std::uint8_t { anything, number, text, word, list, record };

    Kind kind = Kind::anything;
    std::int64_t number = 0;   ///< of a number, or of a word or words joined by | that name one
    bool has_number = false;   ///< `number` is valid
    std::string text;          ///< of a text or a word
    std::string name;          ///< of a record's field
    std::vector<Value> items;  ///< of a list, a record, or a word's arguments: htons(8080)
    Mark mark;

    /// The field of that name, or nullptr.
    [[nodiscard]] const Value* field(std::string_view field_name) const;
};

/// What a constant such as "O_NONBLOCK" stands for, with Linux's numbers.
std::optional<std::int64_t> constant(std::string_view name);
/// Whether errno has that name.
bool is_errno(std::string_view name);
/// The likely spelling: `did you mean "EAGAIN"?`, or empty.
std::string errno_hint(std::string_view name);

}  // namespace tcplab::script
