#include "sweep/sweep_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "export/output.hpp"

namespace tcplab {

namespace fs = std::filesystem;

namespace {

const std::string kReport = "report.html";
const std::string kManifest = "manifest.json";

}  // namespace

std::vector<std::string> sweep_files(bool with_pages) {
    std::vector<std::string> names{"summary.csv", "transactions.csv", "connections.csv"};
    if (with_pages) names.emplace_back("pages.csv");
    names.emplace_back("notes");
    names.emplace_back("files");
    return names;
}

fs::path hidden_folder(const fs::path& folder) { return folder / ".sweep"; }

SweepFolder::SweepFolder(fs::path folder, SweepHeader header, const RunLabel& labels, Begin begin)
    : folder_(std::move(folder)), header_(std::move(header)), data_(sweep_files(header_.with_pages)) {
    if (!folder_.has_filename()) folder_ = folder_.parent_path();  // "out/"
    hidden_ = hidden_folder(folder_);
    made_ = make_folder(folder_);
    try {
        set_up(labels, begin);
    } catch (...) {
        undo();
        throw;
    }
}

SweepFolder::~SweepFolder() { undo(); }

void SweepFolder::undo() {
    files_.clear();
    std::error_code ignored;
    if (owned_ && saved_ == 0 && !placed_) fs::remove_all(hidden_, ignored);
    if (!fs::exists(hidden_, ignored)) remove_empty_folders(folder_, made_);
    if (journal_ >= 0) close(std::exchange(journal_, -1));
}

void SweepFolder::set_up(const RunLabel& labels, Begin begin) {
    check_targets();
    lock();
    if (begin == Begin::resume && take_up()) return;
    begin_anew(labels);
}

// The lock is on the journal. Who had it before may have removed that meanwhile.
void SweepFolder::lock() {
    const fs::path path = hidden_ / "journal";
    for (bool same = false; !same;) {
        std::error_code error;
        fs::create_directory(hidden_, error);
        if (error) output_failed(folder_, error);
        if (journal_ >= 0) close(journal_);
        journal_ = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (journal_ < 0 && errno == ENOENT) continue;  // the folder went just now
        if (journal_ < 0) output_failed(folder_, last_error());
        // A file system without locks has to do without.
        if (flock(journal_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
            throw OutputError(folder_.string() + ": error: another tcplab is writing there");
        }
        struct stat ours {
        }, there{};
        same = fstat(journal_, &ours) == 0 && stat(path.c_str(), &there) == 0 && ours.st_ino == there.st_ino;
    }
    owned_ = true;
}

void SweepFolder::begin_anew(const RunLabel& labels) {
    if (ftruncate(journal_, 0) != 0) output_failed(hidden_ / "journal", last_error());
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(hidden_, error)) {
        if (entry.path().filename() != "journal") fs::remove_all(entry.path(), error);
        if (error) output_failed(entry.path(), error);
    }
    open_files(std::vector<FilePrefix>(data_.size()));
    const RunRows headers = row_headers(labels);
    files_[0]->write(summary_csv_header(labels));
    files_[1]->write(headers.transactions);
    files_[2]->write(headers.connections);
    if (header_.with_pages) files_[3]->write(headers.pages);
    write_journal(journal_text(header_));
    checkpoint();
}

void SweepFolder::open_files(const std::vector<FilePrefix>& prefixes) {
    files_.clear();
    for (std::size_t i = 0; i < data_.size(); ++i) {
        files_.push_back(std::make_unique<GrowingFile>(hidden_ / data_[i], folder_ / data_[i], prefixes[i]));
    }
}

void SweepFolder::add_rows(const RunRows& rows) {
    files_[1]->write(rows.transactions);
    files_[2]->write(rows.connections);
    if (header_.with_pages) files_[3]->write(rows.pages);
}

void SweepFolder::add(const RunBytes& run, const std::function<void(std::size_t)>& wrote) {
    constexpr std::size_t at_once = 4'000'000;
    files_[0]->write(run.summary);
    add_rows(run.rows);
    GrowingFile& notes = **(files_.end() - 2);
    notes.write(run.note);
    notes.write("\n");
    for (const RunFile& file : run.files) {
        const std::string name = fmt::format("run-{:03}/{}", run.number, file.name);
        std::error_code error;
        fs::create_directory((hidden_ / name).parent_path(), error);
        if (error) output_failed((folder_ / name).parent_path(), error);
        GrowingFile out(hidden_ / name, folder_ / name);
        for (std::string_view left = file.bytes; !left.empty();) {
            const std::string_view part = left.substr(0, at_once);
            out.write(part);
            left.remove_prefix(part.size());
            if (wrote) wrote(part.size());
        }
        out.flush();
        files_.back()->write(own_file_line({complete_, name, out.mark()}));
        see_own(name);
    }
    ++complete_;
}

void SweepFolder::add_own(const OwnFile& own, const fs::path& from) {
    std::error_code error;
    fs::create_directory((hidden_ / own.name).parent_path(), error);
    if (!error) fs::copy_file(from, hidden_ / own.name, fs::copy_options::overwrite_existing, error);
    if (error) output_failed(folder_ / own.name, error);
    const FilePrefix copy = read_prefix(hidden_ / own.name, std::numeric_limits<std::uint64_t>::max());
    if (copy.size != own.mark.size || copy.digest.value() != own.mark.digest) {
        throw OutputError(from.string() + ": error: it is not as it was written: it was changed, or damaged");
    }
    files_.back()->write(own_file_line(own));
    see_own(own.name);
}

void SweepFolder::see_own(const std::string& name) {
    const std::string folder = name.substr(0, name.find('/') + 1);
    const bool first = own_names_.empty() || own_names_.front().substr(0, folder.size()) == folder;
    constexpr std::string_view more = " ...";
    if (first) {
        own_names_.push_back(name);
    } else if (std::string& last = own_names_.back(); last.substr(last.size() - more.size()) != more) {
        last += more;
    }
}

std::vector<std::string> SweepFolder::names() const {
    std::vector<std::string> names(data_.begin(), data_.end() - 2);
    if (has_report_) names.insert(names.begin(), kReport);
    names.insert(names.end(), own_names_.begin(), own_names_.end());
    names.push_back(kManifest);
    return names;
}

fs::path SweepFolder::path(const std::string& name) const {
    const bool is_data = std::find(data_.begin(), data_.end() - 2, name) != data_.end() - 2;
    return (placed_ && is_data ? folder_ : hidden_) / name;
}

void SweepFolder::checkpoint() {
    if (saved_ == complete_ && saved_ > 0) return;
    for (const auto& file : files_) file->flush();
    record(JournalEntry::Kind::at);
    saved_ = complete_;
}

void SweepFolder::record(JournalEntry::Kind kind) {
    JournalEntry entry{kind, complete_};
    for (const auto& file : files_) entry.files.push_back(file->mark());
    write_journal(journal_text(entry));
}

void SweepFolder::write_journal(std::string_view text) const {
    while (!text.empty()) {
        const ssize_t written = write(journal_, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) output_failed(hidden_ / "journal", last_error());
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void SweepFolder::write_whole(const std::string& name, std::string_view bytes) {
    GrowingFile file(hidden_ / name, folder_ / name);
    file.write(bytes);
    file.flush();
}

void SweepFolder::finish(std::string_view manifest, std::string_view report) {
    checkpoint();
    write_whole(kManifest, manifest);
    has_report_ = !report.empty();
    if (has_report_) write_whole(kReport, report);
    check_targets();
    record(JournalEntry::Kind::clear);
    remove_older();
    record(JournalEntry::Kind::move);
    move_out();
    placed_ = true;
}

void SweepFolder::forget() {
    std::error_code ignored;
    files_.clear();
    fs::remove(hidden_ / "journal", ignored);  // first: without it there is nothing to resume
    fs::remove_all(hidden_, ignored);
}

}  // namespace tcplab
