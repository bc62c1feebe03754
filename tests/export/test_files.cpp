#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "export/output.hpp"
#include "export/records.hpp"
#include "export/result_files.hpp"
#include "scratch.hpp"

using namespace tcplab;
namespace fs = std::filesystem;

using test::contents;
using test::Scratch;

namespace {

std::vector<std::string> listing(const fs::path& folder) {
    std::vector<std::string> names;
    for (const auto& e : fs::directory_iterator(folder)) names.push_back(e.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> out;
    std::istringstream in(text);
    for (std::string part; std::getline(in, part, separator);) out.push_back(part);
    if (!text.empty() && text.back() == separator && separator == ',') out.emplace_back();
    return out;
}

std::string message_of(const auto& action) {
    try {
        action();
    } catch (const OutputError& e) {
        return e.what();
    }
    return "no error";
}

/// Where the time was not attributed.
const std::string kNoCauses(kCauses, ',');

Scenario asked_for() {
    Scenario s;
    s.page.objects.emplace_back().path = "/a,b";
    return s;
}

Results one_transaction() {
    Results r;
    Transaction t;
    t.id = 1;
    t.connection = 1;
    t.status = 200;
    t.wanted = kStart;
    t.connect = 100400us;
    t.send_begin = t.request_sent = kStart + 100400us;
    t.first_byte = kStart + 201ms;
    t.done = kStart + 208400us;
    t.request_bytes = 300;
    t.response_bytes = 10250;
    r.transactions.push_back(t);
    Transaction failed = t;
    failed.id = 2;
    failed.connection = 0;
    failed.status = 0;
    failed.send_begin = failed.request_sent = failed.first_byte = kNever;
    failed.connect = 7s;
    failed.done = kStart + 7s;
    failed.failure = {"ETIMEDOUT"};
    r.transactions.push_back(failed);
    ConnectionRow c;
    c.id = 1;
    c.tuple = {{{0x0a000001}, 32768}, {{0x0a640001}, 80}};
    c.opened = kStart;
    c.established = kStart + 100400us;
    c.transactions = 1;
    c.close_reason = CloseReason::server;
    c.srtt = 100400us;
    r.connections.push_back(c);
    r.failed = 1;
    r.up = {10, 700, 400, 1, 0, 0, 4};
    r.down = {12, 11300, 600, 0, 2, 0, 3};
    PageResult p;
    p.started = kStart;
    p.first_byte = kStart + 201ms;
    p.first_object = kStart + 208400us;
    p.mean_object = 208400us;
    p.layout = kStart + 205ms;
    r.pages = {p};
    return r;
}

RunLabel label() { return {"lab", "serial", 3, 7, {{"link.rtt", "20 ms"}}}; }

}  // namespace

TEST_CASE("everything appears at once, at commit") {
    const Scratch scratch;
    const fs::path folder = scratch.path / "deep" / "out";
    {
        OutputFolder out(folder);
        out.create("a.csv").write("1\n");
        CHECK_FALSE(fs::exists(folder / "a.csv"));
        out.create("b.csv").write("2\n");
        out.commit();
    }
    CHECK(listing(folder) == std::vector<std::string>{"a.csv", "b.csv"});
    CHECK(contents(folder / "b.csv") == "2\n");
}

TEST_CASE("without commit nothing stays, and older files do") {
    const Scratch scratch;
    std::ofstream(scratch.path / "a.csv") << "old";
    {
        OutputFolder out(scratch.path);
        out.create("a.csv").write("new");
        out.remove_at_commit("old.csv");
    }
    CHECK(listing(scratch.path) == std::vector<std::string>{"a.csv"});
    CHECK(contents(scratch.path / "a.csv") == "old");
    { OutputFolder out(scratch.path / "x" / "y"); }
    CHECK_FALSE(fs::exists(scratch.path / "x"));
}

TEST_CASE("an older run's file that this run does not have goes") {
    const Scratch scratch;
    std::ofstream(scratch.path / "pages.csv") << "old";
    OutputFolder out(scratch.path);
    out.remove_at_commit("pages.csv");
    out.create("a.csv").write("new");
    out.commit();
    CHECK(listing(scratch.path) == std::vector<std::string>{"a.csv"});
}

TEST_CASE("folders in the folder: they appear and go with their files") {
    const Scratch scratch;
    {
        OutputFolder given_up(scratch.path / "out");
        given_up.create("run-001/page.har").write("x");
    }
    CHECK_FALSE(fs::exists(scratch.path / "out"));
    {
        OutputFolder out(scratch.path / "out");
        OutputFile& first = out.create("run-001/page.har");
        first.write("one");
        first.close();
        out.create("run-002/page.har").write("two");
        CHECK_FALSE(fs::exists(scratch.path / "out" / "run-001" / "page.har"));
        out.commit();
    }
    CHECK(listing(scratch.path / "out") == std::vector<std::string>{"run-001", "run-002"});
    CHECK(listing(scratch.path / "out" / "run-001") == std::vector<std::string>{"page.har"});
    CHECK(contents(scratch.path / "out" / "run-002" / "page.har") == "two");
    std::ofstream(scratch.path / "out" / "run-002" / "notes") << "mine";
    {
        OutputFolder out(scratch.path / "out");
        out.remove_at_commit("run-001/page.har");
        out.remove_at_commit("run-002/page.har");
        out.commit();
    }
    CHECK(listing(scratch.path / "out") == std::vector<std::string>{"run-002"});
    CHECK(listing(scratch.path / "out" / "run-002") == std::vector<std::string>{"notes"});
    std::ofstream(scratch.path / "out" / "run-003") << "a file";
    OutputFolder out(scratch.path / "out");
    CHECK_THROWS_AS(out.create("run-003/page.har"), OutputError);
}

TEST_CASE("a file in the place of the folder") {
    const Scratch scratch;
    const fs::path file = scratch.path / "file";
    std::ofstream(file.c_str()) << "mine";
    CHECK(message_of([&] { OutputFolder out(file); }) == file.string() + ": error: Not a directory");
    CHECK(message_of([&] { OutputFolder out(file / "below"); }).find("error: Not a directory") != std::string::npos);
    CHECK(contents(file) == "mine");
}

TEST_CASE("a folder in the place of a file leaves everything as it was") {
    const Scratch scratch;
    fs::create_directory(scratch.path / "b.csv");
    {
        OutputFolder out(scratch.path);
        out.create("a.csv").write("1");
        out.create("b.csv").write("2");
        CHECK(message_of([&] { out.commit(); }) == (scratch.path / "b.csv").string() + ": error: Is a directory");
    }
    CHECK(listing(scratch.path) == std::vector<std::string>{"b.csv"});
}

TEST_CASE("a full disk is noticed") {
    if (!fs::exists("/dev/full")) return;
    const std::string full = "/dev/full: error: No space left on device";
    OutputFile small("/dev/full");
    small.write("a few bytes stay in the buffer");
    CHECK(message_of([&] { small.close(); }) == full);
    OutputFile large("/dev/full");
    CHECK(message_of([&] { large.write(std::string(1'000'000, 'x')); }) == full);
}

TEST_CASE("summary.csv: a row for a run") {
    const SummaryRow row{label(), summarise(one_transaction())};
    const auto names = split(summary_csv_header(row.label), ',');
    const auto fields = split(summary_csv_row(row), ',');
    REQUIRE(names.size() == fields.size());
    const auto value = [&](const std::string& name) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (names[i] == name) return fields[i];
        }
        return std::string("no column");
    };
    CHECK(summary_csv_row(row).rfind("lab,serial,3,7,20 ms,", 0) == 0);
    CHECK(value("page_ms") == "");
    CHECK(value("first_byte_ms") == "201");
    CHECK(value("first_object_ms") == "208.4");
    CHECK(value("transactions") == "2");
    CHECK(value("failed") == "1");
    CHECK(value("packets_up") == "10");
    CHECK(value("bytes_down") == "11300");
    CHECK(value("overhead_percent") == "8.333333");
    CHECK(value("dropped_queue") == "1");
    CHECK(value("dropped_loss") == "2");
    CHECK(value("marked_ce") == "7");
}

TEST_CASE("transactions.csv: phases sum to the total, also of a failure") {
    const RunRows rows = format_rows(label(), asked_for(), one_transaction(), false);
    const auto lines = split(rows.transactions, '\n');
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] ==
          "lab,serial,3,7,20 ms,1,1,1,1,www.example.com,GET,\"/a,b\",200,0,0,0,0,100.4,,0,100.6,7.4,208.4,100.4,"
          "100.4,201,208.4,300,10250," +
              kNoCauses);
    CHECK(lines[1] ==
          "lab,serial,3,7,20 ms,2,,1,1,www.example.com,GET,\"/a,b\",,0,0,0,0,7000,,,,,7000,,,,7000,300,10250," +
              kNoCauses + "ETIMEDOUT");
    CHECK(rows.connections == "lab,serial,3,7,20 ms,1,1,10.0.0.1,32768,10.100.0.1,80,0,100.4,,,1,server,0,0,0,100.4\n");
    CHECK(rows.pages.empty());
    CHECK(format_rows(label(), asked_for(), one_transaction(), true).pages ==
          "lab,serial,3,7,20 ms,1,1,0,,201,,208.4,205,208.4,," + kNoCauses + "\n");
}

TEST_CASE("causes: those that took no time are zero") {
    Results r = one_transaction();
    Causes causes;
    causes.add(Cause::handshake, 100400us);
    causes.add(Cause::propagation, 108ms);
    r.transactions[0].causes = r.causes.add(causes) & CauseLog::kNone;
    r.pages[0].causes = causes;
    const std::string own = "0,0,0,100.4,0,108,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0";
    const RunRows rows = format_rows(label(), asked_for(), r, true);
    CHECK(split(rows.transactions, '\n')[0].find(",300,10250," + own + ",") != std::string::npos);
    r.pages[0].done = kStart + 208400us;
    CHECK(format_rows(label(), asked_for(), r, true).pages.find("," + own + "\n") != std::string::npos);
}

TEST_CASE("a reused connection has no connect phase") {
    Results r = one_transaction();
    r.transactions.resize(1);
    r.transactions[0].reused = true;
    r.transactions[0].connect = Duration::zero();
    r.transactions[0].wanted = r.transactions[0].send_begin;
    CHECK(format_rows(label(), asked_for(), r, false).transactions.find(",100.4,0,,,,0,100.6,7.4,108,,100.4,201,") !=
          std::string::npos);
}

TEST_CASE("a phase in whose middle the run ended has no length") {
    Results r = one_transaction();
    r.transactions.resize(1);
    Transaction& t = r.transactions[0];
    t.done = t.first_byte = t.request_sent = t.send_begin = kNever;
    t.connect = Duration::zero();
    t.failure = {"unfinished"};
    const auto row = [&] { return format_rows(label(), asked_for(), r, false).transactions; };
    SUBCASE("it connects") {
        CHECK(row().find(",200,0,0,0,0,,,,,,,,,,,300,10250," + kNoCauses + "unfinished") != std::string::npos);
    }
    SUBCASE("it waits") {
        t.connection = 0;
        CHECK(row().find(",200,0,0,,,,,,,,,,,,,300,10250," + kNoCauses + "unfinished") != std::string::npos);
    }
}

TEST_CASE("headers have as many fields as rows") {
    const Results results = one_transaction();
    const RunRows headers = row_headers(label());
    const RunRows rows = format_rows(label(), asked_for(), results, true);
    const auto same_width = [](const std::string& header, const std::string& text) {
        std::vector<std::string> names, fields;
        split_record(header.substr(0, header.find('\n')), names);
        split_record(text.substr(0, text.find('\n')), fields);
        return names.size() == fields.size() && names.size() > 5;
    };
    CHECK(same_width(headers.transactions, rows.transactions));
    CHECK(same_width(headers.connections, rows.connections));
    CHECK(same_width(headers.pages, rows.pages));
    CHECK(same_width(summary_csv_header(label()), summary_csv_row({label(), summarise(results)})));
}

TEST_CASE("the manifest") {
    const Manifest whole{"0.1.0", "lab.toml", "name = \"lab\"\n", "fnv1a64:0", {"tcplab", "run", "lab.toml"}, 4, 3};
    CHECK(manifest_json(whole) ==
          "{\n  \"version\": \"0.1.0\",\n  \"command\": [\"tcplab\", \"run\", \"lab.toml\"],\n  \"runs\": 4,\n"
          "  \"complete\": 3,\n  \"file\": \"lab.toml\",\n  \"hash\": \"fnv1a64:0\",\n"
          "  \"scenario\": \"name = \\\"lab\\\"\\n\"\n}\n");
    Manifest part = whole;
    part.shard = "2/7";
    part.shard_runs = 3;
    CHECK(manifest_json(part).find("\"runs\": 4,\n  \"shard\": \"2/7\",\n  \"shard_runs\": 3,\n  \"complete\": 3,") !=
          std::string::npos);
    Manifest joined = whole;
    joined.parts = {{"a", "b"}, {"c"}};
    CHECK(manifest_json(joined).find("\"parts\": [\n    [\"a\", \"b\"],\n    [\"c\"]\n  ],\n  \"runs\"") !=
          std::string::npos);
}

TEST_CASE("records are read as they were written") {
    const Scratch scratch;
    const fs::path file = scratch.path / "a.csv";
    std::ofstream(file.c_str()) << "a,b\n\"two\nlines, \"\"quoted\"\"\",2\n,\nlast,-0.000001";
    RecordReader reader(file);
    std::vector<std::string> fields;
    std::vector<std::vector<std::string>> all;
    std::vector<std::uint64_t> offsets;
    while (reader.next()) {
        split_record(reader.record(), fields);
        all.push_back(fields);
        offsets.push_back(reader.offset());
    }
    CHECK(all == std::vector<std::vector<std::string>>{
                     {"a", "b"}, {"two\nlines, \"quoted\"", "2"}, {"", ""}, {"last", "-0.000001"}});
    REQUIRE(offsets.size() == 4);
    RecordReader from(file, offsets[1]);
    REQUIRE(from.next());
    CHECK(from.record() == "\"two\nlines, \"\"quoted\"\"\",2");
    CHECK_THROWS_AS(RecordReader(scratch.path / "none"), OutputError);
}

TEST_CASE("a long file is read in parts") {
    const Scratch scratch;
    const fs::path file = scratch.path / "a.csv";
    std::ofstream out(file.c_str());
    for (int i = 0; i < 20'000; ++i) out << i << ",\"x\n" << i << "\"\n";
    out.close();
    RecordReader reader(file);
    std::vector<std::string> fields;
    int count = 0;
    for (; reader.next(); ++count) {
        split_record(reader.record(), fields);
        REQUIRE(fields == std::vector<std::string>{std::to_string(count), "x\n" + std::to_string(count)});
    }
    CHECK(count == 20'000);
}

TEST_CASE("values are read as they were written") {
    for (const FieldKind kind : {FieldKind::count, FieldKind::milliseconds, FieldKind::percent}) {
        for (const std::int64_t value : {INT64_C(0), INT64_C(1), INT64_C(-1), INT64_C(208'400'000), INT64_C(-1'500'001),
                                         INT64_C(999'999), INT64_C(1'000'000), INT64_C(9'000'000'000'000'000'001)}) {
            std::string text;
            append_value(text, kind, value);
            CHECK(read_value(kind, text) == value);
        }
        CHECK_FALSE(read_value(kind, "").has_value());
    }
}

TEST_CASE("JSON and Markdown have the same rows") {
    const SummaryRow row{{"lab", "a|b", 1, 7, {{"link.rtt", "20 ms"}}}, summarise(one_transaction())};
    const auto fields_of = [](std::string line) {
        std::vector<std::string> fields;
        line.pop_back();
        split_record(line, fields);
        return fields;
    };
    const auto header = fields_of(summary_csv_header(row.label));
    const auto fields = fields_of(summary_csv_row(row));
    const std::string json = summary_json(header, fields);
    CHECK(json.find("{\"scenario\": \"lab\", \"variant\": \"a|b\", \"run\": 1, \"seed\": 7, \"link.rtt\": \"20 ms\", "
                    "\"page_ms\": null, \"first_byte_ms\": 201, ") == 0);
    CHECK(json.back() == '}');
    CHECK(summary_markdown(fields).find("| lab | a\\|b | 1 | 7 | 20 ms |  | 201 |") == 0);
    CHECK(summary_markdown_head(header).find("\n|---|---|--:|--:|--:|") != std::string::npos);
}
