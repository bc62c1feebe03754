#include "cli/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "cli/statistics.hpp"
#include "export/result_files.hpp"

namespace tcplab {
namespace {

using Axes = std::vector<std::pair<std::string, std::string>>;
using Point = std::pair<std::string, Axes>;  // a variant at a point of the axes
using Points = std::vector<std::pair<Point, std::vector<Sample>>>;

Sample number_sample(FieldKind kind, FieldValue value) {
    if (!value) return {};
    return {static_cast<double>(*value) / (kind == FieldKind::count ? 1.0 : 1e6), std::nullopt};
}

Sample transaction_sample(const Expect& e, const Scenario& scenario, const Results& results) {
    if (*e.transaction > results.transactions.size()) return {};
    const Transaction& t = results.transactions[*e.transaction - 1];
    if (e.metric == "host") return {std::nullopt, names_of(scenario, t).host};
    if (e.metric == "method") return {std::nullopt, names_of(scenario, t).method};
    if (e.metric == "path") return {std::nullopt, names_of(scenario, t).path};
    if (e.metric == "error") return {std::nullopt, to_string(t.failure)};
    const TransactionColumn* column = find_transaction_column(e.metric);
    return column == nullptr ? Sample{} : number_sample(column->kind, column->value(t));
}

bool speaks_of(const Expect& e, const std::string& variant) { return !e.variant || *e.variant == variant; }

// The median of the samples, in millionths; nothing if one has no number.
std::optional<double> median(const std::vector<Sample>& samples) {
    std::vector<std::int64_t> values;
    for (const Sample& s : samples) {
        if (!s.number) return std::nullopt;
        values.push_back(std::llround(*s.number * 1e6));
    }
    if (values.empty()) return std::nullopt;
    return quantile(values, 0.5) / 1e6;
}

std::string shown(double value) {
    std::string text = fmt::format("{:.3f}", value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

bool same(double a, double b) { return std::abs(a - b) <= 1e-6 + 1e-9 * std::abs(b); }

bool holds(const Expect& e, double value) {
    switch (e.relation) {
        case Expect::Relation::below: return value < e.high;
        case Expect::Relation::above: return value > e.low;
        case Expect::Relation::equals: return same(value, e.low);
        case Expect::Relation::within:
        case Expect::Relation::times:
            return (value >= e.low || same(value, e.low)) && (value <= e.high || same(value, e.high));
    }
    return false;
}

const std::vector<Sample>* find_point(const Points& points, const Point& point) {
    const auto it = std::find_if(points.begin(), points.end(), [&](const auto& p) { return p.first == point; });
    return it == points.end() ? nullptr : &it->second;
}

struct Finding {
    bool met;
    std::string found;
};

Finding check_text(const std::string& expected, const std::vector<Sample>& samples) {
    for (const Sample& s : samples) {
        if (!s.text || *s.text != expected) return {false, s.text ? "\"" + *s.text + "\"" : "no value"};
    }
    return {true, ""};
}

// Nothing when the variant to compare with was not run.
std::optional<Finding> check_point(const Expect& e, const Points& points, const Point& point,
                                   const std::vector<Sample>& samples) {
    if (e.text) return check_text(*e.text, samples);
    const std::optional<double> value = median(samples);
    if (e.relation != Expect::Relation::times) {
        return value ? Finding{holds(e, *value), shown(*value)} : Finding{false, "no value"};
    }
    const std::vector<Sample>* others = find_point(points, {e.than, point.second});
    if (others == nullptr) return std::nullopt;
    const std::optional<double> other = median(*others);
    if (!value || !other || *other == 0) return Finding{false, "no value"};
    return Finding{holds(e, *value / *other), shown(*value / *other)};
}

std::string place(const Expect& e, const Point& point) {
    std::string text = e.variant || point.first.empty() ? "" : point.first + ", ";
    for (const auto& [key, value] : point.second) text += fmt::format("{} {}, ", key, value);
    return text;
}

// Where it is not met, the first place; else, where there is but one, what was found.
std::optional<Verdict> check(const Expect& e, const Points& all) {
    std::size_t checked = 0;
    std::string found;
    for (const auto& [point, samples] : all) {
        if (!speaks_of(e, point.first)) continue;
        if (e.relation == Expect::Relation::times && !e.variant && point.first == e.than) continue;
        const auto finding = check_point(e, all, point, samples);
        if (!finding) continue;
        ++checked;
        if (!finding->met) return Verdict{false, e.description + " (" + place(e, point) + finding->found + ")"};
        found = finding->found;
    }
    if (checked == 0) return std::nullopt;
    return Verdict{true, e.description + (checked == 1 && !found.empty() ? " (" + found + ")" : "")};
}

Points points_of(const std::vector<CheckedRun>& runs, std::size_t expect) {
    Points points;
    std::map<Point, std::size_t> places;
    for (const CheckedRun& run : runs) {
        const Point point(run.label.variant, run.label.axes);
        const auto [it, is_new] = places.try_emplace(point, points.size());
        if (is_new) points.emplace_back(point, std::vector<Sample>{});
        points[it->second].second.push_back(run.samples[expect]);
    }
    return points;
}

}  // namespace

std::vector<Sample> take_samples(const std::vector<Expect>& expects, const Summary& summary, const Scenario& scenario,
                                 const Results& results) {
    std::vector<Sample> samples;
    for (const Expect& e : expects) {
        if (e.transaction) {
            samples.push_back(transaction_sample(e, scenario, results));
        } else {
            const SummaryColumn* column = find_summary_column(e.metric);
            samples.push_back(column == nullptr ? Sample{} : number_sample(column->kind, column->value(summary)));
        }
    }
    return samples;
}

std::optional<std::string> unsupported(const Expect& e) {
    const bool is_text = e.metric == "host" || e.metric == "method" || e.metric == "path" || e.metric == "error";
    const bool known = e.transaction ? is_text || find_transaction_column(e.metric) != nullptr
                                     : find_summary_column(e.metric) != nullptr;
    if (known) return std::nullopt;
    return fmt::format("[[expect]] metric = \"{}\" is not yet supported", e.metric);
}

std::vector<Verdict> check_expectations(const std::vector<Expect>& expects, const std::vector<CheckedRun>& runs) {
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < expects.size(); ++i) {
        if (auto verdict = check(expects[i], points_of(runs, i))) verdicts.push_back(std::move(*verdict));
    }
    return verdicts;
}

bool unforeseen_failure(const std::vector<Expect>& expects, const std::vector<CheckedRun>& runs) {
    return std::any_of(runs.begin(), runs.end(), [&](const CheckedRun& run) {
        return run.failed > 0 && std::none_of(expects.begin(), expects.end(), [&](const Expect& e) {
                   return (e.metric == "failed" || e.metric == "error") && speaks_of(e, run.label.variant);
               });
    });
}

}  // namespace tcplab
