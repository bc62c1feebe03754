#include "course/exercise.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "course/definition.hpp"
#include "course/drawing.hpp"
#include "scenario/document.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

/// The first character that is no UTF-8; nothing: all of them are.
std::optional<std::size_t> first_bad_character(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Character c = character_at(text, at);
        if (!c.valid) return at;
        at += c.bytes;
    }
    return std::nullopt;
}

/// The files that are not TOML as they stand.
class FileChecks {
  public:
    FileChecks(const Exercise& exercise, const ExerciseFiles& files, ReadExercise& result)
        : exercise_(exercise), files_(files), result_(result) {}

    void check() {
        check_places();
        check_text("README.md", "en", exercise_.title.en, files_.readme.en);
        check_text("explanation.md", "en", exercise_.title.en, files_.explanation.en);
        check_text("README.ko.md", "ko", exercise_.title.ko, files_.readme.ko);
        check_text("explanation.ko.md", "ko", exercise_.title.ko, files_.explanation.ko);
    }

  private:
    void fail(std::string_view place, std::string_view what) {
        result_.errors += fmt::format("{}/{}: error: {}\n", files_.folder, place, what);
        ++result_.error_count;
    }

    /// There is one of its own for each language that the title has.
    void check_text(std::string_view file, std::string_view language, const std::string& title,
                    const std::string& text) {
        if (!title.empty() && text.empty()) fail(file, "it is not there, or empty");
        if (title.empty() && !text.empty()) {
            fail(file, fmt::format("it is there, but title in exercise.toml has no {}", language));
        }
        if (const auto bad = first_bad_character(text)) {
            fail(fmt::format("{}:{}", file, line_number(text, *bad)), "this is not UTF-8 text; save the file as UTF-8");
        }
    }

    /// What is drawn, which TOML does not know of.
    void check_places() {
        const Personal personal = personalise(exercise_, "");
        const Filled scenario = fill_in(files_.scenario, exercise_, personal, personal.names);
        if (!scenario.error.empty()) fail(fmt::format("scenario.toml:{}", scenario.line), scenario.error);
    }

    const Exercise& exercise_;
    const ExerciseFiles& files_;
    ReadExercise& result_;
};

}  // namespace

std::string at_line(const Mark& mark) { return fmt::format("exercise.toml:{}: ", mark.line); }

ReadExercise read_exercise(const ExerciseFiles& files) {
    ReadExercise result;
    Diagnostics out;
    Exercise exercise;
    exercise.name = files.name;
    std::from_chars(files.name.data(), files.name.data() + files.name.size(), exercise.number);
    exercise.readme = files.readme;
    exercise.explanation = files.explanation;
    exercise.scenario = files.scenario;
    if (const std::optional<Node> file = parse_document(files.definition, out)) read_definition(*file, exercise, out);
    result.errors = out.render(files.folder + "/exercise.toml", files.definition, {});
    result.error_count = out.size();
    if (out.empty()) FileChecks(exercise, files, result).check();
    if (result.error_count == 0) result.exercise = std::move(exercise);
    return result;
}

}  // namespace tcplab::course
