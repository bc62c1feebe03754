#include "scenario/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenario/field.hpp"
#include "scenario/objects.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

/// The [[request]] list as a setting, so that variants can have one of their own.
FoundKey request_list() {
    static const Key key = {
        .name = "request", .type = Type::objects, .access = field<&Draft::requests>(), .meaning = "the script"};
    return {find_table(""), &key};
}

FoundKey setting_called(std::string_view name) { return name == "request" ? request_list() : find_key(name); }

std::string joined(std::string_view table, std::string_view key) {
    return table.empty() ? std::string(key) : fmt::format("{}.{}", table, key);
}

/// "[link]", for a message.
std::string title_of(std::string_view table) {
    const Table* known = find_table(table);
    return known != nullptr ? std::string(known->title) : fmt::format("[{}]", table);
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

class Walker {
  public:
    Walker(Layer layer, std::vector<Setting>& to, Diagnostics& out)
        : layer_(layer), first_(to.size()), to_(to), out_(out) {}

    void walk(const Node& table, const std::string& path) {
        for (const Member& member : table.members) {
            if (path.empty() && is_read_elsewhere(member.key)) continue;
            // A quoted name with dots is for variants; in a file it would be a second way to write a table.
            const bool one_part = layer_ != Layer::file || member.key.find('.') == std::string::npos;
            if (one_part) {
                visit(joined(path, member.key), path, member);
            } else {
                report_unknown_in(path, member.key, member.mark, out_);
            }
        }
    }

    void visit(const std::string& name, const std::string& path, const Member& member) {
        const Table* table = find_table(name);
        if (table != nullptr && table->later) {
            out_.add(member.mark, fmt::format("{} is not yet supported", table->title));
            return;
        }
        const bool is_table = is_table_name(name);
        if (is_table && member.value.kind == Node::Kind::table) {
            walk(member.value, name);
            return;
        }
        const FoundKey key = setting_called(name);
        if (key) {
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
        std::optional<Value> value;
        if (key.key->type == Type::objects) {
            Value v;
            v.objects = read_objects(*find_table(name == "request" ? "request" : "page.objects"), node, out_);
            if (v.objects != nullptr) value = v;
        } else {
            value = read_value(*key.table, *key.key, node, out_);
        }
        if (value && key.key->access.set == nullptr) return;  // a later key's neutral value
        to_.push_back({key, value.value_or(Value{}), node.mark,
                       node.kind == Node::Kind::string ? node.text : node.written, value.has_value()});
    }

  private:
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

LinkPair& present(std::optional<LinkPair>& pair) {
    if (!pair) pair.emplace();
    return *pair;
}

void apply_to_link(const Setting& s, LinkPair& pair, bool up, bool down) {
    Place place;
    if (up) {
        place.link = &pair.up;
        s.key.key->access.set(place, s.value);
    }
    if (down) {
        place.link = &pair.down;
        place.down = true;
        s.key.key->access.set(place, s.value);
    }
}

void apply_to_tcp(const Setting& s, Scenario& scenario, bool client, bool server) {
    Place place;
    if (client) {
        place.tcp = &scenario.client_tcp;
        s.key.key->access.set(place, s.value);
    }
    if (server) {
        place.tcp = &scenario.server_tcp;
        s.key.key->access.set(place, s.value);
    }
}

void apply(const Setting& s, Draft& draft) {
    Scenario& to = draft.scenario;
    switch (s.key.table->target) {
        case Target::draft: {
            Place place;
            place.draft = &draft;
            s.key.key->access.set(place, s.value);
            return;
        }
        case Target::link: return apply_to_link(s, to.link, true, true);
        case Target::link_up: return apply_to_link(s, to.link, true, false);
        case Target::link_down: return apply_to_link(s, to.link, false, true);
        case Target::access: return apply_to_link(s, present(to.access), true, true);
        case Target::access_up: return apply_to_link(s, present(to.access), true, false);
        case Target::access_down: return apply_to_link(s, present(to.access), false, true);
        case Target::server_access: return apply_to_link(s, present(to.server_access), true, true);
        case Target::server_access_up: return apply_to_link(s, present(to.server_access), true, false);
        case Target::server_access_down: return apply_to_link(s, present(to.server_access), false, true);
        case Target::tcp: return apply_to_tcp(s, to, true, true);
        case Target::client_tcp: return apply_to_tcp(s, to, true, false);
        case Target::server_tcp: return apply_to_tcp(s, to, false, true);
        case Target::object: return;  // read_objects() has applied them
    }
}

}  // namespace

void read_settings(const Node& table, Layer layer, std::vector<Setting>& to, Diagnostics& out) {
    const std::size_t first = to.size();
    Walker(layer, to, out).walk(table, "");
    check_either(to, first, "rtt", "delay", "rtt is both ways, delay one way: write one of them", out);
    check_either(to, first, "rate", "trace", "a trace takes the rate's place: write one of them", out);
}

void read_setting(std::string_view name, Mark key_mark, const Node& value, Layer layer, std::vector<Setting>& to,
                  Diagnostics& out) {
    const Member member{std::string(name), key_mark, value};
    Walker(layer, to, out).visit(member.key, "", member);
}

void report_unknown(std::string_view name, Mark mark, Diagnostics& out) {
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

Draft make_draft(const std::vector<const Setting*>& settings) {
    Draft draft;
    Profile client = Profile::linux_;
    Profile server = Profile::linux_;
    for (const Setting* s : settings) {
        if (s->key.key->name != "profile" || !s->good) continue;
        const auto profile = static_cast<Profile>(s->value.number);
        if (s->key.table->target != Target::server_tcp) client = profile;
        if (s->key.table->target != Target::client_tcp) server = profile;
    }
    draft.scenario.client_tcp = make_config(client);
    draft.scenario.server_tcp = make_config(server);
    for (const Setting* s : settings) {
        if (s->good) apply(*s, draft);
    }
    ClientConfig& browser = draft.scenario.client;
    constexpr std::uint32_t browsers_use = 6;
    browser.connections = draft.connections.value_or(browser.strategy == Strategy::parallel ? browsers_use : 1);
    return draft;
}

}  // namespace tcplab
