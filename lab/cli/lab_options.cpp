#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/command_line.hpp"
#include "course/drawing.hpp"
#include "scenario/text.hpp"
#include "terminal/shell.hpp"
#include "terminal/terminal.hpp"

namespace tcplab {
namespace {

namespace po = boost::program_options;
using Strings = std::vector<std::string>;

po::options_description lab_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("student", text("ID"), "the numbers of this student (show, run)");
    add("lang", text("LANGUAGE"), "en or ko (default: the locale's)");
    add("predict", text("VALUE"), "what you expect, instead of being asked (run)");
    add("explanation", "the explanation as soon as every question has an answer (check)");
    add("csv", text("FILE"), "a row for each student and question (grade)");
    add("totals", text("FILE"), "a row for each student, a column for each exercise (grade)");
    add("exercise", text("N,..."), "only these exercises (grade; default: those that were handed in)");
    add("json", "for programs, instead of text (check, grade)");
    add("roster", text("FILE"), "who should have handed something in, an ID a line (grade)");
    add("close", text("PERCENT"), "of its points, what a close answer earns (check, grade; default: 50)");
    add("students", text("N"), "how many students it is solved for (verify; default: 100)");
    add("course", text("DIR"), "exercises of your own, instead of those of tcplab");
    add("jobs,j", text("N"), "sheets marked at the same time (grade; default: all cores)");
    add("color", text("WHEN"), "auto (default), always or never; NO_COLOR is heeded");
    return d;
}

// What each action of `lab` takes: a number of words behind its name, and options besides those of all.
struct LabAction {
    std::string_view name, takes;
    std::size_t least, most;
    std::string_view options;
};
constexpr std::array<LabAction, 6> kLabActions{
    {{"list", "nothing", 0, 0, ""},
     {"show", "an exercise: `tcplab lab show 4`", 1, 1, "student"},
     {"run", "an exercise: `tcplab lab run 4`", 1, 1, "student|predict"},
     {"check", "an exercise and a file: `tcplab lab check 4 answers-04.toml`", 1, 2, "student|explanation|json|close"},
     {"grade", "a folder", 1, 1, "csv|totals|exercise|json|roster|close|jobs"},
     {"verify", "an exercise, or none for all", 0, 1, "students"}}};

const LabAction& lab_action(const Strings& words) {
    std::vector<std::string_view> names;
    for (const LabAction& action : kLabActions) {
        if (!words.empty() && words.front() == action.name) return action;
        names.push_back(action.name);
    }
    if (words.empty()) throw UsageError("lab needs one of " + listed(names));
    const std::string hint = did_you_mean(words.front(), names);
    throw UsageError(
        fmt::format("lab: unknown {}: {}", cited(words.front()), hint.empty() ? "there are " + listed(names) : hint));
}

void check_lab_options(const LabAction& action, const po::variables_map& values) {
    constexpr std::string_view of_all = "lang|course|color|word";
    for (const auto& [name, value] : values) {
        const std::vector<std::string_view> own = split(action.options);
        const std::vector<std::string_view> common = split(of_all);
        const bool known = std::find(own.begin(), own.end(), name) != own.end() ||
                           std::find(common.begin(), common.end(), name) != common.end();
        if (!known) throw UsageError(fmt::format("--{} is not for lab {}", name, action.name));
    }
}

course::Language language_of(const po::variables_map& values) {
    if (const auto text = text_of(values, "lang")) {
        if (*text == "en") return course::Language::english;
        if (*text == "ko") return course::Language::korean;
        throw UsageError("--lang expects en or ko, found " + cited(*text));
    }
    return speaks_korean() ? course::Language::korean : course::Language::english;
}

}  // namespace

LabOptions parse_lab_options(const Strings& arguments) {
    constexpr double whole = 100;
    const auto values = parse(arguments, lab_options());
    const Strings words = texts_of(values, "word");
    const LabAction& action = lab_action(words);
    if (words.size() < action.least + 1) throw UsageError(fmt::format("lab {} needs {}", action.name, action.takes));
    if (words.size() > action.most + 1) {
        throw UsageError(fmt::format("lab {} does not expect {}", action.name, cited(words[action.most + 1])));
    }
    check_lab_options(action, values);
    LabOptions o;
    o.action = static_cast<LabOptions::Action>(&action - kLabActions.data());
    const bool grades = o.action == LabOptions::Action::grade;
    if (words.size() > 1) (grades ? o.file : o.exercise) = words[1];
    if (words.size() > 2) o.file = words[2];
    o.student = text_of(values, "student");
    if (o.student) {
        if (const auto problem = course::problem_of_id(*o.student)) throw UsageError("--student " + *problem);
    }
    o.language = language_of(values);
    o.predict = text_of(values, "predict");
    o.csv = text_of(values, "csv");
    o.totals = text_of(values, "totals");
    o.roster = text_of(values, "roster");
    if (const auto list = text_of(values, "exercise")) {
        if (list->empty()) throw UsageError("--exercise expects numbers or names such as 4,9, found \"\"");
        for (const std::string_view word : split(*list, ',')) o.only.emplace_back(trimmed(word));
    }
    for (const char* name : {"lang", "course"}) {
        if (const auto value = text_of(values, name)) o.carried += fmt::format(" --{} {}", name, shell_word(*value));
    }
    o.course = text_of(values, "course");
    o.json = values.count("json") > 0;
    if ((o.csv == "-" ? 1 : 0) + (o.totals == "-" ? 1 : 0) + (o.json ? 1 : 0) > 1) {
        throw UsageError("only one of --csv, --totals and --json can go to stdout");
    }
    o.explanation = values.count("explanation") > 0;
    if (const auto percent = number_of(values, "close", 0, 100)) o.close_part = static_cast<double>(*percent) / whole;
    o.students = number_of(values, "students", 1, 1'000'000).value_or(o.students);
    o.jobs = number_of(values, "jobs", 1, 1024);
    o.color = when_of(values, "color");
    return o;
}

std::string lab_option_help() {
    return "Actions:\n"
           "  list              the exercises\n"
           "  show N            an exercise's text, its questions, your numbers\n"
           "  run N             writes lab-NN.toml and answers-NN.toml to the current folder, and runs the first\n"
           "  check N [FILE]    marks the answers (default: answers-NN.toml); exit 1 when not all are right\n"
           "  grade DIR         marks every file of answers in a folder and those below it\n"
           "  verify [N]        whether exercises themselves are right, for who writes them\n\n" +
           listing(lab_options());
}

}  // namespace tcplab
