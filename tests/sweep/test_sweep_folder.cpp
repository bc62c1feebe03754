#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "export/output.hpp"
#include "scratch.hpp"
#include "sweep/sweep_folder.hpp"

using namespace tcplab;
namespace fs = std::filesystem;

using test::contents;
using test::Scratch;

namespace {

constexpr std::uint64_t kRuns = 6;

void put(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
}

/// Every file below the folder, with its contents.
std::map<std::string, std::string> tree(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& e : fs::recursive_directory_iterator(folder)) {
        if (e.is_regular_file()) files[fs::relative(e.path(), folder).string()] = contents(e.path());
    }
    return files;
}

void put_tree(const fs::path& folder, const std::map<std::string, std::string>& files) {
    fs::remove_all(folder);
    fs::create_directories(folder);
    for (const auto& [name, text] : files) put(folder / name, text);
}

RunLabel label() { return {"lab", "", 1, 1, {}}; }

SweepHeader header() {
    SweepHeader h;
    h.version = "0.1.0";
    h.file = "lab.toml";
    h.text = "name = \"lab\"\n\t\\";
    h.hash = "0123456789abcdef";
    h.name = "lab";
    h.title = "A lab";
    h.conditions = "100 ms · 1 run each";
    h.variants = {"", "two words"};
    h.changes.sets = {"link.rtt=5ms", ""};
    h.changes.varies = {"link.rate=1,2"};
    h.changes.seed = 7;
    h.own_files = {"--har"};
    h.command_line = {"tcplab", "run", "lab.toml"};
    h.runs = kRuns;
    return h;
}

RunBytes run(std::uint64_t index) {
    const std::string n = std::to_string(index + 1);
    RunBytes r;
    r.number = static_cast<std::uint32_t>(index + 1);
    r.summary = "lab,," + n + std::string(index * 7, 'x') + "\n";
    r.rows.transactions = "t" + n + "\nt" + n + "\n";
    if (index % 2 == 0) r.rows.connections = "c" + n + "\n";
    r.note = index == 2 ? "\t!trouble" : "";
    if (index != 1) r.files.push_back({"page.har", "{" + n + "}"});
    if (index == 4) r.files.push_back({"tcp.csv", ""});
    return r;
}

/// Goes on with what is there until all runs are there, and finishes.
void complete(const fs::path& path, SweepFolder::Begin begin = SweepFolder::Begin::resume) {
    SweepFolder folder(path, header(), label(), begin);
    if (folder.finished()) return;
    while (folder.complete() < kRuns) {
        folder.add(run(folder.complete()));
        folder.checkpoint();
    }
    folder.finish("manifest", "report");
}

/// A finished sweep's files: those with final names only, as the others differ by how often it was resumed.
std::map<std::string, std::string> results(const fs::path& path) {
    std::map<std::string, std::string> files = tree(path);
    for (auto it = files.begin(); it != files.end();) it = it->first.rfind(".sweep", 0) == 0 ? files.erase(it) : ++it;
    return files;
}

std::map<std::string, std::string> undisturbed() {
    const Scratch scratch;
    complete(scratch.path / "out", SweepFolder::Begin::anew);
    return results(scratch.path / "out");
}

/// The files of a sweep that was killed after so many runs, each of which it had noted.
std::map<std::string, std::string> killed_after(std::uint64_t runs, const fs::path& path) {
    {
        SweepFolder folder(path, header(), label(), SweepFolder::Begin::anew);
        for (std::uint64_t i = 0; i < runs; ++i) {
            folder.add(run(i));
            folder.checkpoint();
        }
    }
    return tree(path);
}

}  // namespace

TEST_CASE("a journal is read as far as it is whole, wherever it ends") {
    SweepHeader h = header();
    h.shard = Shard{2, 7};
    const std::string head = journal_text(h);
    const std::vector<JournalEntry> entries{{JournalEntry::Kind::at, 0, {{1, 2}, {3, 4}}},
                                            {JournalEntry::Kind::at, 17, {{UINT64_MAX, 9}, {5, UINT64_MAX}}},
                                            {JournalEntry::Kind::clear, 17, {}},
                                            {JournalEntry::Kind::move, 17, {{1, 1}}},
                                            {JournalEntry::Kind::back, 17, {{1, 1}}}};
    std::string text = head;
    std::vector<std::size_t> ends{head.size()};
    for (const JournalEntry& e : entries) {
        text += journal_text(e);
        ends.push_back(text.size());
    }
    for (std::size_t n = 0; n <= text.size(); ++n) {
        const auto journal = read_journal(std::string_view(text).substr(0, n));
        if (n < head.size()) {
            if (journal) FAIL("a header that is not whole");
            continue;
        }
        REQUIRE(journal.has_value());
        const auto whole = std::upper_bound(ends.begin(), ends.end(), n) - ends.begin() - 1;
        REQUIRE(journal->entries.size() == static_cast<std::size_t>(whole));
        REQUIRE(journal->bytes == ends[static_cast<std::size_t>(whole)]);
    }
    const Journal journal = *read_journal(text + "at\t18\t0");
    CHECK(difference(journal.header, h).empty());
    CHECK(journal.header.command_line == h.command_line);
    CHECK(journal.header.title == h.title);
    CHECK(journal.header.conditions == h.conditions);
    CHECK(journal.header.variants == h.variants);
    CHECK(journal.header.text == h.text);
    CHECK(journal.header.shard->number == 2);
    CHECK(journal.header.shard->of == 7);
    for (std::size_t i = 0; i < entries.size(); ++i) {
        CHECK(journal.entries[i].kind == entries[i].kind);
        CHECK(journal.entries[i].runs == entries[i].runs);
        REQUIRE(journal.entries[i].files.size() == entries[i].files.size());
        for (std::size_t f = 0; f < entries[i].files.size(); ++f) {
            CHECK(journal.entries[i].files[f].size == entries[i].files[f].size);
            CHECK(journal.entries[i].files[f].digest == entries[i].files[f].digest);
        }
    }
}

TEST_CASE("a journal with a changed byte ends before it") {
    std::string text = journal_text(header());
    const std::size_t head = text.size();
    for (std::uint64_t i = 0; i < 3; ++i) text += journal_text(JournalEntry{JournalEntry::Kind::at, i, {{i, i}}});
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string other = text;
        other[i] = static_cast<char>(other[i] ^ 1);
        const auto journal = read_journal(other);
        if (i < head) {
            if (journal) FAIL("a damaged header at byte " << i);
        } else {
            REQUIRE(journal.has_value());
            REQUIRE(journal->bytes <= i);
        }
    }
}

TEST_CASE("what differs between two sweeps is said") {
    const SweepHeader h = header();
    const auto says = [&](auto change) {
        SweepHeader other = header();
        change(other);
        return difference(h, other);
    };
    CHECK(says([](SweepHeader&) {}).empty());
    CHECK(says([](SweepHeader& o) { o.command_line = {"else"}; }).empty());
    CHECK(says([](SweepHeader& o) { o.version = "9"; }) == "another version of tcplab (9)");
    CHECK(says([](SweepHeader& o) { o.text += "#"; }) == "another scenario text");
    CHECK(says([](SweepHeader& o) { o.inputs = "a.har 1\n"; }) == "other contents of a file that the scenario names");
    for (const auto& change : std::vector<std::function<void(SweepHeader&)>>{
             [](SweepHeader& o) { o.changes.sets.clear(); }, [](SweepHeader& o) { o.changes.seed.reset(); },
             [](SweepHeader& o) { o.changes.repeat = 2; }, [](SweepHeader& o) { o.changes.variants = {"a"}; },
             [](SweepHeader& o) { o.changes.run = 1; }, [](SweepHeader& o) { o.changes.varies.pop_back(); },
             [](SweepHeader& o) { o.own_files.emplace_back("--pcap"); }}) {
        CHECK(says(change) == "other settings (tcplab run lab.toml)");
    }
}

TEST_CASE("nothing is seen before the end, and everything then") {
    const Scratch scratch;
    const fs::path out = scratch.path / "deep" / "out";
    put(out / "summary.csv", "older");
    put(out / "pages.csv", "older");
    put(out / "run-009" / "page.har", "older");
    put(out / "run-009" / "mine", "mine");
    {
        SweepFolder folder(out, header(), label(), SweepFolder::Begin::anew);
        for (std::uint64_t i = 0; i < kRuns; ++i) folder.add(run(i));
        folder.checkpoint();
        CHECK(contents(out / "summary.csv") == "older");
        CHECK(folder.path("summary.csv") == out / ".sweep" / "summary.csv");
        folder.finish("manifest", "report");
        CHECK(folder.path("summary.csv") == out / "summary.csv");
        CHECK(folder.names() == std::vector<std::string>{"report.html", "summary.csv", "transactions.csv",
                                                         "connections.csv", "run-001/page.har ...", "manifest.json"});
        folder.forget();
    }
    CHECK_FALSE(fs::exists(out / ".sweep"));
    CHECK_FALSE(fs::exists(out / "pages.csv"));
    CHECK_FALSE(fs::exists(out / "run-009" / "page.har"));
    CHECK(contents(out / "run-009" / "mine") == "mine");
    auto files = tree(out);
    files.erase("run-009/mine");
    CHECK(files == undisturbed());
    CHECK(files.at("run-005/tcp.csv").empty());
    CHECK(files.at("transactions.csv").find("\nt1\nt1\nt2\n") != std::string::npos);
}

TEST_CASE("without a complete run it is as if nothing had been begun") {
    const Scratch scratch;
    { const SweepFolder folder(scratch.path / "a" / "b", header(), label(), SweepFolder::Begin::anew); }
    CHECK_FALSE(fs::exists(scratch.path / "a"));
    put(scratch.path / "c" / "summary.csv", "older");
    { const SweepFolder folder(scratch.path / "c", header(), label(), SweepFolder::Begin::resume); }
    CHECK(tree(scratch.path / "c") == std::map<std::string, std::string>{{"summary.csv", "older"}});
}

TEST_CASE("a folder in the place of a file is noticed at once") {
    const Scratch scratch;
    fs::create_directories(scratch.path / "transactions.csv");
    CHECK_THROWS_AS(SweepFolder(scratch.path, header(), label(), SweepFolder::Begin::anew), OutputError);
    CHECK_FALSE(fs::exists(scratch.path / ".sweep"));
}

TEST_CASE("one process at a time") {
    const Scratch scratch;
    SweepFolder folder(scratch.path, header(), label(), SweepFolder::Begin::anew);
    folder.add(run(0));
    folder.checkpoint();
    for (const auto begin : {SweepFolder::Begin::anew, SweepFolder::Begin::resume}) {
        CHECK_THROWS_WITH_AS(SweepFolder(scratch.path, header(), label(), begin),
                             (scratch.path.string() + ": error: another tcplab is writing there").c_str(), OutputError);
    }
    CHECK(folder.complete() == 1);
    CHECK(fs::exists(scratch.path / ".sweep" / "journal"));
}

TEST_CASE("another sweep's folder is refused, and stays as it is") {
    const Scratch scratch;
    {
        SweepFolder folder(scratch.path, header(), label(), SweepFolder::Begin::anew);
        folder.add(run(0));
        folder.checkpoint();
    }
    const auto before = tree(scratch.path);
    SweepHeader other = header();
    other.changes.repeat = 9;
    CHECK_THROWS_AS(SweepFolder(scratch.path, other, label(), SweepFolder::Begin::resume), SweepMismatch);
    other = header();
    other.shard = Shard{1, 2};
    CHECK_THROWS_AS(SweepFolder(scratch.path, other, label(), SweepFolder::Begin::resume), SweepMismatch);
    CHECK(tree(scratch.path) == before);
}

TEST_CASE("wherever the journal was cut off, the sweep goes on to the same files") {
    const Scratch scratch;
    const auto whole = undisturbed();
    const fs::path out = scratch.path / "out";
    const auto killed = killed_after(3, out);
    const std::string& journal = killed.at(".sweep/journal");
    constexpr std::size_t step = 11;  // read_journal() is tested with every byte
    for (std::size_t n = journal.size() % step; n <= journal.size(); n += step) {
        auto files = killed;
        files[".sweep/journal"] = journal.substr(0, n);
        put_tree(out, files);
        complete(out);
        if (results(out) != whole) FAIL("cut at byte " << n);
    }
}

TEST_CASE("whatever came of the data behind the last entry, and before, the sweep goes on to the same files") {
    const Scratch scratch;
    const auto whole = undisturbed();
    const fs::path out = scratch.path / "out";
    const auto killed = killed_after(4, out);
    std::mt19937 random(7);
    for (const auto& [name, text] : killed) {
        if (name == ".sweep/journal") continue;
        for (int i = 0; i < 8; ++i) {
            auto files = killed;
            std::string& bytes = files[name];
            const std::size_t at = bytes.empty() ? 0 : random() % bytes.size();
            if (i % 4 == 0) bytes += "torn";
            if (i % 4 == 1) bytes.resize(at);
            if (i % 4 == 2 && !bytes.empty()) bytes[at] = static_cast<char>(bytes[at] ^ 4);
            if (i % 4 == 3) files.erase(name);
            put_tree(out, files);
            complete(out);
            if (results(out) != whole) FAIL(name << ", case " << i);
        }
    }
}

TEST_CASE("what is made again after damage counts, when the sweep is killed once more") {
    const Scratch scratch;
    const fs::path out = scratch.path / "out";
    const auto add = [](SweepFolder& folder, std::uint64_t runs) {
        for (std::uint64_t i = 0; i < runs; ++i) {
            folder.add(run(folder.complete()));
            folder.checkpoint();
        }
    };
    {
        SweepFolder folder(out, header(), label(), SweepFolder::Begin::anew);
        add(folder, 4);
    }
    const std::string notes = contents(out / ".sweep" / "notes");
    put(out / ".sweep" / "notes", notes.substr(0, 2));  // of two runs
    {
        SweepFolder folder(out, header(), label(), SweepFolder::Begin::resume);
        CHECK(folder.complete() == 2);
        add(folder, 3);
    }
    {
        const SweepFolder folder(out, header(), label(), SweepFolder::Begin::resume);
        CHECK(folder.complete() == 5);
    }
    complete(out);
    CHECK(results(out) == undisturbed());
}

TEST_CASE("a crash at any step of giving the final names is made good") {
    const Scratch scratch;
    const auto whole = undisturbed();
    const fs::path out = scratch.path / "out";
    for (const bool all : {true, false}) {
        std::map<std::string, std::string> before, after;
        {
            SweepFolder folder(out, header(), label(), SweepFolder::Begin::anew);
            for (std::uint64_t i = 0; i < (all ? kRuns : 4); ++i) folder.add(run(i));
            folder.checkpoint();
            folder.finish("manifest", all ? "report" : "");
            after = tree(out);
        }
        const std::string journal = after.at(".sweep/journal");
        const std::size_t move = journal.rfind("move\t");
        const std::size_t clear = journal.rfind("clear\t");
        REQUIRE(clear < move);
        std::vector<std::string> moved;
        for (const auto& [name, text] : after) {
            if (name.rfind(".sweep", 0) != 0) moved.push_back(name);
        }
        // With everything still hidden, and older files there or gone; then with each number of files moved.
        for (std::size_t n = 0; n <= moved.size(); ++n) {
            auto files = after;
            for (std::size_t i = n; i < moved.size(); ++i) {
                files[".sweep/" + moved[i]] = files.at(moved[i]);
                files.erase(moved[i]);
            }
            put_tree(out, files);
            complete(out);
            if (results(out) != whole) FAIL("killed with " << n << " files moved");
            if (n > 0) continue;
            files[".sweep/journal"] = journal.substr(0, move);
            files["summary.csv"] = files["pages.csv"] = files["run-001/page.har"] = files["run-077/tcp.csv"] = "older";
            put_tree(out, files);
            complete(out);
            if (results(out) != whole) FAIL("killed while older files were removed");
        }
        if (all) continue;
        // Taken up again, and killed with each number of files taken back.
        put_tree(out, after);
        { const SweepFolder folder(out, header(), label(), SweepFolder::Begin::resume); }
        const auto back = tree(out);
        const std::string again = back.at(".sweep/journal");
        const std::size_t end = again.find('\n', again.rfind("back\t")) + 1;
        for (std::size_t n = 0; n <= moved.size(); ++n) {
            auto files = after;
            files[".sweep/journal"] = again.substr(0, end);
            for (std::size_t i = 0; i < n; ++i) {
                files[".sweep/" + moved[i]] = files.at(moved[i]);
                files.erase(moved[i]);
            }
            put_tree(out, files);
            complete(out);
            if (results(out) != whole) FAIL("killed with " << n << " files taken back");
        }
    }
}

TEST_CASE("a complete sweep is found complete, until it is forgotten or changed") {
    const Scratch scratch;
    complete(scratch.path, SweepFolder::Begin::anew);
    const auto whole = results(scratch.path);
    {
        SweepFolder folder(scratch.path, header(), label(), SweepFolder::Begin::resume);
        CHECK(folder.finished());
        CHECK(folder.complete() == kRuns);
        CHECK(folder.names().front() == "report.html");
    }
    put(scratch.path / "summary.csv", whole.at("summary.csv") + "more");
    {
        SweepFolder folder(scratch.path, header(), label(), SweepFolder::Begin::resume);
        CHECK_FALSE(folder.finished());
        CHECK(folder.complete() == kRuns);
        folder.finish("manifest", "report");
    }
    CHECK(results(scratch.path) == whole);
    SweepFolder folder(scratch.path, header(), label(), SweepFolder::Begin::anew);
    CHECK(folder.complete() == 0);
}
