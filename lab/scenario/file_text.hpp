#pragma once

#include <cstddef>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

namespace tcplab {

/// A file's bytes, or why they cannot be had.
struct FileText {
    std::optional<std::string> text;
    std::error_code why;  ///< among others std::errc::is_a_directory, and file_too_large: more than `most` bytes
};
FileText read_file(const std::filesystem::path& path, std::size_t most = std::numeric_limits<std::size_t>::max());

}  // namespace tcplab
