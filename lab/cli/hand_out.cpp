#include "cli/hand_out.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "cli/rank_talk.hpp"

namespace tcplab {
namespace {

constexpr double kHandful = 1e6;                  // nanoseconds that runs take which are handed out at once, about
constexpr std::size_t kMostAtOnce = 8;            // runs
constexpr std::size_t kMostHeld = 1'000'000'000;  // bytes of runs that wait for earlier ones, about

std::size_t size_of(const RunBytes& run) {
    std::size_t size = run.summary.size() + run.note.size() + run.rows.transactions.size() +
                       run.rows.connections.size() + run.rows.pages.size();
    for (const RunFile& file : run.files) size += file.bytes.size();
    return std::max<std::size_t>(size, 1);
}

}  // namespace

HandOut::HandOut(Ranks& ranks, std::size_t plan, std::uint64_t first)
    : ranks_(ranks), plan_(plan), first_(first), hands_(ranks.count()) {}

void HandOut::serve(const SweepShare& sweep, const Take& take) {
    Patience patience;
    while (!sweep.stopped()) {
        bool busy = false;
        while (const std::optional<RankMessage> message = ranks_.poll()) {
            hear(*message, sweep, take);
            busy = true;
        }
        for (std::size_t rank = 1; rank < hands_.size(); ++rank) busy = ask(sweep, rank) || busy;
        if (under_way_ == 0 && sweep.all_begun()) return;
        if (busy) {
            patience.busy();
        } else {
            patience.wait();
        }
    }
}

// Who makes cheap runs has the next ones at hand when these are made; dear ones go to whoever is the first to be free.
bool HandOut::ask(const SweepShare& sweep, std::size_t rank) {
    Hand& hand = hands_[rank];
    const double fits = nanoseconds_ > 0 ? kHandful / nanoseconds_ : 1;
    const auto most = static_cast<std::size_t>(std::clamp(fits, 1.0, static_cast<double>(kMostAtOnce)));
    if (hand.runs > (most > 1 ? most : 0)) return false;
    const RunsBegun runs = sweep.begin(most);
    if (runs.count == 0) return false;
    hand.asked.push_back(runs);
    hand.runs += runs.count;
    under_way_ += runs.count;
    BytesOut out;
    out.put(std::uint64_t{plan_});
    out.put(first_ + runs.first);
    out.put(std::uint64_t{runs.count});
    ranks_.send(rank, RankWord::make, out.bytes);
    return true;
}

void HandOut::hear(const RankMessage& message, const SweepShare& sweep, const Take& take) {
    if (message.word == RankWord::failed) {
        throw std::runtime_error(fmt::format("process {} of mpirun: {}", message.from, message.bytes));
    }
    if (message.word == RankWord::signal) return sweep.stop();
    Hand& hand = hands_[message.from];
    if (hand.asked.empty()) throw std::runtime_error("runs that nobody asked for");
    const auto made = [&](RunBytes&& run) {
        const std::size_t index = hand.asked.front().first + hand.made++;
        largest_ = std::max(largest_, size_of(run));
        take(index, std::move(run));
        sweep.made(index);
    };
    std::string_view bytes = message.bytes;
    if (message.word == RankWord::runs) {
        const std::uint64_t took = BytesIn(bytes).number();
        learn(took, hand.asked.front().count);
        bytes.remove_prefix(sizeof took);
    }
    hand.in.take(bytes, made);
    if (message.word == RankWord::part) return;
    if (hand.made != hand.asked.front().count) throw std::runtime_error("fewer runs than were asked for");
    hand.runs -= hand.made;
    under_way_ -= std::exchange(hand.made, 0);
    hand.asked.erase(hand.asked.begin());
    sweep.limit(kMostHeld / largest_);
}

void HandOut::learn(std::uint64_t nanoseconds, std::size_t runs) {
    const double each = std::max(1.0, static_cast<double>(nanoseconds) / static_cast<double>(runs));
    nanoseconds_ = nanoseconds_ == 0 ? each : 0.75 * nanoseconds_ + 0.25 * each;
}

}  // namespace tcplab
