#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenario/quantity.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace po = boost::program_options;
using Strings = std::vector<std::string>;

namespace {

[[noreturn]] void unknown_option(const std::string& given, const po::options_description& known) {
    const std::size_t dashes = std::min(given.find_first_not_of('-'), given.size());
    const std::string word =
        given.substr(dashes, given.find('=') == std::string::npos ? std::string::npos : given.find('=') - dashes);
    Strings names;
    for (const auto& option : known.options()) names.push_back("--" + option->long_name());
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string hint = did_you_mean("--" + word, candidates);
    throw UsageError(fmt::format("unknown option {}{}", cited(given), hint.empty() ? "" : ": " + hint));
}

}  // namespace

std::string listing(const po::options_description& options) {
    std::vector<std::pair<std::string, std::string>> lines;
    std::size_t column = 0;
    for (const auto& option : options.options()) {
        const std::string brief = option->canonical_display_name(po::command_line_style::allow_dash_for_short);
        std::string left = brief.size() == 2 && brief.front() == '-' ? "  " + brief + ", --" : "      --";
        left += option->long_name() + (option->semantic()->max_tokens() > 0 ? " " + option->format_parameter() : "");
        column = std::max(column, left.size() + 2);
        lines.emplace_back(std::move(left), option->description());
    }
    std::string out = "Options:\n";
    for (const auto& [left, what] : lines) out += fmt::format("{:{}}{}\n", left, column, what);
    return out;
}

po::variables_map parse(const Strings& arguments, const po::options_description& visible) {
    po::options_description all;
    all.add(visible).add_options()("word", po::value<Strings>());
    po::positional_options_description words;
    words.add("word", -1);
    namespace style = po::command_line_style;
    const int how = style::allow_long | style::long_allow_adjacent | style::long_allow_next | style::allow_short |
                    style::short_allow_adjacent | style::short_allow_next | style::allow_dash_for_short |
                    style::allow_sticky;
    po::variables_map values;
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(words).style(how).run(), values);
    } catch (const po::unknown_option& e) {
        unknown_option(e.get_option_name(), visible);
    } catch (const po::multiple_occurrences& e) {
        throw UsageError(fmt::format("{} is given more than once", e.get_option_name()));
    } catch (const po::invalid_command_line_syntax& e) {
        if (e.kind() == po::invalid_syntax::extra_parameter) {
            throw UsageError(fmt::format("{} takes no value", e.get_option_name()));
        }
        throw UsageError(fmt::format("{} needs a value", e.get_option_name()));
    } catch (const po::error& e) {
        throw UsageError(e.what());
    }
    return values;
}

std::optional<std::string> text_of(const po::variables_map& values, const char* name) {
    if (values.count(name) == 0) return std::nullopt;
    return values[name].as<std::string>();
}

Strings texts_of(const po::variables_map& values, const char* name) {
    return values.count(name) == 0 ? Strings{} : values[name].as<Strings>();
}

std::optional<std::uint64_t> number_of(const po::variables_map& values, const char* name, std::uint64_t least,
                                       std::uint64_t most) {
    const auto text = text_of(values, name);
    if (!text) return std::nullopt;
    std::uint64_t n = 0;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, n);
    if (error != std::errc() || stop != end || n < least || n > most) {
        throw UsageError(
            fmt::format("--{} expects a whole number from {} to {}, found {}", name, least, most, cited(*text)));
    }
    return n;
}

std::optional<Time> time_of(const po::variables_map& values, const char* name) {
    const auto text = text_of(values, name);
    if (!text) return std::nullopt;
    const Quantity q = parse_quantity(*text, Measure::duration);
    if (q.error != QuantityError::none || q.value > static_cast<std::uint64_t>(INT64_MAX)) {
        throw UsageError(fmt::format("--{} expects a time such as \"1.5 s\", found {}", name, cited(*text)));
    }
    return kStart + Duration(static_cast<std::int64_t>(q.value));
}

When when_of(const po::variables_map& values, const char* name) {
    const auto text = text_of(values, name);
    if (!text) return When::automatic;
    const auto when = parse_when(*text);
    if (!when) throw UsageError(fmt::format("--{} expects auto, always or never, found {}", name, cited(*text)));
    return *when;
}

Format format_of(const po::variables_map& values, const std::vector<std::pair<std::string_view, Format>>& known) {
    const auto text = text_of(values, "format");
    if (!text) return Format::table;
    std::vector<std::string_view> names;
    for (const auto& [name, format] : known) {
        if (name == *text) return format;
        names.push_back(name);
    }
    throw UsageError(fmt::format("--format expects {}, found {}", listed(names), cited(*text)));
}

void check_assignments(const char* option, const Strings& values, const char* example) {
    for (const std::string& value : values) {
        const auto at = value.find('=');
        if (at == std::string::npos || at == 0) {
            throw UsageError(fmt::format("--{} expects {}, found {}", option, example, cited(value)));
        }
    }
}

}  // namespace tcplab
