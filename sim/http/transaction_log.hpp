#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/causes.hpp"
#include "core/content.hpp"
#include "http/cause_log.hpp"
#include "http/transaction.hpp"

namespace tcplab {

/// The critical path from a page's start to an event: the causes of all the time between. A story is a chain of such
/// points, each with what has been added to the one before: it may have a million steps.
struct PathPoint {
    Causes causes;
    Time at{};
    std::uint32_t load = 0;  ///< of which page
    unsigned owners = 0;
    Ref<PathPoint> before;  ///< only of a story; absent: it begins here

    PathPoint(Causes c, Time t, std::uint32_t of_load, Ref<PathPoint> b = {})
        : causes(std::move(c)), at(t), load(of_load), before(std::move(b)) {}
    PathPoint(const PathPoint&) = delete;
    PathPoint& operator=(const PathPoint&) = delete;
    ~PathPoint() {
        // One after the other, not one within the other.
        while (before && before->owners == 1) before = std::exchange(before->before, {});
    }
};
using PathRef = Ref<PathPoint>;

/// The transactions of all browsers of a run. They share one list, so that it is in the order of time as it comes, and
/// a million rows need no second place to be put into that order.
struct TransactionLog {
    static constexpr std::uint32_t kNone = 0xffffffff;

    /// What a browser keeps beside a transaction that is under way.
    struct Row {
        std::uint32_t next = kNone;  ///< in a slot's list or a queue
        std::uint32_t slot = kNone;  ///< kNone: waits for one
        PathRef path;                ///< to the last that happened with it (PagePaths)
    };
    /// And when it has a stream of its own.
    struct StreamRow {
        std::uint32_t stream = 0;                  ///< its number; 0: not opened
        std::uint32_t head = 0;                    ///< bytes of the response's head
        std::uint64_t length = Failure::kUnknown;  ///< of its body, as the head says
    };

    std::vector<Transaction> transactions;
    std::vector<Row> rows;                      ///< one for each of them
    std::vector<StreamRow> streams;             ///< the same, where the strategy is multiplexed
    CauseLog causes;                            ///< of those that are over (Transaction::causes)
    std::map<std::uint32_t, Duration> retries;  ///< by row, of those under way: of attempts that failed (PagePaths)

    /// Room for so many more.
    void reserve(std::size_t more, bool multiplexed) {
        transactions.reserve(transactions.size() + more);
        rows.reserve(rows.size() + more);
        if (multiplexed) streams.reserve(streams.size() + more);
    }
    /// When no browser goes on: what they keep beside the transactions is no longer needed.
    void release_rows() {
        rows = std::vector<Row>();
        streams = std::vector<StreamRow>();
    }
};

}  // namespace tcplab
