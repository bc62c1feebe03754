#include "sweep/part.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>
#include <utility>

#include "export/output.hpp"
#include "export/records.hpp"
#include "scenario/file_text.hpp"

namespace tcplab {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
    throw SweepMismatch(folder.string() + ": " + why);
}

bool is_being_written(const fs::path& journal) {
    const int file = open(journal.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    const bool locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(file);
    return locked;
}

SweepPart read_part(const fs::path& folder) {
    const fs::path path = hidden_folder(folder) / "journal";
    const FileText text = read_file(path);
    if (!text.text && text.why == std::errc::no_such_file_or_directory) {
        refuse(folder, "there is no part of a sweep (no .sweep/journal): tcplab run --shard makes them");
    }
    if (!text.text) throw OutputError(path.string() + ": error: " + text.why.message());
    if (is_being_written(path)) refuse(folder, "a tcplab is still writing there");
    std::optional<Journal> journal = read_journal(*text.text);
    if (!journal) refuse(folder, "its .sweep/journal is damaged");
    SweepHeader& header = journal->header;
    if (!header.shard) refuse(folder, "this is a whole sweep that was interrupted, no part of one (--shard)");
    const std::uint64_t count = block_of(header.shard, header.runs).count;
    const bool begun = !journal->entries.empty();
    const bool done = begun && journal->entries.back().kind == JournalEntry::Kind::move;
    if (!done || journal->entries.back().runs != count) {
        refuse(folder, fmt::format("{} of {} runs are complete: its command with --resume makes the others",
                                   begun ? journal->entries.back().runs : 0, count));
    }
    SweepPart part{folder, std::move(header), std::move(journal->entries.back().files)};
    if (part.files.size() != sweep_files(part.header.with_pages).size())
        refuse(folder, "its .sweep/journal is damaged");
    return part;
}

/// Appends one of the part's files, without its first line where it has a header; and checks it.
void append_file(SweepFolder& to, const SweepPart& part, std::size_t index) {
    const fs::path path = part.path(index);
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(std::size_t{1} << 18U);
    bool in_header = index + 2 < part.files.size();
    FilePrefix read;
    while (file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        std::string_view bytes(block.data(), static_cast<std::size_t>(file.gcount()));
        read.size += bytes.size();
        read.digest.add(bytes);
        if (in_header) {
            const std::size_t newline = bytes.find('\n');
            in_header = newline == std::string_view::npos;
            bytes = in_header ? std::string_view() : bytes.substr(newline + 1);
        }
        to.append(index, bytes);
    }
    const FileMark mark = part.files[index];
    if (read.size != mark.size || read.digest.value() != mark.digest) {
        refuse(path, "it is not as it was written: it was changed, or damaged");
    }
}

}  // namespace

fs::path SweepPart::path(std::size_t file) const {
    const std::string name = sweep_files(header.with_pages)[file];
    return (file + 2 < files.size() ? folder : hidden_folder(folder)) / name;
}

std::vector<SweepPart> read_parts(const std::vector<std::string>& folders, const fs::path& out) {
    std::vector<SweepPart> parts;
    for (const std::string& folder : folders) {
        std::error_code error;
        if (fs::equivalent(folder, out, error)) refuse(folder, "a part cannot be the result's folder");
        parts.push_back(read_part(folder));
        const SweepPart& part = parts.back();
        const SweepPart& first = parts.front();
        const std::string other = difference(first.header, part.header);
        if (!other.empty()) refuse(folder, "not of the same sweep as " + first.folder.string() + ": " + other);
        if (part.header.shard->of != first.header.shard->of) {
            refuse(folder, fmt::format("it is one of {} parts, {} is one of {}", part.header.shard->of,
                                       first.folder.string(), first.header.shard->of));
        }
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const SweepPart& a, const SweepPart& b) { return a.number() < b.number(); });
    const std::uint64_t of = parts.front().header.shard->of;
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(parts.size(), of); ++i) {
        if (i > 0 && i < parts.size() && parts[i].number() == parts[i - 1].number()) {
            refuse(parts[i].folder,
                   fmt::format("part {}/{} is in {}, too", parts[i].number(), of, parts[i - 1].folder.string()));
        }
        if (i < parts.size() && parts[i].number() == i + 1) continue;
        refuse(parts.front().folder, fmt::format("part {}/{} of its sweep is missing", i + 1, of));
    }
    return parts;
}

RunLabel label_of(const SweepPart& part) {
    RunLabel label;
    std::vector<std::string> header;
    RecordReader reader(part.path(0));
    if (reader.next()) split_record(reader.record(), header);
    constexpr std::size_t labels = 4;  // scenario, variant, run, seed
    for (std::size_t i = labels; i + summary_columns().size() < header.size(); ++i)
        label.axes.emplace_back(header[i], "");
    return label;
}

void append_part(SweepFolder& to, const SweepPart& part) {
    const std::size_t list = part.files.size() - 1;
    for (std::size_t i = 0; i < list; ++i) append_file(to, part, i);
    const std::uint64_t before = to.complete();
    for_each_own_file(part.path(list), part.files[list].size, [&](OwnFile own) {
        own.index += before;
        to.add_own(own, part.folder / own.name);
    });
    to.add_runs(block_of(part.header.shard, part.header.runs).count);
}

}  // namespace tcplab
