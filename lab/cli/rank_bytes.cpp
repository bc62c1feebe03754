#include "cli/rank_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace tcplab {
namespace {

// What comes next of a run.
enum Piece : std::uint8_t { kRows, kRest };

void put_rows(BytesOut& out, const RunRows& rows) {
    out.put(kRows);
    out.put(rows.transactions);
    out.put(rows.connections);
    out.put(rows.pages);
}

}  // namespace

void BytesOut::put(std::uint64_t number) {
    std::array<char, sizeof number> raw{};
    std::memcpy(raw.data(), &number, sizeof number);
    bytes.append(raw.data(), raw.size());
}

void BytesOut::put(std::string_view text) {
    put(std::uint64_t{text.size()});
    bytes.append(text);
}

std::string_view BytesIn::take(std::size_t size) {
    if (size > left_.size()) throw std::runtime_error("a message between two processes is damaged");
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
}

std::uint64_t BytesIn::number() {
    std::uint64_t number = 0;
    const std::string_view raw = take(sizeof number);
    std::memcpy(&number, raw.data(), sizeof number);
    return number;
}

std::string BytesIn::text() { return std::string(take(number())); }

void put_run(BytesOut& out, MadeRun& made, bool several_pages, const std::function<void(BytesOut&)>& part) {
    if (made.large) {
        for_rows_of(*made.large, several_pages, [&](const RunRows& rows) {
            put_rows(out, rows);
            part(out);
        });
        made.large.reset();
    } else {
        put_rows(out, made.bytes.rows);
    }
    out.put(kRest);
    out.put(made.bytes.number);
    out.put(made.bytes.summary);
    out.put(made.bytes.note);
    out.put(std::uint64_t{made.bytes.files.size()});
    for (const RunFile& file : made.bytes.files) {
        out.put(file.name);
        out.put(file.bytes);
    }
    made.bytes.files.clear();
}

void RunsIn::take(std::string_view bytes, const std::function<void(RunBytes&&)>& made) {
    BytesIn in(bytes);
    while (!in.at_end()) {
        if (in.number() == kRows) {
            rows_.transactions += in.text();
            rows_.connections += in.text();
            rows_.pages += in.text();
            continue;
        }
        RunBytes run;
        run.number = static_cast<std::uint32_t>(in.number());
        run.summary = in.text();
        run.note = in.text();
        run.rows = std::exchange(rows_, {});
        for (std::uint64_t files = in.number(); files > 0; --files) {
            std::string name = in.text();
            run.files.push_back({std::move(name), in.text()});
        }
        made(std::move(run));
    }
}

}  // namespace tcplab
