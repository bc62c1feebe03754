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

/// What one student has for one exercise.
struct Grade {
    std::string student;
    MarkedSheet marked;    ///< without answers where there is no sheet that can be read
    std::string file;      ///< which of the files counts; empty: none was handed in
    std::string note;      ///< of the file: damaged, another version, one of several; may be empty
    bool damaged = false;  ///< it was handed in and cannot be read
};

/// Marks a sheet. What is wrong with it is in the grade's note; never throws.
Grade grade_sheet(const HandedIn& file, const Exercises& exercises, Language language, double close_part);

/// A grade for each student and exercise: the better of several, and of what is missing one without answers. Students
/// are those of the grades and of `roster`, exercises those of the grades. Sorted by student and exercise.
std::vector<Grade> one_of_each(std::vector<Grade> grades, const std::vector<std::string>& roster,
                               const Exercises& exercises);

/// student,exercise,question,verdict,points,max_points,answer,hint,file,note: a row for each student and question.
std::string grades_csv(const std::vector<Grade>& grades, const Exercises& exercises);
/// student, a column of points for each exercise, points, max_points: a row for each student.
std::string totals_csv(const std::vector<Grade>& grades);
/// The same as grades_csv() as a JSON array with an object for each student and exercise.
std::string grades_json(const std::vector<Grade>& grades, const Exercises& exercises);

}  // namespace tcplab::course
