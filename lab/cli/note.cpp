#include "cli/note.hpp"

#include <fmt/format.h>

#include <charconv>

#include "sweep/fields.hpp"

namespace tcplab {
namespace {

// A field's first character is its kind.
constexpr char kNumber = '=';
constexpr char kText = '"';
constexpr char kMissing = '?';
constexpr char kTrouble = '!';
constexpr char kHang = '~';

std::string sample_field(const Sample& sample) {
    if (sample.number) return fmt::format("{}{}", kNumber, *sample.number);
    if (sample.text) return kText + *sample.text;
    return kMissing + sample.missing;
}

}  // namespace

std::string note_line(const RunNote& note) {
    std::string line;
    for (const Sample& sample : note.samples) append_field(line, sample_field(sample));
    if (!note.trouble.empty()) append_field(line, kTrouble + note.trouble);
    for (const std::string& hang : note.hangs) append_field(line, kHang + hang);
    return line;
}

RunNote read_note(std::string_view line) {
    RunNote note;
    if (line.empty()) return note;
    for (const std::string& field : split_fields(line)) {
        if (field.empty()) continue;  // before the first tab
        const std::string value = field.substr(1);
        switch (field.front()) {
            case kNumber: {
                double number = 0;
                std::from_chars(value.data(), value.data() + value.size(), number);
                note.samples.push_back({number, std::nullopt});
                break;
            }
            case kText: note.samples.push_back({std::nullopt, value}); break;
            case kMissing: note.samples.push_back({std::nullopt, std::nullopt, value}); break;
            case kTrouble: note.trouble = value; break;
            case kHang: note.hangs.push_back(value); break;
            default: break;
        }
    }
    return note;
}

}  // namespace tcplab
