#include "cli/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "cli/commands.hpp"
#include "cli/expectations.hpp"
#include "cli/options.hpp"
#include "cli/recordings.hpp"
#include "experiment/world.hpp"
#include "scenario/quantity.hpp"
#include "terminal/units.hpp"

namespace tcplab {
namespace {

// Something that all runs may have in common.
class Common {
  public:
    void see(const std::string& text) {
        if (!seen_) {
            text_ = text;
        } else if (text != text_) {
            text_.clear();
        }
        seen_ = true;
    }
    void append_to(std::string& line) const {
        if (!text_.empty()) line += text_ + " · ";
    }

  private:
    bool seen_ = false;
    std::string text_;
};

std::string rate_text(BitRate rate) {
    for (const auto& [unit, bits] : {std::pair{"Gbit/s", 1e9}, {"Mbit/s", 1e6}, {"kbit/s", 1e3}}) {
        if (static_cast<double>(rate.bits_per_second) >= bits) {
            return fmt::format("{:.6g} {}", static_cast<double>(rate.bits_per_second) / bits, unit);
        }
    }
    return fmt::format("{} bit/s", rate.bits_per_second);
}

std::string rates_text(const LinkPair& link) {
    if (link.up.rate == link.down.rate) return link.up.rate.unlimited() ? "" : rate_text(link.up.rate);
    const auto text = [](BitRate rate) { return rate.unlimited() ? std::string("∞") : rate_text(rate); };
    return text(link.down.rate) + " down, " + text(link.up.rate) + " up";
}

std::string profile_text(const Scenario& s) {
    const auto name = [](const Config& c) {
        return c.linux_ack_policy ? "linux" : c.request_on_handshake_ack ? "rfc" : "classic";
    };
    const std::string client = name(s.client_tcp);
    const std::string server = name(s.server_tcp);
    return client == server ? client : client + " to " + server;
}

// Sees every run once, repetitions apart: what is impossible, and what they have in common.
class Survey {
  public:
    explicit Survey(Plan& plan) : plan_(plan) {
        for (std::uint64_t i = 0; i < plan.runs.size(); ++i) {
            const Run run = plan.runs.run(i);
            const bool seen = run.repetition > 1 && i > 0 && plan.runs.run(i - 1).repetition == run.repetition - 1;
            if (!seen) look_at(run);
        }
        rtt_.append_to(plan.conditions);
        rate_.append_to(plan.conditions);
        profile_.append_to(plan.conditions);
        plan.conditions += fmt::format("{} run{} each", plan.file.repeat, plan.file.repeat == 1 ? "" : "s");
    }

    std::string errors;
    std::size_t error_count = 0;

  private:
    void look_at(const Run& run) {
        const Scenario s = plan_.runs.scenario(run);
        plan_.several_pages = plan_.several_pages || s.client.users > 1 || s.client.loads > 1;
        rtt_.see(short_rtt(s.link.up.delay + s.link.down.delay));
        rate_.see(rates_text(s.link));
        profile_.see(profile_text(s));
        const auto why = validate(s);
        if (!why || !reasons_.insert(*why).second) return;
        const std::string& variant = plan_.file.variants[run.variant];
        add(plan_.path, *why + fmt::format(" (run {}{})", run.number, variant.empty() ? "" : ", variant " + variant));
    }

    static std::string short_rtt(Duration rtt) { return rtt == Duration::zero() ? "" : format_duration(rtt); }

    void add(const std::string& place, const std::string& what) {
        errors += fmt::format("{}: error: {}\n", place, what);
        ++error_count;
    }

    Plan& plan_;
    std::set<std::string> reasons_;
    Common rtt_, rate_, profile_;
};

}  // namespace

Plans read_plans(const std::vector<std::string>& paths, const CommandLine& options) {
    Plans plans;
    bool all_unreadable = true;
    for (const std::string& path : paths) {
        Loaded loaded = load_scenario(path, options, read_recorded_page);
        if (!loaded.scenario) {
            plans.errors += loaded.errors;
            plans.error_count += loaded.error_count;
            all_unreadable = all_unreadable && loaded.unreadable;
            continue;
        }
        Runs runs = loaded.scenario->expand();
        Plan& plan = plans.plans.emplace_back(Plan{path, std::move(*loaded.scenario), std::move(runs), false, ""});
        const Survey survey(plan);
        if (survey.error_count > 0) all_unreadable = false;
        plans.errors += survey.errors;
        plans.error_count += survey.error_count;
    }
    if (plans.error_count > 0) plans.exit_code = all_unreadable ? kSystem : kBadInput;
    return plans;
}

std::optional<Plan> read_plan(const std::string& path, const CommandLine& options, int& exit_code) {
    Plans read = read_plans({path}, options);
    exit_code = read.exit_code;
    if (exit_code != kDone) {
        print_error(read.errors + error_count_line(read.error_count));
        return std::nullopt;
    }
    print_hints(read.plans);
    return std::move(read.plans.front());
}

void print_hints(const std::vector<Plan>& plans) {
    for (const Plan& plan : plans) print_error(plan.file.hints);
}

RunLabel label_of(const Plan& plan, const Run& run) {
    RunLabel label;
    label.scenario = plan.file.name;
    label.variant = plan.file.variants[run.variant];
    label.run = static_cast<std::uint32_t>(run.number);
    label.seed = run.seed;
    for (std::size_t i = 0; i < plan.file.axes.size(); ++i) {
        const Axis& axis = plan.file.axes[i];
        label.axes.emplace_back(axis.key, axis.values[run.positions[i]]);
    }
    return label;
}

std::string run_name(const RunLabel& label) {
    std::string text = fmt::format("{}: run {}", label.scenario, label.run);
    if (!label.variant.empty()) text += ", " + label.variant;
    for (const auto& [key, value] : label.axes) text += fmt::format(", {} = {}", key, value);
    return text;
}

}  // namespace tcplab
