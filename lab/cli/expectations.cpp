#include "cli/expectations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "export/causes.hpp"
#include "export/result_files.hpp"

namespace tcplab {
namespace {

const std::string kNoValue = "no value";

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

struct Finding {
    bool met;
    std::string found;
};

std::string place_text(const Expect& e, const CheckedRun& point) {
    std::string text = e.variant || point.variant.empty() ? "" : point.variant + ", ";
    for (const auto& [key, value] : point.axes) text += fmt::format("{} {}, ", key, value);
    return text;
}

}  // namespace

std::vector<Sample> take_samples(const std::vector<Expect>& expects, const Summary& summary, const Scenario& scenario,
                                 const Results& results) {
    std::vector<Sample> samples;
    samples.reserve(expects.size());
    for (const Expect& e : expects) samples.push_back(take_sample(e, summary, scenario, results));
    return samples;
}

ExpectationCheck::ExpectationCheck(const std::vector<Expect>& expects)
    : expects_(expects),
      has_ratios_(std::any_of(expects.begin(), expects.end(),
                              [](const Expect& e) { return e.relation == Expect::Relation::times; })),
      states_(expects.size()) {}

void ExpectationCheck::add(const CheckedRun& run, std::uint64_t place) {
    unforeseen_ = unforeseen_ || unforeseen_failure(expects_, run.variant, run.failed);
    if (!begun_ || run.variant != now_.variant || run.axes != now_.axes) {
        end_point();
        begun_ = true;
        if (variants_.empty() || variants_.back().name != run.variant) variants_.push_back({run.variant, points_});
        ++points_;
        now_.variant = run.variant;
        now_.axes = run.axes;
        if (has_ratios_) places_.push_back(place);
    }
    for (std::size_t i = 0; i < std::min(states_.size(), run.samples.size()); ++i) {
        see(expects_[i], states_[i], run.samples[i]);
    }
}

void ExpectationCheck::see(const Expect& e, State& state, const Sample& sample) {
    if (state.missing.empty()) state.missing = sample.missing;
    if (e.text && !state.other_text && sample.text != e.text) {
        state.other_text = sample.text              ? "\"" + *sample.text + "\""
                           : sample.missing.empty() ? kNoValue
                                                    : sample.missing;
    }
    if (sample.number) {
        constexpr double millionths = 1e6;
        state.numbers.add(std::llround(*sample.number * millionths));
    } else {
        state.all_numbers = false;
    }
}

void ExpectationCheck::end_point() {
    if (!begun_) return;
    for (std::size_t i = 0; i < expects_.size(); ++i) {
        State& state = states_[i];
        if (expects_[i].relation == Expect::Relation::times) {
            state.medians.push_back(reduce(state));
        } else if (speaks_of(expects_[i], now_.variant)) {
            check_point(expects_[i], state);
        }
        state.numbers.clear();
        state.other_text.reset();
        state.missing.clear();
        state.all_numbers = true;
    }
    begun_ = false;
}

// The median of the point's values; or, where one is missing, why.
ExpectationCheck::Reduced ExpectationCheck::reduce(State& state) {
    constexpr double middle = 0.5, millionths = 1e6;
    if (state.all_numbers && state.numbers.size() > 0) return {state.numbers.quantile(middle) / millionths, 0};
    const std::string why = state.missing.empty() ? kNoValue : state.missing;
    auto found = std::find(reasons_.begin(), reasons_.end(), why);
    if (found == reasons_.end()) found = reasons_.insert(found, why);
    return {0, static_cast<std::uint32_t>(found - reasons_.begin()) + 1};
}

void ExpectationCheck::check_point(const Expect& e, State& state) {
    ++state.checked;
    if (state.failed) return;
    Finding finding{true, ""};
    if (e.text) {
        if (state.other_text) finding = {false, *state.other_text};
    } else {
        const Reduced value = reduce(state);
        finding =
            value.missing == 0 ? Finding{holds(e, value.value), shown(value.value)} : Finding{false, text_of(value)};
    }
    if (!finding.met) state.failed = place_text(e, now_) + finding.found;
    state.found = std::move(finding.found);
}

// The points of every variant are the same, in the same order.
void ExpectationCheck::check_ratio(const Expect& e, State& state,
                                   const std::function<CheckedRun(std::uint64_t)>& at) const {
    const auto than =
        std::find_if(variants_.begin(), variants_.end(), [&](const VariantPoints& v) { return v.name == e.than; });
    if (than == variants_.end()) return;
    const auto end_of = [&](auto variant) { return variant + 1 == variants_.end() ? points_ : (variant + 1)->first; };
    for (auto v = variants_.begin(); v != variants_.end(); ++v) {
        if (!speaks_of(e, v->name) || (!e.variant && v == than)) continue;
        for (std::size_t p = v->first; p < end_of(v); ++p) {
            const std::size_t q = than->first + (p - v->first);
            if (q >= end_of(than)) break;
            const Reduced value = state.medians[p], other = state.medians[q];
            Finding finding{false, ""};
            if (value.missing != 0) {
                finding.found = text_of(value);
            } else if (other.missing != 0 || other.value == 0) {
                finding.found = e.than + ": " + (other.missing == 0 ? "0" : text_of(other));
            } else {
                finding = {holds(e, value.value / other.value), shown(value.value / other.value)};
            }
            ++state.checked;
            if (!finding.met) {
                state.failed = place_text(e, at(places_[p])) + finding.found;
                return;
            }
            state.found = std::move(finding.found);
        }
    }
}

// Where it is not met, the first place; else, where there is but one, what was found.
std::vector<Verdict> ExpectationCheck::verdicts(const std::function<CheckedRun(std::uint64_t)>& at) {
    end_point();
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < expects_.size(); ++i) {
        const Expect& e = expects_[i];
        State& state = states_[i];
        if (e.relation == Expect::Relation::times) check_ratio(e, state, at);
        if (state.checked == 0) continue;
        if (state.failed) {
            verdicts.push_back({false, e.description + " (" + *state.failed + ")"});
        } else {
            const bool one = state.checked == 1 && !state.found.empty();
            verdicts.push_back({true, e.description + (one ? " (" + state.found + ")" : "")});
        }
    }
    return verdicts;
}

bool unforeseen_failure(const std::vector<Expect>& expects, const std::string& variant, std::uint64_t failed) {
    return failed > 0 && std::none_of(expects.begin(), expects.end(), [&](const Expect& e) {
               return (e.metric == "failed" || e.metric == "error") && speaks_of(e, variant);
           });
}

}  // namespace tcplab
