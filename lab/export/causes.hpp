#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/causes.hpp"
#include "export/summary.hpp"

namespace tcplab {

/// ",a_blocked,a_ports ...": the attribution columns of a header line.
const std::string& cause_header();
/// The same columns of a row; empty fields without `causes`.
void append_causes(std::string& out, const Causes* causes);
/// The column of that name ("a_nagle"), if it is one of them.
std::optional<Cause> find_cause_column(std::string_view column);
/// What a cause is called where people read it, such as in a legend: "slow start", "delayed ACK".
std::string cause_words(std::string_view name);
/// Its value; nothing without `causes`.
FieldValue cause_value(const Causes* causes, Cause cause);

}  // namespace tcplab
