#include "course/class.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "course/catalogue.hpp"
#include "export/text.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestSheet = 1'000'000;

/// What stands in quotes behind `key = ` at the beginning of a line: also a file that is no TOML may tell.
std::string guessed(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.substr(0, key.size()) != key) continue;
        const std::string_view rest = trimmed(line.substr(key.size()));
        const std::size_t open = rest.find('"');
        const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
        if (rest.substr(0, 1) == "=" && close != std::string_view::npos) {
            const std::string value(rest.substr(open + 1, close - open - 1));
            return problem_of_id(value) ? "" : value;
        }
    }
    return "";
}

/// "line 3: not TOML ..."
std::string first_of(const Diagnostics& out) {
    const Diagnostic& d = out.list().front();
    return d.mark.line == 0 ? d.message : fmt::format("line {}: {}", d.mark.line, d.message);
}

/// Whether the file is one of answers.
bool read_file(const fs::path& path, HandedIn& file) {
    const bool is_named = path.filename().string().find("answers") != std::string::npos;
    errno = 0;
    const std::optional<std::string> text = text_of_file(path.string(), kLargestSheet);
    if (!text) {
        file.problem = std::strerror(errno != 0 ? errno : EIO);
        return is_named;
    }
    file.text = *text;
    Diagnostics out;
    if (std::optional<Sheet> sheet = read_sheet(file.text, out)) {
        file.sheet = std::move(*sheet);
        file.exercise = file.sheet.exercise;
        file.student = file.sheet.student;
        return true;
    }
    file.problem = first_of(out);
    file.exercise = guessed(file.text, "exercise");
    file.student = guessed(file.text, "student");
    return is_named || !file.exercise.empty();
}

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

}  // namespace

CollectedSheets collect_sheets(const std::string& folder) {
    CollectedSheets found;
    std::error_code error;
    std::vector<fs::path> paths;
    constexpr auto how = fs::directory_options::skip_permission_denied;
    for (auto it = fs::recursive_directory_iterator(folder, how, error); !error && it != fs::end(it);
         it.increment(error)) {
        std::error_code ignored;
        if (it->path().extension() == ".toml" && !it->is_directory(ignored)) paths.push_back(it->path());
    }
    if (error) {
        found.error = fmt::format("{}: error: {}", folder, error.message());
        return found;
    }
    std::sort(paths.begin(), paths.end());
    for (const fs::path& path : paths) {
        HandedIn file;
        file.path = path.lexically_relative(folder).generic_string();
        if (read_file(path, file)) found.sheets.push_back(std::move(file));
    }
    return found;
}

Grade grade_sheet(const HandedIn& file, const Exercises& exercises, Language language, double close_part) {
    Grade grade;
    grade.student = trimmed(file.student);
    grade.file = file.path;
    grade.marked.exercise = file.exercise;
    grade.note = file.problem;
    grade.damaged = !file.problem.empty();
    const auto it = exercises.find(file.exercise);
    if (it == exercises.end()) {
        grade.damaged = true;
        if (grade.note.empty()) grade.note = fmt::format("there is no exercise {}", cited(file.exercise));
        return grade;
    }
    grade.marked = unmarked(it->second, grade.student);
    if (grade.damaged) return grade;
    try {
        const Personal personal = personalise(it->second, file.student);
        Diagnostics out;
        const Answers answers = read_answers(file.sheet, it->second, personal, out);
        const Key key = solve(it->second, personal);
        grade.marked = mark_sheet(it->second, key, file.sheet, personal, answers, language, close_part);
        if (!out.empty()) add_note(grade, first_of(out));
        if (grade.marked.other_version) add_note(grade, "written for another version of the exercise, or changed");
    } catch (const std::exception& e) {
        grade.damaged = true;
        add_note(grade, e.what());
    }
    return grade;
}

std::vector<Grade> one_of_each(std::vector<Grade> grades, const std::vector<std::string>& roster,
                               const Exercises& exercises) {
    using Place = std::pair<std::string, std::pair<unsigned, std::string>>;  // who, and which exercise
    const auto exercise_of = [](const std::string& name) { return std::pair(exercise_number(name), name); };
    std::map<Place, Grade> best;
    std::map<std::string, std::string> students;  // as they wrote their ID, by the ID
    std::set<std::string> handed_in;
    std::vector<Grade> lost;  // whose they are, or of what, cannot be told
    for (const std::string& id : roster) students.emplace(normal_id(id), id);
    for (Grade& grade : grades) {
        if (grade.student.empty() || exercises.find(grade.marked.exercise) == exercises.end()) {
            lost.push_back(std::move(grade));
            continue;
        }
        students.emplace(normal_id(grade.student), grade.student);
        handed_in.insert(grade.marked.exercise);
        const auto [it, is_first] = best.try_emplace({normal_id(grade.student), exercise_of(grade.marked.exercise)});
        Grade& kept = it->second;
        if (is_first) {
            kept = std::move(grade);
            continue;
        }
        const std::string other = kept.file + " and " + grade.file;
        const bool better = kept.damaged || (!grade.damaged && grade.marked.points() > kept.marked.points());
        if (better) kept = std::move(grade);
        add_note(kept, "of several files the better counts: " + other);
    }
    std::vector<Grade> all;
    for (const auto& [id, written] : students) {
        for (const auto& [name, exercise] : exercises) {
            if (handed_in.count(name) == 0 || best.count({id, exercise_of(name)}) > 0) continue;
            Grade missing;
            missing.student = written;
            missing.marked = unmarked(exercise, written);
            best[{id, exercise_of(name)}] = std::move(missing);
        }
    }
    for (auto& [place, grade] : best) all.push_back(std::move(grade));
    for (Grade& grade : lost) all.push_back(std::move(grade));
    return all;
}

std::vector<std::string> read_roster(std::string_view text) {
    std::vector<std::string> students;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::string_view id = trimmed(line.substr(0, line.find(',')));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!id.empty() && !(students.empty() && normal_id(id) == "student")) students.emplace_back(id);
    }
    return students;
}

std::string grades_csv(const std::vector<Grade>& grades, const Exercises& exercises) {
    std::string out = "student,exercise,question,verdict,points,max_points,answer,hint,file,note\n";
    const auto row = [&out](const Grade& grade, const MarkedAnswer& answer) {
        bool first = true;
        for (const std::string& field :
             {grade.student, grade.marked.exercise, answer.question, std::string(verdict_of(grade, answer)),
              number(answer.points), number(answer.most), answer.written, answer.hint, grade.file, grade.note}) {
            if (!std::exchange(first, false)) out += ',';
            append_csv_field(out, field);
        }
        out += '\n';
    };
    for (const Grade& grade : grades) {
        for (const MarkedAnswer& answer : grade.marked.answers) row(grade, answer);
        if (exercises.find(grade.marked.exercise) == exercises.end()) row(grade, {});
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
