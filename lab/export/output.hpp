#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace tcplab {

/// Output that could not be written. what() is the whole message: "DIR: error: No space left on device".
class OutputError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Throws it, for `path`.
[[noreturn]] void output_failed(const std::filesystem::path& path, const std::error_code& error);
/// errno.
std::error_code last_error();

/// Makes the folder, and those above it, if they are not there. Returns the topmost that was made; empty: none. Throws
/// OutputError.
std::filesystem::path make_folder(const std::filesystem::path& folder);
/// Removes them again, from `folder` up to `topmost`, as long as they are empty; nothing when that is empty.
void remove_empty_folders(const std::filesystem::path& folder, const std::filesystem::path& topmost);

/// A file being written. Every call throws OutputError when the system could not do it, close() included.
class OutputFile {
  public:
    explicit OutputFile(const std::filesystem::path& path) : OutputFile(path, path) {}
    /// Errors speak of `shown`: the name that the file will have.
    OutputFile(std::filesystem::path path, std::filesystem::path shown);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;

    void write(std::string_view bytes);
    /// Everything is with the system and no error came up.
    void close();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    std::filesystem::path shown_;
    std::FILE* file_;
};

/// A folder that gets all of its files or none: they are written under temporary names beside their own, and
/// commit() renames them. Without commit(), the destructor removes what was written, and the folders that were made
/// here. Names are of files in the folder, or in folders in it ("run-001/page.har"). Functions throw OutputError.
class OutputFolder {
  public:
    /// Makes the folder, and those above it, if they are not there.
    explicit OutputFolder(std::filesystem::path folder);
    ~OutputFolder();
    OutputFolder(const OutputFolder&) = delete;
    OutputFolder& operator=(const OutputFolder&) = delete;

    /// A new file of that name; it replaces an older one at commit(). It is open until it is closed, or commit().
    OutputFile& create(const std::string& name);
    /// An older file of that name goes at commit(), so that no other run's results stay beside this one's; with it a
    /// folder in this one that held nothing else.
    void remove_at_commit(const std::string& name);
    void commit();

  private:
    struct Entry {
        std::string name;
        std::unique_ptr<OutputFile> file;
    };
    void make_inner(const std::filesystem::path& folder);
    void check_targets() const;

    std::filesystem::path folder_;
    std::filesystem::path made_;                // the topmost folder made here; empty: none
    std::vector<std::filesystem::path> inner_;  // folders made in it
    std::vector<Entry> entries_;
    std::vector<std::string> removals_;
    bool committed_ = false;
};

}  // namespace tcplab
