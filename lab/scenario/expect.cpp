#include "scenario/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "scenario/key.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

/// The key whose rules a value of such a column follows.
Key key_of(Measure measure, std::string_view name) {
    Key key;
    key.name = name;
    constexpr std::uint64_t most = 1'000'000'000'000'000'000;
    key.max = most;
    switch (measure) {
        case Measure::duration:
            key.type = Type::duration;
            key.example = "600 ms";
            break;
        case Measure::percent:
            key.type = Type::percent;
            key.example = "5 %";
            break;
        case Measure::size:
            key.type = Type::size;
            key.example = "20 kB";
            break;
        default:
            key.type = Type::count;
            key.example = "3";
            break;
    }
    return key;
}

double in_column_unit(std::uint64_t number, Measure measure) {
    constexpr double ns_per_ms = 1e6;
    constexpr double hundred = 100.0;
    const auto value = static_cast<double>(number);
    if (measure == Measure::duration) return value / ns_per_ms;
    if (measure == Measure::percent) return value / (static_cast<double>(kWhole) / hundred);
    return value;
}

class ExpectReader {
  public:
    ExpectReader(const std::vector<std::string>& variants, Diagnostics& out) : variants_(variants), out_(out) {}

    std::optional<Expect> read(const Node& entry) {
        const std::size_t before = out_.size();
        check_names(entry);
        Expect e;
        e.line = entry.mark.line;
        read_variant(entry, e);
        read_row(entry, e);
        if (!read_metric(entry, e)) return std::nullopt;
        read_relation(entry, e);
        if (out_.size() > before) return std::nullopt;
        return e;
    }

  private:
    void fail(Mark mark, std::string_view message, std::string hint = {}) {
        out_.add(mark, fmt::format("[[expect]] {}", message), std::move(hint));
    }

    void check_names(const Node& entry) {
        std::vector<std::string_view> known;
        for (const Key& key : expect_keys()) known.push_back(key.name);
        for (const Member& m : entry.members) {
            if (std::find(known.begin(), known.end(), m.key) == known.end()) {
                out_.add(m.mark, fmt::format("unknown key {} in [[expect]]", cited(m.key)), did_you_mean(m.key, known));
            }
        }
    }

    std::optional<std::string> text(const Member& m) {
        if (m.value.kind == Node::Kind::string) return m.value.text;
        fail(m.value.mark, fmt::format("{}: expected text in quotes, found {}", m.key, found_text(m.value)));
        return std::nullopt;
    }

    std::optional<std::string> variant_name(const Member& m) {
        std::optional<std::string> name = text(m);
        if (name && std::find(variants_.begin(), variants_.end(), *name) == variants_.end()) {
            fail(m.value.mark, fmt::format("{}: no variant is called {}", m.key, cited(*name)),
                 did_you_mean(*name, {variants_.begin(), variants_.end()}));
        }
        return name;
    }

    void read_variant(const Node& entry, Expect& e) {
        if (const Member* m = find(entry, "variant")) e.variant = variant_name(*m);
    }

    /// Which file is spoken of, and where it has several rows, which row.
    void read_row(const Node& entry, Expect& e) {
        const Member* found = nullptr;
        for (const ResultFile file : {ResultFile::transactions, ResultFile::connections, ResultFile::pages}) {
            const Member* m = find(entry, row_name(file));
            if (m == nullptr) continue;
            if (found != nullptr) {
                fail(m->mark, fmt::format("has both {} and {}", found->key, m->key), "write an [[expect]] for each");
                return;
            }
            found = m;
            e.file = file;
            e.row = row_number(*m);
        }
    }

    std::uint32_t row_number(const Member& m) {
        constexpr std::int64_t most = 1'000'000'000;
        if (m.value.kind == Node::Kind::integer && m.value.integer >= 1 && m.value.integer <= most) {
            return static_cast<std::uint32_t>(m.value.integer);
        }
        fail(m.value.mark, fmt::format("{}: expected a whole number from 1, found {}", m.key, found_text(m.value)));
        return 1;
    }

    bool read_metric(const Node& entry, Expect& e) {
        const Member* m = find(entry, "metric");
        if (m == nullptr) {
            fail(entry.mark, "has no metric", "metric = \"page_ms\"");
            return false;
        }
        const std::optional<std::string> name = text(*m);
        if (!name) return false;
        e.metric = *name;
        if (is_column(e.file, *name)) return true;
        const std::string elsewhere = files_with(*name);
        fail(m->value.mark, fmt::format("metric: {} is no column of {}", cited(*name), file_name(e.file)),
             elsewhere.empty() ? did_you_mean(*name, columns_of(e.file)) : "it is one of " + elsewhere);
        return false;
    }

    static bool is_column(ResultFile file, std::string_view name) {
        const std::vector<std::string_view>& known = columns_of(file);
        return std::find(known.begin(), known.end(), name) != known.end();
    }

    /// "transactions.csv (transaction = N) or pages.csv (page = N)"
    static std::string files_with(std::string_view column) {
        std::string files;
        for (const ResultFile file :
             {ResultFile::summary, ResultFile::transactions, ResultFile::connections, ResultFile::pages}) {
            if (!is_column(file, column)) continue;
            if (!files.empty()) files += " or ";
            files += file_name(file);
            if (file != ResultFile::summary) files += fmt::format(" ({} = N)", row_name(file));
        }
        return files;
    }

    void read_relation(const Node& entry, Expect& e) {
        constexpr std::array<std::string_view, 5> words{"below", "above", "equals", "within", "times"};
        const Member* found = nullptr;
        for (std::size_t i = 0; i < words.size(); ++i) {
            const Member* m = find(entry, words.at(i));
            if (m == nullptr) continue;
            if (found != nullptr) {
                fail(m->mark, fmt::format("has both {} and {}", found->key, m->key), "write an [[expect]] for each");
                return;
            }
            found = m;
            e.relation = static_cast<Expect::Relation>(i);
        }
        if (found == nullptr) {
            fail(entry.mark, "expects nothing", "below, above, equals, within or times");
            return;
        }
        read_than(entry, e);
        switch (e.relation) {
            case Expect::Relation::below:
            case Expect::Relation::above:
            case Expect::Relation::equals: read_one(*found, e); break;
            case Expect::Relation::within: read_within(*found, e); break;
            case Expect::Relation::times: read_times(*found, e); break;
        }
        describe(*found, e);
    }

    void read_than(const Node& entry, Expect& e) {
        const Member* than = find(entry, "than");
        const bool needed = e.relation == Expect::Relation::times;
        if (than != nullptr && !needed) fail(than->mark, "than goes with times");
        if (than == nullptr && needed) fail(entry.mark, "times needs than", "than = \"VARIANT\"");
        if (than != nullptr && needed) e.than = variant_name(*than).value_or("");
    }

    std::optional<double> number(const Node& node, const Member& m, std::string_view metric) {
        const std::optional<Measure> measure = measure_of_column(metric);
        if (!measure) {
            fail(m.mark, fmt::format("{} is text: only equals can be said of it", metric));
            return std::nullopt;
        }
        static const Table table = {"expect", "[[expect]]", nullptr, Target::draft, false, "", ""};
        const std::optional<Value> value = read_value(table, key_of(*measure, m.key), node, out_);
        if (!value) return std::nullopt;
        return in_column_unit(value->number, *measure);
    }

    void read_one(const Member& m, Expect& e) {
        if (e.relation == Expect::Relation::equals && !measure_of_column(e.metric)) {
            e.text = text(m);
            return;
        }
        e.low = e.high = number(m.value, m, e.metric).value_or(0);
    }

    bool has_two(const Member& m, std::string_view example) {
        if (m.value.kind == Node::Kind::array && m.value.items.size() == 2) return true;
        fail(m.value.mark,
             fmt::format("{}: expected two values such as {}, found {}", m.key, example, found_text(m.value)));
        return false;
    }

    void check_order(const Member& m, const Expect& e) {
        if (e.low > e.high) fail(m.value.mark, fmt::format("{}: the first is more than the second", m.key));
    }

    void read_within(const Member& m, Expect& e) {
        if (!has_two(m, "[\"1 s\", \"2 s\"]")) return;
        const auto low = number(m.value.items[0], m, e.metric);
        const auto high = number(m.value.items[1], m, e.metric);
        if (!low || !high) return;
        e.low = *low;
        e.high = *high;
        check_order(m, e);
    }

    void read_times(const Member& m, Expect& e) {
        if (!has_two(m, "[2, 3]")) return;
        std::array<double, 2> ends{};
        for (std::size_t i = 0; i < ends.size(); ++i) {
            const Node& node = m.value.items[i];
            const bool integer = node.kind == Node::Kind::integer;
            ends.at(i) = integer ? static_cast<double>(node.integer) : node.real;
            const bool good =
                (integer || node.kind == Node::Kind::real) && std::isfinite(ends.at(i)) && ends.at(i) >= 0;
            if (!good) {
                fail(node.mark, fmt::format("times: expected a number such as 2.5, found {}", found_text(node)));
                return;
            }
        }
        e.low = ends[0];
        e.high = ends[1];
        check_order(m, e);
    }

    static void describe(const Member& m, Expect& e) {
        if (e.variant) e.description = *e.variant + ": ";
        if (e.file != ResultFile::summary) e.description += fmt::format("{} {} ", row_name(e.file), e.row);
        const auto shown = [](const Node& n) { return n.kind == Node::Kind::string ? n.text : n.written; };
        std::string value = shown(m.value);
        if (m.value.items.size() == 2)
            value = fmt::format("{} to {}", shown(m.value.items[0]), shown(m.value.items[1]));
        e.description += fmt::format("{} {} {}", e.metric, m.key, value);
        if (!e.than.empty()) e.description += " that of " + e.than;
    }

    const std::vector<std::string>& variants_;
    Diagnostics& out_;
};

}  // namespace

std::vector<Expect> read_expects(const Node& list, const std::vector<std::string>& variants, Diagnostics& out) {
    std::vector<Expect> expects;
    const auto mismatch = [&out](const Node& node) {
        out.add(node.mark, fmt::format("[[expect]]: expected a list of tables, found {}", found_text(node)));
    };
    if (list.kind != Node::Kind::array) {
        mismatch(list);
        return expects;
    }
    for (const Node& entry : list.items) {
        if (entry.kind != Node::Kind::table) {
            mismatch(entry);
        } else if (std::optional<Expect> e = ExpectReader(variants, out).read(entry)) {
            expects.push_back(std::move(*e));
        }
    }
    return expects;
}

}  // namespace tcplab
