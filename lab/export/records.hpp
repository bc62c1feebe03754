#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "export/summary.hpp"

namespace tcplab {

/// Reads a result file record by record, however long it is. Throws OutputError where it cannot be read.
class RecordReader {
  public:
    explicit RecordReader(const std::filesystem::path& path, std::uint64_t from = 0);

    /// Goes to the next record; false at the end.
    bool next();
    /// The record without its newline, and where it begins in the file.
    [[nodiscard]] const std::string& record() const { return record_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

  private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    bool fill();

    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::vector<char> block_;
    std::size_t at_ = 0, end_ = 0;  // of what is left in it
    std::uint64_t offset_ = 0, next_offset_ = 0;
    std::string record_;
};

/// The fields of a record of a result file of ours, without their quotes. `fields` is used again.
void split_record(std::string_view record, std::vector<std::string>& fields);

/// What append_value() made a text of.
FieldValue read_value(FieldKind kind, std::string_view text);

}  // namespace tcplab
