#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <utility>

#include "cli/commands.hpp"
#include "cli/lab.hpp"
#include "course/class.hpp"
#include "course/markdown.hpp"
#include "course/marking.hpp"
#include "course/words.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "terminal/shell.hpp"
#include "terminal/table.hpp"
#include "terminal/terminal.hpp"

namespace tcplab {

using course::Exercise;
using course::ExerciseFiles;
using course::Language;
using course::Personal;
using course::words_in;

namespace fs = std::filesystem;

namespace {

/// Opening some of those that are no file would wait for whoever writes to them.
bool is_no_file(const std::string& path) {
    std::error_code ignored;
    const fs::file_type type = fs::status(path, ignored).type();
    return type == fs::file_type::fifo || type == fs::file_type::socket || type == fs::file_type::character ||
           type == fs::file_type::block;
}

std::string marked_text(const course::MarkedSheet& marked, Language language, std::size_t width, bool color) {
    constexpr std::array<std::string_view, 5> signs{"✓", "~", "✗", "·", "✗"};
    const course::Words& words = words_in(language);
    std::size_t longest = 0;
    for (const course::MarkedAnswer& a : marked.answers) longest = std::max(longest, a.question.size());
    std::string out;
    for (std::size_t i = 0; i < marked.answers.size(); ++i) {
        const course::MarkedAnswer& a = marked.answers[i];
        const auto verdict = static_cast<std::size_t>(a.verdict);
        const Accent accent = a.verdict == course::Verdict::right   ? Accent::best
                              : a.verdict == course::Verdict::close ? Accent::none
                                                                    : Accent::failed;
        out += fmt::format("  {} {}  {:{}}  {}{}\n", paint(signs.at(verdict), accent, color), i + 1, a.question,
                           longest, a.written.empty() ? "" : a.written + "  ", words.verdicts.at(verdict));
        constexpr std::size_t indent = 7;
        for (const std::string& line : course::wrapped(a.hint, width - indent)) {
            out += std::string(indent, ' ') + line + "\n";
        }
    }
    return out + fmt::format("\n{} · {}\n",
                             fmt::format(fmt::runtime(words.summary), marked.right(), marked.answers.size()),
                             fmt::format(fmt::runtime(words.points), marked.points(), marked.most()));
}

/// What was predicted and what is right, in the question's unit.
std::string prediction_line(const Exercise& exercise, const Personal& personal, const course::Key& key,
                            const course::Answers& answers, Language language) {
    if (!exercise.prediction || !answers.prediction) return "";
    const std::string& unit = exercise.prediction->unit.name;
    const auto text = [&](double value) {
        return fill_in("{{it|" + unit + "}}", exercise, personal, {{"it", value}}).text;
    };
    return "\n" +
           fmt::format(fmt::runtime(words_in(language).predicted), text(answers.prediction->value),
                       text(*key.prediction)) +
           "\n";
}

std::string after_check(const LabOptions& options, const Exercise& exercise, const Personal& personal,
                        const course::Key& key, const course::Answers& answers, const course::MarkedSheet& marked) {
    const course::Words& words = words_in(options.language);
    const bool all_right = marked.right() == marked.answers.size();
    const bool all_answered =
        std::all_of(answers.given.begin(), answers.given.end(), [](const auto& g) { return g.has_value(); });
    if (!all_right && !(options.explanation && all_answered)) {
        std::string out = "\n";
        for (const std::string& line : course::wrapped(words.explanation_later, text_width())) out += line + "\n";
        return out;
    }
    const course::Filled filled = fill_in(exercise.explanation.in(options.language), exercise, personal, key.names);
    if (!filled.error.empty()) {
        throw course::CourseError(fmt::format("the explanation, line {}: {}", filled.line, filled.error));
    }
    return prediction_line(exercise, personal, key, answers, options.language) + "\n" +
           course::for_terminal(filled.text, text_width(), use_color(options.color, STDOUT_FILENO));
}

int check_answers(const LabOptions& options, const std::vector<ExerciseFiles>& all, const Exercise& exercise,
                  const std::string& path) {
    const SheetFile file = read_sheet_file(path);
    check_exercise(options, all, path, file, exercise);
    const std::string& student = file.sheet.student;
    if (options.student && course::normal_id(*options.student) != course::normal_id(student)) {
        throw UsageError(fmt::format("--student {}: {} is of student {}", *options.student, path, cited(student)));
    }
    const Personal personal = personalise(exercise, student);
    Diagnostics out;
    const course::Answers answers = read_answers(file.sheet, exercise, personal, out);
    print_error(out.render(path, file.text, {}) + answers.notes.render(path, file.text, {}, "note"));
    const course::Key key = solve(exercise, personal);
    const course::MarkedSheet marked =
        mark_sheet(exercise, key, file.sheet, personal, answers, options.language, options.close_part);
    if (marked.other_version) {
        const std::string whose = student.empty() ? "" : " --student " + shell_word(student);
        const std::string show = lab_line(options, fmt::format("show {}{}", exercise.number, whose));
        print_error(fmt::format(fmt::runtime(words_in(options.language).other_version), show) + "\n");
    }
    if (options.json) {
        print_out(sheet_json(marked));
    } else {
        const bool color = use_color(options.color, STDOUT_FILENO);
        print_out(first_line(exercise, personal, options.language, text_width()) +
                  numbers_lines(exercise, personal, options.language) + "\n" +
                  marked_text(marked, options.language, text_width(), color) +
                  after_check(options, exercise, personal, key, answers, marked));
    }
    if (!out.empty()) return kBadInput;
    return marked.right() == marked.answers.size() ? kDone : kNotMet;
}

}  // namespace

SheetFile read_sheet_file(const std::string& path) {
    if (is_no_file(path)) throw BadSheet(fmt::format("{}: error: this is no file\n", path), kSystem);
    constexpr std::size_t largest = 1'000'000;
    FileText file = read_file(path, largest);
    if (!file.text) {
        const std::string why = fmt::format("{}: error: {}\n", path, file.why.message());
        throw BadSheet(why, file.why == std::errc::file_too_large ? kBadInput : kSystem);
    }
    Diagnostics out;
    std::optional<course::Sheet> sheet = course::read_sheet(*file.text, out);
    if (!sheet) throw BadSheet(out.render(path, *file.text, {}), kBadInput);
    return {std::move(*file.text), std::move(*sheet)};
}

void check_exercise(const LabOptions& options, const std::vector<ExerciseFiles>& all, const std::string& path,
                    const SheetFile& file, const Exercise& exercise) {
    const std::string& name = file.sheet.exercise;
    if (name == exercise.name) return;
    const bool known = std::any_of(all.begin(), all.end(), [&](const ExerciseFiles& e) { return e.name == name; });
    Diagnostics out;
    out.add(file.sheet.exercise_mark,
            fmt::format("these are answers to {}, not to {}", cited(name), cited(exercise.name)),
            known ? lab_line(options, fmt::format("check {} {}", course::exercise_number(name), shell_word(path)))
                  : course::unknown_exercise(name, options.course.has_value()));
    throw BadSheet(out.render(path, file.text, {}), kBadInput);
}

int check_sheet(const LabOptions& options, const std::vector<ExerciseFiles>& all, const Exercise& exercise) {
    const std::string path = options.file.empty() ? sheet_path(exercise).string() : options.file;
    try {
        return check_answers(options, all, exercise, path);
    } catch (const BadSheet& e) {
        if (options.json) print_out(course::failure_json(e.what()));
        throw;
    }
}

}  // namespace tcplab
