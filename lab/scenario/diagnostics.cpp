#include "scenario/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "scenario/text.hpp"

namespace tcplab {

namespace {

constexpr std::size_t kMostListed = 1000;

auto position(const Mark& m) {
    // What is said of the file as a whole comes first, the command line last.
    return std::tuple(m.option, m.line, m.column);
}

/// Line `number` (from 1) without its end; empty beyond the last.
std::string_view line_of(std::string_view text, const std::vector<std::size_t>& starts, std::uint32_t number) {
    if (number == 0 || number > starts.size()) return {};
    const std::size_t from = starts[number - 1];
    std::string_view line = text.substr(from, text.find('\n', from) - from);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

std::vector<std::size_t> line_starts(std::string_view text) {
    std::vector<std::size_t> starts{0};
    for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        starts.push_back(at + 1);
    }
    return starts;
}

/// The source line as it is printed, and the carets below it.
struct Excerpt {
    std::string line, carets;
};

void append_character(Excerpt& out, std::string_view bytes, const Character& c, char below) {
    const bool printable = c.valid && c.code >= 0x20 && (c.code < 0x7f || c.code >= 0xa0);
    if (c.code == '\t') {
        out.line += '\t';  // the same character below keeps the columns in step
        out.carets += below == ' ' ? "\t" : std::string(1, below);
        return;
    }
    out.line += printable ? std::string(bytes) : std::string("?");
    out.carets.append(printable ? columns_of(c.code) : 1, below);
}

Excerpt excerpt(std::string_view line, const Mark& mark) {
    constexpr std::uint32_t before = 70, after = 50;  // a very long line is cut around the place
    const bool cut = line.size() > before + after;
    const std::uint32_t first = cut && mark.column > before ? mark.column - before : 1;
    const std::uint32_t end = mark.column + std::max(mark.length, 1U);
    Excerpt out;
    if (first > 1) append_character(out, "…", {0x2026, 3, true}, ' ');
    std::uint32_t column = 1;
    for (std::size_t i = 0; i < line.size(); ++column) {
        const Character c = character_at(line, i);
        if (column >= first) {
            if (cut && column >= mark.column + after && column - first >= before + after) {
                out.line += "…";
                break;
            }
            const char below = column < mark.column ? ' ' : column == mark.column ? '^' : column < end ? '~' : ' ';
            append_character(out, line.substr(i, c.bytes), c, below);
        }
        i += c.bytes;
    }
    if (column <= mark.column) out.carets += '^';  // just after the last character
    out.carets.erase(out.carets.find_last_not_of(" \t") + 1);
    return out;
}

std::string in_file(const Diagnostic& d, std::string_view kind, std::string_view file, std::string_view line) {
    std::string out = fmt::format("{}:{}:{}: {}: {}\n", file, d.mark.line, d.mark.column, kind, d.message);
    const std::string gutter = fmt::format("{:3}", d.mark.line);
    const Excerpt e = excerpt(line, d.mark);
    out += fmt::format("{} | {}\n", gutter, e.line);
    out += fmt::format("{} | {}{}{}\n", std::string(gutter.size(), ' '), e.carets, d.hint.empty() ? "" : " ", d.hint);
    return out;
}

}  // namespace

void Diagnostics::add(Mark mark, std::string message, std::string hint) {
    const auto same = [&](const Diagnostic& d) { return position(d.mark) == position(mark) && d.message == message; };
    if (std::any_of(list_.begin(), list_.end(), same)) return;
    if (list_.size() >= kMostListed) {
        ++unlisted_;
        return;
    }
    list_.push_back({mark, std::move(message), std::move(hint)});
}

std::string Diagnostics::render(std::string_view file, std::string_view text, const std::vector<std::string>& options,
                                std::string_view kind) const {
    std::vector<Diagnostic> sorted = list_;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Diagnostic& a, const Diagnostic& b) { return position(a.mark) < position(b.mark); });
    const std::vector<std::size_t> starts = line_starts(text);
    std::string out;
    for (const Diagnostic& d : sorted) {
        if (d.mark.option == 0 && d.mark.line > 0) {
            out += in_file(d, kind, file, line_of(text, starts, d.mark.line));
            continue;
        }
        const std::string_view where = d.mark.option == 0 ? file : options.at(d.mark.option - 1);
        out += fmt::format("{}: {}: {}{}{}\n", where, kind, d.message, d.hint.empty() ? "" : "; ", d.hint);
    }
    if (unlisted_ > 0) out += fmt::format("{0}: {1}: {2} more {1}s\n", file, kind, unlisted_);
    return out;
}

std::string error_count_line(std::size_t errors) {
    return fmt::format("{} {}; nothing was simulated\n", errors, errors == 1 ? "error" : "errors");
}

}  // namespace tcplab
