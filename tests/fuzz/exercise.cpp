// Any text as exercise.toml: reading it neither throws nor crashes, it is an exercise or there is a reason why not, and
// an exercise can be drawn, written as a sheet and read back empty.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "course/sheet.hpp"

using namespace tcplab;
using namespace tcplab::course;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ExerciseFiles files;
    files.name = "05-fuzz";
    files.folder = "05-fuzz";
    files.definition.assign(reinterpret_cast<const char*>(data), size);
    files.scenario = "link.rtt = \"20 ms\"\npage.html = \"1 kB\"\n";
    files.readme = {"# 5. Any\n", "# 5. 아무것\n"};
    files.explanation = {"Any.\n", "아무것.\n"};
    const ReadExercise read = read_exercise(files);
    if (read.exercise.has_value() != (read.error_count == 0)) std::abort();
    if (!read.exercise) return read.errors.empty() ? (std::abort(), 0) : 0;
    const Personal personal = personalise(*read.exercise, "fuzz");
    Diagnostics out;
    const std::optional<Sheet> sheet =
        read_sheet(empty_sheet(*read.exercise, personal, Language::korean, "", "tcplab lab check"), out);
    if (!sheet) std::abort();
    for (const auto& given : read_answers(*sheet, *read.exercise, personal, out).given) {
        if (given) std::abort();
    }
    if (!out.empty()) std::abort();
    return 0;
}
