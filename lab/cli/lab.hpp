#pragma once

#include <stdexcept>
#include <vector>

#include "cli/options.hpp"
#include "course/catalogue.hpp"
#include "course/exercise.hpp"

namespace tcplab {

/// An exercise's files are wrong. what() is everything that is, for stderr.
class BadExercise : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The exercise. Throws BadExercise.
course::Exercise readable(const course::ExerciseFiles& files);

/// `lab grade`: every sheet below a folder. Throws BadExercise for an exercise that somebody handed in.
int grade_class(const LabOptions& options, const std::vector<course::ExerciseFiles>& all);

}  // namespace tcplab
