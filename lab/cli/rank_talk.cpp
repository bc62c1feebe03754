#include "cli/rank_talk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/commands.hpp"
#include "cli/rank_bytes.hpp"
#include "cli/sweep_header.hpp"
#include "export/output.hpp"

namespace tcplab {
namespace {

std::string headers_text(const SweepHeader& header) {
    BytesOut out;
    out.put(journal_text(header));
    out.put(header.shard ? fmt::format("{}/{}", header.shard->number, header.shard->of) : "");
    return out.bytes;
}

// Why what the other says is not what this process would say; empty where it is.
std::string disagreement(const std::string& ours, const std::string& theirs) {
    if (ours == theirs) return "";
    BytesIn a(ours);
    BytesIn b(theirs);
    while (!a.at_end() && !b.at_end()) {
        const auto mine = read_journal(a.text());
        const auto other = read_journal(b.text());
        if (!mine || !other) break;
        std::string what = difference(mine->header, other->header);
        if (!what.empty()) return what;
        if (a.text() != b.text()) return "another --shard";
    }
    return "other scenarios";
}

}  // namespace

void Patience::wait() {
    std::this_thread::sleep_for(next_);
    next_ = std::min(next_ * 2, kLongest);
}

std::string hello_text(const std::vector<Plan>& plans, const RunOptions& options) {
    std::string text;
    for (const Plan& plan : plans) {
        SweepHeader header = header_of(plan, options, {});
        header.file.clear();  // each may find it elsewhere
        text += headers_text(header);
    }
    return text;
}

void meet_others(Ranks& ranks, const std::vector<Plan>& plans, const RunOptions& options) {
    const std::string ours = hello_text(plans, options);
    Patience patience;
    for (std::size_t missing = ranks.count() - 1; missing > 0;) {
        const std::optional<RankMessage> message = ranks.poll();
        if (!message) {
            patience.wait();
            continue;
        }
        if (message->word == RankWord::signal) continue;  // this process gets one itself
        BytesIn in(message->bytes);
        const std::string error = in.text();
        if (!error.empty()) throw OutputError(fmt::format("process {} of mpirun: {}", message->from, error));
        const std::string what = disagreement(ours, in.text());
        if (!what.empty()) {
            throw UsageError(fmt::format("process {} of mpirun was started for {}", message->from, what));
        }
        --missing;
    }
}

void dismiss_others(Ranks& ranks, int exit_code) {
    BytesOut out;
    out.put(static_cast<std::uint64_t>(exit_code));
    for (std::size_t to = 1; to < ranks.count(); ++to) ranks.send(to, RankWord::end, out.bytes);
    Patience patience;
    for (std::size_t left = ranks.count() - 1; left > 0;) {
        const std::optional<RankMessage> message = ranks.poll();
        if (!message) {
            patience.wait();
        } else if (message->word == RankWord::bye) {
            --left;
        }
    }
}

}  // namespace tcplab
