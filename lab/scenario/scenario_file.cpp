#include "scenario/scenario_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <system_error>
#include <unordered_set>

#include "scenario/checks.hpp"
#include "scenario/drafting.hpp"
#include "scenario/file_text.hpp"
#include "scenario/hints.hpp"
#include "scenario/recipe.hpp"
#include "scenario/recording_files.hpp"
#include "scenario/text.hpp"
#include "scenario/trace_files.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kLargestFile = 16ULL * 1024 * 1024;
constexpr std::uint64_t kMostRuns = 10'000'000;
constexpr std::uint64_t kMostChecked = 2'000;  // combinations of variants and axis values that are checked one by one
constexpr std::uint32_t kMostSampled = 500;    // else: values of an axis

/// Reads one scenario, from its text to the recipe of its runs.
class Reader {
  public:
    Reader(std::string_view text, std::string file, const CommandLine& options, ReadRecording recordings)
        : text_(text),
          file_(std::move(file)),
          options_(options),
          recipe_(std::make_shared<Recipe>()),
          traces_(folder()),
          recordings_(folder(), recordings) {}

    Loaded read() {
        std::optional<Node> root = parse_document(text_, out_);
        if (root) {
            read_file(*root);
            read_options();
            drop_replaced_axes();
            read_named_files();
            if (!recipe_->variants.empty()) finish();
        }
        Loaded loaded;
        loaded.error_count = out_.size();
        if (out_.empty()) {
            scenario_.recipe = recipe_;
            if (all_checked_) scenario_.hints = idle_.hints().render(file_, text_, labels_, "hint");
            loaded.scenario = std::move(scenario_);
        } else {
            loaded.errors = out_.render(file_, text_, labels_) + recordings_.errors();
            loaded.error_count += recordings_.error_count();
            loaded.unreadable = out_.size() == recordings_.unreadable();
        }
        return loaded;
    }

  private:
    [[nodiscard]] std::filesystem::path folder() const { return std::filesystem::path(file_).parent_path(); }

    std::uint32_t option(std::string label) {
        labels_.push_back(std::move(label));
        return static_cast<std::uint32_t>(labels_.size());
    }

    void read_file(const Node& root) {
        read_settings(root, Layer::file, recipe_->file, out_);
        read_variants(root);
        if (const Member* vary = find(root, "vary")) read_axes(vary->value, recipe_->axes, out_);
        if (const Member* expect = find(root, "expect")) {
            scenario_.expects = read_expects(expect->value, scenario_.variants, out_);
        }
    }

    void read_variants(const Node& root) {
        const Member* list = find(root, "variant");
        if (list == nullptr || (list->value.kind == Node::Kind::array && list->value.items.empty())) {
            recipe_->variants.emplace_back();
            scenario_.variants.emplace_back();
            return;
        }
        if (list->value.kind != Node::Kind::array) {
            out_.add(list->value.mark, "[[variant]]: expected a list of tables", "two pairs of brackets");
            return;
        }
        for (const Node& entry : list->value.items) {
            if (entry.kind != Node::Kind::table) {
                out_.add(entry.mark, fmt::format("[[variant]]: expected a table, found {}", found_text(entry)));
                continue;
            }
            read_variant_name(entry);
            recipe_->variants.emplace_back();
            read_settings(entry, Layer::variant, recipe_->variants.back(), out_);
        }
    }

    void read_variant_name(const Node& entry) {
        std::vector<std::string>& names = scenario_.variants;
        names.emplace_back();
        const Member* member = find(entry, "name");
        if (member == nullptr) {
            out_.add(entry.mark, "[[variant]] has no name", "name = \"serial\"");
            return;
        }
        static const Table table = {"variant", "[[variant]]", nullptr, Target::draft, false, "", ""};
        const auto value = read_value(table, variant_keys().front(), member->value, out_);
        if (!value) return;
        if (value->text.empty()) out_.add(member->value.mark, "[[variant]] name: is empty");
        if (!value->text.empty() && !variant_names_.insert(value->text).second) {
            out_.add(member->value.mark, fmt::format("[[variant]] name: {} is there already", cited(value->text)));
        }
        names.back() = value->text;
    }

    void read_options() {
        for (const std::string& set : options_.sets) read_set(set, option("--set " + set));
        for (const std::string& vary : options_.varies) {
            std::vector<AxisValues> axes;
            read_axis_option(vary, option("--vary " + vary), axes, out_);
            for (AxisValues& axis : axes) add_axis(std::move(axis));
        }
        if (options_.seed) {
            read_set(fmt::format("seed={}", *options_.seed), option(fmt::format("--seed {}", *options_.seed)));
        }
        if (options_.repeat) {
            read_set(fmt::format("repeat={}", *options_.repeat), option(fmt::format("--repeat {}", *options_.repeat)));
        }
    }

    void read_set(std::string_view text, std::uint32_t number) {
        const Mark mark{number, 0, 0, 1};
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            out_.add(mark, "expected KEY=VALUE", "such as link.rtt=\"50 ms\"");
            return;
        }
        const std::string name(trimmed(text.substr(0, equals)));
        const std::optional<Node> node = parse_option_value(text.substr(equals + 1), number, out_);
        if (!node) return;
        // The last of two for one key counts, as with any program's options.
        std::vector<Setting> one;
        read_setting(name, mark, *node, Layer::option, one, out_);
        for (Setting& s : one) {
            const auto same = [&](const Setting& o) { return o.key.key == s.key.key && o.key.table == s.key.table; };
            recipe_->options.erase(std::remove_if(recipe_->options.begin(), recipe_->options.end(), same),
                                   recipe_->options.end());
            recipe_->options.push_back(std::move(s));
        }
    }

    /// The command line's axis of a key stands where the file's was.
    void add_axis(AxisValues axis) {
        const auto same = [&](const AxisValues& a) { return a.key == axis.key; };
        const auto found = std::find_if(recipe_->axes.begin(), recipe_->axes.end(), same);
        if (found == recipe_->axes.end()) {
            recipe_->axes.push_back(std::move(axis));
        } else {
            *found = std::move(axis);
        }
    }

    /// What --set gives one value is varied no longer.
    void drop_replaced_axes() {
        const auto replaced = [this](const AxisValues& axis) {
            if (axis.from_option) return false;
            const FoundKey key = axis.values.front().key;
            return std::any_of(recipe_->options.begin(), recipe_->options.end(),
                               [&](const Setting& s) { return s.key.key == key.key && s.key.table == key.table; });
        };
        recipe_->axes.erase(std::remove_if(recipe_->axes.begin(), recipe_->axes.end(), replaced), recipe_->axes.end());
    }

    void read_named_files() {
        const auto read_all = [&](std::vector<Setting>& settings) {
            for (Setting& s : settings) {
                traces_.read_into(s, out_);
                recordings_.read_into(s, out_);
            }
        };
        read_all(recipe_->file);
        for (std::vector<Setting>& variant : recipe_->variants) read_all(variant);
        for (AxisValues& axis : recipe_->axes) read_all(axis.values);
        read_all(recipe_->options);
        scenario_.inputs = traces_.inputs() + recordings_.inputs();
    }

    void finish() {
        fill_scenario();
        if (!check_run_count()) return;
        check_combinations();
        select();
    }

    void fill_scenario() {
        const std::vector<std::uint32_t> first(recipe_->axes.size(), 0);
        const Draft draft = make_draft(settings_of(*recipe_, 0, first));
        scenario_.name = draft.name;
        scenario_.title = draft.title;
        scenario_.text = text_;
        scenario_.hash = hash_of(text_);
        scenario_.seed = recipe_->seed = draft.scenario.seed;
        scenario_.repeat = recipe_->repeat = draft.repeat;
        if (scenario_.name.empty()) scenario_.name = std::filesystem::path(file_).stem().string();
        check_name();
        for (const AxisValues& axis : recipe_->axes) {
            scenario_.axes.push_back({axis.key, {}});
            for (const Setting& s : axis.values) scenario_.axes.back().values.push_back(s.written);
        }
    }

    /// Results go into a folder of that name.
    void check_name() {
        std::string& name = scenario_.name;
        const bool path = name.find('/') != std::string::npos || name == "." || name == "..";
        if (!path) return;
        const auto given = [](const Setting& s) { return s.key.key->name == "name"; };
        for (const std::vector<Setting>* layer : {&recipe_->options, &recipe_->file}) {
            const auto found = std::find_if(layer->begin(), layer->end(), given);
            if (found == layer->end()) continue;
            out_.add(found->mark, fmt::format("name: {} cannot name a folder", cited(name)));
            return;
        }
    }

    bool check_run_count() {
        std::uint64_t runs = recipe_->variants.size() * recipe_->repeat;
        for (const AxisValues& axis : recipe_->axes) {
            if (runs > kMostRuns) break;
            runs *= axis.values.size();
        }
        if (runs <= kMostRuns) return true;
        out_.add({}, fmt::format("more than {} runs: variants x axes x repeat", kMostRuns));
        return false;
    }

    /// Checks every combination, or where there are too many, values of each axis with the first of the others.
    void check_combinations() {
        const std::size_t axes = recipe_->axes.size();
        std::uint64_t combinations = recipe_->variants.size();
        for (const AxisValues& axis : recipe_->axes) combinations *= axis.values.size();
        for (std::uint32_t variant = 0; variant < recipe_->variants.size(); ++variant) {
            std::vector<std::uint32_t> positions(axes, 0);
            if (combinations <= kMostChecked) {
                do check(variant, positions);
                while (next(positions));
                continue;
            }
            all_checked_ = false;
            check(variant, positions);
            for (std::size_t a = 0; a < axes; ++a) {
                const auto values = static_cast<std::uint32_t>(recipe_->axes[a].values.size());
                for (std::uint32_t v = 1; v < values; v += 1 + values / kMostSampled) {
                    positions[a] = v;
                    check(variant, positions);
                }
                positions[a] = values - 1;
                check(variant, positions);
                positions[a] = 0;
            }
        }
    }

    /// Counts on; false after the last combination.
    bool next(std::vector<std::uint32_t>& positions) const {
        for (std::size_t a = positions.size(); a > 0; --a) {
            if (++positions[a - 1] < recipe_->axes[a - 1].values.size()) return true;
            positions[a - 1] = 0;
        }
        return false;
    }

    void check(std::uint32_t variant, const std::vector<std::uint32_t>& positions) {
        const std::vector<const Setting*> settings = settings_of(*recipe_, variant, positions);
        const Draft draft = make_draft(settings);
        check_draft(draft, settings, out_);
        idle_.see(draft, settings, is_chosen(scenario_.variants[variant]));
    }

    [[nodiscard]] bool is_chosen(const std::string& variant) const {
        const std::vector<std::string>& wanted = options_.variants;
        return wanted.empty() || std::find(wanted.begin(), wanted.end(), variant) != wanted.end();
    }

    void select() {
        const std::vector<std::string>& names = scenario_.variants;
        for (const std::string& name : options_.variants) {
            if (std::find(names.begin(), names.end(), name) == names.end()) {
                const bool none = names.size() == 1 && names.front().empty();
                out_.add({option("--variant " + name), 0, 0, 1},
                         none ? "the scenario has no variants" : fmt::format("no variant is called {}", cited(name)),
                         did_you_mean(name, {names.begin(), names.end()}));
            }
        }
        for (std::uint32_t i = 0; i < names.size(); ++i) {
            if (is_chosen(names[i])) recipe_->chosen.push_back(i);
        }
        recipe_->only = options_.run;
        if (options_.run) check_run(*options_.run);
    }

    void check_run(std::uint64_t run) {
        const std::uint64_t per_variant = recipe_->runs_per_variant();
        const std::uint64_t runs = per_variant * recipe_->variants.size();
        const Mark mark{option(fmt::format("--run {}", run)), 0, 0, 1};
        if (run == 0 || run > runs) {
            out_.add(mark, runs == 1 ? "there is only run 1" : fmt::format("the runs are 1 to {}", runs));
            return;
        }
        const auto variant = static_cast<std::uint32_t>((run - 1) / per_variant);
        if (std::find(recipe_->chosen.begin(), recipe_->chosen.end(), variant) == recipe_->chosen.end()) {
            out_.add(mark, fmt::format("that run is of variant {}", cited(scenario_.variants[variant])));
        }
    }

    std::string_view text_;
    std::string file_;
    const CommandLine& options_;
    std::shared_ptr<Recipe> recipe_;
    TraceFiles traces_;
    RecordingFiles recordings_;
    ScenarioFile scenario_;
    Diagnostics out_;
    IdleSettings idle_;
    bool all_checked_ = true;  // every combination
    std::vector<std::string> labels_;
    std::unordered_set<std::string> variant_names_;
};

Loaded unreadable(const std::string& path, std::string_view why) {
    Loaded loaded;
    loaded.unreadable = true;
    loaded.error_count = 1;
    loaded.errors = fmt::format("{}: error: {}\n", path, why);
    return loaded;
}

Loaded load(const std::string& path, const CommandLine& options, ReadRecording recordings) {
    const FileText file = read_file(path, kLargestFile);
    if (file.text) return read_scenario(*file.text, path, options, recordings);
    if (file.why == std::errc::is_a_directory) return unreadable(path, "this is a folder, not a scenario");
    if (file.why != std::errc::file_too_large) return unreadable(path, file.why.message());
    Loaded loaded = unreadable(path, "larger than 16 MiB");
    loaded.unreadable = false;
    return loaded;
}

}  // namespace

std::vector<Expect> expects_of(std::string_view text, const std::vector<std::string>& variants) {
    Diagnostics out;
    const std::optional<Node> root = parse_document(text, out);
    const Member* expect = root ? find(*root, "expect") : nullptr;
    return expect == nullptr ? std::vector<Expect>() : read_expects(expect->value, variants, out);
}

Loaded read_scenario(std::string_view text, const std::string& file, const CommandLine& options,
                     ReadRecording recordings) {
    try {
        return Reader(text, file, options, recordings).read();
    } catch (const std::exception& error) {
        return unreadable(file, error.what());  // out of memory
    }
}

Loaded load_scenario(const std::string& path, const CommandLine& options, ReadRecording recordings) {
    try {
        return load(path, options, recordings);
    } catch (const std::exception& error) {
        return unreadable(path, error.what());
    }
}

}  // namespace tcplab
