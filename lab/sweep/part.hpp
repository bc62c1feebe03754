#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "export/summary.hpp"
#include "sweep/sweep_folder.hpp"

namespace tcplab {

/// A folder with a part of a sweep, all of whose runs are complete.
struct SweepPart {
    std::filesystem::path folder;
    SweepHeader header;
    std::vector<FileMark> files;  ///< in sweep_files()'s order

    [[nodiscard]] std::filesystem::path path(std::size_t file) const;
    [[nodiscard]] std::uint64_t number() const { return header.shard->number; }
};

/// All parts of one sweep, in their order, for a result in `out`. Throws SweepMismatch where they are not of one sweep,
/// or not each of them once and complete.
std::vector<SweepPart> read_parts(const std::vector<std::string>& folders, const std::filesystem::path& out);

/// The label of one of its runs, as far as headers need it.
RunLabel label_of(const SweepPart& part);

/// Adds the part's runs. Throws SweepMismatch or OutputError where its files are not as they were written.
void append_part(SweepFolder& to, const SweepPart& part);

}  // namespace tcplab
