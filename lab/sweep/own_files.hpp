#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sweep/growing_file.hpp"
#include "sweep/journal.hpp"

namespace tcplab {

/// So much of a file; less when it is shorter.
FilePrefix read_prefix(const std::filesystem::path& path, std::uint64_t size);

/// A file of a run, as `files` has it.
struct OwnFile {
    std::uint64_t index = 0;  ///< of the run in this sweep or part of it, from 0
    std::string name;         ///< "run-001/page.har"
    FileMark mark;
};
/// Nothing where the line is not of that kind.
std::optional<OwnFile> own_file_of(std::string_view line);
/// Calls `each` for the files of the first bytes of such a file.
void for_each_own_file(const std::filesystem::path& list, std::uint64_t bytes,
                       const std::function<void(const OwnFile&)>& each);

/// The line, with its newline.
std::string own_file_line(const OwnFile& file);

/// A run's folder, "run-001", and whether it has files of that name from a sweep.
bool is_run_folder(std::string_view name);
bool is_run_file(std::string_view name);

}  // namespace tcplab
