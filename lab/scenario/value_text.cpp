#include <fmt/format.h>

#include <algorithm>

#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

std::string example_of(const Key& key, std::string_view usual) {
    return cited(parse_quantity(key.example, *measure_of(key.type)).value == 0 ? usual : key.example);
}

}  // namespace

std::string subject(const Table& table, const Key& key) {
    return table.name.empty() ? std::string(key.name) : fmt::format("{} {}", table.title, key.name);
}

std::string found_text(const Node& node) {
    switch (node.kind) {
        case Node::Kind::table: return "a table";
        case Node::Kind::array: return "a list";
        case Node::Kind::string: return cited(node.text);
        case Node::Kind::integer: return fmt::format("the number {}", node.integer);
        case Node::Kind::real: {
            const std::string_view text = node.written;
            return text.empty() ? "a number" : fmt::format("the number {}", text.substr(0, 40));
        }
        case Node::Kind::boolean: return node.flag ? "true" : "false";
        case Node::Kind::date: return "a date";
    }
    return {};
}

std::string expected_text(const Key& key) {
    switch (key.type) {
        case Type::duration: return fmt::format("a duration such as {}", example_of(key, "100 ms"));
        case Type::rate: return fmt::format("a rate such as {}", example_of(key, "1.5 Mbit/s"));
        case Type::size: return fmt::format("a size such as {}", example_of(key, "20 kB"));
        case Type::percent: return fmt::format("a percentage such as {}", example_of(key, "1 %"));
        case Type::count: return fmt::format("a whole number such as {}", key.example);
        case Type::flag: return "true or false";
        case Type::choice: {
            std::vector<std::string> words;
            for (const std::string_view word : split(key.choices)) {
                const bool is_flag = word == "true" || word == "false";
                words.push_back(is_flag ? std::string(word) : cited(word));
            }
            return listed(std::vector<std::string_view>(words.begin(), words.end()));
        }
        case Type::text: return "text in quotes";
        case Type::trace:
        case Type::recording: return "a file's name in quotes";
        case Type::names: return "a name or a list of names";
        case Type::texts:
        case Type::headers: return fmt::format("a list such as {}", key.example);
        case Type::url: return "a URL such as \"http://www.example.com:80/\"";
        case Type::host_name: return fmt::format("a host's name such as {}", cited(key.example));
        case Type::queue: return "a queue such as \"100 packets\" or \"64 KiB\"";
        case Type::drops: return "a list of rules such as \"data 11..20\" or \"segment 20 x2\"";
        case Type::holds: return "a list of rules such as \"data 3 by 61 s\"";
        case Type::ports: return "two ports such as [32768, 60999]";
        case Type::linger: return "\"off\" or a duration such as \"0 s\"";
        case Type::arrival: return "\"all at once\", \"every 10 ms\" or \"poisson 100/s\"";
        case Type::cancel_after: return "a duration such as \"2 s\", a size such as \"20 kB\" or \"never\"";
        case Type::close_after: return "\"5 responses\", a size such as \"20 kB\", \"header\" or \"never\"";
        case Type::body_size: return "a size such as \"20 kB\", or \"endless\"";
        case Type::sizes: return "a list of sizes such as [\"1 kB\", \"20 kB\"]";
        case Type::objects:
        case Type::entries: return fmt::format("a list of tables such as {}", key.example);
        case Type::tables: return "a table";
    }
    return {};
}

std::string written_value(const Key& key, std::uint64_t number) {
    if (key.type == Type::flag) return number == 0 ? "false" : "true";
    if (key.type == Type::choice) {
        const std::vector<std::string_view> words = split(key.choices);
        return number < words.size() ? cited(words[static_cast<std::size_t>(number)]) : std::string();
    }
    if (key.type == Type::count) return fmt::format("{}", number);
    if (const auto measure = measure_of(key.type)) return cited(format_quantity(number, *measure));
    return "[]";
}

}  // namespace tcplab
