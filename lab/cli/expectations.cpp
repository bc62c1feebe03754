#include "cli/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "cli/statistics.hpp"
#include "export/causes.hpp"
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

template <class Row>
Sample column_sample(const RowColumn<Row>* column, const Row& row) {
    if (column == nullptr) return {};
    if (column->text != nullptr) return {std::nullopt, column->text(row)};
    return number_sample(column->kind, column->value(row));
}

Sample cause_sample(Cause cause, const Causes* causes) {
    return number_sample(FieldKind::milliseconds, cause_value(causes, cause));
}

Sample page_sample(const Expect& e, const PageResult& p) {
    if (const auto cause = find_cause_column(e.metric)) {
        return cause_sample(*cause, p.causes.size() > 0 ? &p.causes : nullptr);
    }
    return column_sample(find_page_column(e.metric), p);
}

Sample transaction_sample(const Expect& e, const Scenario& scenario, const Results& results, const Transaction& t) {
    if (const auto cause = find_cause_column(e.metric)) {
        const Causes causes = causes_of(results, t);
        return cause_sample(*cause, t.causes != CauseLog::kNone ? &causes : nullptr);
    }
    if (e.metric == "host") return {std::nullopt, names_of(scenario, t).host};
    if (e.metric == "method") return {std::nullopt, names_of(scenario, t).method};
    if (e.metric == "path") return {std::nullopt, names_of(scenario, t).path};
    if (e.metric == "error") return {std::nullopt, to_string(t.failure)};
    return column_sample(find_transaction_column(e.metric), t);
}

// Of a run that has but `rows` of them.
Sample no_such_row(const Expect& e, std::size_t rows) {
    const std::string_view what = row_name(e.file);
    Sample sample;
    sample.missing = rows == 0   ? fmt::format("there is no {}", what)
                     : rows == 1 ? fmt::format("there is only 1 {}", what)
                                 : fmt::format("there are only {} {}s", rows, what);
    return sample;
}

Sample take_sample(const Expect& e, const Summary& summary, const Scenario& scenario, const Results& results) {
    const auto of_row = [&e](const auto& rows, const auto& sample) {
        return e.row <= rows.size() ? sample(rows[e.row - 1]) : no_such_row(e, rows.size());
    };
    switch (e.file) {
        case ResultFile::summary: break;
        case ResultFile::transactions:
            return of_row(results.transactions,
                          [&](const Transaction& t) { return transaction_sample(e, scenario, results, t); });
        case ResultFile::connections:
            return of_row(results.connections,
                          [&](const ConnectionRow& c) { return column_sample(find_connection_column(e.metric), c); });
        case ResultFile::pages: return of_row(results.pages, [&](const PageResult& p) { return page_sample(e, p); });
    }
    const SummaryColumn* column = find_summary_column(e.metric);
    return column == nullptr ? Sample{} : number_sample(column->kind, column->value(summary));
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

// Why there is nothing to compare: of the first sample that says so.
std::string reason(const std::vector<Sample>& samples) {
    const auto it = std::find_if(samples.begin(), samples.end(), [](const Sample& s) { return !s.missing.empty(); });
    return it == samples.end() ? "no value" : it->missing;
}

struct Finding {
    bool met;
    std::string found;
};

Finding check_text(const std::string& expected, const std::vector<Sample>& samples) {
    for (const Sample& s : samples) {
        if (!s.text) return {false, reason({s})};
        if (*s.text != expected) return {false, "\"" + *s.text + "\""};
    }
    return {true, ""};
}

// Nothing when the variant to compare with was not run.
std::optional<Finding> check_point(const Expect& e, const Points& points, const Point& point,
                                   const std::vector<Sample>& samples) {
    if (e.text) return check_text(*e.text, samples);
    const std::optional<double> value = median(samples);
    if (e.relation != Expect::Relation::times) {
        return value ? Finding{holds(e, *value), shown(*value)} : Finding{false, reason(samples)};
    }
    const std::vector<Sample>* others = find_point(points, {e.than, point.second});
    if (others == nullptr) return std::nullopt;
    const std::optional<double> other = median(*others);
    if (!value) return Finding{false, reason(samples)};
    if (!other || *other == 0) return Finding{false, e.than + ": " + (other ? "0" : reason(*others))};
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
    samples.reserve(expects.size());
    for (const Expect& e : expects) samples.push_back(take_sample(e, summary, scenario, results));
    return samples;
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
