#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/conclusion.hpp"
#include "cli/options.hpp"
#include "sweep/sweep_folder.hpp"

namespace tcplab {

/// How sweeps are shown on stdout.
struct Showing {
    Format format = Format::table;
    bool quiet = false;
    When color = When::automatic;
};

/// What troubled runs and hung at proxies, on stderr: the first few.
void print_warnings(const Conclusion& end, bool quiet);

/// Shows sweeps that are complete, one after the other.
class Printer {
  public:
    explicit Printer(const Showing& how) : how_(how) {}

    /// `folder` is `shown` to the user. A part of a sweep has no verdicts: they are the whole's.
    void sweep(const SweepFolder& folder, const Conclusion& end, const std::filesystem::path& shown);
    /// After the last one; whether everything was met.
    bool finish();

  private:
    void print_rows(const SweepFolder& folder);

    Showing how_;
    bool first_ = true;
    bool as_expected_ = true;                       // by every [[expect]]
    bool all_met_ = true;                           // and nothing else failed
    bool changed_ = false;                          // by the command line, what [[expect]] speaks of
    std::string header_;                            // of the CSV printed last
    std::vector<std::filesystem::path> summaries_;  // for JSON, which is one array
};

}  // namespace tcplab
