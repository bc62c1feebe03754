#include "course/sheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "course/markdown.hpp"
#include "course/units.hpp"
#include "course/words.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab::course {
namespace {

constexpr std::size_t kWidth = 98;  // of comments

std::string commented(const std::string& text, std::size_t indent = 0) {
    std::string out;
    for (const std::string& line : wrapped(text, kWidth - indent)) {
        out += fmt::format("# {}{}\n", out.empty() ? "" : std::string(indent, ' '), line);
    }
    return out;
}

std::string toml_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

/// A number such as the unit has: for messages.
std::string example_of(const Unit& unit) {
    if (unit.name.empty()) return "a number such as 12";
    return fmt::format("a number such as \"12 {}\"", unit.name);
}

/// Units as Korean has them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kKoreanUnits{{{"나노초", "ns"},
                                                                                     {"마이크로초", "us"},
                                                                                     {"밀리초", "ms"},
                                                                                     {"초", "s"},
                                                                                     {"분", "min"},
                                                                                     {"바이트", "B"},
                                                                                     {"킬로바이트", "kB"},
                                                                                     {"퍼센트", "%"},
                                                                                     {"패킷", "packets"}}};

/// A unit as quantities have it. Korean counts things with a word behind the number ("64개"): that is none.
std::string_view unit_of(std::string_view word) {
    const auto* it =
        std::find_if(kKoreanUnits.begin(), kKoreanUnits.end(), [&](const auto& u) { return u.first == word; });
    if (it != kKoreanUnits.end()) return it->second;
    return word == "개" || word == "번" || word == "배" ? std::string_view() : word;
}

std::string letter_of(std::size_t place) { return std::string(1, static_cast<char>('a' + static_cast<char>(place))); }

class AnswerReader {
  public:
    AnswerReader(const Sheet& sheet, const Exercise& exercise, const Personal& personal, Diagnostics& out)
        : sheet_(sheet), exercise_(exercise), personal_(personal), out_(out) {}

    Answers read() {
        Answers answers;
        check_names(answers.notes);
        for (std::size_t i = 0; i < exercise_.questions.size(); ++i) {
            const std::size_t before = out_.size();
            answers.given.push_back(answer(i));
            answers.written.push_back(raw(exercise_.questions[i].id));
            answers.problems.push_back(out_.size() > before ? in_one_line(out_.list().back()) : "");
        }
        if (exercise_.prediction) answers.prediction = prediction(*exercise_.prediction);
        return answers;
    }

  private:
    void check_names(Diagnostics& notes) const {
        std::vector<std::string_view> known{"exercise", "student", "version", "prediction"};
        for (const Question& q : exercise_.questions) known.push_back(q.id);
        for (const Member& m : sheet_.table.members) {
            if (std::find(known.begin(), known.end(), m.key) == known.end()) {
                notes.add(m.mark, fmt::format("unknown key {}", cited(m.key)), did_you_mean(m.key, known));
            }
        }
    }

    std::optional<Given> answer(std::size_t index) {
        const Question& q = exercise_.questions[index];
        const Member* m = find(sheet_.table, q.id);
        if (m == nullptr) {
            out_.add({}, fmt::format("{} is missing", q.id),
                     fmt::format("an answer that you do not know is {} = \"\"", q.id));
            return std::nullopt;
        }
        const std::optional<std::string> text = written(m->value, q);
        if (!text || text->empty()) return std::nullopt;
        return q.choices.empty() ? number(m->value, *text, q) : choice(m->value, *text, index);
    }

    /// What stands behind a key.
    [[nodiscard]] std::string raw(const std::string& key) const {
        const Member* m = find(sheet_.table, key);
        if (m == nullptr) return "";
        return printable(trimmed(m->value.kind == Node::Kind::string ? m->value.text : m->value.written));
    }

    /// What nobody marks is not worth an error.
    std::optional<Given> prediction(const Question& q) const {
        const std::string text = raw("prediction");
        const ReadNumber n = read_number(text, q.unit);
        if (!n.value) return std::nullopt;
        return Given{text, *n.value};
    }

    std::optional<std::string> written(const Node& node, const Question& q) {
        if (node.kind == Node::Kind::string) return std::string(trimmed(node.text));
        if (node.kind == Node::Kind::integer || node.kind == Node::Kind::real) return node.written;
        const std::string due = q.choices.empty() ? example_of(q.unit) : "a letter such as \"a\"";
        out_.add(node.mark, fmt::format("{}: expected {}, found {}", q.id, due, found_text(node)));
        return std::nullopt;
    }

    std::optional<Given> number(const Node& node, const std::string& text, const Question& q) {
        const ReadNumber n = read_number(text, q.unit);
        if (n.value) return Given{text, *n.value};
        out_.add(node.mark, fmt::format("{}: {}", q.id, n.problem), n.hint);
        return std::nullopt;
    }

    std::optional<Given> choice(const Node& node, const std::string& text, std::size_t index) {
        const std::vector<std::size_t>& order = personal_.orders[index];
        for (std::size_t place = 0; place < order.size(); ++place) {
            if (normal_id(text) == letter_of(place)) return Given{text, static_cast<double>(order[place])};
        }
        out_.add(node.mark, fmt::format("{}: expected a letter from \"a\" to \"{}\", found {}",
                                        exercise_.questions[index].id, letter_of(order.size() - 1), cited(text)));
        return std::nullopt;
    }

    const Sheet& sheet_;
    const Exercise& exercise_;
    const Personal& personal_;
    Diagnostics& out_;
};

std::string question_text(const Exercise& exercise, const Personal& personal, std::size_t index, Language language) {
    const Question& q = exercise.questions[index];
    std::string out = commented(fmt::format("{}. {}", index + 1, q.text.in(language)), 3);
    for (const std::string& line : offered_choices(exercise, personal, index, language)) {
        out += "#    " + commented(line, 6).substr(2);
    }
    if (q.choices.empty() && !q.unit.name.empty()) out += fmt::format("#    [{}]\n", q.unit.name);
    return out + fmt::format("{} = \"\"\n\n", q.id);
}

}  // namespace

std::string empty_sheet(const Exercise& exercise, const Personal& personal, Language language,
                        std::string_view prediction, std::string_view check) {
    const Words& words = words_in(language);
    std::string out = commented(fmt::format("{:02}. {}", exercise.number, exercise.title.in(language)));
    if (!personal.drawn.empty())
        out += commented(fmt::format("{}: {}", words.your_numbers, numbers_text(exercise, personal)));
    out += "#\n" + commented(std::string(words.fill_in)) + fmt::format("#     {}\n\n", printable(check));
    out += fmt::format("exercise = {}\nstudent  = {}\nversion  = {}\n\n", toml_string(exercise.name),
                       toml_string(personal.student), toml_string(personal.version));
    if (exercise.prediction) {
        const Question& q = *exercise.prediction;
        out += commented(fmt::format("{} {}", words.prediction_first, q.text.in(language)));
        if (!q.unit.name.empty()) out += fmt::format("#    [{}]\n", q.unit.name);
        out += fmt::format("prediction = {}\n\n", toml_string(prediction));
    }
    for (std::size_t i = 0; i < exercise.questions.size(); ++i) out += question_text(exercise, personal, i, language);
    out.pop_back();
    return out;
}

std::optional<Sheet> read_sheet(std::string_view text, Diagnostics& out) {
    std::optional<Node> table = parse_document(text, out);
    if (!table) return std::nullopt;
    Sheet sheet;
    sheet.table = std::move(*table);
    const auto get = [&](const char* name, bool needed, Mark& mark) {
        const Member* m = find(sheet.table, name);
        if (m != nullptr && m->value.kind == Node::Kind::string) {
            mark = m->value.mark;
            return m->value.text;
        }
        if (m != nullptr)
            out.add(m->value.mark, fmt::format("{}: expected text in quotes, found {}", name, found_text(m->value)));
        if (m == nullptr && needed)
            out.add({}, fmt::format("{} is missing", name), "`tcplab lab run` writes such a file");
        return std::string();
    };
    Mark ignored;
    sheet.exercise = get("exercise", true, sheet.exercise_mark);
    sheet.student = get("student", true, sheet.student_mark);
    sheet.version = get("version", false, ignored);
    if (!sheet.student.empty()) {
        if (const auto problem = problem_of_id(sheet.student)) out.add(sheet.student_mark, "student " + *problem);
    }
    if (!out.empty()) return std::nullopt;
    return sheet;
}

Answers read_answers(const Sheet& sheet, const Exercise& exercise, const Personal& personal, Diagnostics& out) {
    return AnswerReader(sheet, exercise, personal, out).read();
}

std::string in_one_line(const Diagnostic& diagnostic) {
    const Diagnostic& d = diagnostic;
    return (d.mark.line == 0 ? "" : fmt::format("line {}: ", d.mark.line)) + d.message +
           (d.hint.empty() ? "" : "; " + d.hint);
}

ReadNumber read_number(std::string_view text, const Unit& unit) {
    constexpr double largest = 1e18;
    text = trimmed(text);
    if (text.substr(0, 1) == "+") text.remove_prefix(1);
    const auto none = [&](std::string hint = {}) {
        return ReadNumber{std::nullopt, fmt::format("expected {}, found {}", example_of(unit), cited(text)),
                          std::move(hint)};
    };
    double n = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error == std::errc::result_out_of_range || (error == std::errc() && std::abs(n) > largest)) {
        return {std::nullopt, fmt::format("{} is too large or too small a number", cited(text)), ""};
    }
    if (error != std::errc() || !std::isfinite(n)) return none();
    const std::string_view rest = unit_of(trimmed(text.substr(static_cast<std::size_t>(stop - text.data()))));
    if (rest.substr(0, 1) == ",") return none("a decimal point is a point, and thousands have no sign: 1234.5");
    const std::string_view name = rest.empty() ? std::string_view(unit.name) : rest;
    if (unit.measure == Measure::plain) {
        if (!rest.empty()) return none("a number alone is asked for");
        return {n, "", ""};
    }
    const Quantity one = parse_quantity("1 " + std::string(name), unit.measure);
    if (one.error != QuantityError::none) return none(fmt::format("units are {}", units_of(unit.measure)));
    return {n * static_cast<double>(one.value) * formula_scale(unit.measure), "", ""};
}

std::vector<std::string> offered_choices(const Exercise& exercise, const Personal& personal, std::size_t index,
                                         Language language) {
    std::vector<std::string> lines;
    const std::vector<std::size_t>& order = personal.orders[index];
    for (std::size_t place = 0; place < order.size(); ++place) {
        const Choice& choice = exercise.questions[index].choices[order[place]];
        lines.push_back(fmt::format("{}  {}", letter_of(place), choice.text.in(language)));
    }
    return lines;
}

}  // namespace tcplab::course
