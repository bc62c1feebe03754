#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "scenario/diagnostics.hpp"
#include "scenario/document.hpp"

namespace tcplab::course {

/// Takes values out of TOML tables. What is wrong goes to `out`; what is returned then is empty.
class TableReader {
  public:
    explicit TableReader(Diagnostics& out) : out_(out) {}

    void fail(Mark mark, std::string message, std::string hint = {});

    bool is_table(const Node& node, std::string_view what);
    /// Says which keys of the table are not among these.
    void know(const Node& table, std::initializer_list<std::string_view> names);

    /// Calls `read` with each entry of the table of that name, as they stand in the file: one may speak of those
    /// before.
    template <class Read>
    void each_member(const Node& table, std::string_view name, Read read) {
        const Member* found = find(table, name);
        if (found == nullptr || !is_table(found->value, name)) return;
        std::vector<const Member*> members;
        for (const Member& m : found->value.members) members.push_back(&m);
        std::sort(members.begin(), members.end(), [](const Member* a, const Member* b) {
            return std::tie(a->mark.line, a->mark.column) < std::tie(b->mark.line, b->mark.column);
        });
        for (const Member* m : members) read(*m);
    }

    /// Calls `read` with each [[name]].
    template <class Read>
    void each_item(const Node& table, std::string_view name, Read read) {
        if (!is_list_of_tables(table, name)) return;
        for (const Node& item : find(table, name)->value.items) {
            if (is_table(item, name)) read(item);
        }
    }

    std::string string(const Node& table, std::string_view name, bool needed = true);
    std::optional<double> number(const Node& table, std::string_view name, double least, double most);
    /// A percentage below 100 %, as a part of one.
    std::optional<double> part(const Node& table, std::string_view name);

  private:
    bool is_list_of_tables(const Node& table, std::string_view name);

    Diagnostics& out_;
};

/// A whole number or one with a fraction.
std::optional<double> number_in(const Node& node);

/// Where the entry of that name begins, or the table if it has none.
Mark mark_of(const Node& table, std::string_view name);

}  // namespace tcplab::course
