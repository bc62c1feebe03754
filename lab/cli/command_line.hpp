#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.hpp"

namespace tcplab {

// What the parsers of the commands' options share. Those that read throw UsageError.

/// "  -o, --out DIR    where the files go": a line for each option.
std::string listing(const boost::program_options::options_description& options);

/// The options that are given; what is no option is in "word".
boost::program_options::variables_map parse(const std::vector<std::string>& arguments,
                                            const boost::program_options::options_description& visible);

/// The value of an option; nothing where it was not given.
std::optional<std::string> text_of(const boost::program_options::variables_map& values, const char* name);
std::optional<std::uint64_t> number_of(const boost::program_options::variables_map& values, const char* name,
                                       std::uint64_t least, std::uint64_t most);
std::optional<Time> time_of(const boost::program_options::variables_map& values, const char* name);
When when_of(const boost::program_options::variables_map& values, const char* name);
/// --format; a table where it was not given.
Format format_of(const boost::program_options::variables_map& values,
                 const std::vector<std::pair<std::string_view, Format>>& known);
/// The values of an option that can be repeated.
std::vector<std::string> texts_of(const boost::program_options::variables_map& values, const char* name);
/// Each of them is NAME=VALUE.
void check_assignments(const char* option, const std::vector<std::string>& values, const char* example);

/// The options of `lab`, for its help.
std::string lab_option_help();

}  // namespace tcplab
