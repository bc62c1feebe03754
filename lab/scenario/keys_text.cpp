#include "scenario/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenario/field.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

constexpr std::size_t kWidth = 100;
constexpr std::array<std::string_view, 3> kProfiles{"linux", "rfc", "classic"};

/// A default as it would be written in a file, without quotes.
std::string shown_default(const Key& key, std::uint64_t number) {
    if (key.type == Type::ports) return fmt::format("[{}, {}]", number >> 16U, number & 0xffffU);
    if (number == kInfiniteSegments) return "infinite";
    std::string text = written_value(key, number);
    text.erase(std::remove(text.begin(), text.end(), '"'), text.end());
    return text;
}

/// The default on a profile.
std::string default_of(const Key& key, Profile profile) {
    if (!key.fallback.empty()) return std::string(key.fallback);
    if (key.access.get == nullptr) return "-";
    Draft draft;
    LinkConfig link;
    Config tcp = make_config(profile);
    ServerConfig server;
    HostConfig host;
    ProxyConfig proxy;
    ObjectSpec object;
    Place place{&draft, &link, &tcp, &server, &host, &proxy, &object, false};
    const std::optional<std::uint64_t> number = key.access.get(place);
    return number ? shown_default(key, *number) : "-";
}

std::string default_of(const Key& key) { return default_of(key, Profile::linux_); }

/// "segments" of a count, else the type's name.
std::string type_of(const Key& key) {
    return std::string(key.type == Type::count && !key.unit.empty() ? key.unit : type_name(key.type));
}

std::string meaning_of(const Key& key) {
    std::string text(key.meaning);
    if (key.type == Type::choice) {
        std::string words;
        for (const std::string_view word : split(key.choices)) {
            words += fmt::format("{}{}", words.empty() ? "" : " | ", word);
        }
        text = words + ": " + text;
    }
    if (!key.source.empty()) text += fmt::format(" [{}]", key.source);
    return text;
}

std::size_t characters(std::string_view text) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < text.size(); ++n) i += character_at(text, i).bytes;
    return n;
}

/// `text` in lines that begin with `indent` blanks, but for the first, which follows what stands in `line`.
void append_wrapped(std::string& out, std::string line, std::size_t indent, std::string_view text) {
    line.resize(std::max(line.size(), indent), ' ');
    bool fresh = true;
    for (const std::string_view word : split(text, ' ')) {
        if (!fresh && characters(line) + 1 + characters(word) > kWidth) {
            out += line + "\n";
            line.assign(indent, ' ');
            fresh = true;
        }
        if (!fresh) line += ' ';
        line += word;
        fresh = false;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
}

void append_table(std::string& out, const Table& table) {
    const bool profiles = table.name == "tcp";
    append_wrapped(out, std::string(table.title) + "  ", 0, table.meaning);
    std::size_t name_width = 4, type_width = 4, default_width = 7;
    for (const Key& key : *table.keys) {
        name_width = std::max(name_width, key.name.size());
        type_width = std::max(type_width, type_of(key).size());
        if (!profiles) default_width = std::max(default_width, default_of(key).size());
    }
    if (profiles) {
        out += fmt::format("  {:{}}  {:{}}  {:16}{:16}{}\n", "key", name_width, "type", type_width, kProfiles[0],
                           kProfiles[1], kProfiles[2]);
    } else {
        out += fmt::format("  {:{}}  {:{}}  {:{}}  meaning\n", "key", name_width, "type", type_width, "default",
                           default_width);
    }
    for (const Key& key : *table.keys) {
        std::string line = fmt::format("  {:{}}  {:{}}  ", key.name, name_width, type_of(key), type_width);
        if (profiles) {
            out += fmt::format("{}{:16}{:16}{}\n", line, default_of(key, Profile::linux_),
                               default_of(key, Profile::rfc), default_of(key, Profile::classic));
            append_wrapped(out, "", 8, meaning_of(key));
        } else {
            line += fmt::format("{:{}}  ", default_of(key), default_width);
            append_wrapped(out, line, line.size(), meaning_of(key));
        }
    }
}

/// "from 1 to 65535", or nothing where everything is allowed.
std::string range_of(const Key& key) {
    const auto measure = measure_of(key.type);
    if (!measure || key.max == std::numeric_limits<std::uint64_t>::max()) return {};
    return fmt::format("{} to {}", format_quantity(key.min, *measure), format_quantity(key.max, *measure));
}

void append_details(std::string& out, const Table& table, const Key& key) {
    out += full_name(table, key) + "\n";
    const auto line = [&out](std::string_view label, const std::string& text) {
        if (!text.empty()) append_wrapped(out, fmt::format("  {:10}", label), 12, text);
    };
    Key plain = key;
    plain.source = {};
    line("meaning", meaning_of(plain));
    line("table", fmt::format("{}: {}", table.title, table.meaning));
    line("type", type_of(key));
    if (const auto measure = measure_of(key.type); measure && *measure != Measure::plain) {
        line("units", std::string(units_of(*measure)));
    }
    line("range", range_of(key));
    if (table.keys == &tcp_keys() && key.fallback.empty()) {
        for (std::size_t i = 0; i < kProfiles.size(); ++i) {
            line(i == 0 ? "default" : "",
                 fmt::format("{} with profile = \"{}\"", default_of(key, static_cast<Profile>(i)), kProfiles.at(i)));
        }
    } else {
        line("default", default_of(key));
    }
    const bool bare = key.type == Type::count || key.type == Type::flag || key.example.find_first_of("[{=") == 0;
    if (!key.example.empty()) {
        line("example", fmt::format("{} = {}", key.name, bare ? std::string(key.example) : cited(key.example)));
    }
    line("source", std::string(key.source));
}

/// Calls `each` with every key, those of tables with the same keys only once.
template <class Each>
void for_each_key(Each each) {
    for (const Table& table : tables()) {
        if (!table.like.empty()) continue;
        for (const Key& key : *table.keys) each(table, key);
    }
}

}  // namespace

std::string keys_text() {
    std::string out;
    for (const Table& table : tables()) {
        if (&table != find_table(table.name)) continue;  // the rest of a table's keys: its meaning speaks of them
        if (!table.like.empty()) {
            append_wrapped(out, fmt::format("{}  the keys of [{}]: ", table.title, table.like), 0, table.meaning);
            continue;
        }
        if (!out.empty()) out += "\n";
        append_table(out, table);
    }
    return out;
}

KeyText key_text(std::string_view name) {
    KeyText result;
    const auto add = [&result](const Table& table, const Key& key) {
        if (!result.text.empty()) result.text += "\n";
        append_details(result.text, table, key);
    };
    // Of what is both a table and a key, as "tls" is, the table says more.
    if (const Table* table = find_table(name); table != nullptr && !name.empty()) {
        append_table(result.text, *table);
        return result;
    }
    const FoundKey found = find_key(name);
    if (found) add(*found.table, *found.key);
    const std::string members = std::string(name) + ".";
    std::vector<std::string> names;
    for_each_key([&](const Table& table, const Key& key) {
        names.push_back(full_name(table, key));
        const bool named = !found && (key.name == name || names.back() == name);
        if (named || key.name.rfind(members, 0) == 0 || names.back().rfind(members, 0) == 0) add(table, key);
    });
    if (!result.text.empty()) return result;
    std::vector<std::string_view> known(names.begin(), names.end());
    for_each_key([&](const Table&, const Key& key) { known.push_back(key.name); });
    const std::string hint = did_you_mean(name, known);
    result.error = fmt::format("unknown key {}{}{}", cited(name), hint.empty() ? "" : "; ", hint);
    return result;
}

}  // namespace tcplab
