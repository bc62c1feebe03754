#include "scenario/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "scenario/field.hpp"
#include "scenario/objects.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

std::string joined(std::string_view table, std::string_view key) {
    return table.empty() ? std::string(key) : fmt::format("{}.{}", table, key);
}

/// "[link]" or "[[host]] keep_alive", for a message.
std::string title_of(std::string_view table) {
    if (const Table* known = find_table(table)) return std::string(known->title);
    const std::size_t dot = table.find('.');
    const Table* list = find_table(table.substr(0, dot));
    if (list == nullptr || !list->in_list) return fmt::format("[{}]", table);
    return fmt::format("{} {}", list->title, table.substr(dot + 1));
}

void report_unknown_in(std::string_view table, std::string_view key, Mark mark, Diagnostics& out) {
    constexpr std::size_t enough = 1000;  // nobody reads further hints, and each costs a search
    std::string hint;
    if (out.size() < enough) {
        hint = did_you_mean(key, names_in(table));
        const std::vector<std::string_view> elsewhere = keys_called(key);
        if (hint.empty() && !elsewhere.empty()) hint = fmt::format("did you mean {}?", cited(elsewhere.front()));
    }
    std::string message = fmt::format("unknown key {}", cited(key));
    if (!table.empty()) message += fmt::format(" in {}", title_of(table));
    out.add(mark, std::move(message), std::move(hint));
}

/// A key of the entries of a list, outside of one.
void report_in_list(std::string_view name, Mark mark, Diagnostics& out) {
    const Key& list = *find_key(name.substr(0, name.find('.'))).key;
    out.add(mark, fmt::format("{} belongs to the entries of a list", cited(name)),
            fmt::format("the list is set as a whole: {} = {}", list.name, list.example));
}

bool is_list(const FoundKey& key) { return key && (key.key->type == Type::objects || key.key->type == Type::entries); }

EntryList read_entries(const Key& list, const Node& node, Diagnostics& out);

class Walker {
  public:
    Walker(Layer layer, std::vector<Setting>& to, Diagnostics& out)
        : layer_(layer), first_(to.size()), to_(to), out_(out) {}

    void walk(const Node& table, const std::string& path) {
        for (const Member& member : table.members) {
            if (path.empty() && is_read_elsewhere(member.key)) continue;
            // A quoted name with dots is for variants; elsewhere it would be a second way to write a table.
            const bool dots = layer_ == Layer::variant || layer_ == Layer::option;
            if (dots || member.key.find('.') == std::string::npos) {
                visit(joined(path, member.key), path, member);
            } else {
                report_unknown_in(path, member.key, member.mark, out_);
            }
        }
    }

    void visit(const std::string& name, const std::string& path, const Member& member) {
        const FoundKey key = find_key(name);
        const bool is_table = is_table_name(name) && !is_list(key);
        if (is_table && member.value.kind == Node::Kind::table) {
            if (key && key.key->type == Type::flag && member.value.members.empty()) switch_on(key, name, member.mark);
            walk(member.value, name);
            return;
        }
        if (key && key.table->in_list && layer_ != Layer::entry) {
            report_in_list(name, member.mark, out_);
        } else if (key) {
            take(key, name, member.mark, member.value);
        } else if (is_table) {
            out_.add(member.value.mark,
                     fmt::format("{}: expected a table, found {}", title_of(name), found_text(member.value)));
        } else if (path.empty() && name.find('.') != std::string::npos) {
            report_unknown(name, member.mark, out_);
        } else {
            report_unknown_in(path, member.key, member.mark, out_);
        }
    }

    void take(FoundKey key, std::string_view name, Mark key_mark, const Node& node) {
        if (key.key->file_only && layer_ == Layer::variant) {
            out_.add(key_mark, fmt::format("{} belongs to the whole file and cannot be varied", cited(name)));
            return;
        }
        const auto given = [&](const Setting& s) { return s.key.key == key.key && s.key.table == key.table; };
        if (std::any_of(to_.begin() + static_cast<std::ptrdiff_t>(first_), to_.end(), given)) {
            out_.add(key_mark, fmt::format("{} is set twice", name));
            return;
        }
        const std::optional<Value> value =
            is_list(key) ? read_list(*key.key, name, node) : read_value(*key.table, *key.key, node, out_);
        to_.push_back({key, value.value_or(Value{}), node.mark,
                       node.kind == Node::Kind::string ? node.text : node.written, value.has_value()});
    }

  private:
    /// [tls] without a key in it is tls = true.
    void switch_on(FoundKey key, std::string_view name, Mark mark) {
        Node on;
        on.kind = Node::Kind::boolean;
        on.flag = true;
        on.written = "true";
        on.mark = mark;
        take(key, name, mark, on);
    }

    std::optional<Value> read_list(const Key& key, std::string_view name, const Node& node) {
        Value v;
        if (key.type == Type::objects) {
            v.objects = read_objects(*find_table(name == "request" ? "request" : "page.objects"), node, out_);
        } else {
            v.entries = read_entries(key, node, out_);
        }
        const bool good = v.objects != nullptr || v.entries != nullptr;
        return good ? std::optional<Value>(std::move(v)) : std::nullopt;
    }

    [[nodiscard]] bool is_read_elsewhere(std::string_view name) const {
        if (layer_ == Layer::variant && name == "name") return true;
        return layer_ == Layer::file && (name == "variant" || name == "vary" || name == "expect");
    }

    Layer layer_;
    std::size_t first_;
    std::vector<Setting>& to_;
    Diagnostics& out_;
};

/// Two keys of a link that take each other's place.
void check_either(const std::vector<Setting>& settings, std::size_t first, std::string_view one, std::string_view other,
                  std::string_view hint, Diagnostics& out) {
    for (std::size_t i = first; i < settings.size(); ++i) {
        const Setting& s = settings[i];
        if (s.key.key->name != one || s.key.table->target == Target::draft) continue;
        for (std::size_t j = first; j < settings.size(); ++j) {
            if (settings[j].key.table != s.key.table || settings[j].key.key->name != other) continue;
            out.add(settings[j].mark, fmt::format("{} has both {} and {}", s.key.table->title, one, other),
                    std::string(hint));
        }
    }
}

/// Reads a table of that name and the tables inside it.
void read_table(const Node& table, std::string_view name, Layer layer, std::vector<Setting>& to, Diagnostics& out) {
    const std::size_t first = to.size();
    Walker(layer, to, out).walk(table, std::string(name));
    check_either(to, first, "rtt", "delay", "rtt is both ways, delay one way: write one of them", out);
    check_either(to, first, "rate", "trace", "a trace takes the rate's place: write one of them", out);
}

/// A [[host]] has a name that no other has.
void check_name(const Entry& host, std::unordered_set<std::string_view>& taken, Diagnostics& out) {
    const auto is_name = [](const Setting& s) { return s.key.key->name == "name"; };
    const auto name = std::find_if(host.settings.begin(), host.settings.end(), is_name);
    if (name == host.settings.end()) {
        out.add(host.mark, "[[host]] has no name", "name = \"cdn\"");
    } else if (name->good && !taken.insert(name->value.text).second) {
        out.add(name->mark, fmt::format("[[host]] name: {} is there already", cited(name->value.text)));
    }
}

/// nullptr when anything in the list is wrong.
EntryList read_entries(const Key& list, const Node& node, Diagnostics& out) {
    const std::string_view title = find_table(list.name)->title;
    if (node.kind != Node::Kind::array) {
        out.add(node.mark, fmt::format("{}: expected {}, found {}", title, expected_text(list), found_text(node)),
                node.kind == Node::Kind::table ? "two pairs of brackets" : "");
        return nullptr;
    }
    if (node.items.size() > list.max) {
        out.add(node.items[static_cast<std::size_t>(list.max)].mark, fmt::format("{}: more than {}", title, list.max));
        return nullptr;
    }
    const std::size_t before = out.size();
    auto entries = std::make_shared<std::vector<Entry>>();
    entries->reserve(node.items.size());  // names point into them
    std::unordered_set<std::string_view> names;
    for (const Node& item : node.items) {
        if (item.kind != Node::Kind::table) {
            out.add(item.mark, fmt::format("{}: expected a table, found {}", title, found_text(item)));
            continue;
        }
        Entry& entry = entries->emplace_back();
        entry.mark = item.mark;
        read_table(item, list.name, Layer::entry, entry.settings, out);
        if (list.name == "host") check_name(entry, names, out);
    }
    return out.size() == before ? EntryList(std::move(entries)) : nullptr;
}

}  // namespace

void read_settings(const Node& table, Layer layer, std::vector<Setting>& to, Diagnostics& out) {
    read_table(table, "", layer, to, out);
}

void read_setting(std::string_view name, Mark key_mark, const Node& value, Layer layer, std::vector<Setting>& to,
                  Diagnostics& out) {
    const Member member{std::string(name), key_mark, value};
    Walker(layer, to, out).visit(member.key, "", member);
}

void report_unknown(std::string_view name, Mark mark, Diagnostics& out) {
    if (find_key(name)) return report_in_list(name, mark, out);
    // "link.dealy" is an unknown key of [link]; "lnik.delay" an unknown table.
    const std::size_t dot = name.rfind('.');
    if (dot != std::string_view::npos && is_table_name(name.substr(0, dot))) {
        report_unknown_in(name.substr(0, dot), name.substr(dot + 1), mark, out);
        return;
    }
    out.add(mark, fmt::format("unknown key {}", cited(name)), did_you_mean(name, all_key_names()));
}

const Setting* last_of(const std::vector<const Setting*>& settings, std::string_view name) {
    const auto is_it = [name](const Setting* s) {
        const std::string_view table = s->key.table->name;
        const std::string_view key = s->key.key->name;
        if (table.empty()) return key == name;
        return name.size() == table.size() + 1 + key.size() && name.substr(0, table.size()) == table &&
               name[table.size()] == '.' && name.substr(table.size() + 1) == key;
    };
    const auto found = std::find_if(settings.rbegin(), settings.rend(), is_it);
    return found == settings.rend() ? nullptr : *found;
}

}  // namespace tcplab
