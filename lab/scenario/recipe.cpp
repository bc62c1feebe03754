#include "scenario/recipe.hpp"

#include <string>

#include "scenario/drafting.hpp"
#include "scenario/objects.hpp"

namespace tcplab {

namespace {

/// Puts what a recording sets before everything that the scenario sets.
void add_below(std::vector<const Setting*>& order, const std::vector<Setting>& recorded) {
    // The recorded strategy had these; another has its own.
    const bool other_strategy = last_of(order, "client.strategy") != nullptr;
    std::vector<const Setting*> below;
    for (const Setting& s : recorded) {
        const std::string name = full_name(*s.key.table, *s.key.key);
        const bool of_strategy = name == "client.connections" || name == "client.http";
        if (!other_strategy || !of_strategy) below.push_back(&s);
    }
    order.insert(order.begin(), below.begin(), below.end());
}

}  // namespace

std::uint64_t Recipe::runs_per_variant() const {
    std::uint64_t runs = repeat;
    for (const AxisValues& axis : axes) runs *= axis.values.size();
    return runs;
}

std::vector<const Setting*> settings_of(const Recipe& recipe, std::uint32_t variant,
                                        const std::vector<std::uint32_t>& positions) {
    std::vector<const Setting*> order;
    const auto add = [&](const Setting& s, bool specific) {
        if (s.key.table->specific == specific) order.push_back(&s);
    };
    const auto add_axes = [&](bool specific, bool from_option) {
        for (std::size_t i = 0; i < recipe.axes.size(); ++i) {
            if (recipe.axes[i].from_option == from_option) add(recipe.axes[i].values[positions[i]], specific);
        }
    };
    for (const bool specific : {false, true}) {
        for (const Setting& s : recipe.file) add(s, specific);
        for (const Setting& s : recipe.variants[variant]) add(s, specific);
        add_axes(specific, false);
    }
    for (const bool specific : {false, true}) {
        for (const Setting& s : recipe.options) add(s, specific);
        add_axes(specific, true);
    }
    const Setting* har = last_of(order, "page.har");
    if (har != nullptr && har->value.recorded != nullptr) add_below(order, *har->value.recorded);
    return order;
}

std::uint64_t Runs::size() const { return recipe_->only ? 1 : recipe_->chosen.size() * recipe_->runs_per_variant(); }

Run Runs::run(std::uint64_t i) const {
    const Recipe& r = *recipe_;
    const std::uint64_t per_variant = r.runs_per_variant();
    Run run;
    std::uint64_t rest = 0;
    if (r.only) {
        run.variant = static_cast<std::uint32_t>((*r.only - 1) / per_variant);
        rest = (*r.only - 1) % per_variant;
    } else {
        run.variant = r.chosen[static_cast<std::size_t>(i / per_variant)];
        rest = i % per_variant;
    }
    run.number = run.variant * per_variant + rest + 1;
    run.seed = r.seed;
    run.repetition = static_cast<std::uint32_t>(rest % r.repeat + 1);
    rest /= r.repeat;
    run.positions.resize(r.axes.size());
    for (std::size_t a = r.axes.size(); a > 0; --a) {
        const std::uint64_t values = r.axes[a - 1].values.size();
        run.positions[a - 1] = static_cast<std::uint32_t>(rest % values);
        rest /= values;
    }
    return run;
}

Scenario Runs::scenario(const Run& run) const {
    Draft draft = make_draft(settings_of(*recipe_, run.variant, run.positions));
    draft.scenario.page = make_page(draft);
    draft.scenario.seed = recipe_->seed;
    draft.scenario.repetition = run.repetition;
    return std::move(draft.scenario);
}

}  // namespace tcplab
