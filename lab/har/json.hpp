#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab::har {

struct JsonMember;

/// A value of a JSON text (RFC 8259) and where it stands.
struct JsonValue {
    enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

    Kind kind = Kind::null;
    bool flag = false;             ///< of a boolean
    double number = 0;             ///< of a number
    std::size_t end = 0;           ///< offset in the text: behind the value; of an array or object, behind its bracket
    std::string text;              ///< of a string, at most kLongestText bytes of it
    std::vector<JsonValue> items;  ///< of an array
    std::vector<JsonMember> members;  ///< of an object, in the order of the text
};

/// An entry of an object.
struct JsonMember {
    std::string key;
    JsonValue value;
};

/// What of a string is kept.
inline constexpr std::size_t kLongestText = 16'384;

/// Whether a member of that name is to be kept; others are read and forgotten.
using Wanted = bool (*)(std::string_view key);

/// A syntax error.
struct JsonError {
    std::size_t offset = 0;  ///< of what was not expected
    std::string message;     ///< "not JSON: ..."
};

/// A JSON text, or what is wrong with it.
struct ParsedJson {
    std::optional<JsonValue> value;
    JsonError error;  ///< without a value
};

/// Reads a JSON text, with or without a byte order mark. Surrogates without their other half, which JavaScript's own
/// writer lets through, become U+FFFD. Containers that lie very deep are forgotten. Never throws out.
ParsedJson parse_json(std::string_view text, Wanted wanted);

/// The member of that name, the last if there are several; nullptr without it, and for a null.
const JsonValue* find(const JsonValue& object, std::string_view key);

/// Where a value begins in the text that it was read from, and how many bytes of it are worth underlining.
struct Extent {
    std::size_t offset = 0;
    std::size_t length = 1;
};
Extent extent_of(const JsonValue& value, std::string_view text);

/// "the number 12", "a list": for messages.
std::string found_text(const JsonValue& value);

}  // namespace tcplab::har
