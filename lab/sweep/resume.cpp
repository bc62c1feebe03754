#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "export/output.hpp"
#include "scenario/file_text.hpp"
#include "sweep/sweep_folder.hpp"

// How a sweep that was interrupted is taken up, and how its files get their final names: each step can be done again
// after a crash in its middle.

namespace tcplab {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

void rename_if_there(const fs::path& from, const fs::path& to) {
    std::error_code error;
    fs::rename(from, to, error);
    if (error && error != std::errc::no_such_file_or_directory) output_failed(to, error);
}

// With its folder, and so all of the run's files, where there is no such folder yet; else into that one.
void rename_own(const fs::path& from, const fs::path& to) {
    std::error_code error;
    if (!fs::exists(from, error)) return;
    if (!fs::exists(to.parent_path(), error)) fs::rename(from.parent_path(), to.parent_path(), error);
    if (!fs::exists(from, error)) return;
    fs::create_directories(to.parent_path(), error);
    if (error) output_failed(to.parent_path(), error);
    rename_if_there(from, to);
    fs::remove(from.parent_path(), error);  // it stays when there is something in it
}

/// Those that count: an entry that speaks of fewer runs than one before it came when the sweep was taken up there.
std::vector<JournalEntry> without_undone(std::vector<JournalEntry> entries) {
    std::vector<JournalEntry> kept;
    for (JournalEntry& entry : entries) {
        while (!kept.empty() && kept.back().runs >= entry.runs) kept.pop_back();
        kept.push_back(std::move(entry));
    }
    return kept;
}

/// How many of the entries the file fits, from the first one on.
std::size_t fitting(const fs::path& path, const std::vector<JournalEntry>& entries, std::size_t index) {
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(std::size_t{1} << 18U);
    FilePrefix read;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const FileMark mark = entries[i].files[index];
        while (read.size < mark.size) {
            const std::uint64_t wanted = std::min<std::uint64_t>(mark.size - read.size, block.size());
            file.read(block.data(), static_cast<std::streamsize>(wanted));
            const auto got = static_cast<std::size_t>(file.gcount());
            if (got == 0) return i;
            read.digest.add({block.data(), got});
            read.size += got;
        }
        if (read.size != mark.size || read.digest.value() != mark.digest) return i;
    }
    return entries.size();
}

}  // namespace

bool SweepFolder::take_up() {
    const FileText text = read_file(hidden_ / "journal");
    if (!text.text) output_failed(hidden_ / "journal", text.why);
    std::optional<Journal> journal = read_journal(*text.text);
    const auto is_short = [this](const JournalEntry& e) { return e.files.size() != data_.size(); };
    if (!journal || journal->entries.empty()) return false;
    std::string other = difference(header_, journal->header);
    const auto shard = [](const SweepHeader& h) {
        return h.shard ? std::pair(h.shard->number, h.shard->of) : std::pair(std::uint64_t{0}, std::uint64_t{0});
    };
    if (other.empty() && shard(header_) != shard(journal->header)) other = "another --shard";
    if (!other.empty()) {
        owned_ = false;
        throw SweepMismatch(folder_.string() + ": the sweep that was interrupted there has " + other +
                            "; without --resume it is begun anew");
    }
    header_ = std::move(journal->header);
    if (std::any_of(journal->entries.begin(), journal->entries.end(), is_short)) return false;
    if (ftruncate(journal_, static_cast<off_t>(journal->bytes)) != 0) output_failed(hidden_ / "journal", last_error());
    owned_ = false;  // until it is known how much of it is good
    settle(journal->entries.back());
    if (finished_) return true;
    const bool goes_on = go_on_from(without_undone(std::move(journal->entries)));
    owned_ = true;
    return goes_on;
}

/// Ends what was under way when the last entry was the last.
void SweepFolder::settle(const JournalEntry& last) {
    using Kind = JournalEntry::Kind;
    const auto note = [&](Kind kind) {
        JournalEntry entry = last;
        entry.kind = kind;
        write_journal(journal_text(entry));
    };
    Kind kind = last.kind;
    if (kind == Kind::clear) {
        remove_older();
        note(kind = Kind::move);
    }
    if (kind == Kind::move) {
        move_out();
        placed_ = true;
        if (last.runs == block_of(header_.shard, header_.runs).count && has_final_sizes(last)) {
            complete_ = saved_ = last.runs;
            finished_ = true;
            see_all_own(last.files.back().size);
            return;
        }
        note(kind = Kind::back);
        placed_ = false;
    }
    if (kind == Kind::back) move_back(last.files.back().size);
}

bool SweepFolder::has_final_sizes(const JournalEntry& last) const {
    for (std::size_t i = 0; i < data_.size(); ++i) {
        std::error_code error;
        if (fs::file_size(path(data_[i]), error) != last.files[i].size || error) return false;
    }
    return true;
}

/// From the last of the entries that the files fit; false where there is none.
bool SweepFolder::go_on_from(std::vector<JournalEntry> entries) {
    const std::size_t list = data_.size() - 1;
    for (std::size_t i = 0; i < data_.size() && !entries.empty(); ++i) {
        entries.resize(fitting(hidden_ / data_[i], entries, i));
    }
    if (entries.empty()) return false;
    std::uint64_t good_runs = kAll;
    for_each_own_file(hidden_ / data_[list], entries.back().files[list].size, [&](const OwnFile& own) {
        if (own.index >= good_runs) return;
        const FilePrefix file = read_prefix(hidden_ / own.name, kAll);
        if (file.size != own.mark.size || file.digest.value() != own.mark.digest) good_runs = own.index;
    });
    while (!entries.empty() && entries.back().runs > good_runs) entries.pop_back();
    if (entries.empty()) return false;
    const JournalEntry& from = entries.back();
    std::vector<FilePrefix> prefixes;
    for (std::size_t i = 0; i < data_.size(); ++i) {
        prefixes.push_back(read_prefix(hidden_ / data_[i], from.files[i].size));
    }
    open_files(prefixes);
    complete_ = saved_ = from.runs;
    see_all_own(from.files[list].size);
    record(JournalEntry::Kind::at);
    return true;
}

void SweepFolder::see_all_own(std::uint64_t bytes) {
    for_each_own_file(hidden_ / data_.back(), bytes, [&](const OwnFile& own) { see_own(own.name); });
    std::error_code ignored;
    has_report_ = placed_ && fs::exists(folder_ / "report.html", ignored);
}

// A folder in the place of a file is the one thing that a rename would only find half way.
void SweepFolder::check_targets() const {
    std::error_code ignored;
    std::vector<std::string> names(data_.begin(), data_.end() - 2);
    names.insert(names.end(), {"manifest.json", "report.html"});
    for (const std::string& name : names) {
        if (fs::is_directory(folder_ / name, ignored)) {
            output_failed(folder_ / name, std::make_error_code(std::errc::is_a_directory));
        }
    }
}

/// What an earlier command left and this one does not replace.
void SweepFolder::remove_older() const {
    std::error_code error;
    std::vector<fs::path> old{folder_ / "report.html"};
    if (!header_.with_pages) old.push_back(folder_ / "pages.csv");
    std::vector<fs::path> folders;
    for (const auto& entry : fs::directory_iterator(folder_, error)) {
        if (!is_run_folder(entry.path().filename().string())) continue;
        folders.push_back(entry.path());
        for (const auto& inner : fs::directory_iterator(entry.path(), error)) {
            if (is_run_file(inner.path().filename().string())) old.push_back(inner.path());
        }
    }
    for (const fs::path& file : old) {
        fs::remove(file, error);
        if (error) output_failed(file, error);
    }
    for (const fs::path& inner : folders) fs::remove(inner, error);  // it stays when there is something in it
}

void SweepFolder::move_out() const {
    for_each_own_file(hidden_ / data_.back(), kAll,
                      [&](const OwnFile& own) { rename_own(hidden_ / own.name, folder_ / own.name); });
    for (std::size_t i = 0; i + 2 < data_.size(); ++i) rename_if_there(hidden_ / data_[i], folder_ / data_[i]);
    for (const char* name : {"report.html", "manifest.json"}) rename_if_there(hidden_ / name, folder_ / name);
}

void SweepFolder::move_back(std::uint64_t own_bytes) const {
    for (const char* name : {"manifest.json", "report.html"}) rename_if_there(folder_ / name, hidden_ / name);
    for (std::size_t i = 0; i + 2 < data_.size(); ++i) rename_if_there(folder_ / data_[i], hidden_ / data_[i]);
    for_each_own_file(hidden_ / data_.back(), own_bytes,
                      [&](const OwnFile& own) { rename_own(folder_ / own.name, hidden_ / own.name); });
}

}  // namespace tcplab
