#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/options.hpp"
#include "course/catalogue.hpp"
#include "course/drawing.hpp"
#include "course/exercise.hpp"
#include "course/sheet.hpp"

namespace tcplab {

/// An exercise's files are wrong. what() is everything that is, for stderr.
class BadExercise : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A file of answers that cannot be marked. what() is everything that is wrong with it, for stderr.
class BadSheet : public std::runtime_error {
  public:
    BadSheet(const std::string& what, int code) : std::runtime_error(what), exit_code(code) {}
    int exit_code;
};

/// A sheet of answers and the text that it was read from.
struct SheetFile {
    std::string text;
    course::Sheet sheet;
};
/// Throws BadSheet.
SheetFile read_sheet_file(const std::string& path);
/// Throws BadSheet where the sheet is of another exercise.
void check_exercise(const LabOptions& options, const std::vector<course::ExerciseFiles>& all, const std::string& path,
                    const SheetFile& file, const course::Exercise& exercise);

/// Another command as it has to be typed: "./tcplab lab check 4 --lang ko".
std::string lab_line(const LabOptions& options, std::string_view action);
/// The exercise's sheet, in the current folder.
std::filesystem::path sheet_path(const course::Exercise& exercise);

/// Columns of the terminal, as far as text uses them.
std::size_t text_width();
/// The exercise's title and whose numbers they are.
std::string first_line(const course::Exercise& exercise, const course::Personal& personal, course::Language language,
                       std::size_t width);
/// The numbers, a line each.
std::string numbers_lines(const course::Exercise& exercise, const course::Personal& personal,
                          course::Language language);

/// The exercise. Throws BadExercise.
course::Exercise readable(const course::ExerciseFiles& files);

/// `lab check`. Programs (--json) get an answer from every sheet. Throws BadSheet.
int check_sheet(const LabOptions& options, const std::vector<course::ExerciseFiles>& all,
                const course::Exercise& exercise);
/// `lab grade`: every sheet below a folder. Throws BadExercise for an exercise that somebody handed in.
int grade_class(const LabOptions& options, const std::vector<course::ExerciseFiles>& all);

}  // namespace tcplab
