#include "course/hand_in.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "course/catalogue.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestSheet = 1'000'000;

/// What stands in quotes behind `key = ` at the beginning of a line: also a file that is no TOML may tell.
std::string guessed(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.substr(0, key.size()) != key) continue;
        const std::string_view rest = trimmed(line.substr(key.size()));
        const std::size_t open = rest.find('"');
        const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
        if (rest.substr(0, 1) == "=" && close != std::string_view::npos) {
            const std::string value(rest.substr(open + 1, close - open - 1));
            return problem_of_id(value) ? "" : value;
        }
    }
    return "";
}

/// Whether its text is a sheet's, or was meant to be one.
bool read_sheet_file(const fs::path& path, bool is_named, HandedIn& file) {
    FileText read = read_file(path, kLargestSheet);
    if (!read.text) {
        file.problem = read.why.message();
        return is_named;
    }
    file.text = std::move(*read.text);
    Diagnostics out;
    if (std::optional<Sheet> sheet = read_sheet(file.text, out)) {
        file.sheet = std::move(*sheet);
        file.exercise = file.sheet.exercise;
        file.student = file.sheet.student;
        return true;
    }
    file.problem = trimmed(file.text).empty() ? "the file is empty" : in_one_line(out.list().front());
    file.exercise = guessed(file.text, "exercise");
    file.student = guessed(file.text, "student");
    return is_named || !file.exercise.empty();
}

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

class Collector {
  public:
    explicit Collector(fs::path top) : top_(std::move(top)) {}

    void walk(const fs::path& folder) {
        std::error_code error;
        std::vector<fs::directory_entry> entries;
        for (auto it = fs::directory_iterator(folder, error); !error && it != fs::end(it); it.increment(error)) {
            entries.push_back(*it);
        }
        if (error) add_problem(folder, error.message());
        std::sort(entries.begin(), entries.end());
        for (const fs::directory_entry& entry : entries) {
            std::error_code ignored;
            const bool is_folder = entry.is_directory(ignored);
            if (!is_folder) look_at(entry);
            if (!is_folder || entry.is_symlink(ignored)) continue;
            const std::string name = lower_name(entry);
            if (is_sheets_name(name) && fs::path(name).extension() == ".toml") {
                found.notes.push_back(printable(name_of(entry.path())) + ": a folder; the files in it are looked at");
            }
            walk(entry.path());
        }
    }

    CollectedSheets found;

  private:
    [[nodiscard]] std::string name_of(const fs::path& path) const {
        return path.lexically_relative(top_).generic_string();
    }

    void add_problem(const fs::path& path, const std::string& problem) {
        HandedIn file;
        file.path = name_of(path);
        file.problem = problem;
        found.sheets.push_back(std::move(file));
    }

    void pass_over(const fs::directory_entry& entry, std::string_view why) {
        found.notes.push_back(fmt::format("passed over: {}: {}", printable(name_of(entry.path())), why));
    }

    static std::string lower_name(const fs::directory_entry& entry) {
        return normal_id(entry.path().filename().string());
    }
    static bool is_sheets_name(const std::string& name) { return name.find("answers") != std::string::npos; }

    void look_at(const fs::directory_entry& entry) {
        constexpr std::array<std::string_view, 2> texts{"", ".txt"};
        constexpr std::array<std::string_view, 8> archives{".zip", ".tar", ".gz", ".tgz", ".7z", ".rar", ".xz", ".bz2"};
        const std::string name = lower_name(entry);
        const std::string ending = fs::path(name).extension().string();
        const bool is_named = is_sheets_name(name);
        std::error_code ignored;
        if (ending == ".toml" || (is_named && is_one_of(ending, texts))) {
            HandedIn file;
            file.path = name_of(entry.path());
            if (!entry.is_regular_file(ignored)) {
                if (is_named) add_problem(entry.path(), "this is no file");
            } else if (read_sheet_file(entry.path(), is_named, file)) {
                found.sheets.push_back(std::move(file));
            }
        } else if (is_one_of(ending, archives)) {
            pass_over(entry, "an archive, which has to be unpacked first");
        } else if (is_named) {
            pass_over(entry, "no .toml file");
        }
    }

    fs::path top_;
};

}  // namespace

CollectedSheets collect_sheets(const std::string& folder) {
    std::error_code error;
    const fs::directory_iterator readable(folder, error);
    if (error) {
        CollectedSheets none;
        none.error = fmt::format("{}: error: {}", folder, error.message());
        return none;
    }
    Collector collector(folder);
    collector.walk(folder);
    return std::move(collector.found);
}

}  // namespace tcplab::course
