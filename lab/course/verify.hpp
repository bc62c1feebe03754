#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "course/exercise.hpp"

namespace tcplab::course {

/// What is wrong with an exercise that could be read, found by solving it for many students.
struct Verified {
    std::vector<std::string> problems;  ///< each once, with its place: "exercise.toml:52: ..."
    double ms_per_student = 0;          ///< that solving it takes
};

/// Solves the exercise for students "1", "2" ... and looks whether each question has one answer, what its explanation
/// claims is so, each mistake gets its own hint and is not taken for right, hardly two students have the same numbers,
/// and both languages name the same numbers and commands.
Verified verify(const Exercise& exercise, std::size_t students);

}  // namespace tcplab::course
