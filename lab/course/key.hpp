#pragma once

#include <optional>
#include <string>
#include <vector>

#include "course/drawing.hpp"
#include "course/exercise.hpp"
#include "course/measuring.hpp"

namespace tcplab::course {

/// What is right, for one student.
struct Key {
    Names names;  ///< of all that was drawn, measured and named
    /// Per question: the number, as formulas have it, or which of its choices, from 0.
    std::vector<double> right;
    std::optional<double> prediction;
};

/// Simulates the student's scenario. Throws CourseError.
Key solve(const Exercise& exercise, const Personal& personal);

}  // namespace tcplab::course
