#include "course/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <functional>
#include <map>
#include <system_error>

#include "scenario/file_text.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 1'000'000;

/// Takes an exercise's files out of what `read` has under their names.
ExerciseFiles collect(const std::string& name, const std::string& folder,
                      const std::function<std::string(const std::string&)>& read) {
    ExerciseFiles files;
    files.name = name;
    files.folder = folder;
    files.definition = read("exercise.toml");
    files.scenario = read("scenario.toml");
    files.readme = {read("README.md"), read("README.ko.md")};
    files.explanation = {read("explanation.md"), read("explanation.ko.md")};
    return files;
}

void sort_by_number(std::vector<ExerciseFiles>& all) {
    std::sort(all.begin(), all.end(), [](const ExerciseFiles& a, const ExerciseFiles& b) {
        return std::pair(exercise_number(a.name), a.name) < std::pair(exercise_number(b.name), b.name);
    });
}

}  // namespace

unsigned exercise_number(std::string_view name) {
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    const bool good = error == std::errc() && stop != name.data() + name.size() && *stop == '-';
    return good ? number : 0;
}

std::vector<ExerciseFiles> built_in_exercises() {
    std::map<std::string, std::map<std::string, std::string_view>> folders;
    for (const EmbeddedFile& file : embedded_files()) {
        const std::size_t slash = file.path.find('/');
        folders[std::string(file.path.substr(0, slash))][std::string(file.path.substr(slash + 1))] = file.text;
    }
    std::vector<ExerciseFiles> all;
    for (const auto& [name, files] : folders) {
        const auto read = [&files = files](const std::string& file) {
            const auto it = files.find(file);
            return it == files.end() ? std::string() : std::string(it->second);
        };
        all.push_back(collect(name, name, read));
    }
    sort_by_number(all);
    return all;
}

FoundExercises exercises_in(const std::string& folder) {
    FoundExercises found;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (exercise_number(name) == 0) {
            std::error_code unknown;
            const bool is_meant = entry.is_directory(unknown) && name.front() != '.';
            if (is_meant) found.passed_over.push_back(name + ": a name is such as 04-handshake");
            continue;
        }
        const auto read = [&](const std::string& file) {
            const std::string path = (entry.path() / file).string();
            FileText there = read_file(path, kLargestFile);
            const bool can_lack = there.why == std::errc::no_such_file_or_directory &&
                                  fs::path(file).extension() == ".md";  // of a language
            if (!there.text && !can_lack && found.error.empty()) {
                found.error = fmt::format("{}: error: {}", path, there.why.message());
            }
            return std::move(there.text).value_or("");
        };
        found.exercises.push_back(collect(name, entry.path().string(), read));
    }
    sort_by_number(found.exercises);
    std::sort(found.passed_over.begin(), found.passed_over.end());
    const auto same = [](const ExerciseFiles& a, const ExerciseFiles& b) {
        return exercise_number(a.name) == exercise_number(b.name);
    };
    const auto twin = std::adjacent_find(found.exercises.begin(), found.exercises.end(), same);
    if (twin != found.exercises.end()) {
        found.error = fmt::format("{}: error: {} and {} have the same number", folder, twin->name, (twin + 1)->name);
    }
    if (error) {
        found.error = fmt::format("{}: error: {}", folder, error.message());
    } else if (found.exercises.empty()) {
        found.error = fmt::format("{}: error: there is no exercise in it: no folder such as 04-handshake", folder);
    }
    return found;
}

const ExerciseFiles* find_exercise(const std::vector<ExerciseFiles>& all, std::string_view word) {
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    const bool is_number = error == std::errc() && stop == word.data() + word.size();
    const auto it = std::find_if(all.begin(), all.end(), [&](const ExerciseFiles& e) {
        const std::string_view name = e.name;
        return is_number ? exercise_number(name) == number : name == word || name.substr(name.find('-') + 1) == word;
    });
    return it == all.end() ? nullptr : &*it;
}

}  // namespace tcplab::course
