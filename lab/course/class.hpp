#pragma once

#include <map>
#include <string>
#include <vector>

#include "course/exercise.hpp"
#include "course/hand_in.hpp"
#include "course/marking.hpp"

namespace tcplab::course {

/// Exercises by their names.
using Exercises = std::map<std::string, Exercise, std::less<>>;

/// How a class is graded.
struct Grading {
    Language language = Language::english;  ///< of hints
    double close_part = kClosePart;         ///< of its points, that a close answer earns
    bool own_course = false;                ///< the exercises are not those of tcplab
};

/// A file that was handed in and cannot be read.
struct DamagedFile {
    std::string file, problem;
};

/// What one student has for one exercise.
struct Grade {
    std::string student;
    MarkedSheet marked;                    ///< without answers where there is no sheet that can be read
    std::string file;                      ///< which of the files counts, as printable(); empty: none was handed in
    std::string note;                      ///< of the file: damaged, another version, one of several; may be empty
    bool damaged = false;                  ///< it was handed in and cannot be read
    std::vector<DamagedFile> not_counted;  ///< files for the same exercise besides it; the note names them, too
};

/// Marks a sheet. What is wrong with it is in the grade's note; never throws.
Grade grade_sheet(const HandedIn& file, const Exercises& exercises, const Grading& grading);

/// A grade for each student and exercise: the better of several, and of what is missing one without answers. Students
/// are those of the grades and of `roster`, exercises those of the grades. Sorted by student and exercise.
std::vector<Grade> one_of_each(std::vector<Grade> grades, const std::vector<std::string>& roster,
                               const Exercises& exercises);

/// Notes what may be missing because a file with its number in the name ("answers-04.toml") is of another exercise.
void note_other_exercises(std::vector<Grade>& grades, const std::vector<HandedIn>& sheets);

/// What to say of an exercise that is not there. `own_course`: it was looked for among those of --course.
std::string unknown_exercise(std::string_view name, bool own_course);

/// student,exercise,question,verdict,points,max_points,answer,hint,file,note: a row for each student and question.
/// Text that a spreadsheet would take for a formula has an apostrophe before it.
std::string grades_csv(const std::vector<Grade>& grades, const Exercises& exercises);
/// student, a column of points for each exercise, points, max_points: a row for each student.
std::string totals_csv(const std::vector<Grade>& grades);
/// The same as grades_csv() as a JSON array with an object for each student and exercise.
std::string grades_json(const std::vector<Grade>& grades, const Exercises& exercises);

}  // namespace tcplab::course
