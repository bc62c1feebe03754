#pragma once

#include <string>
#include <vector>

#include "course/sheet.hpp"

namespace tcplab::course {

/// A file that somebody handed in.
struct HandedIn {
    std::string path;  ///< below the class's folder, as it is
    std::string text;
    std::string exercise, student;  ///< of a file that cannot be read: as far as it can be guessed
    std::string problem;            ///< what is wrong with it as a whole, a line; empty: nothing
    Sheet sheet;                    ///< where nothing is
};

/// What was found in a class's folder and those below it, in the order of the paths. Links to folders are not followed.
struct CollectedSheets {
    /// The sheets: all files with "answers" in their name that end in .toml, .txt or in nothing, and every other .toml
    /// that says of which exercise it is; and folders that cannot be read.
    std::vector<HandedIn> sheets;
    std::vector<std::string> notes;  ///< of what may have been meant: "passed over: PATH: why"
    std::string error;               ///< the folder itself cannot be read: "FOLDER: error: ..."
};
CollectedSheets collect_sheets(const std::string& folder);

}  // namespace tcplab::course
