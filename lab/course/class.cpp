#include "course/class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "course/catalogue.hpp"
#include "export/text.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

using Place = std::pair<std::string, std::pair<unsigned, std::string>>;  // who, and which exercise

std::pair<unsigned, std::string> order_of(const std::string& exercise) { return {exercise_number(exercise), exercise}; }

/// Rows for every question, with nothing in them.
MarkedSheet unmarked(const Exercise& exercise, const std::string& student) {
    MarkedSheet marked;
    marked.exercise = exercise.name;
    marked.student = student;
    for (const Question& q : exercise.questions) {
        MarkedAnswer a;
        a.question = q.id;
        a.most = q.weight;
        marked.answers.push_back(std::move(a));
    }
    return marked;
}

void add_note(Grade& grade, std::string_view note) {
    if (!grade.note.empty()) grade.note += "; ";
    grade.note += note;
}

std::string_view verdict_of(const Grade& grade, const MarkedAnswer& answer) {
    if (grade.damaged) return "damaged";
    return grade.file.empty() ? "missing" : name_of(answer.verdict);
}

std::string number(double value) { return fmt::format("{:.6g}", value); }

/// A spreadsheet takes what begins with one of these for a formula, numbers aside.
bool looks_like_formula(std::string_view text) {
    constexpr std::string_view signs = "=+-@";
    if (text.empty() || signs.find(text.front()) == std::string_view::npos) return false;
    const std::string_view unsigned_part = text.substr(1);
    double ignored = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(unsigned_part.data(), end, ignored);
    const bool is_sign = text.front() == '+' || text.front() == '-';
    return !is_sign || error != std::errc() || stop != end || unsigned_part.front() == '-';
}

void append_text(std::string& out, std::string_view text) {
    const std::string shown = printable(text);
    append_csv_field(out, looks_like_formula(shown) ? "'" + shown : shown);
}

/// The exercise's number in a name such as "kim/answers-04 (1).toml"; 0: there is none.
unsigned number_in_name(const std::string& path) {
    constexpr std::string_view before = "answers-";
    const std::string name = normal_id(path.substr(path.rfind('/') + 1));
    const std::size_t at = name.find(before);
    if (at == std::string::npos) return 0;
    unsigned number = 0;
    std::from_chars(name.data() + at + before.size(), name.data() + name.size(), number);
    return number;
}

}  // namespace

std::string unknown_exercise(std::string_view name, bool own_course) {
    if (own_course) return fmt::format("{} is not one of this course's exercises", cited(name));
    return fmt::format("{} is not one of tcplab's exercises: is it of a course of your own? Add --course DIR",
                       cited(name));
}

Grade grade_sheet(const HandedIn& file, const Exercises& exercises, const Grading& grading) {
    Grade grade;
    grade.student = trimmed(file.student);
    grade.file = printable(file.path);
    grade.marked.exercise = file.exercise;
    grade.note = file.problem;
    if (grade.note.empty() && grade.student.empty()) grade.note = "it is nobody's: made without --student";
    const auto it = exercises.find(file.exercise);
    if (it == exercises.end() && grade.note.empty()) {
        grade.note = unknown_exercise(file.exercise, grading.own_course);
    }
    if (it != exercises.end()) grade.marked = unmarked(it->second, grade.student);
    grade.damaged = !grade.note.empty();
    if (grade.damaged) return grade;
    try {
        const Personal personal = personalise(it->second, file.student);
        Diagnostics out;  // each stands beside its answer
        const Answers answers = read_answers(file.sheet, it->second, personal, out);
        const Key key = solve(it->second, personal);
        grade.marked = mark_sheet(it->second, key, file.sheet, personal, answers, grading.language, grading.close_part);
        for (const Diagnostic& d : answers.notes.list()) add_note(grade, in_one_line(d));
        if (grade.marked.other_version) add_note(grade, "written for another version of the exercise, or changed");
    } catch (const std::exception& e) {
        grade.damaged = true;
        add_note(grade, e.what());
    }
    return grade;
}

namespace {

/// The one that counts of a student's files for an exercise.
Grade best_of(std::vector<Grade> files) {
    const auto best = std::max_element(files.begin(), files.end(), [](const Grade& a, const Grade& b) {
        return std::pair(!a.damaged, a.marked.points()) < std::pair(!b.damaged, b.marked.points());
    });
    std::string readable;
    std::size_t count = 0;
    std::vector<DamagedFile> damaged;
    for (const Grade& g : files) {
        if (!g.damaged) {
            readable += (count++ == 0 ? "" : ", ") + g.file;
        } else if (&g != &*best) {
            damaged.push_back({g.file, g.note});
        }
    }
    if (count > 1) add_note(*best, fmt::format("of {} files the best counts: {}", count, readable));
    for (const DamagedFile& d : damaged) {
        add_note(*best, fmt::format("{} is damaged ({}) and was not counted", d.file, d.problem));
    }
    best->not_counted = std::move(damaged);
    return std::move(*best);
}

/// Everybody by their ID, as the roster writes it, or else the first of their sheets.
std::map<std::string, std::string> students_of(const std::vector<Grade>& grades,
                                               const std::vector<std::string>& roster) {
    std::map<std::string, std::string> students;
    for (const std::string& id : roster) students.emplace(normal_id(id), id);
    for (const Grade& g : grades) {
        if (!g.student.empty()) students.emplace(normal_id(g.student), g.student);
    }
    return students;
}

}  // namespace

std::vector<Grade> one_of_each(std::vector<Grade> grades, const std::vector<std::string>& roster,
                               const Exercises& exercises) {
    const std::map<std::string, std::string> students = students_of(grades, roster);
    std::set<std::string> on_roster;
    for (const std::string& id : roster) on_roster.insert(normal_id(id));
    std::map<Place, std::vector<Grade>> handed_in;
    std::set<std::string> seen;
    std::vector<Grade> lost;  // whose they are, or of what, cannot be told
    for (Grade& grade : grades) {
        if (grade.student.empty() || exercises.find(grade.marked.exercise) == exercises.end()) {
            lost.push_back(std::move(grade));
            continue;
        }
        seen.insert(grade.marked.exercise);
        handed_in[{normal_id(grade.student), order_of(grade.marked.exercise)}].push_back(std::move(grade));
    }
    std::map<Place, Grade> all;
    for (auto& [place, files] : handed_in) all[place] = best_of(std::move(files));
    for (const auto& [id, written] : students) {
        for (const auto& [name, exercise] : exercises) {
            if (seen.count(name) == 0) continue;
            const auto [it, is_missing] = all.try_emplace({id, order_of(name)});
            Grade& grade = it->second;
            if (is_missing) grade.marked = unmarked(exercise, written);
            grade.student = grade.marked.student = written;
            const bool is_unknown = !on_roster.empty() && on_roster.count(id) == 0;
            if (is_unknown && !is_missing) add_note(grade, "this student is not in the roster");
        }
    }
    std::vector<Grade> list;
    for (auto& [place, grade] : all) list.push_back(std::move(grade));
    std::move(lost.begin(), lost.end(), std::back_inserter(list));
    return list;
}

void note_other_exercises(std::vector<Grade>& grades, const std::vector<HandedIn>& sheets) {
    std::map<std::pair<std::string, unsigned>, std::string> notes;  // of a student and a number
    for (const HandedIn& sheet : sheets) {
        const unsigned number = number_in_name(sheet.path);
        if (sheet.exercise.empty() || number == 0 || number == exercise_number(sheet.exercise)) continue;
        std::string& note = notes[{normal_id(sheet.student), number}];
        note += fmt::format("{}{} has answers to {}", note.empty() ? "" : "; ", printable(sheet.path),
                            printable(sheet.exercise));
    }
    for (Grade& grade : grades) {
        const auto it = notes.find({normal_id(grade.student), exercise_number(grade.marked.exercise)});
        if (grade.file.empty() && it != notes.end()) add_note(grade, it->second);
    }
}

std::string grades_csv(const std::vector<Grade>& grades, const Exercises& exercises) {
    std::string out = "student,exercise,question,verdict,points,max_points,answer,hint,file,note\n";
    const auto row = [&out](const Grade& grade, const MarkedAnswer& answer) {
        bool first = true;
        for (const std::string& field :
             {grade.student, grade.marked.exercise, answer.question, std::string(verdict_of(grade, answer)),
              number(answer.points), number(answer.most), answer.written, answer.hint, grade.file, grade.note}) {
            if (!std::exchange(first, false)) out += ',';
            append_text(out, field);
        }
        out += '\n';
    };
    for (const Grade& grade : grades) {
        for (const MarkedAnswer& answer : grade.marked.answers) row(grade, answer);
        if (exercises.find(grade.marked.exercise) == exercises.end()) row(grade, {});
    }
    return out;
}

std::string totals_csv(const std::vector<Grade>& grades) {
    std::set<std::pair<unsigned, std::string>> columns;
    std::map<std::string, std::map<std::string, double>> points;  // by student and exercise
    double most = 0;
    std::set<std::string> counted;
    for (const Grade& grade : grades) {
        if (grade.student.empty() || grade.marked.answers.empty()) continue;
        columns.insert(order_of(grade.marked.exercise));
        points[grade.student][grade.marked.exercise] = grade.marked.points();
        if (counted.insert(grade.marked.exercise).second) most += grade.marked.most();
    }
    std::string out = "student";
    for (const auto& [order, exercise] : columns) {
        out += ',';
        append_text(out, exercise);
    }
    out += ",points,max_points\n";
    for (const auto& [student, by_exercise] : points) {
        double sum = 0;
        append_text(out, student);
        for (const auto& [order, exercise] : columns) {
            const auto it = by_exercise.find(exercise);
            const double earned = it == by_exercise.end() ? 0 : it->second;
            out += "," + number(earned);
            sum += earned;
        }
        out += fmt::format(",{},{}\n", number(sum), number(most));
    }
    return out;
}

std::string grades_json(const std::vector<Grade>& grades, const Exercises& exercises) {
    using Json = nlohmann::ordered_json;
    Json all = Json::array();
    for (const Grade& grade : grades) {
        const bool known = exercises.find(grade.marked.exercise) != exercises.end();
        Json answers = Json::array();
        for (const MarkedAnswer& a : grade.marked.answers) {
            answers.push_back({{"question", a.question},
                               {"verdict", verdict_of(grade, a)},
                               {"points", a.points},
                               {"max_points", a.most},
                               {"answer", a.written},
                               {"hint", a.hint}});
        }
        Json one = {{"student", grade.student},
                    {"exercise", known ? Json(grade.marked.exercise) : Json(nullptr)},
                    {"points", grade.marked.points()},
                    {"max_points", grade.marked.most()},
                    {"file", grade.file},
                    {"note", grade.note},
                    {"damaged", grade.damaged}};
        one["answers"] = std::move(answers);
        all.push_back(std::move(one));
    }
    return all.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tcplab::course
