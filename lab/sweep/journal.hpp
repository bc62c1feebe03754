#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/scenario_file.hpp"

namespace tcplab {

/// A part of a sweep: block `number`, from 1, of `of` that follow each other.
struct Shard {
    std::uint64_t number = 1;
    std::uint64_t of = 1;
};

/// The runs that follow each other from `first` on, from 0.
struct RunBlock {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
};
/// The shard's of `runs` runs; all of them where there is none.
RunBlock block_of(const std::optional<Shard>& shard, std::uint64_t runs);

/// Everything that determines the files of a sweep, and what it takes to conclude it without its scenario's file.
struct SweepHeader {
    std::string version;  ///< of tcplab
    std::string file;     ///< the scenario's, as it was named
    std::string text;     ///< the file's
    std::string hash;     ///< of the text
    std::string inputs;   ///< hashes of the files that it names (ScenarioFile::inputs)
    std::string name;
    std::string title;                      ///< may be empty
    std::string conditions;                 ///< what all runs have in common
    std::vector<std::string> variants;      ///< names, for [[expect]]
    CommandLine changes;                    ///< by the command line
    std::vector<std::string> own_files;     ///< options that ask for more files: "--har"
    std::vector<std::string> command_line;  ///< for manifest.json
    bool with_pages = false;                ///< there is a pages.csv
    std::uint64_t runs = 0;                 ///< of the whole sweep
    std::optional<Shard> shard;
};

/// What differs, as a sentence's end: "another version of tcplab (0.1.0)"; empty where both make the same bytes. Their
/// command lines, the file's path and the shard may differ.
std::string difference(const SweepHeader& header, const SweepHeader& other);

/// How far a file is: so many bytes, with this digest.
struct FileMark {
    std::uint64_t size = 0;
    std::uint64_t digest = 0;
};

/// A line of the journal.
struct JournalEntry {
    enum class Kind : std::uint8_t {
        at,     ///< `runs` are complete, and the files so far
        clear,  ///< files of an earlier command are being removed
        move,   ///< these ones are getting their final names, or have them
        back,   ///< an interrupted sweep goes on: they are being taken back
    };
    Kind kind = Kind::at;
    std::uint64_t runs = 0;
    std::vector<FileMark> files{};
};

std::string journal_text(const SweepHeader& header);
std::string journal_text(const JournalEntry& entry);

struct Journal {
    SweepHeader header;
    std::vector<JournalEntry> entries;
    std::size_t bytes = 0;  ///< of the text that are good; what follows is the torn end of a write
};
/// Nothing where not even the header is whole.
std::optional<Journal> read_journal(std::string_view text);

}  // namespace tcplab
