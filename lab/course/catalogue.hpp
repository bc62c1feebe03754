#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"

namespace tcplab::course {

/// The folders of exercises of this program, in the order of their numbers.
std::vector<ExerciseFiles> built_in_exercises();

/// The same of a folder: each folder in it whose name begins with a number and a dash ("04-handshake") is an exercise.
struct FoundExercises {
    std::vector<ExerciseFiles> exercises;
    std::vector<std::string> passed_over;  ///< folders that are none: "03_x: a name is such as 04-handshake"
    std::string error;                     ///< "FOLDER: error: ..."; empty: none
};
FoundExercises exercises_in(const std::string& folder);

/// The exercise that is meant by its number ("4") or its name ("04-handshake", "handshake"); nothing: none.
const ExerciseFiles* find_exercise(const std::vector<ExerciseFiles>& all, std::string_view word);

/// The number at the beginning of an exercise's name; 0: there is none.
unsigned exercise_number(std::string_view name);

// What the build made of lab/exercises: paths such as "04-handshake/README.md" and what the files hold.
struct EmbeddedFile {
    std::string_view path, text;
};
const std::vector<EmbeddedFile>& embedded_files();

}  // namespace tcplab::course
