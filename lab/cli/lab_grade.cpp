#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "cli/commands.hpp"
#include "cli/lab.hpp"
#include "course/class.hpp"
#include "course/roster.hpp"
#include "export/output.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "sweep/sweep.hpp"
#include "terminal/progress.hpp"
#include "terminal/table.hpp"
#include "terminal/terminal.hpp"

namespace tcplab {
namespace {

using course::Exercises;
using course::Grade;
using course::HandedIn;
using course::MarkedAnswer;
using course::Verdict;

std::vector<std::string> roster_of(const LabOptions& options) {
    constexpr std::size_t largest = 10'000'000;
    if (!options.roster) return {};
    const FileText file = read_file(*options.roster, largest);
    if (!file.text) throw OutputError(fmt::format("{}: error: {}", *options.roster, file.why.message()));
    course::Roster roster = course::read_roster(*file.text, *options.roster);
    if (!roster.errors.empty()) throw BadExercise(roster.errors);
    return std::move(roster.students);
}

/// The sheets of chosen exercises, and those of which it cannot be told what they are.
std::vector<HandedIn> chosen_of(const LabOptions& options, const std::vector<course::ExerciseFiles>& all,
                                std::vector<HandedIn> sheets) {
    if (options.only.empty()) return sheets;
    std::set<std::string> chosen;
    for (const std::string& word : options.only) {
        const course::ExerciseFiles* files = course::find_exercise(all, word);
        if (files == nullptr) throw UsageError(fmt::format("--exercise: there is no exercise {}", cited(word)));
        chosen.insert(files->name);
    }
    const auto other = [&](const HandedIn& file) { return !file.exercise.empty() && chosen.count(file.exercise) == 0; };
    sheets.erase(std::remove_if(sheets.begin(), sheets.end(), other), sheets.end());
    return sheets;
}

/// Those exercises that a sheet is of.
Exercises needed(const std::vector<HandedIn>& sheets, const std::vector<course::ExerciseFiles>& all) {
    Exercises exercises;
    for (const HandedIn& file : sheets) {
        const auto it = std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.name == file.exercise; });
        if (it != all.end() && exercises.count(it->name) == 0) exercises.emplace(it->name, readable(*it));
    }
    return exercises;
}

/// Every sheet marked, in their order; fewer when a signal came.
std::vector<Grade> mark_all(const LabOptions& options, const std::vector<HandedIn>& sheets,
                            const Exercises& exercises) {
    std::vector<Grade> grades(sheets.size());
    Progress progress(use_progress(When::automatic, STDERR_FILENO));
    std::size_t done = 0;
    SweepTask task;
    task.count = sheets.size();
    task.make = [&](std::size_t index, std::size_t, const std::atomic<bool>&) {
        grades[index] =
            grade_sheet(sheets[index], exercises, {options.language, options.close_part, options.course.has_value()});
        return true;
    };
    task.consume = [&](std::size_t, std::size_t) { ++done; };
    task.tick = [&] { progress.update({done, sheets.size(), {}, {}, 0, false}); };
    SweepOptions how;
    how.jobs = options.jobs.value_or(default_jobs());
    grades.resize(sweep(task, how));
    return grades;
}

struct Tally {
    double points = 0, most = 0;
    std::size_t right = 0, close = 0, wrong = 0, unanswered = 0;

    void add(const Grade& grade, const MarkedAnswer& a) {
        points += a.points;
        most += a.most;
        const bool answered = !grade.damaged && !grade.file.empty();
        if (answered && a.verdict == Verdict::right) {
            ++right;
        } else if (answered && a.verdict == Verdict::close) {
            ++close;
        } else if (answered && (a.verdict == Verdict::wrong || a.verdict == Verdict::unreadable)) {
            ++wrong;
        } else {
            ++unanswered;
        }
    }
    /// Of the points that there were, in percent.
    [[nodiscard]] double share() const { return most > 0 ? 100 * points / most : 0; }
    [[nodiscard]] std::vector<TextCell> cells(const std::string& name) const {
        const auto count = [](std::size_t n) { return TextCell{fmt::format("{}", n)}; };
        return {{name},
                {fmt::format("{:.6g}", points)},
                {fmt::format("{:.6g}", most)},
                {fmt::format("{:.0f} %", share())},
                count(right),
                count(close),
                count(wrong),
                count(unanswered)};
    }
};

std::string tally_table(const std::string& what, const std::vector<std::pair<std::string, Tally>>& rows) {
    TextTable table;
    table.columns = {{what, true, 0},     {"points", false, 0}, {"of", false, 1},    {"", false, 0},
                     {"right", false, 2}, {"close", false, 3},  {"wrong", false, 2}, {"no answer", false, 2}};
    for (const auto& [name, tally] : rows) table.rows.push_back(tally.cells(name));
    return render(table, terminal_width(STDOUT_FILENO), false);
}

std::string summary_of(const std::vector<Grade>& grades, const Exercises& exercises) {
    std::vector<std::pair<std::string, Tally>> students;
    std::map<std::pair<std::string, std::size_t>, Tally> questions;
    for (const Grade& grade : grades) {
        if (exercises.find(grade.marked.exercise) == exercises.end() || grade.student.empty()) continue;
        if (students.empty() || students.back().first != grade.student) students.emplace_back(grade.student, Tally());
        for (std::size_t i = 0; i < grade.marked.answers.size(); ++i) {
            students.back().second.add(grade, grade.marked.answers[i]);
            questions[{grade.marked.exercise, i}].add(grade, grade.marked.answers[i]);
        }
    }
    std::vector<std::pair<std::string, Tally>> rows;
    for (const auto& [place, tally] : questions) {
        const course::Exercise& exercise = exercises.find(place.first)->second;
        rows.emplace_back(fmt::format("{:02} {}", exercise.number, exercise.questions[place.second].id), tally);
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.second.share() < b.second.share(); });
    constexpr std::size_t most_shown = 20;
    rows.resize(std::min(rows.size(), most_shown));
    return tally_table("student", students) + "\n" + tally_table("question, the hardest first", rows);
}

/// Whether everything that was handed in can be read.
bool report_notes(const std::vector<Grade>& grades) {
    bool good = true;
    for (const Grade& grade : grades) {
        const std::string where =
            grade.file.empty() ? fmt::format("{}, {}", grade.student, grade.marked.exercise) : grade.file;
        if (!grade.note.empty()) {
            print_error(fmt::format("{}: {}: {}\n", where, grade.damaged ? "error" : "note", grade.note));
        }
        for (const course::DamagedFile& d : grade.not_counted) {
            print_error(fmt::format("{}: error: {}\n", d.file, d.problem));
        }
        good = good && !grade.damaged && grade.not_counted.empty();
    }
    return good;
}

/// Says so where not one sheet is of a student who is on the roster: it is probably another column.
void report_strangers(const std::vector<Grade>& grades, const std::vector<std::string>& roster) {
    std::set<std::string> on_roster;
    for (const std::string& id : roster) on_roster.insert(course::normal_id(id));
    bool somebody = false;
    for (const Grade& grade : grades) {
        if (grade.file.empty() || grade.student.empty()) continue;
        if (on_roster.count(course::normal_id(grade.student)) > 0) return;
        somebody = true;
    }
    if (!roster.empty() && somebody) {
        print_error("note: no sheet's student is in the roster: are the IDs in the first column?\n");
    }
}

/// Whether both are there and the same, however they are written.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code ignored;
    return std::filesystem::equivalent(a, b, ignored);
}

/// The same of what may have to be made first.
bool will_be_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
    std::error_code error;
    const auto place = [&](const std::filesystem::path& path) {
        return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
    };
    const std::filesystem::path there = place(a);
    return is_same_file(a, b) || (!there.empty() && there == place(b));
}

/// Nothing that is read may be written, and nothing twice.
void check_outputs(const LabOptions& options, const std::vector<HandedIn>& sheets) {
    const std::filesystem::path folder(options.file);
    for (const auto& [name, file] : {std::pair("--csv", options.csv), std::pair("--totals", options.totals)}) {
        if (!file || *file == "-") continue;
        if (options.roster && is_same_file(*file, *options.roster)) {
            throw UsageError(fmt::format("{}: {} is the roster", name, *file));
        }
        if (std::any_of(sheets.begin(), sheets.end(), [&file = *file, &folder](const HandedIn& sheet) {
                return is_same_file(file, folder / sheet.path);
            })) {
            throw UsageError(fmt::format("{}: {} is a sheet that is being graded", name, *file));
        }
    }
    const bool both = options.csv && options.totals && *options.csv != "-" && *options.totals != "-";
    if (both && will_be_same_file(*options.csv, *options.totals))
        throw UsageError("--csv and --totals are the same file");
}

/// To a file, or for "-" to stdout.
void write_csv(const std::string& path, const std::string& text) {
    if (path == "-") {
        print_out(text);
        return;
    }
    const std::filesystem::path file(path);
    OutputFolder folder(file.has_parent_path() ? file.parent_path() : std::filesystem::path("."));
    folder.create(file.filename().string()).write(text);
    folder.commit();
}

}  // namespace

int grade_class(const LabOptions& options, const std::vector<course::ExerciseFiles>& all) {
    const std::vector<std::string> roster = roster_of(options);
    const course::CollectedSheets collected = course::collect_sheets(options.file);
    if (!collected.error.empty()) throw OutputError(collected.error);
    check_outputs(options, collected.sheets);
    for (const std::string& text : collected.notes) print_error("note: " + text + "\n");
    const std::vector<HandedIn> sheets = chosen_of(options, all, collected.sheets);
    if (sheets.empty() && !collected.sheets.empty()) {
        throw OutputError(fmt::format("{}: error: no answers in it to the exercises of --exercise", options.file));
    }
    if (sheets.empty()) {
        throw OutputError(fmt::format("{}: error: no answers in it: no file such as answers-04.toml", options.file));
    }
    const Exercises exercises = needed(sheets, all);
    std::vector<Grade> marked = mark_all(options, sheets, exercises);
    if (marked.size() < sheets.size()) {
        print_error("interrupted: nothing is graded\n");
        return kInterrupted;
    }
    std::vector<Grade> grades = one_of_each(std::move(marked), roster, exercises);
    note_other_exercises(grades, collected.sheets);
    const bool good = report_notes(grades);
    report_strangers(grades, roster);
    if (options.csv) write_csv(*options.csv, grades_csv(grades, exercises));
    if (options.totals) write_csv(*options.totals, totals_csv(grades));
    if (options.json) {
        print_out(grades_json(grades, exercises));
    } else if (options.csv != "-" && options.totals != "-") {
        print_out(summary_of(grades, exercises));
    }
    return good ? kDone : kNotMet;
}

}  // namespace tcplab
