// Any text as a sheet of answers: reading it neither throws nor crashes, what is wrong with it has a place inside the
// text, and what can be read can be marked. The same text as a list of students: all that it has are good IDs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "course/catalogue.hpp"
#include "course/marking.hpp"
#include "course/roster.hpp"

using namespace tcplab;
using namespace tcplab::course;

namespace {

struct Solved {
    Exercise exercise = *read_exercise(*find_exercise(built_in_exercises(), "4")).exercise;
    Personal personal = personalise(exercise, "fuzz");
    Key key = solve(exercise, personal);
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Solved solved;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Diagnostics out;
    const std::optional<Sheet> sheet = read_sheet(text, out);
    if (sheet) {
        const Answers answers = read_answers(*sheet, solved.exercise, solved.personal, out);
        const MarkedSheet marked =
            mark_sheet(solved.exercise, solved.key, *sheet, solved.personal, answers, Language::english, 0.5);
        if (marked.points() < 0 || marked.points() > marked.most() || sheet_json(marked).empty()) std::abort();
    } else if (out.empty()) {
        std::abort();
    }
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const Diagnostic& d : out.list()) {
        if (d.mark.line > lines) std::abort();
    }
    if (out.empty() != out.render("sheet", text, {}).empty()) std::abort();
    for (const std::string& id : read_roster(text, "roster").students) {
        if (problem_of_id(id)) std::abort();
    }
    return 0;
}
