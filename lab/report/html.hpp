#pragma once

#include <string>
#include <string_view>

#include "export/summary.hpp"

namespace tcplab::report {

/// `text` as it may stand in HTML, between tags or in a quoted attribute. What is not UTF-8, and what HTML may not have
/// (U+0000), is U+FFFD.
std::string escaped(std::string_view text);

/// JSON as it may stand in a <script>: nothing in it ends the element, whatever its strings say.
std::string in_script(std::string_view json);

/// A JSON string with its quotes.
std::string json_string(std::string_view text);

/// A time as in the result files, "208.4 ms"; "none" where the file has an empty field.
std::string exact_ms(FieldValue nanoseconds);

/// "12,345"
std::string with_commas(std::uint64_t number);

}  // namespace tcplab::report
