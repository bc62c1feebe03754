#include "course/exercise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <utility>

#include "course/drawing.hpp"
#include "course/measuring.hpp"
#include "course/units.hpp"
#include "scenario/document.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab::course {
namespace {

constexpr double kLargestWeight = 1000;

std::optional<double> number_in(const Node& node) {
    if (node.kind == Node::Kind::integer) return static_cast<double>(node.integer);
    if (node.kind == Node::Kind::real) return node.real;
    return std::nullopt;
}

struct QuantityIn {
    std::uint64_t value = 0;
    Measure measure = Measure::plain;
    std::string unit;
};
/// A text with a unit, or a whole number: "84 ms", 7.
std::optional<QuantityIn> quantity_in(const Node& node) {
    const std::string text = node.kind == Node::Kind::integer ? fmt::format("{}", node.integer) : node.text;
    for (const Measure m : {Measure::duration, Measure::rate, Measure::size, Measure::percent, Measure::plain}) {
        const Quantity q = parse_quantity(text, m);
        if (q.error == QuantityError::none && (m == Measure::plain || !q.unit.empty())) {
            return QuantityIn{q.value, m, std::string(q.unit)};
        }
    }
    return std::nullopt;
}

Drawn drawn_of(std::uint64_t value, const QuantityIn& like) {
    return {format_in(value, like.measure, like.unit), static_cast<double>(value) * formula_scale(like.measure)};
}

/// Reads exercise.toml. What is wrong goes to `out`; what is returned is right if nothing was.
class Reader {
  public:
    Reader(Exercise& exercise, Diagnostics& out) : exercise_(exercise), out_(out) {}

    void read(const Node& file) {
        know(file, {"title", "minutes", "files", "draw", "measure", "let", "prediction", "question", "claim"});
        exercise_.title = text(file, "title");
        read_minutes(file);
        read_files(file);
        each_member(file, "draw", [&](const Member& m) { read_draw(m); });
        each_member(file, "measure", [&](const Member& m) { read_measurement(m); });
        each_member(file, "let", [&](const Member& m) { read_let(m); });
        if (const Member* m = find(file, "prediction")) exercise_.prediction = question(m->value, true);
        each_item(file, "question", [&](const Node& n) { exercise_.questions.push_back(question(n, false)); });
        each_item(file, "claim", [&](const Node& n) { read_claim(n); });
        if (exercise_.questions.empty()) fail(file.mark, "there is no [[question]]");
        check_ids();
    }

  private:
    void fail(Mark mark, std::string message, std::string hint = {}) {
        out_.add(mark, std::move(message), std::move(hint));
    }

    bool is_table(const Node& node, std::string_view what) {
        if (node.kind == Node::Kind::table) return true;
        fail(node.mark, fmt::format("{}: expected a table, found {}", what, found_text(node)));
        return false;
    }

    void know(const Node& table, std::initializer_list<std::string_view> names) {
        const std::vector<std::string_view> known(names);
        for (const Member& m : table.members) {
            if (std::find(known.begin(), known.end(), m.key) == known.end()) {
                fail(m.mark, fmt::format("unknown key {}", cited(m.key)), did_you_mean(m.key, known));
            }
        }
    }

    template <class Read>
    void each_member(const Node& table, std::string_view name, Read read) {
        const Member* found = find(table, name);
        if (found == nullptr || !is_table(found->value, name)) return;
        std::vector<const Member*> members;  // as they stand in the file: one may speak of those before it
        for (const Member& m : found->value.members) members.push_back(&m);
        std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
            return std::pair(a->mark.line, a->mark.column) < std::pair(b->mark.line, b->mark.column);
        });
        for (const Member* m : members) read(*m);
    }

    template <class Read>
    void each_item(const Node& table, std::string_view name, Read read) {
        const Member* found = find(table, name);
        if (found == nullptr) return;
        if (found->value.kind != Node::Kind::array) {
            fail(found->value.mark, fmt::format("expected [[{}]], found {}", name, found_text(found->value)));
            return;
        }
        for (const Node& item : found->value.items) {
            if (is_table(item, name)) read(item);
        }
    }

    std::string string(const Node& table, std::string_view name, bool needed = true) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            if (needed) fail(table.mark, fmt::format("{} is missing", name));
            return "";
        }
        if (m->value.kind == Node::Kind::string) return m->value.text;
        fail(m->value.mark, fmt::format("{}: expected text in quotes, found {}", name, found_text(m->value)));
        return "";
    }

    /// In the languages of the title, which is read first.
    Text text(const Node& table, std::string_view name, bool needed = true) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            if (needed)
                fail(table.mark, fmt::format("{} is missing", name), fmt::format("{}.en and {}.ko", name, name));
            return {};
        }
        if (!is_table(m->value, name)) return {};
        know(m->value, {"en", "ko"});
        Text text{string(m->value, "en", !exercise_.title.en.empty()),
                  string(m->value, "ko", !exercise_.title.ko.empty())};
        if (text.en.empty() && text.ko.empty()) fail(m->value.mark, fmt::format("{} says nothing", name));
        return text;
    }

    std::optional<double> number(const Node& table, std::string_view name, double least, double most) {
        const Member* m = find(table, name);
        if (m == nullptr) return std::nullopt;
        const std::optional<double> n = number_in(m->value);
        if (n && *n >= least && *n <= most) return n;
        fail(m->value.mark,
             fmt::format("{}: expected a number from {} to {}, found {}", name, least, most, found_text(m->value)));
        return std::nullopt;
    }

    std::optional<double> part(const Node& table, std::string_view name) {
        const Member* m = find(table, name);
        if (m == nullptr) return std::nullopt;
        const Quantity q = parse_quantity(m->value.text, Measure::percent);
        if (m->value.kind == Node::Kind::string && q.error == QuantityError::none) {
            return static_cast<double>(q.value) / static_cast<double>(kWhole);
        }
        fail(m->value.mark,
             fmt::format("{}: expected a percentage such as \"1 %\", found {}", name, found_text(m->value)));
        return std::nullopt;
    }

    /// A formula of what is known by now.
    Formula formula(const Node& table, std::string_view name) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            fail(table.mark, fmt::format("{} is missing", name));
            return {};
        }
        return formula_at(m->value, name);
    }

    Formula formula_at(const Node& node, std::string_view name) {
        if (node.kind != Node::Kind::string) {
            fail(node.mark, fmt::format("{}: expected a formula in quotes, found {}", name, found_text(node)));
            return {};
        }
        // Only whether it can be read: what it is worth shows when there are numbers. Zeros would divide by zero.
        const FormulaValue tried = evaluate(node.text, known_);
        const bool no_number = !tried.value && tried.error.rfind("this is no number", 0) == 0;
        if (!tried.value && !no_number) {
            Mark at = node.mark;
            at.column += static_cast<std::uint32_t>(tried.at) + 1;  // behind the quote
            at.length = 1;
            fail(at, tried.error);
        }
        return {node.text, node.mark};
    }

    void read_minutes(const Node& file) {
        constexpr double longest = 600;
        exercise_.minutes = static_cast<unsigned>(number(file, "minutes", 1, longest).value_or(0));
        if (find(file, "minutes") == nullptr) fail(file.mark, "minutes is missing");
    }

    void read_files(const Node& file) {
        const Member* m = find(file, "files");
        if (m == nullptr) return;
        static const std::vector<std::string_view> known{"report", "pcap", "trace", "har"};
        for (const Node& item : m->value.items) {
            if (std::find(known.begin(), known.end(), item.text) == known.end()) {
                fail(item.mark, fmt::format("files: expected {}, found {}", listed(known), found_text(item)));
            }
            exercise_.files.push_back(item.text);
        }
    }

    bool define(const Member& m) {
        if (!can_be_name(m.key)) {
            fail(m.mark, fmt::format("{} cannot be a name in formulas", cited(m.key)),
                 "small letters, digits and _, and no function's name");
            return false;
        }
        if (known_.emplace(m.key, 1.0).second) return true;
        fail(m.mark, fmt::format("there is a {} already", cited(m.key)));
        return false;
    }

    void read_draw(const Member& m) {
        Draw draw;
        draw.name = m.key;
        if (m.value.kind == Node::Kind::array) {
            for (const Node& item : m.value.items) draw.values.push_back(drawn_in(item));
            if (draw.values.empty()) fail(m.value.mark, fmt::format("{} has no values", m.key));
        } else if (m.value.kind == Node::Kind::table) {
            draw.values = range(m.value);
        } else {
            fail(m.value.mark, fmt::format("{}: expected a list, or {{ from, to, step }}", m.key));
        }
        if (define(m) && !draw.values.empty()) exercise_.draws.push_back(std::move(draw));
    }

    Drawn drawn_in(const Node& node) {
        const auto q = quantity_in(node);
        if (q) return drawn_of(q->value, *q);
        if (node.kind == Node::Kind::string) return {node.text, 0};  // a word
        fail(node.mark, fmt::format("expected a text or a whole number, found {}", found_text(node)));
        return {};
    }

    std::vector<Drawn> range(const Node& table) {
        constexpr std::uint64_t most = 100'000;
        know(table, {"from", "to", "step"});
        std::vector<QuantityIn> ends;
        for (const char* name : {"from", "to", "step"}) {
            const Member* m = find(table, name);
            if (m == nullptr) {
                fail(table.mark, fmt::format("{} is missing", name),
                     "{ from = \"40 ms\", to = \"160 ms\", step = \"2 ms\" }");
                return {};
            }
            const auto q = quantity_in(m->value);
            if (!q || (!ends.empty() && ends.front().measure != q->measure)) {
                fail(table.mark,
                     fmt::format("{}: expected a quantity such as \"84 ms\", or a whole number; in all three "
                                 "the same kind",
                                 name));
                return {};
            }
            ends.push_back(*q);
        }
        const std::uint64_t from = ends[0].value;
        const std::uint64_t step = ends[2].value;
        if (step == 0 || ends[1].value < from || (ends[1].value - from) / step >= most) {
            fail(table.mark, fmt::format("expected from, to and step to make 1 to {} values", most));
            return {};
        }
        const std::uint64_t steps = (ends[1].value - from) / step;
        std::vector<Drawn> values;
        for (std::uint64_t i = 0; i <= steps; ++i) values.push_back(drawn_of(from + i * step, ends.front()));
        return values;
    }

    void read_measurement(const Member& m) {
        if (!is_table(m.value, m.key)) return;
        know(m.value, {"variant", "file", "column", "take", "where"});
        Measurement to;
        to.name = m.key;
        to.mark = m.mark;
        to.variant = string(m.value, "variant", false);
        to.file = find(m.value, "file") == nullptr ? "summary" : string(m.value, "file");
        to.column = string(m.value, "column", false);
        read_take(m.value, to);
        const std::vector<std::string> names = columns_of_file(to.file);
        const std::vector<std::string_view> columns(names.begin(), names.end());
        if (columns.empty()) {
            fail(m.value.mark, fmt::format("file: expected {}, found {}", listed(result_files()), cited(to.file)));
        } else if (to.take != Measurement::Take::count) {
            check_column(m.value.mark, to.column, columns);
        }
        if (const Member* where = find(m.value, "where")) read_where(where->value, columns, to);
        if (define(m)) exercise_.measurements.push_back(std::move(to));
    }

    void check_column(Mark mark, const std::string& column, const std::vector<std::string_view>& columns) {
        if (std::find(columns.begin(), columns.end(), column) != columns.end()) return;
        fail(mark, fmt::format("there is no column {}", cited(column)), did_you_mean(column, columns));
    }

    void read_take(const Node& table, Measurement& to) {
        static const std::vector<std::string_view> words{"only", "first", "last", "least",
                                                         "most", "sum",   "mean", "count"};
        const Member* m = find(table, "take");
        if (m == nullptr) return;
        const auto it = std::find(words.begin(), words.end(), m->value.text);
        if (it == words.end()) {
            fail(m->value.mark, fmt::format("take: expected {}, found {}", listed(words), found_text(m->value)));
        } else {
            to.take = static_cast<Measurement::Take>(it - words.begin());
        }
    }

    void read_where(const Node& table, const std::vector<std::string_view>& columns, Measurement& to) {
        if (!is_table(table, "where")) return;
        for (const Member& m : table.members) {
            if (!columns.empty()) check_column(m.mark, m.key, columns);
            to.where.push_back(condition(m));
        }
    }

    Condition condition(const Member& m) {
        using Relation = Condition::Relation;
        constexpr std::array<std::pair<std::string_view, Relation>, 5> signs{{{"!=", Relation::unequal},
                                                                              {"<=", Relation::at_most},
                                                                              {">=", Relation::at_least},
                                                                              {"<", Relation::below},
                                                                              {">", Relation::above}}};
        Condition c;
        c.column = m.key;
        c.number = number_in(m.value);
        if (c.number) return c;
        if (m.value.kind != Node::Kind::string) {
            fail(m.value.mark, fmt::format("{}: expected a number or a text, found {}", m.key, found_text(m.value)));
            return c;
        }
        c.text = m.value.text;
        for (const auto& [sign, relation] : signs) {
            if (c.text.rfind(sign, 0) != 0) continue;
            c.relation = relation;
            c.text = trimmed(std::string_view(c.text).substr(sign.size()));
            break;
        }
        double n = 0;
        const char* end = c.text.data() + c.text.size();
        const auto [stop, error] = std::from_chars(c.text.data(), end, n);
        if (error == std::errc() && stop == end) c.number = n;
        const bool is_order = c.relation != Relation::equal && c.relation != Relation::unequal;
        if (is_order && !c.number)
            fail(m.value.mark, fmt::format("{}: expected a number, found {}", m.key, cited(c.text)));
        return c;
    }

    void read_let(const Member& m) {
        Formula f = formula_at(m.value, m.key);
        if (define(m)) exercise_.lets.emplace_back(m.key, std::move(f));
    }

    Question question(const Node& table, bool prediction) {
        Question q;
        if (!is_table(table, "prediction")) return q;
        know(table, prediction ? std::initializer_list<std::string_view>{"text", "unit", "answer"}
                               : std::initializer_list<std::string_view>{"id", "text", "unit", "answer", "right",
                                                                         "close", "weight", "mistake", "choice"});
        q.mark = table.mark;
        q.id = prediction ? "prediction" : string(table, "id");
        q.text = text(table, "text");
        q.weight = number(table, "weight", 0, kLargestWeight).value_or(q.weight);
        each_item(table, "choice", [&](const Node& n) { q.choices.push_back(choice(n)); });
        if (q.choices.empty()) {
            read_number(table, q);
        } else {
            for (const char* name : {"answer", "unit", "right", "close", "mistake"}) {
                if (const Member* m = find(table, name))
                    fail(m->mark, fmt::format("{} does not go with [[question.choice]]", name));
            }
            constexpr std::size_t most = 26;  // letters
            if (q.choices.size() < 2 || q.choices.size() > most) fail(table.mark, "expected 2 to 26 choices");
        }
        return q;
    }

    void read_number(const Node& table, Question& q) {
        q.unit.name = string(table, "unit");
        if (const auto measure = measure_of_unit(q.unit.name)) {
            q.unit.measure = *measure;
        } else {
            fail(table.mark, fmt::format("unit: expected {}, found {}", listed(question_units()), cited(q.unit.name)));
        }
        const bool counted = q.unit.measure == Measure::plain || q.unit.measure == Measure::packets;
        q.answer = formula(table, "answer");
        q.right = part(table, "right").value_or(counted ? 0 : q.right);
        q.close = part(table, "close").value_or(q.close);
        each_item(table, "mistake", [&](const Node& n) {
            know(n, {"value", "hint"});
            q.mistakes.push_back({formula(n, "value"), text(n, "hint")});
        });
    }

    Choice choice(const Node& n) {
        know(n, {"text", "right", "hint"});
        return {text(n, "text"), formula(n, "right"), text(n, "hint", false)};
    }

    void read_claim(const Node& n) {
        know(n, {"id", "holds"});
        exercise_.claims.push_back({string(n, "id"), formula(n, "holds")});
    }

    void check_ids() {
        static const std::set<std::string_view> taken{"exercise", "student", "version", "prediction"};
        std::set<std::string_view> seen;
        for (const Question& q : exercise_.questions) {
            const bool good = std::all_of(q.id.begin(), q.id.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
            });
            if (!good || q.id.empty() || taken.count(q.id) > 0) {
                fail(q.mark, fmt::format("id: {} cannot be a question's", cited(q.id)), "small letters, digits and _");
            }
            if (!seen.insert(q.id).second) fail(q.mark, fmt::format("id: there is a {} already", cited(q.id)));
        }
    }

    Exercise& exercise_;
    Diagnostics& out_;
    Names known_;
};

/// A text of its own for each language that the title has.
void check_texts(const Exercise& exercise, const ExerciseFiles& files, ReadExercise& result) {
    const auto check = [&](const std::string& title, const std::string& text, std::string_view file) {
        if (title.empty() || !text.empty()) return;
        result.errors += fmt::format("{}/{}: error: it is not there, or empty\n", files.folder, file);
        ++result.error_count;
    };
    check(exercise.title.en, files.readme.en, "README.md");
    check(exercise.title.en, files.explanation.en, "explanation.md");
    check(exercise.title.ko, files.readme.ko, "README.ko.md");
    check(exercise.title.ko, files.explanation.ko, "explanation.ko.md");
}

/// The places of what is drawn, which TOML does not know of: a text with all of them filled in.
void check_places(const Exercise& exercise, const ExerciseFiles& files, ReadExercise& result) {
    const Personal personal = personalise(exercise, "");
    const Filled scenario = fill_in(files.scenario, exercise, personal, personal.names);
    if (scenario.error.empty()) return;
    result.errors += fmt::format("{}/scenario.toml: error: {}\n", files.folder, scenario.error);
    ++result.error_count;
}

}  // namespace

ReadExercise read_exercise(const ExerciseFiles& files) {
    ReadExercise result;
    Diagnostics out;
    Exercise exercise;
    exercise.name = files.name;
    std::from_chars(files.name.data(), files.name.data() + files.name.size(), exercise.number);
    exercise.readme = files.readme;
    exercise.explanation = files.explanation;
    exercise.scenario = files.scenario;
    if (const std::optional<Node> file = parse_document(files.definition, out)) Reader(exercise, out).read(*file);
    result.errors = out.render(files.folder + "/exercise.toml", files.definition, {});
    result.error_count = out.size();
    if (out.empty()) {
        check_places(exercise, files, result);
        check_texts(exercise, files, result);
    }
    if (result.error_count == 0) result.exercise = std::move(exercise);
    return result;
}

}  // namespace tcplab::course
