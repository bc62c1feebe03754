#pragma once

#include "script/cursor.hpp"
#include "script/value.hpp"

namespace tcplab::script {

/// Reads an argument or a result, and the white space behind it. Throws Unreadable.
Value read_value(Cursor& in);
/// Reads "(A, B, ...)", and the white space behind it. Throws Unreadable.
std::vector<Value> read_arguments(Cursor& in);
/// Skips "(anything)" if it comes next, and the white space behind it. Throws Unreadable when it has no end.
void skip_note(Cursor& in);

}  // namespace tcplab::script
