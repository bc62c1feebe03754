#include "cli/printer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "cli/commands.hpp"
#include "cli/latency_table.hpp"
#include "cli/reason.hpp"
#include "cli/report_file.hpp"
#include "export/records.hpp"
#include "terminal/width.hpp"

namespace tcplab {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPrintedAtOnce = 60'000;

std::string verdict_line(const Verdict& v, bool color) {
    const char* sign = v.met ? "✓" : "✗";
    return paint(sign, v.met ? Accent::best : Accent::failed, color) + " " + v.line + "\n";
}

// The folder and its files, on as many lines as that takes.
std::string place_text(const fs::path& folder, const std::vector<std::string>& files, std::size_t width) {
    std::string text = (folder / "").string();
    std::size_t column = display_width(text);
    for (const std::string& name : files) {
        const bool fits = column + 2 + name.size() <= width;
        text += (fits ? "  " : "\n  ") + name;
        column = (fits ? column : 0) + 2 + name.size();
    }
    return text + "\n";
}

std::string table_text(const SweepFolder& folder, const Conclusion& end, const fs::path& shown, When when) {
    const SweepHeader& header = folder.header();
    const bool color = use_color(when, STDOUT_FILENO);
    const std::size_t width = terminal_width(STDOUT_FILENO);
    std::string out;
    if (!header.shard) {
        for (const Verdict& v : end.verdicts) out += verdict_line(v, color);
        if (!end.verdicts.empty()) out += "\n";
    }
    if (!end.points.empty()) {
        const std::string title = header.title.empty() ? header.name : header.title;
        out += render(latency_table(title, header.conditions, end.points, end.all_points), width, color) + "\n";
    }
    const std::uint64_t more = end.all_points - end.points.size();
    if (more > 0) out += fmt::format("... and {} more points in summary.csv\n\n", more);
    const bool as_it_is = header.changes.sets.empty() && !header.changes.seed;
    if (end.explained) out += reason_line(end.points, *end.explained, as_it_is ? header.file : "", width);
    return out + place_text(shown, folder.names(), width);
}

void warn(const FirstLines& first, std::string_view what) {
    for (const std::string& line : first.lines) print_error(line + "\n");
    const std::uint64_t more = first.count - first.lines.size();
    if (more > 0) print_error(fmt::format("... and {} more {} like these\n", more, what));
}

}  // namespace

void print_warnings(const Conclusion& end, bool quiet) {
    warn(end.troubles, "runs");
    if (!quiet) warn(end.hangs, "lines");
}

void Printer::sweep(const SweepFolder& folder, const Conclusion& end, const fs::path& shown) {
    const CommandLine& changes = folder.header().changes;
    changed_ = changed_ || !changes.sets.empty() || !changes.varies.empty();
    const bool judged = !folder.header().shard;
    for (const Verdict& v : end.verdicts) {
        if (!judged || v.met) continue;
        as_expected_ = false;
        if (how_.format != Format::table || how_.quiet) {
            print_error(verdict_line(v, use_color(how_.color, STDERR_FILENO)));
        }
    }
    all_met_ = all_met_ && as_expected_ && !(judged && end.unforeseen);
    if (how_.quiet) return;
    if (!first_ && (how_.format == Format::table || how_.format == Format::markdown)) print_out("\n");
    if (how_.format == Format::table) {
        print_out(table_text(folder, end, shown, how_.color));
    } else if (how_.format == Format::json) {
        summaries_.push_back(folder.path("summary.csv"));
    } else {
        print_rows(folder);
    }
    first_ = false;
}

// As CSV or Markdown.
void Printer::print_rows(const SweepFolder& folder) {
    RecordReader reader(folder.path("summary.csv"));
    std::vector<std::string> fields;
    if (!reader.next()) return;
    std::string out;
    if (how_.format == Format::markdown) {
        split_record(reader.record(), fields);
        out = summary_markdown_head(fields);
    } else if (reader.record() != header_) {
        header_ = reader.record();
        out = header_ + "\n";
    }
    while (reader.next()) {
        if (how_.format == Format::markdown) {
            split_record(reader.record(), fields);
            out += summary_markdown(fields);
        } else {
            out += reader.record() + "\n";
        }
        if (out.size() > kPrintedAtOnce) print_out(std::exchange(out, ""));
    }
    print_out(out);
}

bool Printer::finish() {
    if (how_.format == Format::json && !how_.quiet) {
        std::string out = "[";
        bool first = true;
        for (const fs::path& path : summaries_) {
            RecordReader reader(path);
            std::vector<std::string> header, row;
            if (reader.next()) split_record(reader.record(), header);
            for (; reader.next(); first = false) {
                split_record(reader.record(), row);
                out += (first ? "\n  " : ",\n  ") + summary_json(header, row);
                if (out.size() > kPrintedAtOnce) print_out(std::exchange(out, ""));
            }
        }
        print_out(out + (first ? "]\n" : "\n]\n"));
    }
    if (!as_expected_ && changed_) {
        print_error("hint: [[expect]] speaks of the file as it is; --set and --vary changed it\n");
    }
    return all_met_;
}

}  // namespace tcplab
