#include "course/markdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "course/units.hpp"
#include "scenario/text.hpp"
#include "terminal/width.hpp"

namespace tcplab::course {
namespace {

bool begins(std::string_view line, std::string_view with) { return line.substr(0, with.size()) == with; }

/// The length of "- " or "12. " at the beginning; 0: no item of a list.
std::size_t bullet_length(std::string_view line) {
    if (begins(line, "- ") || begins(line, "* ")) return 2;
    const std::size_t digits = std::min(line.find_first_not_of("0123456789"), line.size());
    return digits > 0 && digits < 4 && line.substr(digits, 2) == ". " ? digits + 2 : 0;
}

/// How long the emphasis is that begins with the star at `at`, its stars included; 0: that star is one.
std::size_t emphasis_length(std::string_view text, std::size_t at) {
    if (text[at] != '*' || at + 1 >= text.size() || text[at + 1] == ' ') return 0;
    const std::size_t end = text.find('*', at + 1);
    const bool closes = end != std::string_view::npos && end > at + 1 && text[end - 1] != ' ';
    return closes ? end + 1 - at : 0;
}

/// Links become their text, emphasis loses its stars; code keeps its ticks.
std::string inline_text(std::string_view text, bool color) {
    std::string out;
    bool bold = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t tick = text[i] == '`' ? text.find('`', i + 1) : std::string_view::npos;
        if (tick != std::string_view::npos) {
            out += text.substr(i, tick - i + 1);
            i = tick;
        } else if (text.substr(i, 2) == "**") {
            bold = !bold;
            if (color) out += bold ? "\x1b[1m" : "\x1b[0m";
            ++i;
        } else if (const std::size_t length = emphasis_length(text, i); length > 0) {
            out += text.substr(i + 1, length - 2);
            i += length - 1;
        } else if (const std::size_t middle = text.find(']', i);
                   text[i] == '[' && begins(text.substr(std::min(middle, text.size())), "](")) {
            const std::size_t end = std::min(text.find(')', middle), text.size() - 1);
            const std::string_view target = text.substr(middle + 2, end - middle - 2);
            out += text.substr(i + 1, middle - i - 1);
            if (target.find("://") != std::string_view::npos) out += fmt::format(" ({})", target);
            i = end;
        } else {
            out += text[i];
        }
    }
    return out;
}

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// How long the word is that a text begins with. Blanks inside code end none.
std::size_t word_length(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ' || text[i] == '\t' || text[i] == '\n') return i;
        const std::size_t close = text[i] == '`' ? text.find('`', i + 1) : std::string_view::npos;
        if (close != std::string_view::npos) i = close;
    }
    return text.size();
}

/// Whether a word is the unit of a number before it, perhaps with a particle behind it: a line does not end between
/// them.
bool is_unit_of(std::string_view number, std::string_view word) {
    const bool is_number = !number.empty() && number.back() >= '0' && number.back() <= '9';
    return is_number && std::any_of(question_units().begin(), question_units().end(), [&](std::string_view unit) {
               return begins(word, unit) && (word.size() == unit.size() || !is_alphanumeric(word[unit.size()]));
           });
}

class Renderer {
  public:
    Renderer(std::size_t width, bool color) : width_(width), color_(color) {}

    void line(std::string_view line) {
        if (begins(line, "```")) {
            flush();
            fenced_ = !fenced_;
        } else if (fenced_ || (begins(line, "    ") && paragraph_.empty())) {
            verbatim(fenced_ ? "    " + std::string(line) : std::string(line));
        } else if (trimmed(line).empty()) {
            flush();
            blank_ = true;
        } else if (begins(line, "#")) {
            flush();
            heading(trimmed(line.substr(line.find_first_not_of('#'))));
        } else if (begins(line, "|")) {
            flush();
            verbatim(inline_text(line, false));
        } else {
            text(line);
        }
    }

    std::string finish() {
        flush();
        return std::move(out_);
    }

  private:
    void text(std::string_view line) {
        const std::size_t bullet = bullet_length(line);
        if (bullet > 0 && can_begin_item(line)) {
            flush();
            bullet_ = std::string(line.substr(0, bullet));
            line.remove_prefix(bullet);
        }
        if (!paragraph_.empty()) paragraph_ += ' ';
        paragraph_ += trimmed(line);
    }

    /// A line that begins with a number and a point goes on a paragraph, unless that is an item of such a list itself.
    [[nodiscard]] bool can_begin_item(std::string_view line) const {
        const bool numbered = line.front() >= '0' && line.front() <= '9';
        return !numbered || paragraph_.empty() ||
               (!bullet_.empty() && bullet_.front() >= '0' && bullet_.front() <= '9');
    }

    void space() {
        if (blank_ && !out_.empty()) out_ += '\n';
        blank_ = false;
    }

    void verbatim(const std::string& line) {
        space();
        out_ += line + "\n";
    }

    void heading(std::string_view title) {
        blank_ = true;
        space();
        out_ += color_ ? fmt::format("\x1b[1m{}\x1b[0m\n", title) : fmt::format("{}\n", title);
        if (!color_) out_ += std::string(display_width(title), '-') + "\n";
        blank_ = true;
    }

    void flush() {
        if (paragraph_.empty()) return;
        space();
        std::string prefix = std::exchange(bullet_, "");
        const std::size_t indent = prefix.size();
        for (const std::string& l : wrapped(inline_text(paragraph_, color_), width_ - std::min(width_, indent))) {
            out_ += prefix + l + "\n";
            prefix.assign(indent, ' ');
        }
        paragraph_.clear();
    }

    std::size_t width_;
    bool color_;
    std::string out_;
    std::string paragraph_;
    std::string bullet_;
    bool blank_ = false;  // an empty line is due before what comes next
    bool fenced_ = false;
};

}  // namespace

std::vector<std::string> wrapped(std::string_view paragraph, std::size_t width) {
    std::vector<std::string> lines;
    std::size_t used = 0;
    for (std::string_view rest = trimmed(paragraph); !rest.empty(); rest = trimmed(rest)) {
        const std::string_view word = rest.substr(0, word_length(rest));
        rest.remove_prefix(word.size());
        const std::size_t columns = display_width(word);
        if (lines.empty() || used + 1 + columns > width) {
            const std::size_t last = lines.empty() ? std::string::npos : lines.back().rfind(' ');
            std::string line;
            if (last != std::string::npos && is_unit_of(lines.back(), word)) {
                line = lines.back().substr(last + 1) + ' ';
                lines.back().erase(last);
            }
            lines.push_back(line.append(word));
            used = display_width(lines.back());
        } else {
            lines.back() += ' ';
            lines.back() += word;
            used += 1 + columns;
        }
    }
    return lines;
}

std::string for_terminal(std::string_view markdown, std::size_t width, bool color) {
    Renderer renderer(width, color);
    while (!markdown.empty()) {
        const std::size_t end = std::min(markdown.find('\n'), markdown.size());
        renderer.line(markdown.substr(0, end));
        markdown.remove_prefix(std::min(end + 1, markdown.size()));
    }
    return renderer.finish();
}

}  // namespace tcplab::course
