#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"

namespace tcplab::course {

/// A text and the file that it stands in.
struct TextFile {
    std::string_view file;
    const std::string* text = nullptr;
};
/// The files of a text, in those languages that there are: of README.md, README.ko.md, explanation.md ...
std::vector<TextFile> readmes_of(const Exercise& exercise);
std::vector<TextFile> explanations_of(const Exercise& exercise);

/// What is wrong with the texts, whatever numbers stand in them: "README.md:12: ..."
std::vector<std::string> problems_of_texts(const Exercise& exercise);

}  // namespace tcplab::course
