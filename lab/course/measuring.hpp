#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"

namespace tcplab::course {

/// An exercise that cannot be solved: its scenario is wrong with these numbers, or something in it is not there. what()
/// says what and, of what the exercise's files say, in which of them and in which line.
class CourseError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The result files that a measurement can be taken from, without their endings.
const std::vector<std::string_view>& result_files();
/// Whether a file is one of those that a run writes only when it is recorded.
bool is_recorded(std::string_view file);
/// Their columns; none of a file that is not one of them.
std::vector<std::string> columns_of_file(std::string_view file);

/// Simulates the scenario and takes the exercise's measurements. Throws CourseError.
Names measure(const Exercise& exercise, const std::string& scenario);

}  // namespace tcplab::course
