#include "scenario/axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "scenario/field.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kMostValues = 20'000;

/// `value` to four digits that count, so that a log-spaced axis reads well.
std::uint64_t rounded(double value) {
    constexpr double digits = 4;
    const double unit = std::max(1.0, std::pow(10.0, std::floor(std::log10(value)) + 1 - digits));
    return static_cast<std::uint64_t>(std::llround(value / unit) * std::llround(unit));
}

/// A range's ends and how it is divided.
struct Range {
    std::uint64_t from = 0, to = 0;
    std::uint64_t step = 0;  ///< 0: count says
    std::uint64_t count = 0;
    bool logarithmic = false;

    [[nodiscard]] std::uint64_t size() const { return step > 0 ? (to - from) / step + 1 : count; }
    [[nodiscard]] std::uint64_t at(std::uint64_t i) const {
        if (step > 0) return from + i * step;
        if (i == 0) return from;
        if (i + 1 == count) return to;
        const double part = static_cast<double>(i) / static_cast<double>(count - 1);
        const auto low = static_cast<double>(from), high = static_cast<double>(to);
        if (logarithmic) return std::clamp(rounded(low * std::pow(high / low, part)), from, to);
        return std::clamp(static_cast<std::uint64_t>(std::llround(low + (high - low) * part)), from, to);
    }
};

class AxisReader {
  public:
    AxisReader(std::vector<AxisValues>& to, Diagnostics& out) : to_(to), out_(out) {}

    void read_table(const Node& table, const std::string& path) {
        for (const Member& member : table.members) {
            const std::string name = path.empty() ? member.key : path + "." + member.key;
            const bool range = find(member.value, "from") != nullptr || find(member.value, "to") != nullptr;
            if (member.value.kind == Node::Kind::table && !range && is_table_name(name)) {
                read_table(member.value, name);
            } else {
                read_axis(name, member.mark, member.value);
            }
        }
    }

    void read_axis(const std::string& name, Mark mark, const Node& value) {
        const FoundKey key = find_key(name);
        if (!key || key.table->in_list) {
            report_unknown(name, mark, out_);
            return;
        }
        const auto same = [&](const AxisValues& a) { return a.key == name; };
        if (std::any_of(to_.begin(), to_.end(), same)) {
            out_.add(mark, fmt::format("{} is varied twice", name));
            return;
        }
        AxisValues axis{name, {}, value.mark.option != 0};
        if (value.kind == Node::Kind::array) {
            if (value.items.empty()) out_.add(value.mark, fmt::format("{}: the list is empty", name));
            if (value.items.size() > kMostValues) {
                out_.add(value.mark, fmt::format("{}: more than {} values", name, kMostValues));
                return;
            }
            for (const Node& item : value.items) add_value(axis, mark, item);
        } else if (value.kind == Node::Kind::table) {
            read_range(axis, key, mark, value);
        } else {
            out_.add(value.mark, fmt::format("[vary] {}: expected a list or {{ from, to, step }}, found {}", name,
                                             found_text(value)));
        }
        if (!axis.values.empty()) to_.push_back(std::move(axis));
    }

  private:
    void add_value(AxisValues& axis, Mark key_mark, const Node& item) {
        if (item.kind == Node::Kind::table) {
            return fail(item.mark, axis.key, "expected a value, found a table", "vary its keys");
        }
        std::vector<Setting> one;
        read_setting(axis.key, key_mark, item, Layer::variant, one, out_);
        if (!one.empty()) axis.values.push_back(std::move(one.front()));
    }

    void fail(Mark mark, std::string_view name, std::string_view message, std::string hint = {}) {
        out_.add(mark, fmt::format("[vary] {}: {}", name, message), std::move(hint));
    }

    void read_range(AxisValues& axis, FoundKey key, Mark mark, const Node& table) {
        const std::optional<Measure> measure = measure_of(key.key->type);
        if (!measure || key.key->type == Type::sizes || key.key->type == Type::body_size ||
            key.key->type == Type::linger) {
            return fail(mark, axis.key, "this key has no range; write a list of values");
        }
        const std::size_t before = out_.size();
        const std::optional<Range> range = range_of(axis.key, key, table);
        if (!range || out_.size() > before) return;
        const Node& from = find(table, "from")->value;
        const std::string_view unit = parse_quantity(from.text, *measure).unit;
        std::uint64_t last = 0;
        for (std::uint64_t i = 0; i < range->size(); ++i) {
            const std::uint64_t number = range->at(i);
            if (i > 0 && number == last) continue;  // rounding made them equal
            last = number;
            Node item;
            item.kind = *measure == Measure::plain ? Node::Kind::integer : Node::Kind::string;
            item.integer = static_cast<std::int64_t>(number);
            item.text = item.written = format_in(number, *measure, unit);
            item.mark = table.mark;
            add_value(axis, mark, item);
        }
    }

    std::optional<Range> range_of(const std::string& name, FoundKey key, const Node& table) {
        constexpr std::string_view known = "from|to|step|count|scale";
        for (const Member& m : table.members) {
            const std::vector<std::string_view> words = split(known);
            if (std::find(words.begin(), words.end(), m.key) == words.end()) {
                fail(m.mark, name, fmt::format("unknown key {}", cited(m.key)), did_you_mean(m.key, words));
            }
        }
        const Member* from = find(table, "from");
        const Member* to = find(table, "to");
        const Member* step = find(table, "step");
        const Member* count = find(table, "count");
        if (from == nullptr || to == nullptr || (step == nullptr) == (count == nullptr)) {
            fail(table.mark, name, "a range has from, to, and either step or count");
            return std::nullopt;
        }
        Range range;
        const auto low = read_value(*key.table, *key.key, from->value, out_);
        const auto high = read_value(*key.table, *key.key, to->value, out_);
        if (!low || !high) return std::nullopt;
        range.from = low->number;
        range.to = high->number;
        if (range.from > range.to) {
            fail(from->value.mark, name, "from is more than to");
            return std::nullopt;
        }
        const bool good = step != nullptr ? read_step(range, key, *step) : read_count(range, name, *count);
        if (!good || !read_scale(range, name, table)) return std::nullopt;
        if (range.size() > kMostValues) {
            fail(table.mark, name, fmt::format("more than {} values", kMostValues));
            return std::nullopt;
        }
        return range;
    }

    bool read_step(Range& range, FoundKey key, const Member& step) {
        Key any = *key.key;
        any.min = 1;
        const auto value = read_value(*key.table, any, step.value, out_);
        if (value) range.step = value->number;
        return value.has_value();
    }

    bool read_count(Range& range, const std::string& name, const Member& count) {
        constexpr std::int64_t least = 2;
        const Node& node = count.value;
        if (node.kind != Node::Kind::integer || node.integer < least ||
            node.integer > static_cast<std::int64_t>(kMostValues)) {
            fail(node.mark, name,
                 fmt::format("count must be from {} to {}, found {}", least, kMostValues, found_text(node)));
            return false;
        }
        range.count = static_cast<std::uint64_t>(node.integer);
        return true;
    }

    bool read_scale(Range& range, const std::string& name, const Node& table) {
        const Member* scale = find(table, "scale");
        if (scale == nullptr) return true;
        const std::string& word = scale->value.text;
        range.logarithmic = word == "log";
        if (word != "log" && word != "linear") {
            fail(scale->value.mark, name,
                 fmt::format("expected \"log\" or \"linear\", found {}", found_text(scale->value)));
            return false;
        }
        if (range.logarithmic && range.step > 0) {
            fail(scale->value.mark, name, "a scale goes with count, not with step");
            return false;
        }
        if (range.logarithmic && range.from == 0) {
            fail(scale->value.mark, name, "a logarithmic range cannot begin at zero");
            return false;
        }
        return true;
    }

    std::vector<AxisValues>& to_;
    Diagnostics& out_;
};

/// The positions of `wanted` outside quotes and brackets.
std::vector<std::size_t> outside(std::string_view text, std::string_view wanted) {
    std::vector<std::size_t> found;
    char quote = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            --depth;
        } else if (depth == 0 && text.substr(i, wanted.size()) == wanted) {
            found.push_back(i);
            i += wanted.size() - 1;
        }
    }
    return found;
}

/// "A..B:STEP" and "A..B*COUNT" as the table of a range.
std::optional<Node> range_option(std::string_view text, std::size_t dots, std::uint32_t option, Diagnostics& out) {
    const Mark mark{option, 0, 0, 1};
    const std::size_t divider = text.find_first_of(":*", dots);
    if (divider == std::string_view::npos) {
        out.add(mark, "a range has a step or a count", "A..B:STEP, or A..B*COUNT for a logarithmic scale");
        return std::nullopt;
    }
    Node table;
    table.mark = mark;
    const auto add = [&](std::string_view key, std::string_view value) {
        std::optional<Node> node = parse_option_value(value, option, out);
        if (node) table.members.push_back({std::string(key), mark, std::move(*node)});
        return node.has_value();
    };
    const bool logarithmic = text[divider] == '*';
    const bool good = add("from", text.substr(0, dots)) && add("to", text.substr(dots + 2, divider - dots - 2)) &&
                      add(logarithmic ? "count" : "step", text.substr(divider + 1)) &&
                      (!logarithmic || add("scale", "log"));
    return good ? std::optional<Node>(std::move(table)) : std::nullopt;
}

std::optional<Node> list_option(std::string_view text, std::uint32_t option, Diagnostics& out) {
    Node list;
    list.kind = Node::Kind::array;
    list.mark = {option, 0, 0, 1};
    std::size_t from = 0;
    std::vector<std::size_t> commas = outside(text, ",");
    commas.push_back(text.size());
    for (const std::size_t comma : commas) {
        const std::string_view part = trimmed(text.substr(from, comma - from));
        from = comma + 1;
        if (part.empty()) {
            out.add(list.mark, "an empty value");
            return std::nullopt;
        }
        std::optional<Node> item = parse_option_value(part, option, out);
        if (!item) return std::nullopt;
        list.items.push_back(std::move(*item));
    }
    return list;
}

}  // namespace

void read_axes(const Node& vary, std::vector<AxisValues>& to, Diagnostics& out) {
    if (vary.kind != Node::Kind::table) {
        out.add(vary.mark, fmt::format("[vary]: expected a table, found {}", found_text(vary)));
        return;
    }
    AxisReader(to, out).read_table(vary, "");
}

void read_axis_option(std::string_view text, std::uint32_t option, std::vector<AxisValues>& to, Diagnostics& out) {
    const Mark mark{option, 0, 0, 1};
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        out.add(mark, "expected KEY=VALUE,VALUE", "such as link.rtt=\"20 ms\",\"100 ms\"");
        return;
    }
    const std::string name(trimmed(text.substr(0, equals)));
    const std::string_view values = text.substr(equals + 1);
    const std::vector<std::size_t> dots = outside(values, "..");
    const std::optional<Node> node = dots.size() == 1 && outside(values, ",").empty()
                                         ? range_option(values, dots.front(), option, out)
                                         : list_option(values, option, out);
    if (node) AxisReader(to, out).read_axis(name, mark, *node);
}

}  // namespace tcplab
