#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "cli/commands.hpp"
#include "cli/lab.hpp"
#include "course/catalogue.hpp"
#include "course/markdown.hpp"
#include "course/marking.hpp"
#include "course/verify.hpp"
#include "course/words.hpp"
#include "export/output.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "terminal/shell.hpp"
#include "terminal/table.hpp"
#include "terminal/terminal.hpp"
#include "terminal/width.hpp"

namespace tcplab {

using course::Exercise;
using course::ExerciseFiles;
using course::Language;
using course::Personal;
using course::words_in;

namespace fs = std::filesystem;

std::size_t text_width() {
    constexpr std::size_t widest = 100;
    return std::min(terminal_width(STDOUT_FILENO), widest);
}

fs::path sheet_path(const Exercise& exercise) { return fmt::format("answers-{:02}.toml", exercise.number); }

std::string lab_line(const LabOptions& options, std::string_view action) {
    return fmt::format("{} lab {}{}", options.program, action, options.carried);
}

std::string first_line(const Exercise& exercise, const Personal& personal, Language language, std::size_t width) {
    const course::Words& words = words_in(language);
    const std::string left =
        fmt::format("{}: {}", fmt::format(fmt::runtime(words.exercise), exercise.number), exercise.title.in(language));
    const std::string right =
        personal.student.empty() ? std::string() : fmt::format("{} {}", words.student, personal.student);
    const std::size_t used = display_width(left) + display_width(right);
    return left + (right.empty() ? "" : std::string(used + 2 < width ? width - used : 2, ' ') + right) + "\n";
}

std::string numbers_lines(const Exercise& exercise, const Personal& personal, Language language) {
    const course::Words& words = words_in(language);
    std::string out;
    if (!personal.drawn.empty()) out += fmt::format("{}: {}\n", words.your_numbers, numbers_text(exercise, personal));
    if (personal.student.empty()) out += fmt::format("({})\n", words.nobody);
    return out;
}

namespace {

fs::path scenario_path(const Exercise& exercise) { return fmt::format("lab-{:02}.toml", exercise.number); }

// --- list, show ---

/// How far the sheet in this folder is: "5/7" right answers, "✓" for all; empty where there is none that can be read,
/// or the exercise cannot be solved.
std::string progress_of(const Exercise& exercise) {
    try {
        const course::Sheet sheet = read_sheet_file(sheet_path(exercise).string()).sheet;
        if (sheet.exercise != exercise.name) return "";
        const Personal personal = personalise(exercise, sheet.student);
        Diagnostics ignored;
        const course::Answers answers = read_answers(sheet, exercise, personal, ignored);
        const course::MarkedSheet marked = mark_sheet(exercise, solve(exercise, personal), sheet, personal, answers,
                                                      Language::english, course::kClosePart);
        if (marked.right() == marked.answers.size()) return "✓";
        return fmt::format("{}/{}", marked.right(), marked.answers.size());
    } catch (const BadSheet&) {
        return "";
    } catch (const course::CourseError&) {
        return "";
    }
}

int list_exercises(const LabOptions& options, const std::vector<ExerciseFiles>& all) {
    std::vector<Exercise> exercises;
    std::size_t widest = 0;
    for (const ExerciseFiles& files : all) {
        exercises.push_back(readable(files));
        widest = std::max(widest, display_width(exercises.back().title.in(options.language)));
    }
    std::string out;
    for (const Exercise& e : exercises) {
        const std::string minutes = fmt::format(fmt::runtime(words_in(options.language).minutes), e.minutes);
        const std::string progress = progress_of(e);
        out += fmt::format("{:4}  {}  {}{}\n", e.number, pad_to_width(e.title.in(options.language), widest, true),
                           pad_to_width(minutes, 7, false), progress.empty() ? "" : "  " + progress);
    }
    print_out(out);
    return kDone;
}

/// A paragraph behind `prefix`, its further lines below its first word.
std::string hanging(std::string prefix, std::string_view text, std::size_t width) {
    std::string out;
    const std::size_t indent = display_width(prefix);
    for (const std::string& line : course::wrapped(text, width - std::min(width, indent))) {
        out += prefix + line + "\n";
        prefix.assign(indent, ' ');
    }
    return out;
}

std::string questions_text(const Exercise& exercise, const Personal& personal, Language language, std::size_t width) {
    std::string out;
    for (std::size_t i = 0; i < exercise.questions.size(); ++i) {
        const course::Question& q = exercise.questions[i];
        const std::string unit = q.unit.name.empty() ? "" : " [" + q.unit.name + "]";
        out += hanging(fmt::format("{}. ", i + 1), q.text.in(language) + unit, width);
        for (const std::string& line : offered_choices(exercise, personal, i, language)) {
            out += hanging("   " + line.substr(0, 1) + "  ", line.substr(1), width);
        }
        out += "\n";
    }
    return out;
}

/// The text, its commands as they have to be typed here.
std::string with_commands(std::string_view text, const LabOptions& options) {
    constexpr std::string_view indent = "    ", program = "./tcplab ", lab = "lab ";
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        if (line.substr(0, indent.size()) == indent && line.substr(indent.size(), program.size()) == program) {
            line.remove_prefix(indent.size() + program.size());
            out += fmt::format("{}{} {}{}", indent, options.program, line,
                               line.substr(0, lab.size()) == lab ? options.carried : "");
        } else {
            out += line;
        }
        text.remove_prefix(end);
        if (!text.empty()) out += '\n';
        text.remove_prefix(std::min(text.size(), std::size_t{1}));
    }
    return out;
}

/// The text, with the student's ID in its commands.
std::string readme_for(const LabOptions& options, const Exercise& exercise, const Personal& personal) {
    constexpr std::string_view place = "YOUR-ID";
    std::string text = with_commands(exercise.readme.in(options.language), options);
    if (personal.student.empty()) return text;
    const std::string id = shell_word(personal.student);
    for (std::size_t at = text.find(place); at != std::string::npos; at = text.find(place, at + id.size())) {
        text.replace(at, place.size(), id);
    }
    return text;
}

int show_exercise(const LabOptions& options, const Exercise& exercise, const Personal& personal) {
    const bool color = use_color(options.color, STDOUT_FILENO);
    print_out(course::for_terminal(readme_for(options, exercise, personal), text_width(), color) + "\n" +
              course::for_terminal(fmt::format("# {}", words_in(options.language).questions), text_width(), color) +
              "\n" + questions_text(exercise, personal, options.language, text_width()) +
              numbers_lines(exercise, personal, options.language));
    return kDone;
}

// --- run ---

/// Asks for it on a terminal until it can be read, or is left out.
std::string ask_for_prediction(const Exercise& exercise, Language language) {
    const course::Words& words = words_in(language);
    const course::Question& q = *exercise.prediction;
    std::string question = fmt::format("{} {}", words.prediction_first, q.text.in(language));
    for (const std::string& line : course::wrapped(question, text_width())) print_out(line + "\n");
    std::string line;
    while (true) {
        print_out(std::string(words.type_prediction));
        if (!std::getline(std::cin, line) || trimmed(line).empty()) return "";
        const course::ReadNumber n = course::read_number(line, q.unit);
        if (n.value) return std::string(trimmed(line));
        print_out(n.problem + "\n");
    }
}

std::string prediction_of(const LabOptions& options, const Exercise& exercise) {
    if (options.predict && !exercise.prediction) throw UsageError("--predict: this exercise asks for no prediction");
    if (!exercise.prediction) return "";
    if (options.predict) {
        const course::ReadNumber n = course::read_number(*options.predict, exercise.prediction->unit);
        if (!n.value) throw UsageError("--predict: " + n.problem);
        return *options.predict;
    }
    const bool can_ask = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
    return can_ask ? ask_for_prediction(exercise, options.language) : "";
}

/// Writes a file that is not there yet; true if it was not.
bool write_new(const fs::path& path, const std::string& text) {
    std::error_code error;
    if (fs::exists(path, error)) return false;
    OutputFolder folder(".");
    folder.create(path.string()).write(text);
    folder.commit();
    return true;
}

/// Puts the prediction into a sheet that has none yet. False: it has one, and keeps it.
bool add_prediction(const fs::path& path, const std::string& prediction) {
    constexpr std::string_view none = "\nprediction = \"\"\n";
    std::string text = read_file(path).text.value_or("");
    const std::size_t at = text.find(none);
    if (at == std::string::npos) return false;
    text.insert(at + none.size() - 2, prediction);
    OutputFolder folder(".");
    folder.create(path.string()).write(text);
    folder.commit();
    return true;
}

int run_exercise(const LabOptions& options, const Exercise& exercise, const Personal& personal) {
    const course::Words& words = words_in(options.language);
    print_out(first_line(exercise, personal, options.language, text_width()) +
              numbers_lines(exercise, personal, options.language) + "\n");
    const fs::path sheet = sheet_path(exercise);
    const fs::path scenario = scenario_path(exercise);
    std::error_code ignored;
    const bool is_new = !fs::exists(sheet, ignored);
    const std::string prediction = is_new || options.predict ? prediction_of(options, exercise) : "";
    if (!is_new && options.predict && !add_prediction(sheet, prediction)) {
        throw UsageError(fmt::format("--predict: {} has a prediction already", sheet.string()));
    }
    std::string notes;
    const std::string check = lab_line(options, fmt::format("check {}", exercise.number));
    const std::string check_sheet = lab_line(options, fmt::format("check {} {}", exercise.number, sheet.string()));
    for (const auto& [path, text] :
         {std::pair(scenario, personal.scenario),
          std::pair(sheet, empty_sheet(exercise, personal, options.language, prediction, check_sheet))}) {
        notes += fmt::format(fmt::runtime(write_new(path, text) ? words.wrote : words.kept), path.string()) + "\n";
    }
    if (read_file(scenario).text != personal.scenario) {
        notes += fmt::format(fmt::runtime(words.differs), scenario.string()) + "\n";
    }
    RunOptions run;
    run.files = {scenario.string()};
    run.color = options.color;
    const auto wants = [&](const char* file) {
        return std::find(exercise.files.begin(), exercise.files.end(), file) != exercise.files.end();
    };
    run.report = wants("report");
    run.pcap = wants("pcap");
    run.trace = wants("trace");
    run.har = wants("har");
    const int code = run_command(run, {"tcplab", "run", scenario.string()}, nullptr);
    if (code != kDone && code != kNotMet) return code;
    print_out("\n" + notes + fmt::format(fmt::runtime(words.next), check) + "\n");
    return kDone;  // what fails in an exercise is what it shows
}

// --- verify ---

/// Whether exercises are right: of the one that is named, or of all.
int verify_exercises(const LabOptions& options, const std::vector<ExerciseFiles>& all) {
    bool good = true;
    for (const ExerciseFiles& files : all) {
        if (!options.exercise.empty() && course::find_exercise(all, options.exercise) != &files) continue;
        const course::ReadExercise read = read_exercise(files);
        if (!read.exercise) {
            print_error(read.errors);
            good = false;
            continue;
        }
        const course::Verified verified = course::verify(*read.exercise, options.students);
        for (const std::string& problem : verified.problems) print_error(fmt::format("{}/{}\n", files.folder, problem));
        good = good && verified.problems.empty();
        print_out(fmt::format("{} {}: questions {}, claims {}, students {}, {:.1f} ms each\n",
                              verified.problems.empty() ? "✓" : "✗", files.name, read.exercise->questions.size(),
                              read.exercise->claims.size(), options.students, verified.ms_per_student));
    }
    return good ? kDone : kNotMet;
}

/// Whose numbers: who is named, else whose sheet is there already.
std::string student_of(const LabOptions& options, const std::vector<ExerciseFiles>& all, const Exercise& exercise) {
    const std::string path = sheet_path(exercise).string();
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return options.student.value_or("");
    if (options.action == LabOptions::Action::show && options.student) return *options.student;
    const SheetFile file = read_sheet_file(path);
    check_exercise(options, all, path, file, exercise);
    const std::string& there = file.sheet.student;
    if (options.student && course::normal_id(*options.student) != course::normal_id(there)) {
        throw UsageError(fmt::format("{} is here already, of {}: move it away first", path,
                                     there.empty() ? "nobody" : "student " + cited(there)));
    }
    return there;
}

int carry_out(const LabOptions& options, const std::vector<ExerciseFiles>& all) {
    using Action = LabOptions::Action;
    if (options.action == Action::list) return list_exercises(options, all);
    if (options.action == Action::grade) return grade_class(options, all);
    const bool all_of_them = options.action == Action::verify && options.exercise.empty();
    const ExerciseFiles* files = course::find_exercise(all, options.exercise);
    if (files == nullptr && !all_of_them) {
        throw UsageError(fmt::format("there is no exercise {}: `{}` has them{}", cited(options.exercise),
                                     lab_line(options, "list"),
                                     options.course ? "" : "; one of a course of your own needs --course DIR"));
    }
    if (options.action == Action::verify) return verify_exercises(options, all);
    const Exercise exercise = readable(*files);
    if (options.action == Action::check) return check_sheet(options, all, exercise);
    const Personal personal = personalise(exercise, student_of(options, all, exercise));
    return options.action == Action::show ? show_exercise(options, exercise, personal)
                                          : run_exercise(options, exercise, personal);
}

}  // namespace

Exercise readable(const ExerciseFiles& files) {
    course::ReadExercise read = read_exercise(files);
    if (read.exercise) return std::move(*read.exercise);
    throw BadExercise(fmt::format("{}{} error{} in exercise {}\n", read.errors, read.error_count,
                                  read.error_count == 1 ? "" : "s", files.name));
}

int lab_command(const LabOptions& options) {
    std::vector<ExerciseFiles> all = course::built_in_exercises();
    if (options.course) {
        course::FoundExercises found = course::exercises_in(*options.course);
        const bool looks_over =
            options.action == LabOptions::Action::list || options.action == LabOptions::Action::verify;
        for (const std::string& folder : found.passed_over) {
            if (looks_over) print_error("note: passed over: " + folder + "\n");
        }
        if (!found.error.empty()) throw OutputError(found.error);
        all = std::move(found.exercises);
    }
    try {
        return carry_out(options, all);
    } catch (const BadExercise& e) {
        print_error(e.what());
        return kBadInput;
    } catch (const BadSheet& e) {
        print_error(e.what());
        return e.exit_code;
    } catch (const course::CourseError& e) {
        print_error(fmt::format("tcplab: error: exercise {}: {}\n", options.exercise, e.what()));
        return kBadInput;
    }
}

}  // namespace tcplab
