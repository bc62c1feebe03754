#pragma once

#include <string>
#include <string_view>

namespace tcplab {

/// Every key that a scenario may have, by table: type, default in each profile, meaning, source. At most 100 columns.
std::string keys_text();

/// What `tcplab keys KEY` prints.
struct KeyText {
    std::string text;   ///< the details; empty when there is no such key
    std::string error;  ///< `unknown key "dealy"; did you mean "delay"?`
};
/// Details of the key of that full name ("link.rtt"), of all keys of that last name ("rtt"), or of a table ("link").
KeyText key_text(std::string_view name);

}  // namespace tcplab
