#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "scenario/key.hpp"

namespace tcplab {

namespace {

std::vector<Table> make_tables() {
    const auto* link = &link_keys();
    const auto* way = &direction_keys();
    const auto* tcp = &tcp_keys();
    return {
        {"", "the file", &top_keys(), Target::draft, false, "at the top of the file", ""},
        {"link", "[link]", link, Target::link, false,
         "the path; [link.up] (client to server) and [link.down] override a direction", ""},
        {"link.up", "[link.up]", way, Target::link_up, true, "client to server", "link"},
        {"link.down", "[link.down]", way, Target::link_down, true, "server to client", "link"},
        {"access", "[access]", link, Target::access, false,
         "each client host's own link in front of [link]; absent: none", "link"},
        {"access.up", "[access.up]", way, Target::access_up, true, "client to server", "link"},
        {"access.down", "[access.down]", way, Target::access_down, true, "server to client", "link"},
        {"server_access", "[server_access]", link, Target::server_access, false,
         "the server's own link behind [link]; absent: none", "link"},
        {"server_access.up", "[server_access.up]", way, Target::server_access_up, true, "client to server", "link"},
        {"server_access.down", "[server_access.down]", way, Target::server_access_down, true, "server to client",
         "link"},
        {"tcp", "[tcp]", tcp, Target::tcp, false, "both ends; [client.tcp] and [server.tcp] override an end", ""},
        {"client.tcp", "[client.tcp]", tcp, Target::client_tcp, true, "the client's end", "tcp"},
        {"server.tcp", "[server.tcp]", tcp, Target::server_tcp, true, "the server's end", "tcp"},
        {"dns", "[dns]", &dns_keys(), Target::draft, false, "absent: addresses are known", ""},
        {"tls", "[tls]", &tls_keys(), Target::draft, false,
         "HTTP over TLS; empty: with the defaults; absent: as client.url says", ""},
        {"client", "[client]", &client_keys(), Target::draft, false, "a browser", ""},
        {"server", "[server]", &server_keys(), Target::server, false, "the web server", ""},
        {"host", "[[host]]", &host_keys(), Target::host, false,
         "further servers for objects; every key of [server], too, by default as there", "", true},
        {"host", "[[host]]", &server_keys(), Target::host, false, "the same", "server", true},
        {"proxy", "[[proxy]]", &proxy_keys(), Target::proxy, false, "between client and servers, in order", "", true},
        {"proxy.link", "[[proxy]] link", link, Target::proxy_link, false, "from the hop before it", "link", true},
        {"proxy.link.up", "[[proxy]] link.up", way, Target::proxy_link_up, true, "away from the client", "link", true},
        {"proxy.link.down", "[[proxy]] link.down", way, Target::proxy_link_down, true, "to the client", "link", true},
        {"proxy.tcp", "[[proxy]] tcp", tcp, Target::proxy_tcp, false, "of both its sides; by default as there", "tcp",
         true},
        {"page", "[page]", &page_keys(), Target::draft, false, "what each user fetches", ""},
        {"page.objects", "[page] objects", &object_keys(), Target::object, false, "each entry of objects", ""},
        {"request", "[[request]]", &request_keys(), Target::object, false, "instead of [page]: an explicit script", ""},
        {"variant", "[[variant]]", &variant_keys(), Target::draft, false, "what the table compares", ""},
        {"vary", "[vary]", &vary_keys(), Target::draft, false, "axes; runs = variants x axes x repeat", ""},
        {"expect", "[[expect]]", &expect_keys(), Target::draft, false, "what must come out", ""},
    };
}

/// Tables whose entries are read by code of their own, not as settings.
bool holds_settings(const Table& table) {
    return table.target != Target::object && table.name != "variant" && table.name != "vary" && table.name != "expect";
}

struct Index {
    std::unordered_map<std::string, FoundKey> keys;
    std::unordered_set<std::string> prefixes;
    std::unordered_map<std::string, std::vector<std::string_view>> by_last_part;
    std::vector<std::string_view> names;  // sorted

    Index() {
        for (const Table& table : tables()) {
            if (!holds_settings(table)) continue;
            add_prefixes(std::string(table.name) + ".");
            for (const Key& key : *table.keys) add(table, key);
        }
        for (const Key& key : list_keys()) add(*find_table(""), key);
        for (const auto& entry : keys) names.push_back(entry.first);
        std::sort(names.begin(), names.end());
    }

  private:
    void add(const Table& table, const Key& key) {
        const auto [entry, is_new] = keys.emplace(full_name(table, key), FoundKey{&table, &key});
        add_prefixes(entry->first);
        const std::size_t dot = entry->first.rfind('.');
        if (is_new && dot != std::string::npos) by_last_part[entry->first.substr(dot + 1)].push_back(entry->first);
    }
    void add_prefixes(const std::string& name) {
        for (std::size_t at = name.find('.'); at != std::string::npos; at = name.find('.', at + 1)) {
            if (at > 0) prefixes.insert(name.substr(0, at));
        }
    }
};

const Index& index_of_keys() {
    static const Index index;
    return index;
}

}  // namespace

const std::vector<Table>& tables() {
    static const std::vector<Table> all = make_tables();
    return all;
}

const Table* find_table(std::string_view name) {
    const auto found =
        std::find_if(tables().begin(), tables().end(), [name](const Table& t) { return t.name == name; });
    return found == tables().end() ? nullptr : &*found;
}

FoundKey find_key(std::string_view dotted) {
    const auto found = index_of_keys().keys.find(std::string(dotted));
    return found == index_of_keys().keys.end() ? FoundKey{} : found->second;
}

bool is_table_name(std::string_view dotted) { return index_of_keys().prefixes.count(std::string(dotted)) > 0; }

std::vector<std::string_view> names_in(std::string_view table) {
    std::vector<std::string_view> names;
    const auto add_rest = [&](std::string_view full) {
        if (!table.empty()) {
            if (full.size() <= table.size() + 1 || full.substr(0, table.size()) != table || full[table.size()] != '.') {
                return;
            }
            full.remove_prefix(table.size() + 1);
        }
        const std::string_view first = full.substr(0, full.find('.'));
        if (std::find(names.begin(), names.end(), first) == names.end()) names.push_back(first);
    };
    for (const std::string_view name : all_key_names()) add_rest(name);
    if (table.empty()) {
        for (const Table& t : tables()) add_rest(t.name);
    }
    if (const Table* t = find_table(table); t != nullptr && t->target == Target::object) {
        for (const Key& key : *t->keys) names.push_back(key.name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::remove(names.begin(), names.end(), ""), names.end());
    return names;
}

std::vector<std::string_view> keys_called(std::string_view name) {
    const auto found = index_of_keys().by_last_part.find(std::string(name));
    return found == index_of_keys().by_last_part.end() ? std::vector<std::string_view>{} : found->second;
}

const std::vector<std::string_view>& all_key_names() { return index_of_keys().names; }

std::string full_name(const Table& table, const Key& key) {
    std::string name(table.name);
    if (!name.empty()) name += '.';
    return name += key.name;
}

std::optional<Measure> measure_of(Type type) {
    switch (type) {
        case Type::duration:
        case Type::linger: return Measure::duration;
        case Type::rate: return Measure::rate;
        case Type::size:
        case Type::body_size:
        case Type::sizes: return Measure::size;
        case Type::percent: return Measure::percent;
        case Type::count: return Measure::plain;
        default: return std::nullopt;
    }
}

std::string_view type_name(Type type) {
    switch (type) {
        case Type::duration: return "duration";
        case Type::rate: return "rate";
        case Type::size: return "size";
        case Type::percent: return "percentage";
        case Type::count: return "number";
        case Type::flag: return "true or false";
        case Type::choice: return "word";
        case Type::text: return "text";
        case Type::host_name: return "name";
        case Type::trace:
        case Type::recording: return "file";
        case Type::names: return "name or list";
        case Type::texts:
        case Type::headers:
        case Type::drops:
        case Type::holds:
        case Type::sizes:
        case Type::objects:
        case Type::entries: return "list";
        case Type::url: return "URL";
        case Type::queue: return "packets or size";
        case Type::ports: return "[first, last]";
        case Type::linger: return "off or duration";
        case Type::arrival:
        case Type::cancel_after:
        case Type::close_after: return "text";
        case Type::body_size: return "size";
        case Type::tables: return "table";
    }
    return "";
}

}  // namespace tcplab
