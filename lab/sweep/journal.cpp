#include "sweep/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "sweep/digest.hpp"
#include "sweep/fields.hpp"

namespace tcplab {
namespace {

constexpr std::string_view kMagic = "tcplab sweep 1";
constexpr std::array<std::string_view, 4> kKinds{"at", "clear", "move", "back"};  // in JournalEntry::Kind's order

/// Each line ends with a digest of itself, so that what was written in part is not taken for a line.
std::string sealed(std::string_view line) {
    Digest digest;
    digest.add(line);
    return fmt::format("{}\t{:016x}\n", line, digest.value());
}

/// The line's fields without the digest; nothing if it is not whole.
std::optional<std::vector<std::string>> unsealed(std::string_view line) {
    const std::size_t tab = line.rfind('\t');
    if (tab == std::string_view::npos) return std::nullopt;
    Digest digest;
    digest.add(line.substr(0, tab));
    if (line.substr(tab + 1) != fmt::format("{:016x}", digest.value())) return std::nullopt;
    return split_fields(line.substr(0, tab));
}

/// A name and what it is.
class HeadWriter {
  public:
    void add(std::string_view name, std::string_view value) {
        std::string line(name);
        append_field(line, value);
        text += sealed(line);
    }
    void add(std::string_view name, const std::vector<std::string>& values) {
        for (const std::string& value : values) add(name, value);
    }
    void add(std::string_view name, const std::optional<std::uint64_t>& value) {
        if (value) add(name, fmt::format_int(*value).str());
    }
    std::string text = sealed(kMagic);
};

class HeadReader {
  public:
    explicit HeadReader(SweepHeader& header) : h_(header) {}

    /// False for what no header has.
    bool read(std::string_view name, const std::string& value) {
        CommandLine& c = h_.changes;
        const std::array<std::pair<std::string_view, std::string*>, 8> texts{{{"version", &h_.version},
                                                                              {"file", &h_.file},
                                                                              {"text", &h_.text},
                                                                              {"hash", &h_.hash},
                                                                              {"inputs", &h_.inputs},
                                                                              {"name", &h_.name},
                                                                              {"title", &h_.title},
                                                                              {"conditions", &h_.conditions}}};
        const std::array<std::pair<std::string_view, std::vector<std::string>*>, 6> lists{
            {{"variants", &h_.variants},
             {"set", &c.sets},
             {"vary", &c.varies},
             {"variant", &c.variants},
             {"own", &h_.own_files},
             {"command", &h_.command_line}}};
        const std::array<std::pair<std::string_view, std::optional<std::uint64_t>*>, 3> numbers{
            {{"run", &c.run}, {"seed", &c.seed}, {"repeat", &c.repeat}}};
        for (const auto& [key, text] : texts) {
            if (key == name) *text = value;
            if (key == name) return true;
        }
        for (const auto& [key, list] : lists) {
            if (key == name) list->push_back(value);
            if (key == name) return true;
        }
        for (const auto& [key, number] : numbers) {
            if (key == name) return (*number = field_number(value)).has_value();
        }
        return read_rest(name, value);
    }

  private:
    bool read_rest(std::string_view name, const std::string& value) {
        const std::optional<std::uint64_t> number = field_number(value);
        if (!number) return false;
        if (name == "pages") {
            h_.with_pages = *number != 0;
        } else if (name == "runs") {
            h_.runs = *number;
        } else if (name == "shard") {
            h_.shard.emplace().number = *number;
        } else if (name == "shards" && h_.shard) {
            h_.shard->of = *number;
            return *number > 0 && h_.shard->number >= 1 && h_.shard->number <= *number;
        } else {
            return false;
        }
        return true;
    }

    SweepHeader& h_;
};

std::optional<JournalEntry> entry_of(const std::vector<std::string>& fields) {
    const auto* kind = std::find(kKinds.begin(), kKinds.end(), fields.front());
    if (kind == kKinds.end() || fields.size() < 2 || fields.size() % 2 != 0) return std::nullopt;
    JournalEntry entry;
    entry.kind = static_cast<JournalEntry::Kind>(kind - kKinds.begin());
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 1; i < fields.size(); ++i) {
        const auto number = field_number(fields[i]);
        if (!number) return std::nullopt;
        numbers.push_back(*number);
    }
    entry.runs = numbers.front();
    for (std::size_t i = 1; i < numbers.size(); i += 2) entry.files.push_back({numbers[i], numbers[i + 1]});
    return entry;
}

}  // namespace

RunBlock block_of(const std::optional<Shard>& shard, std::uint64_t runs) {
    if (!shard) return {0, runs};
    // (number x runs) / of, which may not fit into 64 bits.
    const auto before = [&](std::uint64_t number) {
        return number * (runs / shard->of) + number * (runs % shard->of) / shard->of;
    };
    const std::uint64_t first = before(shard->number - 1);
    return {first, before(shard->number) - first};
}

std::string difference(const SweepHeader& header, const SweepHeader& other) {
    const CommandLine& a = header.changes;
    const CommandLine& b = other.changes;
    if (header.version != other.version) return fmt::format("another version of tcplab ({})", other.version);
    if (header.text != other.text || header.name != other.name) return "another scenario text";
    if (header.inputs != other.inputs) return "other contents of a file that the scenario names";
    const bool same = std::tie(a.sets, a.varies, a.variants, a.run, a.seed, a.repeat, header.own_files) ==
                      std::tie(b.sets, b.varies, b.variants, b.run, b.seed, b.repeat, other.own_files);
    if (same) return header.runs == other.runs ? "" : "another number of runs";
    std::string theirs;
    for (const std::string& word : other.command_line) theirs += " " + word;
    return "other settings (" + (theirs.empty() ? theirs : theirs.substr(1)) + ")";
}

std::string journal_text(const SweepHeader& h) {
    HeadWriter out;
    out.add("version", h.version);
    out.add("file", h.file);
    out.add("text", h.text);
    out.add("hash", h.hash);
    out.add("inputs", h.inputs);
    out.add("name", h.name);
    out.add("title", h.title);
    out.add("conditions", h.conditions);
    out.add("variants", h.variants);
    out.add("set", h.changes.sets);
    out.add("vary", h.changes.varies);
    out.add("variant", h.changes.variants);
    out.add("run", h.changes.run);
    out.add("seed", h.changes.seed);
    out.add("repeat", h.changes.repeat);
    out.add("own", h.own_files);
    out.add("command", h.command_line);
    out.add("pages", h.with_pages ? std::uint64_t{1} : std::uint64_t{0});
    out.add("runs", h.runs);
    if (h.shard) {
        out.add("shard", h.shard->number);
        out.add("shards", h.shard->of);
    }
    return out.text + sealed("begin");
}

std::string journal_text(const JournalEntry& entry) {
    std::string line = fmt::format("{}\t{}", kKinds.at(static_cast<std::size_t>(entry.kind)), entry.runs);
    for (const FileMark& file : entry.files) line += fmt::format("\t{}\t{}", file.size, file.digest);
    return sealed(line);
}

std::optional<Journal> read_journal(std::string_view text) {
    Journal journal;
    HeadReader head(journal.header);
    bool begun = false;
    for (std::size_t line = 0;; ++line) {
        const std::size_t newline = text.find('\n', journal.bytes);
        if (newline == std::string_view::npos) break;
        const auto fields = unsealed(text.substr(journal.bytes, newline - journal.bytes));
        if (!fields) break;
        if (begun) {
            auto entry = entry_of(*fields);
            if (!entry) break;
            journal.entries.push_back(std::move(*entry));
        } else if (line == 0) {
            if (fields->size() != 1 || fields->front() != kMagic) break;
        } else if (fields->size() == 1 && fields->front() == "begin") {
            begun = true;
        } else if (fields->size() != 2 || !head.read(fields->front(), fields->back())) {
            break;
        }
        journal.bytes = newline + 1;
    }
    if (!begun) return std::nullopt;
    return journal;
}

}  // namespace tcplab
