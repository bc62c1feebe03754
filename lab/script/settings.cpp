#include "script/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "scenario/drafting.hpp"
#include "scenario/text.hpp"

namespace tcplab::script {

namespace {

std::optional<std::int64_t> whole_number(std::string_view text) {
    const bool hex = text.substr(0, 2) == "0x";
    if (hex) text.remove_prefix(2);
    std::int64_t n = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n, hex ? 16 : 10);
    if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
    return n;
}

Node node_of(Node::Kind kind, std::string_view written) {
    Node node;
    node.kind = kind;
    node.text = node.written = std::string(written);
    return node;
}

Node flag_node(bool on) {
    Node node = node_of(Node::Kind::boolean, on ? "true" : "false");
    node.flag = on;
    return node;
}

Node number_node(std::int64_t n) {
    Node node = node_of(Node::Kind::integer, std::to_string(n));
    node.integer = n;
    return node;
}

/// The numbers of "4096 131072 6291456"; fewer when one is none.
std::vector<std::int64_t> numbers_in(std::string_view text) {
    std::vector<std::int64_t> numbers;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
        if (const auto n = whole_number(text.substr(0, end))) numbers.push_back(*n);
        text.remove_prefix(std::min(text.find_first_not_of(" \t", end), text.size()));
    }
    return numbers;
}

std::optional<Node> chosen(std::string_view values, std::string_view written) {
    for (const std::string_view entry : split(values, ' ')) {
        const std::size_t equals = entry.find('=');
        if (entry.substr(0, equals) != written) continue;
        const std::string_view to = entry.substr(equals + 1);
        if (to == "true" || to == "false") return flag_node(to == "true");
        return node_of(Node::Kind::string, to);
    }
    return std::nullopt;
}

std::optional<Node> quantity(std::string_view written, std::string_view unit) {
    if (!whole_number(written)) return std::nullopt;
    return node_of(Node::Kind::string, fmt::format("{} {}", written, unit));
}

std::optional<Node> ports(std::string_view written) {
    const auto numbers = numbers_in(written);
    if (numbers.size() != 2) return std::nullopt;
    Node node = node_of(Node::Kind::array, written);
    for (const std::int64_t n : numbers) node.items.push_back(number_node(n));
    return node;
}

std::optional<std::int64_t> number_of_three(std::string_view written, std::size_t which) {
    const auto numbers = numbers_in(written);
    return numbers.size() == 3 ? std::optional(numbers[which]) : std::nullopt;
}

std::optional<Node> one_of_three(std::string_view written, std::size_t which) {
    const auto number = number_of_three(written, which);
    return number ? quantity(std::to_string(*number), "B") : std::nullopt;
}

/// What a scenario file would have in the place of the sysctl's value; nothing when that makes no sense.
std::optional<Node> translated(const Sysctl& row, std::string_view written) {
    const auto number = whole_number(written);
    switch (row.reading) {
        case Reading::flag: return number ? std::optional(flag_node(*number != 0)) : std::nullopt;
        case Reading::number: return number ? std::optional(number_node(*number)) : std::nullopt;
        case Reading::seconds: return quantity(written, "s");
        case Reading::milliseconds: return quantity(written, "ms");
        case Reading::microseconds: return quantity(written, "us");
        case Reading::word: return node_of(Node::Kind::string, written);
        case Reading::choice: return chosen(row.values, written);
        case Reading::range: return ports(written);
        case Reading::second: return one_of_three(written, 1);
        case Reading::third: return one_of_three(written, 2);
        case Reading::ours:
        case Reading::nothing:
        case Reading::keepalive_idle:
        case Reading::direct: break;
    }
    return std::nullopt;
}

std::string unknown_hint(std::string_view name) {
    std::vector<std::string_view> names;
    for (const Sysctl& s : sysctls()) names.push_back(s.name);
    return did_you_mean(name, names);
}

std::string_view unquoted(std::string_view text) {
    const bool quoted =
        text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
}

/// Where the word at `from` ends: at a space outside quotation marks.
std::size_t word_end(std::string_view text, std::size_t from) {
    char quote = '\0';
    for (; from < text.size(); ++from) {
        const char c = text[from];
        if (quote == '\0' && (c == ' ' || c == '\t' || c == '\n')) break;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        }
    }
    return from;
}

}  // namespace

void Settings::read_commands(const Source& source, std::size_t begin, std::size_t end) {
    const std::string_view text = std::string_view(source.text()).substr(0, end);
    while (begin < end) {
        char quote = '\0';
        std::size_t at = begin;
        for (; at < end; ++at) {
            const char c = text[at];
            const bool goes_on = c == '\n' && at > begin && text[at - 1] == '\\';
            if (quote == '\0' && !goes_on && (c == '\n' || c == ';' || text.substr(at, 2) == "&&")) break;
            if (quote == '\0' && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == quote) {
                quote = '\0';
            }
        }
        read_command(source, begin, at);
        begin = at + (text.substr(at, 2) == "&&" ? 2 : 1);
    }
}

void Settings::read_command(const Source& source, std::size_t begin, std::size_t end) {
    const std::string_view text = std::string_view(source.text()).substr(0, end);
    begin = std::min(text.find_first_not_of(" \t", begin), end);
    if (begin == end || text[begin] == '#') return;
    const std::string_view command = trimmed(text.substr(begin));
    if (command.substr(0, 7) != "sysctl ") {
        const std::size_t equals = command.find('=');
        const std::string_view name = trimmed(command.substr(0, equals));
        if (equals == std::string_view::npos || name.find(' ') != std::string_view::npos) {
            out_->add(source.mark(begin, command.size()), fmt::format("{} cannot be run here", cited(command)),
                      "sysctl -q net.ipv4.NAME=VALUE and tcp.KEY = VALUE can");
            return;
        }
        const std::string_view value = trimmed(command.substr(equals + 1));
        const auto value_at = static_cast<std::size_t>(value.data() - source.text().data());
        read_assignment(name, source.mark(begin, name.size()), value,
                        source.mark(value.empty() ? begin : value_at, std::max<std::size_t>(value.size(), 1)));
        return;
    }
    for (std::size_t at = begin + 7; at < begin + command.size();) {
        const std::size_t stop = word_end(text, at);
        const std::string_view word = unquoted(text.substr(at, stop - at));
        if (!word.empty() && word.front() == '#') break;
        const auto word_at = static_cast<std::size_t>(word.data() - source.text().data());
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos) {
            const std::string_view value = unquoted(word.substr(equals + 1));
            apply_sysctl(word.substr(0, equals), source.mark(word_at, equals), value,
                         source.mark(word_at + equals + 1, std::max<std::size_t>(value.size(), 1)));
        } else if (!word.empty() && word.front() != '-' && word != "\\") {
            out_->add(source.mark(word_at, word.size()), "expected NAME=VALUE");
        }
        at = std::min(text.find_first_not_of(" \t\n", stop), end);
    }
}

void Settings::read_assignment(std::string_view name, Mark name_mark, std::string_view value, Mark value_mark) {
    Diagnostics of_value;
    std::optional<Node> node = parse_option_value(value, 1, of_value);
    for (const Diagnostic& d : of_value.list()) out_->add(value_mark, d.message, d.hint);
    if (!node) return;
    node->mark = value_mark;
    for (Node& item : node->items) item.mark = value_mark;
    if (name == "profile") name = "tcp.profile";
    if (name.substr(0, 4) != "tcp.") {
        out_->add(name_mark, fmt::format("{} is no key of [tcp]", cited(name)), "a script sets tcp.KEY or profile");
        return;
    }
    read_setting(name, name_mark, *node, Layer::file, settings_, *out_);
}

void Settings::read_option(std::string_view text, std::uint32_t option) {
    Mark mark;
    mark.option = option;
    const std::size_t equals = text.find('=');
    const std::string_view value = equals == std::string_view::npos ? "" : text.substr(equals + 1);
    read_assignment(trimmed(text.substr(0, equals)), mark, value, mark);
}

void Settings::set_key(std::string_view key, Node node, Mark mark) {
    node.mark = mark;
    for (Node& item : node.items) item.mark = mark;
    read_setting(fmt::format("tcp.{}", key), mark, node, Layer::file, settings_, *out_);
}

void Settings::apply_sysctl(std::string_view name, Mark name_mark, std::string_view value, Mark value_mark) {
    constexpr std::string_view prefix = "net.ipv4.";
    const std::string_view short_name = name.substr(0, prefix.size()) == prefix ? name.substr(prefix.size()) : name;
    bool known = false;
    for (const Sysctl& row : sysctls()) {
        if (row.name != short_name) continue;
        known = true;
        const std::vector<std::string_view> values = split(row.values, ' ');
        if (row.reading == Reading::ours) {
            if (std::find(values.begin(), values.end(), value) == values.end()) {
                out_->add(value_mark, fmt::format("{}={} is not simulated", name, value),
                          fmt::format("the simulator does what {} does", listed(values)));
            }
        } else if (row.reading == Reading::nothing) {
            continue;
        } else if (row.reading == Reading::keepalive_idle) {
            const auto n = whole_number(value);
            if (n && *n > 0 && *n <= 32767) {
                setup_.keepalive_time = std::chrono::seconds(*n);
            } else {
                out_->add(value_mark, "expected seconds, 1 to 32767");
            }
        } else if (row.reading == Reading::direct) {
            constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
            const auto n = row.place == 0 ? whole_number(value) : number_of_three(value, row.place - 1);
            if (n && *n >= row.least && *n <= most) {
                direct_.emplace_back(&row, *n);
            } else {
                out_->add(value_mark, fmt::format("expected a whole number, {} to {}", row.least, most));
            }
        } else if (const auto node = translated(row, value)) {
            set_key(row.key, *node, value_mark);
        } else {
            out_->add(value_mark, fmt::format("{} cannot be {}", name, cited(value)));
        }
    }
    if (!known) out_->add(name_mark, fmt::format("{} is not simulated", cited(name)), unknown_hint(short_name));
}

Setup Settings::setup() const {
    std::vector<const Setting*> all;
    all.reserve(settings_.size());
    for (const Setting& s : settings_) all.push_back(&s);
    Setup setup = setup_;
    setup.config = make_draft(all).scenario.client_tcp;
    for (const auto& [row, number] : direct_) row->set(setup.config, number);
    return setup;
}

}  // namespace tcplab::script
