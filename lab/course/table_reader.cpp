#include "course/table_reader.hpp"

#include <fmt/format.h>

#include <utility>

#include "scenario/quantity.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab::course {

void TableReader::fail(Mark mark, std::string message, std::string hint) {
    out_.add(mark, std::move(message), std::move(hint));
}

bool TableReader::is_table(const Node& node, std::string_view what) {
    if (node.kind == Node::Kind::table) return true;
    fail(node.mark, fmt::format("{}: expected a table, found {}", what, found_text(node)));
    return false;
}

void TableReader::know(const Node& table, std::initializer_list<std::string_view> names) {
    const std::vector<std::string_view> known(names);
    for (const Member& m : table.members) {
        if (std::find(known.begin(), known.end(), m.key) == known.end()) {
            fail(m.mark, fmt::format("unknown key {}", cited(m.key)), did_you_mean(m.key, known));
        }
    }
}

bool TableReader::is_list_of_tables(const Node& table, std::string_view name) {
    const Member* found = find(table, name);
    if (found == nullptr) return false;
    if (found->value.kind == Node::Kind::array) return true;
    fail(found->value.mark, fmt::format("expected [[{}]], found {}", name, found_text(found->value)));
    return false;
}

std::string TableReader::string(const Node& table, std::string_view name, bool needed) {
    const Member* m = find(table, name);
    if (m == nullptr) {
        if (needed) fail(table.mark, fmt::format("{} is missing", name));
        return "";
    }
    if (m->value.kind == Node::Kind::string) return m->value.text;
    fail(m->value.mark, fmt::format("{}: expected text in quotes, found {}", name, found_text(m->value)));
    return "";
}

std::optional<double> TableReader::number(const Node& table, std::string_view name, double least, double most) {
    const Member* m = find(table, name);
    if (m == nullptr) return std::nullopt;
    const std::optional<double> n = number_in(m->value);
    if (n && *n >= least && *n <= most) return n;
    fail(m->value.mark,
         fmt::format("{}: expected a number from {} to {}, found {}", name, least, most, found_text(m->value)));
    return std::nullopt;
}

std::optional<double> TableReader::part(const Node& table, std::string_view name) {
    const Member* m = find(table, name);
    if (m == nullptr) return std::nullopt;
    const Quantity q = parse_quantity(m->value.text, Measure::percent);
    if (m->value.kind != Node::Kind::string || q.error != QuantityError::none) {
        fail(m->value.mark,
             fmt::format("{}: expected a percentage such as \"1 %\", found {}", name, found_text(m->value)));
        return std::nullopt;
    }
    if (q.value < kWhole) return static_cast<double>(q.value) / static_cast<double>(kWhole);
    fail(m->value.mark, fmt::format("{}: expected less than 100 %, found {}", name, found_text(m->value)));
    return std::nullopt;
}

std::optional<double> number_in(const Node& node) {
    if (node.kind == Node::Kind::integer) return static_cast<double>(node.integer);
    if (node.kind == Node::Kind::real) return node.real;
    return std::nullopt;
}

Mark mark_of(const Node& table, std::string_view name) {
    const Member* m = find(table, name);
    return m == nullptr ? table.mark : m->mark;
}

}  // namespace tcplab::course
