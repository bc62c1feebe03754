#include "scenario/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "scenario/field.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

namespace {

bool is_name(std::string_view text) {
    constexpr std::size_t longest = 100;
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

bool is_path(std::string_view text) {
    constexpr std::size_t longest = 8000;
    return !text.empty() && text.front() == '/' && text.size() <= longest &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

class EntryReader {
  public:
    EntryReader(const Table& table, Diagnostics& out) : table_(table), out_(out) {}

    ObjectSpec read(const Node& entry) {
        ObjectSpec spec;
        spec.mark = entry.mark;
        const std::size_t before = out_.size();
        for (const Member& member : entry.members) take(member, spec);
        if (out_.size() > before) return spec;  // what follows would only repeat it
        if (table_.name == "request") {
            check_request(spec);
        } else {
            check_object(entry, spec);
        }
        return spec;
    }

  private:
    void take(const Member& member, ObjectSpec& spec) {
        const auto& keys = *table_.keys;
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const Key& k) { return k.name == member.key; });
        if (key == keys.end()) {
            out_.add(member.mark, fmt::format("unknown key {} in {}", cited(member.key), table_.title),
                     did_you_mean(member.key, names_in(table_.name)));
            return;
        }
        const std::optional<Value> value = read_value(table_, *key, member.value, out_);
        if (!value) return;
        Place place;
        place.object = &spec;
        key->access.set(place, *value);
        spec.marks.emplace_back(key->name, member.value.mark);
    }

    void fail(Mark mark, std::string_view message, std::string hint = {}) {
        out_.add(mark, fmt::format("{}: {}", table_.title, message), std::move(hint));
    }

    void check_object(const Node& entry, const ObjectSpec& spec) {
        const bool size = find(entry, "size") != nullptr;
        const bool sizes = find(entry, "sizes") != nullptr;
        if (!size && !sizes) fail(spec.mark, "an object without a size", "size = \"20 kB\", or sizes = [...]");
        if (size && sizes) fail(spec.where("sizes"), "both size and sizes", "write one of them");
        if (sizes && find(entry, "count") != nullptr) {
            fail(spec.where("count"), "count goes with size", "sizes has an entry for each object");
        }
        if (find(entry, "name") != nullptr && (spec.name == "html" || spec.name == "start" || spec.name == "item")) {
            fail(spec.where("name"), fmt::format("the name {} is taken", cited(spec.name)));
        } else if (find(entry, "name") != nullptr && !is_name(spec.name)) {
            fail(spec.where("name"), fmt::format("{} is no name", cited(spec.name)),
                 "letters, digits, '-', '_' and '.'");
        }
        if (spec.endless && spec.count > 1) fail(spec.where("size"), "only one object can be endless", "count = 1");
    }

    void check_request(const ObjectSpec& spec) {
        if (spec.at && spec.after_request) fail(spec.where("after"), "both at and after", "write one of them");
        if (spec.delay && !spec.after_request) fail(spec.where("delay"), "delay goes with after", "at = says when");
        if (spec.request_size.value_or(0) > 0 && !may_have_body(spec.method)) {
            fail(spec.where("size"), fmt::format("a request with {} has no body", spec.method),
                 "method = \"POST\" or \"PUT\"");
        }
        const bool has_path =
            std::any_of(spec.marks.begin(), spec.marks.end(), [](const auto& m) { return m.first == "path"; });
        if (has_path && !is_path(spec.path)) {
            fail(spec.where("path"), fmt::format("{} is no path", cited(spec.path)), "such as \"/order\"");
        }
    }

    const Table& table_;
    Diagnostics& out_;
};

}  // namespace

bool may_have_body(std::string_view method) { return method.empty() || method == "POST" || method == "PUT"; }

Mark ObjectSpec::where(std::string_view key) const {
    const auto found = std::find_if(marks.begin(), marks.end(), [key](const auto& m) { return m.first == key; });
    return found == marks.end() ? mark : found->second;
}

ObjectList read_objects(const Table& table, const Node& list, Diagnostics& out) {
    const auto mismatch = [&](const Node& node, std::string_view expected) {
        out.add(node.mark, fmt::format("{}: expected {}, found {}", table.title, expected, found_text(node)));
    };
    if (list.kind != Node::Kind::array) {
        mismatch(list, "a list of tables such as [{ size = \"20 kB\" }]");
        return nullptr;
    }
    const std::size_t before = out.size();
    auto specs = std::make_shared<std::vector<ObjectSpec>>();
    std::uint64_t objects = 0;
    for (const Node& entry : list.items) {
        if (entry.kind != Node::Kind::table) {
            mismatch(entry, "a table such as { size = \"20 kB\" }");
            continue;
        }
        specs->push_back(EntryReader(table, out).read(entry));
        objects += specs->back().objects();
        if (objects > kMostObjects) {
            out.add(specs->back().where("count"), fmt::format("more than {} objects", kMostObjects));
            return nullptr;
        }
    }
    return out.size() == before ? specs : nullptr;
}

}  // namespace tcplab
