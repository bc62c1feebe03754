#include "course/values.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>

#include "course/units.hpp"
#include "scenario/quantity.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab::course {
namespace {

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

void fail_at_fraction(const Node& node, std::string_view name, TableReader& in) {
    in.fail(node.mark, fmt::format("{}: without a unit only whole numbers, found {}", name, found_text(node)));
}

Drawn drawn_in(const Node& node, std::string_view name, TableReader& in) {
    const auto q = quantity_in(node);
    if (q) return drawn_of(q->value, *q);
    if (node.kind == Node::Kind::string) return {node.text, 0};  // a word
    if (node.kind == Node::Kind::real) {
        fail_at_fraction(node, name, in);
    } else {
        in.fail(node.mark, fmt::format("{}: expected a text or a whole number, found {}", name, found_text(node)));
    }
    return {};
}

/// The first, the last and the step; nothing if one of them is no quantity, or another one than the first.
std::optional<std::array<QuantityIn, 3>> ends_of(const Node& table, TableReader& in) {
    std::array<QuantityIn, 3> ends;
    std::size_t known = 0;
    for (const char* name : {"from", "to", "step"}) {
        const Member* m = find(table, name);
        if (m == nullptr) {
            in.fail(table.mark, fmt::format("{} is missing", name),
                    "{ from = \"40 ms\", to = \"160 ms\", step = \"2 ms\" }");
            return std::nullopt;
        }
        if (m->value.kind == Node::Kind::real) {
            fail_at_fraction(m->value, name, in);
            return std::nullopt;
        }
        const auto q = quantity_in(m->value);
        if (!q || (known > 0 && ends.front().measure != q->measure)) {
            in.fail(m->value.mark,
                    fmt::format("{}: expected a quantity such as \"84 ms\", or a whole number; in all three the same "
                                "kind",
                                name));
            return std::nullopt;
        }
        ends.at(known++) = *q;
    }
    return ends;
}

std::vector<Drawn> range(const Node& table, TableReader& in) {
    constexpr std::uint64_t most = 100'000;
    in.know(table, {"from", "to", "step"});
    const auto ends = ends_of(table, in);
    if (!ends) return {};
    const auto& [from, to, step] = *ends;
    std::vector<Drawn> values;
    if (step.value == 0) {
        in.fail(mark_of(table, "step"), "step is 0");
    } else if (to.value < from.value) {
        in.fail(mark_of(table, "from"), "from is more than to");
    } else if ((to.value - from.value) / step.value >= most) {
        in.fail(mark_of(table, "step"), fmt::format("these are more than {} values", most));
    } else {
        const std::uint64_t steps = (to.value - from.value) / step.value;
        for (std::uint64_t i = 0; i <= steps; ++i) values.push_back(drawn_of(from.value + i * step.value, from));
    }
    return values;
}

}  // namespace

std::vector<Drawn> read_values(const Member& parameter, TableReader& in) {
    const Node& node = parameter.value;
    if (node.kind == Node::Kind::table) return range(node, in);
    std::vector<Drawn> values;
    if (node.kind != Node::Kind::array) {
        in.fail(node.mark, fmt::format("{}: expected a list, or {{ from, to, step }}", parameter.key));
    } else if (node.items.empty()) {
        in.fail(node.mark, fmt::format("{} has no values", parameter.key));
    }
    for (const Node& item : node.items) values.push_back(drawn_in(item, parameter.key, in));
    return values;
}

}  // namespace tcplab::course
