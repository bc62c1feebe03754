#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "sweep/digest.hpp"
#include "sweep/journal.hpp"

namespace tcplab {

/// So much of a file, read.
struct FilePrefix {
    std::uint64_t size = 0;
    Digest digest;
};

/// A file that grows at its end, and knows its size and digest. Functions throw OutputError, which speaks of `shown`.
class GrowingFile {
  public:
    /// What the file has behind `from` is cut off; without a file there is a new one.
    GrowingFile(const std::filesystem::path& path, std::filesystem::path shown, const FilePrefix& from = {});
    ~GrowingFile();
    GrowingFile(const GrowingFile&) = delete;
    GrowingFile& operator=(const GrowingFile&) = delete;

    void write(std::string_view bytes) {
        buffer_ += bytes;
        if (buffer_.size() >= kMostBuffered) flush();
    }
    /// Gives everything to the system: it outlives this process then.
    void flush();
    /// Where the file is after the last flush().
    [[nodiscard]] FileMark mark() const { return {size_, digest_.value()}; }

  private:
    static constexpr std::size_t kMostBuffered = std::size_t{1} << 18U;

    std::filesystem::path shown_;
    int descriptor_;
    std::uint64_t size_ = 0;
    Digest digest_;
    std::string buffer_;
};

}  // namespace tcplab
