#include "cli/conclusion.hpp"

#include <fmt/format.h>

#include <fstream>
#include <utility>

#include "cli/note.hpp"
#include "cli/reason.hpp"
#include "export/records.hpp"

namespace tcplab {
namespace {

constexpr std::size_t kMostLines = 10;

void add(FirstLines& to, std::string line) {
    if (to.count++ < kMostLines) to.lines.push_back(std::move(line));
}

// Records of summary.csv, as fields.
class SummaryRows {
  public:
    explicit SummaryRows(const std::filesystem::path& path) : path_(path), reader_(path) {
        if (reader_.next()) split_record(reader_.record(), header_);
        labels_ = header_.size() - summary_columns().size();
        failed_ = labels_ + static_cast<std::size_t>(find_summary_column("failed") - summary_columns().data());
    }
    bool next() {
        if (!reader_.next()) return false;
        split_record(reader_.record(), row_);
        return true;
    }
    [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
    [[nodiscard]] const std::vector<std::string>& row() const { return row_; }
    [[nodiscard]] std::uint64_t offset() const { return reader_.offset(); }
    [[nodiscard]] std::vector<std::string> row_at(std::uint64_t offset) const {
        RecordReader reader(path_, offset);
        std::vector<std::string> row;
        if (reader.next()) split_record(reader.record(), row);
        return row;
    }
    /// Without its samples.
    [[nodiscard]] CheckedRun checked(const std::vector<std::string>& row) const {
        CheckedRun run;
        run.variant = row[1];
        for (std::size_t i = 4; i < labels_; ++i) run.axes.emplace_back(header_[i], row[i]);
        run.failed = static_cast<std::uint64_t>(read_value(FieldKind::count, row[failed_]).value_or(0));
        return run;
    }

  private:
    std::filesystem::path path_;
    RecordReader reader_;
    std::vector<std::string> header_, row_;
    std::size_t labels_ = 0, failed_ = 0;
};

// "nagle: run 2, two, Nagle": as run_name() has it.
std::string name_of(const std::vector<std::string>& row, const CheckedRun& run) {
    std::string text = fmt::format("{}: run {}", row[0], row[2]);
    if (!run.variant.empty()) text += ", " + run.variant;
    for (const auto& [key, value] : run.axes) text += fmt::format(", {} = {}", key, value);
    return text;
}

}  // namespace

Conclusion conclude(const std::vector<Expect>& expects, const SweepFolder& folder) {
    Conclusion end;
    SummaryRows summary(folder.path("summary.csv"));
    std::ifstream notes(folder.path("notes"), std::ios::binary);
    Points points(summary.header());
    ExpectationCheck check(expects);
    std::string line;
    while (summary.next() && std::getline(notes, line)) {
        points.add(summary.row(), summary.offset());
        CheckedRun run = summary.checked(summary.row());
        if (!line.empty()) {
            RunNote note = read_note(line);
            const std::string name = name_of(summary.row(), run);
            if (!note.trouble.empty()) add(end.troubles, name + ": " + note.trouble);
            for (const std::string& hang : note.hangs) add(end.hangs, name + ": " + hang);
            run.samples = std::move(note.samples);
        }
        check.add(run, summary.offset());
    }
    end.runs = points.runs();
    end.points = points.take();
    end.all_points = points.size();
    end.verdicts = check.verdicts([&](std::uint64_t place) { return summary.checked(summary.row_at(place)); });
    end.unforeseen = check.unforeseen();
    if (const auto place = run_to_explain(end.points)) {
        end.explained = explained_run(summary.header(), summary.row_at(*place));
    }
    return end;
}

}  // namespace tcplab
