#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "export/result_files.hpp"
#include "sweep/growing_file.hpp"
#include "sweep/journal.hpp"
#include "sweep/own_files.hpp"

namespace tcplab {

/// A run that was made, as bytes: what a sweep's files get of it, and nothing else is ever asked of it.
struct RunBytes {
    std::uint32_t number = 1;    ///< of the run, from 1
    std::string summary;         ///< its row of summary.csv
    RunRows rows;                ///< of the other files
    std::string note;            ///< a line for whoever concludes the sweep; no newline in it
    std::vector<RunFile> files;  ///< its own, in run-NNN/
};

/// A folder does not hold what it should: what() names it and says why.
class SweepMismatch : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The files of a sweep: summary.csv, transactions.csv, connections.csv, pages.csv, those of each run, manifest.json
/// and report.html. Rows come in run order. While it is under way they live in DIR/.sweep, with a journal of how far
/// they are: after a crash at any instant the sweep goes on from there. Nothing else in DIR is touched before finish().
/// A process that has a sweep's folder has it alone. Functions throw OutputError.
class SweepFolder {
  public:
    enum class Begin : std::uint8_t { anew, resume };

    /// `labels` is any run's. To resume where there is nothing to resume is to begin anew; throws SweepMismatch when
    /// what is there is of another sweep.
    SweepFolder(std::filesystem::path folder, SweepHeader header, const RunLabel& labels, Begin begin);
    /// Where no run is saved, it is as if nothing had been begun.
    ~SweepFolder();
    SweepFolder(const SweepFolder&) = delete;
    SweepFolder& operator=(const SweepFolder&) = delete;

    /// The one that the sweep was begun with: its command line is the first one.
    [[nodiscard]] const SweepHeader& header() const { return header_; }
    /// Runs in the files: of those that are to come, and that a crash would leave.
    [[nodiscard]] std::uint64_t complete() const { return complete_; }
    [[nodiscard]] std::uint64_t saved() const { return saved_; }
    /// All are, under their final names, from an earlier process: nothing is to be done but to conclude it.
    [[nodiscard]] bool finished() const { return finished_; }

    /// Rows of the run that add() gets next, when they are too many to be all there as text at once.
    void add_rows(const RunRows& rows);
    /// The next run. `wrote` hears of parts of its own files that are written, in bytes.
    void add(const RunBytes& run, const std::function<void(std::size_t)>& wrote = {});
    /// Runs that were made elsewhere: bytes of one of sweep_files(), files of their own, and at last how many they are.
    void append(std::size_t file, std::string_view bytes) { files_[file]->write(bytes); }
    /// A copy of `from`; `index` as in OwnFile. Throws OutputError also where the copy is not as `own` says.
    void add_own(const OwnFile& own, const std::filesystem::path& from);
    void add_runs(std::uint64_t count) { complete_ += count; }

    /// What was added survives this process. Costs a few system calls: many times a second is fine, after each run is
    /// not. Does not wait for the disk: after a power failure the digests tell how far the files are good.
    void checkpoint();

    /// Gives the files their final names; those of an earlier command go. `report` may be empty: there is none. The
    /// folder remains resumable, and complete sweeps conclude themselves again, until forget().
    void finish(std::string_view manifest, std::string_view report);
    void forget();

    /// The names of the files, for the line that says where they are, the report's first; of the runs' own those of the
    /// first, and dots.
    [[nodiscard]] std::vector<std::string> names() const;
    /// Where a file is at present, such as "summary.csv" or "notes". It has everything after checkpoint().
    [[nodiscard]] std::filesystem::path path(const std::string& name) const;

  private:
    void set_up(const RunLabel& labels, Begin begin);
    void lock();
    void begin_anew(const RunLabel& labels);
    bool take_up();
    void settle(const JournalEntry& last);
    bool go_on_from(std::vector<JournalEntry> entries);
    [[nodiscard]] bool has_final_sizes(const JournalEntry& last) const;
    void open_files(const std::vector<FilePrefix>& prefixes);
    void see_own(const std::string& name);
    void see_all_own(std::uint64_t bytes);
    void check_targets() const;
    void remove_older() const;
    void move_out() const;
    void move_back(std::uint64_t own_bytes) const;
    void record(JournalEntry::Kind kind);
    void write_journal(std::string_view text) const;
    void write_whole(const std::string& name, std::string_view bytes);
    void undo();

    std::filesystem::path folder_, hidden_;
    std::filesystem::path made_;  // the topmost folder made here; empty: none
    SweepHeader header_;
    std::vector<std::string> data_;                    // names of the files that grow
    std::vector<std::unique_ptr<GrowingFile>> files_;  // the same
    std::vector<std::string> own_names_;               // for names()
    bool has_report_ = false;
    int journal_ = -1;
    bool owned_ = false;  // the lock is ours, and what is there may go
    std::uint64_t complete_ = 0, saved_ = 0;
    bool finished_ = false;
    bool placed_ = false;  // files have their final names
};

/// The files that grow, in the order of a JournalEntry's marks. The last two are the sweep's own: notes has a line per
/// run, files a line per file of a run: the run's index, the file's name, size and digest.
std::vector<std::string> sweep_files(bool with_pages);
/// Where they are while the sweep is under way, and those of its own always: "DIR/.sweep".
std::filesystem::path hidden_folder(const std::filesystem::path& folder);

}  // namespace tcplab
