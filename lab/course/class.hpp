#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"
#include "course/marking.hpp"

namespace tcplab::course {

/// Exercises by their names.
using Exercises = std::map<std::string, Exercise, std::less<>>;

/// A file that somebody handed in.
struct HandedIn {
    std::string path;  ///< below the class's folder
    std::string text;
    std::string exercise, student;  ///< of a file that cannot be read: as far as it can be guessed
    std::string problem;            ///< what is wrong with it as a whole, a line; empty: nothing
    Sheet sheet;                    ///< where nothing is
};

/// The sheets of answers in a folder and those below it, in the order of their paths: files named *.toml that say of
/// which exercise they are, and all with "answers" in their name.
struct CollectedSheets {
    std::vector<HandedIn> sheets;
    std::string error;  ///< the folder cannot be read: "FOLDER: error: ..."
};
CollectedSheets collect_sheets(const std::string& folder);

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

/// The IDs of a list of students: the first field of each line; empty lines and a heading "student" are none.
std::vector<std::string> read_roster(std::string_view text);

/// student,exercise,question,verdict,points,max_points,answer,hint,file,note: a row for each student and question.
std::string grades_csv(const std::vector<Grade>& grades, const Exercises& exercises);
/// The same as a JSON array with an object for each student and exercise.
std::string grades_json(const std::vector<Grade>& grades, const Exercises& exercises);

}  // namespace tcplab::course
