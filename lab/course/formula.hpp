#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace tcplab::course {

/// What formulas speak of: durations in milliseconds, sizes in bytes, rates in bit/s, percentages from 0 to 100.
using Names = std::map<std::string, double, std::less<>>;

/// A formula's value, or why it has none.
struct FormulaValue {
    std::optional<double> value;  ///< finite
    std::string error;            ///< "there is no \"rt\""; empty where there is a value
    bool readable = false;        ///< it is a formula: with other numbers it may have a value
    std::size_t at = 0;           ///< of the error: a character of the formula, from 0
};

/// The value of a formula as muParser has them, with its operators and functions; besides ceil(), floor(), round() and
/// tx(bytes, rate), the milliseconds that so many bytes take at a rate. A comma between anything but the arguments of a
/// function is an error: with most it is meant to be a decimal point.
FormulaValue evaluate(const std::string& formula, const Names& names);

/// Whether a formula can speak of something by this name: lower case, digits and underscores, and no function's name.
bool can_be_name(std::string_view name);

}  // namespace tcplab::course
