#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

/// What is wrong with a CSV text, and where: lines and columns (characters) from 1.
struct CsvError {
    std::size_t line = 1;
    std::size_t column = 1;
    std::string what;
};

/// Reads CSV, record by record, as RFC 4180 has it: a field in quotes may hold commas, newlines and doubled quotes.
/// A line may end in LF as well as CRLF, the last one in nothing; a byte order mark is skipped. Every record has as
/// many fields as the first. Never throws.
class CsvReader {
  public:
    /// `text` outlives the reader.
    explicit CsvReader(std::string_view text);

    /// Goes to the next record; false at the end, and where the text is wrong.
    bool next();
    /// The record's fields, without their quotes.
    [[nodiscard]] const std::vector<std::string>& fields() const { return fields_; }
    /// Set when next() found the text wrong.
    [[nodiscard]] const std::optional<CsvError>& error() const { return error_; }
    /// A complaint about field `i` of this record.
    [[nodiscard]] CsvError complaint(std::size_t i, const std::string& what) const {
        return error_at(starts_[i], what);
    }

  private:
    bool read_quoted(std::string& field);
    bool read_bare(std::string& field);
    bool fail(std::size_t at, std::string what);
    [[nodiscard]] CsvError error_at(std::size_t at, std::string what) const;

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<std::string> fields_;
    std::vector<std::size_t> starts_;  // where each of them begins in the text
    std::size_t width_ = 0;            // of every record; 0: none was read yet
    std::optional<CsvError> error_;
};

}  // namespace tcplab
