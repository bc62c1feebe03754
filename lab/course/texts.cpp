#include "course/texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

#include "course/drawing.hpp"

namespace tcplab::course {
namespace {

/// What both languages must have in common: a number, a place for numbers, code.
struct Part {
    std::string_view text;
    std::size_t at = 0;
};
bool reads_before(const Part& a, const Part& b) { return a.text < b.text; }

/// In the order of their texts.
std::vector<Part> hard_parts(std::string_view text) {
    std::vector<Part> parts;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i + 1;
        if (text.substr(i, 2) == "{{") {
            end = std::min(text.find("}}", i), text.size() - 2) + 2;
            parts.push_back({text.substr(i, end - i), i});
        } else if (text[i] == '`') {
            end = std::min(text.find('`', i + 1), text.size() - 1) + 1;
            parts.push_back({text.substr(i, end - i), i});
        } else if (is_digit(text[i])) {
            while (end < text.size() &&
                   (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]))))
                ++end;
            parts.push_back({text.substr(i, end - i), i});
        }
        i = end;
    }
    std::stable_sort(parts.begin(), parts.end(), reads_before);
    return parts;
}

std::vector<TextFile> those_there(std::vector<TextFile> files) {
    files.erase(std::remove_if(files.begin(), files.end(), [](const TextFile& f) { return f.text->empty(); }),
                files.end());
    return files;
}

class TextChecks {
  public:
    explicit TextChecks(const Exercise& exercise) : exercise_(exercise) {}

    std::vector<std::string> check() {
        const std::vector<TextFile> readmes = readmes_of(exercise_);
        const std::vector<TextFile> explanations = explanations_of(exercise_);
        for (const std::vector<TextFile>* files : {&readmes, &explanations}) {
            if (files->size() < 2) continue;
            check_parts(files->front(), files->back());
            check_parts(files->back(), files->front());
        }
        for (const TextFile& readme : readmes) check_readme(readme);
        for (const TextFile& explanation : explanations) check_claims(explanation);
        return std::move(problems_);
    }

  private:
    void add(const TextFile& file, std::size_t at, std::string_view what) {
        problems_.push_back(fmt::format("{}:{}: {}", file.file, line_number(*file.text, at), what));
    }

    /// What is in this file only.
    void check_parts(const TextFile& file, const TextFile& other) {
        const std::vector<Part> here = hard_parts(*file.text), there = hard_parts(*other.text);
        std::vector<Part> only;
        std::set_difference(here.begin(), here.end(), there.begin(), there.end(), std::back_inserter(only),
                            reads_before);
        if (only.empty()) return;
        std::sort(only.begin(), only.end(), [](const Part& a, const Part& b) { return a.at < b.at; });
        std::string list;
        for (const Part& part : only) list += (list.empty() ? "" : ", ") + std::string(part.text);
        const std::string what = fmt::format("not in {}, or less often: {}", other.file, list);
        // Of what stands in both, only less often, nobody knows which one is too many.
        const auto it = std::find_if(only.begin(), only.end(), [&](const Part& part) {
            return !std::binary_search(there.begin(), there.end(), part, reads_before);
        });
        if (it == only.end()) {
            problems_.push_back(fmt::format("{}: {}", file.file, what));
        } else {
            add(file, it->at, what);
        }
    }

    void check_readme(const TextFile& readme) {
        const std::string& text = *readme.text;
        const std::string heading = fmt::format("# {}. ", exercise_.number);
        if (text.rfind(heading, 0) != 0) add(readme, 0, fmt::format("expected \"{}\" and the title", heading));
        if (const std::size_t at = text.find("{{"); at != std::string::npos) {
            add(readme, at, "{{...}}: this text is read without numbers");
        }
        if (const std::size_t at = text.find("--course"); at != std::string::npos) {
            add(readme, at, "--course: leave it out, `lab show` adds it");
        }
    }

    void check_claims(const TextFile& explanation) {
        for (const Claim& claim : exercise_.claims) {
            if (explanation.text->find("{{holds " + claim.id + "}}") != std::string::npos) continue;
            problems_.push_back(
                fmt::format("{}claim {} is not in {}", at_line(claim.holds.mark), claim.id, explanation.file));
        }
    }

    const Exercise& exercise_;
    std::vector<std::string> problems_;
};

}  // namespace

std::vector<TextFile> readmes_of(const Exercise& exercise) {
    return those_there({{"README.md", &exercise.readme.en}, {"README.ko.md", &exercise.readme.ko}});
}

std::vector<TextFile> explanations_of(const Exercise& exercise) {
    return those_there({{"explanation.md", &exercise.explanation.en}, {"explanation.ko.md", &exercise.explanation.ko}});
}

std::vector<std::string> problems_of_texts(const Exercise& exercise) { return TextChecks(exercise).check(); }

}  // namespace tcplab::course
