#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

/// A place that an error points at. Lines and columns count from 1, columns in characters (a tab is one).
struct Mark {
    std::uint32_t option = 0;  ///< 0: in the file; n: in the n-th option of the command line
    std::uint32_t line = 0;    ///< 0: the file as a whole
    std::uint32_t column = 0;
    std::uint32_t length = 1;  ///< characters to underline
};

/// One thing that is wrong with a scenario, or strange.
struct Diagnostic {
    Mark mark;
    std::string message;
    std::string hint;  ///< what to do about it; may be empty
};

/// Everything that is wrong with a scenario, or strange. The same complaint about the same place is kept once.
class Diagnostics {
  public:
    void add(Mark mark, std::string message, std::string hint = {});
    [[nodiscard]] bool empty() const { return list_.empty(); }
    /// How many errors there are.
    [[nodiscard]] std::size_t size() const { return list_.size() + unlisted_; }
    [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }

    /// "FILE:LINE:COLUMN: error: ..." with the source line and carets, in the order of the file, then those of the
    /// command line. `options` are the labels of its options ("--set link.rtt=5"), the first is option 1. `kind` takes
    /// the place of "error".
    [[nodiscard]] std::string render(std::string_view file, std::string_view text,
                                     const std::vector<std::string>& options, std::string_view kind = "error") const;

  private:
    std::vector<Diagnostic> list_;
    std::size_t unlisted_ = 0;
};

/// "2 errors; nothing was simulated", with a line end.
std::string error_count_line(std::size_t errors);

}  // namespace tcplab
