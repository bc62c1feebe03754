#include "course/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "course/drawing.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

/// Without quotes around it.
std::string first_field(std::string_view line) {
    line = trimmed(line);
    if (line.substr(0, 1) != "\"") return std::string(trimmed(line.substr(0, line.find_first_of(",;\t"))));
    std::string field;
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == '"' && line.substr(i + 1, 1) != "\"") break;
        if (line[i] == '"') ++i;
        field += line[i];
    }
    return std::string(trimmed(field));
}

/// What learning platforms and people call the column.
bool is_heading(const std::string& field) {
    constexpr std::array<std::string_view, 13> names{
        "student",  "student id", "student_id",     "studentid", "sid",    "id",  "user",
        "username", "id number",  "student number", "학번",      "아이디", "학생"};
    const std::string id = normal_id(field);
    return std::find(names.begin(), names.end(), id) != names.end();
}

}  // namespace

Roster read_roster(std::string_view text, std::string_view file) {
    Roster roster;
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.substr(0, byte_order_mark.size()) == byte_order_mark) text.remove_prefix(byte_order_mark.size());
    bool first = true;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string id = first_field(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (id.empty() || id.front() == '#') continue;
        const bool heading = first && is_heading(id);
        first = false;
        if (heading) continue;
        if (const auto problem = problem_of_id(id)) {
            roster.errors += fmt::format("{}:{}:1: error: the ID {} {}\n", file, number, cited(id), *problem);
            continue;
        }
        const bool is_new = std::none_of(roster.students.begin(), roster.students.end(),
                                         [&](const std::string& s) { return normal_id(s) == normal_id(id); });
        if (is_new) roster.students.push_back(id);
    }
    if (roster.students.empty() && roster.errors.empty()) {
        roster.errors = fmt::format("{}: error: there is no student in it\n", file);
    }
    return roster;
}

}  // namespace tcplab::course
