#include "course/definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <set>
#include <utility>

#include "course/measuring.hpp"
#include "course/table_reader.hpp"
#include "course/units.hpp"
#include "course/values.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab::course {
namespace {

constexpr double kLargestWeight = 1000;

/// A language of texts: its key, and where it stands in a Text.
struct Tongue {
    std::string_view key;
    std::string Text::*in;
};
constexpr std::array<Tongue, 2> kTongues{{{"en", &Text::en}, {"ko", &Text::ko}}};

class Reader {
  public:
    Reader(Exercise& exercise, Diagnostics& out) : exercise_(exercise), in_(out) {}

    void read(const Node& file) {
        in_.know(file, {"title", "minutes", "files", "draw", "measure", "let", "prediction", "question", "claim"});
        read_title(file);
        read_minutes(file);
        read_files(file);
        in_.each_member(file, "draw", [&](const Member& m) { read_draw(m); });
        in_.each_member(file, "measure", [&](const Member& m) { read_measurement(m); });
        in_.each_member(file, "let", [&](const Member& m) { read_let(m); });
        if (const Member* m = find(file, "prediction")) exercise_.prediction = question(m->value, true);
        in_.each_item(file, "question", [&](const Node& n) { exercise_.questions.push_back(question(n, false)); });
        in_.each_item(file, "claim", [&](const Node& n) { read_claim(n); });
        if (exercise_.questions.empty()) in_.fail(file.mark, "there is no [[question]]");
        check_ids();
        check_languages(mark_of(file, "title"));
    }

  private:
    // --- texts ---

    /// Its languages are those of all texts.
    void read_title(const Node& file) {
        const Member* title = find(file, "title");
        for (std::size_t i = 0; i < kTongues.size(); ++i) {
            due_.at(i) = title != nullptr && find(title->value, kTongues.at(i).key) != nullptr;
        }
        exercise_.title = text(file, "title");
        if (title != nullptr && title->value.kind == Node::Kind::table && title->value.members.empty())
            in_.fail(title->mark, "title says nothing");
    }

    Text text(const Node& table, std::string_view name, bool needed = true) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            if (needed)
                in_.fail(table.mark, fmt::format("{} is missing", name), fmt::format("{}.en and {}.ko", name, name));
            return {};
        }
        if (!in_.is_table(m->value, name)) return {};
        in_.know(m->value, {"en", "ko"});
        Text text;
        for (std::size_t i = 0; i < kTongues.size(); ++i) read_tongue(*m, i, text);
        return text;
    }

    void read_tongue(const Member& from, std::size_t which, Text& to) {
        const auto& [key, text] = kTongues.at(which);
        const Member* m = find(from.value, key);
        const std::string name = fmt::format("{}.{}", from.key, key);
        if (m == nullptr) {
            if (due_.at(which)) in_.fail(from.value.mark, name + " is missing");
            return;
        }
        if (m->value.kind != Node::Kind::string) {
            in_.fail(m->value.mark, fmt::format("{}: expected text in quotes, found {}", name, found_text(m->value)));
            return;
        }
        to.*text = m->value.text;
        if (trimmed(to.*text).empty()) in_.fail(m->value.mark, name + " is empty");
        std::optional<std::uint32_t>& line = first_lines_.at(which);
        line = std::min(line.value_or(m->mark.line), m->mark.line);
    }

    void check_languages(Mark title) {
        const bool has_title = std::find(due_.begin(), due_.end(), true) != due_.end();
        for (std::size_t i = 0; i < kTongues.size(); ++i) {
            if (!has_title || due_.at(i) || !first_lines_.at(i)) continue;
            in_.fail(title, fmt::format("title has no {}, but line {} has: leave out all or none", kTongues.at(i).key,
                                        *first_lines_.at(i)));
        }
    }

    // --- formulas ---

    /// A formula of what is known by now.
    Formula formula(const Node& table, std::string_view name) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            in_.fail(table.mark, fmt::format("{} is missing", name));
            return {};
        }
        return formula_at(m->value, name);
    }

    Formula formula_at(const Node& node, std::string_view name) {
        if (node.kind != Node::Kind::string) {
            in_.fail(node.mark, fmt::format("{}: expected a formula in quotes, found {}", name, found_text(node)));
            return {};
        }
        // Only whether it can be read: what it is worth shows when there are numbers. Zeros would divide by zero.
        const FormulaValue tried = evaluate(node.text, known_);
        if (!tried.readable) {
            Mark at = node.mark;
            at.column += static_cast<std::uint32_t>(tried.at) + 1;  // behind the quote
            at.length = 1;
            in_.fail(at, tried.error);
        }
        return {node.text, node.mark};
    }

    bool define(const Member& m) {
        if (!can_be_name(m.key)) {
            in_.fail(m.mark, fmt::format("{} cannot be a name in formulas", cited(m.key)),
                     "small letters, digits and _, and no function's name");
            return false;
        }
        if (known_.emplace(m.key, 1.0).second) return true;
        in_.fail(m.mark, fmt::format("there is a {} already", cited(m.key)));
        return false;
    }

    void read_let(const Member& m) {
        Formula f = formula_at(m.value, m.key);
        if (define(m)) exercise_.lets.emplace_back(m.key, std::move(f));
    }

    // --- what is drawn and written ---

    void read_minutes(const Node& file) {
        constexpr double longest = 600;
        exercise_.minutes = static_cast<unsigned>(in_.number(file, "minutes", 1, longest).value_or(0));
        if (find(file, "minutes") == nullptr) in_.fail(file.mark, "minutes is missing");
    }

    void read_files(const Node& file) {
        const Member* m = find(file, "files");
        if (m == nullptr) return;
        static const std::vector<std::string_view> known{"report", "pcap", "trace", "har"};
        if (m->value.kind != Node::Kind::array) {
            in_.fail(m->value.mark, fmt::format("files: expected a list, found {}", found_text(m->value)));
        }
        for (const Node& item : m->value.items) {
            if (std::find(known.begin(), known.end(), item.text) == known.end()) {
                in_.fail(item.mark, fmt::format("files: expected {}, found {}", listed(known), found_text(item)));
            }
            exercise_.files.push_back(item.text);
        }
    }

    void read_draw(const Member& m) {
        Draw draw{m.key, read_values(m, in_), m.mark};
        if (define(m) && !draw.values.empty()) exercise_.draws.push_back(std::move(draw));
    }

    // --- measurements ---

    void read_measurement(const Member& m) {
        if (!in_.is_table(m.value, m.key)) return;
        in_.know(m.value, {"variant", "file", "column", "take", "where"});
        Measurement to;
        to.name = m.key;
        to.mark = m.mark;
        to.variant = in_.string(m.value, "variant", false);
        to.file = find(m.value, "file") == nullptr ? "summary" : in_.string(m.value, "file");
        to.column = in_.string(m.value, "column", false);
        read_take(m.value, to);
        const std::vector<std::string> names = columns_of_file(to.file);
        const std::vector<std::string_view> columns(names.begin(), names.end());
        if (columns.empty()) {
            in_.fail(mark_of(m.value, "file"),
                     fmt::format("file: expected {}, found {}", listed(result_files()), cited(to.file)));
        } else if (to.column.empty() && to.take != Measurement::Take::count) {
            in_.fail(m.value.mark, "column is missing");
        } else if (!to.column.empty()) {
            check_column(mark_of(m.value, "column"), to.column, columns);
        }
        check_file(to);
        if (const Member* where = find(m.value, "where")) read_where(where->value, columns, to);
        if (define(m)) exercise_.measurements.push_back(std::move(to));
    }

    /// The student must have the file, or see the packets in Wireshark.
    void check_file(const Measurement& m) {
        const auto writes = [&](std::string_view file) {
            return std::find(exercise_.files.begin(), exercise_.files.end(), file) != exercise_.files.end();
        };
        if (is_recorded(m.file) && !writes("trace") && !writes("pcap"))
            in_.fail(m.mark, fmt::format("{}.csv needs \"trace\" or \"pcap\" in files", m.file));
    }

    void check_column(Mark mark, const std::string& column, const std::vector<std::string_view>& columns) {
        if (std::find(columns.begin(), columns.end(), column) != columns.end()) return;
        in_.fail(mark, fmt::format("there is no column {}", cited(column)), did_you_mean(column, columns));
    }

    void read_take(const Node& table, Measurement& to) {
        static const std::vector<std::string_view> words{"only", "first", "last", "least",
                                                         "most", "sum",   "mean", "count"};
        const Member* m = find(table, "take");
        if (m == nullptr) return;
        const auto it = std::find(words.begin(), words.end(), m->value.text);
        if (it == words.end()) {
            in_.fail(m->value.mark, fmt::format("take: expected {}, found {}", listed(words), found_text(m->value)));
        } else {
            to.take = static_cast<Measurement::Take>(it - words.begin());
        }
    }

    void read_where(const Node& table, const std::vector<std::string_view>& columns, Measurement& to) {
        if (!in_.is_table(table, "where")) return;
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
            in_.fail(m.value.mark,
                     fmt::format("{}: expected a number or a text, found {}", m.key, found_text(m.value)));
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
            in_.fail(m.value.mark, fmt::format("{}: expected a number, found {}", m.key, cited(c.text)));
        return c;
    }

    // --- questions, claims ---

    Question question(const Node& table, bool prediction) {
        Question q;
        if (!in_.is_table(table, "prediction")) return q;
        in_.know(table, prediction ? std::initializer_list<std::string_view>{"text", "unit", "answer"}
                                   : std::initializer_list<std::string_view>{"id", "text", "unit", "answer", "right",
                                                                             "close", "weight", "mistake", "choice"});
        q.mark = mark_of(table, "id");
        q.id = prediction ? "prediction" : in_.string(table, "id");
        q.text = text(table, "text");
        q.weight = in_.number(table, "weight", 0, kLargestWeight).value_or(q.weight);
        in_.each_item(table, "choice", [&](const Node& n) { add_choice(n, q); });
        if (q.choices.empty()) {
            read_number(table, q);
        } else {
            for (const char* name : {"answer", "unit", "right", "close", "mistake"}) {
                if (const Member* m = find(table, name))
                    in_.fail(m->mark, fmt::format("{} does not go with [[question.choice]]", name));
            }
            constexpr std::size_t most = 26;  // letters
            if (q.choices.size() < 2 || q.choices.size() > most) in_.fail(table.mark, "expected 2 to 26 choices");
        }
        return q;
    }

    void read_number(const Node& table, Question& q) {
        q.unit.name = in_.string(table, "unit");
        if (const auto measure = measure_of_unit(q.unit.name)) {
            q.unit.measure = *measure;
        } else {
            in_.fail(mark_of(table, "unit"),
                     fmt::format("unit: expected {}, found {}", listed(question_units()), cited(q.unit.name)));
        }
        const bool counted = q.unit.measure == Measure::plain || q.unit.measure == Measure::packets;
        q.answer = formula(table, "answer");
        q.right = in_.part(table, "right").value_or(counted ? 0 : q.right);
        q.close = in_.part(table, "close").value_or(q.close);
        if (q.right > q.close) {
            constexpr double percent = 100;
            in_.fail(
                mark_of(table, find(table, "close") == nullptr ? "right" : "close"),
                fmt::format("right, {:.6g} %, is more than close, {:.6g} %", q.right * percent, q.close * percent));
        }
        in_.each_item(table, "mistake", [&](const Node& n) {
            in_.know(n, {"value", "when", "hint"});
            const Formula when = find(n, "when") != nullptr ? formula(n, "when") : Formula();
            q.mistakes.push_back({formula(n, "value"), when, text(n, "hint")});
        });
    }

    void add_choice(const Node& n, Question& to) {
        in_.know(n, {"text", "right", "hint"});
        Choice choice{text(n, "text"), formula(n, "right"), text(n, "hint", false)};
        for (const Tongue& tongue : kTongues) {
            const std::string& words = choice.text.*tongue.in;
            const bool is_taken = std::any_of(to.choices.begin(), to.choices.end(),
                                              [&](const Choice& c) { return c.text.*tongue.in == words; });
            if (is_taken && !words.empty())
                in_.fail(mark_of(n, "text"), fmt::format("text.{}: another choice has the same", tongue.key));
        }
        to.choices.push_back(std::move(choice));
    }

    void read_claim(const Node& n) {
        in_.know(n, {"id", "holds"});
        exercise_.claims.push_back({in_.string(n, "id"), formula(n, "holds")});
    }

    void check_ids() {
        static const std::set<std::string_view> taken{"exercise", "student", "version", "prediction"};
        std::set<std::string_view> seen;
        for (const Question& q : exercise_.questions) {
            const bool good = std::all_of(q.id.begin(), q.id.end(), [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
            });
            if (!good || q.id.empty()) {
                in_.fail(q.mark, fmt::format("id: {} cannot be a question's", cited(q.id)),
                         "small letters, digits and _");
            } else if (taken.count(q.id) > 0) {
                in_.fail(q.mark, fmt::format("id: {}: this name is taken by the sheet", cited(q.id)));
            } else if (!seen.insert(q.id).second) {
                in_.fail(q.mark, fmt::format("id: there is a {} already", cited(q.id)));
            }
        }
    }

    Exercise& exercise_;
    TableReader in_;
    Names known_;
    std::array<bool, kTongues.size()> due_{};                                  // the title has this language
    std::array<std::optional<std::uint32_t>, kTongues.size()> first_lines_{};  // that have it
};

}  // namespace

void read_definition(const Node& file, Exercise& exercise, Diagnostics& out) { Reader(exercise, out).read(file); }

}  // namespace tcplab::course
