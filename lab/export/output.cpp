#include "export/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace tcplab {
namespace fs = std::filesystem;
namespace {

// The topmost folder on the way to `folder` that is not there yet.
fs::path first_missing(const fs::path& folder) {
    fs::path missing;
    std::error_code ignored;
    for (fs::path p = folder; !p.empty() && !fs::exists(p, ignored); p = p.parent_path()) {
        missing = p;
        if (p == p.parent_path()) break;
    }
    return missing;
}

}  // namespace

void output_failed(const fs::path& path, const std::error_code& error) {
    throw OutputError(path.string() + ": error: " + error.message());
}

std::error_code last_error() { return {errno, std::generic_category()}; }

fs::path make_folder(const fs::path& folder) {
    fs::path made = first_missing(folder);
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error && !fs::is_directory(folder)) error = std::make_error_code(std::errc::not_a_directory);
    if (error) output_failed(folder, error);
    return made;
}

void remove_empty_folders(const fs::path& folder, const fs::path& topmost) {
    std::error_code error;
    for (fs::path p = folder; !topmost.empty(); p = p.parent_path()) {
        fs::remove(p, error);
        if (error || p == topmost) break;
    }
}

OutputFile::OutputFile(fs::path path, fs::path shown)
    : path_(std::move(path)), shown_(std::move(shown)), file_(std::fopen(path_.c_str(), "wb")) {
    if (file_ == nullptr) output_failed(shown_, last_error());
}

OutputFile::~OutputFile() {
    if (file_ != nullptr) std::fclose(file_);
}

void OutputFile::write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) output_failed(shown_, last_error());
}

void OutputFile::close() {
    if (file_ == nullptr) return;
    const bool flushed = std::fflush(file_) == 0;
    const std::error_code error = last_error();
    const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
    if (!flushed) output_failed(shown_, error);
    if (!closed) output_failed(shown_, last_error());
}

OutputFolder::OutputFolder(fs::path folder) : folder_(std::move(folder)) {
    if (!folder_.has_filename()) folder_ = folder_.parent_path();  // "out/"
    made_ = make_folder(folder_);
}

OutputFolder::~OutputFolder() {
    if (committed_) return;
    std::error_code ignored;
    for (const Entry& e : entries_) fs::remove(e.file->path(), ignored);
    for (const fs::path& inner : inner_) fs::remove(inner, ignored);
    remove_empty_folders(folder_, made_);
}

OutputFile& OutputFolder::create(const std::string& name) {
    const fs::path target = folder_ / name;
    const fs::path folder = target.parent_path();
    if (folder != folder_) make_inner(folder);
    fs::path temporary = folder / ("." + target.filename().string() + "." + std::to_string(getpid()) + ".tmp");
    try {
        entries_.push_back({name, std::make_unique<OutputFile>(std::move(temporary), target)});
    } catch (const OutputError&) {
        output_failed(folder, last_error());
    }
    return *entries_.back().file;
}

void OutputFolder::make_inner(const fs::path& folder) {
    std::error_code error;
    if (fs::create_directory(folder, error)) inner_.push_back(folder);
    if (error) output_failed(folder, error);
}

void OutputFolder::remove_at_commit(const std::string& name) { removals_.push_back(name); }

// A folder in the place of a file is the one thing that a rename would only find half way.
void OutputFolder::check_targets() const {
    std::error_code ignored;
    for (const Entry& e : entries_) {
        if (fs::is_directory(folder_ / e.name, ignored)) {
            output_failed(folder_ / e.name, std::make_error_code(std::errc::is_a_directory));
        }
    }
}

void OutputFolder::commit() {
    for (Entry& e : entries_) e.file->close();
    check_targets();
    std::error_code error;
    for (const std::string& name : removals_) {
        fs::remove(folder_ / name, error);
        if (error) output_failed(folder_ / name, error);
    }
    for (const Entry& e : entries_) {
        fs::rename(e.file->path(), folder_ / e.name, error);
        if (error) output_failed(folder_ / e.name, error);
    }
    for (const std::string& name : removals_) {
        const fs::path folder = (folder_ / name).parent_path();
        if (folder != folder_) fs::remove(folder, error);  // it stays when there is something in it
    }
    committed_ = true;
}

}  // namespace tcplab
