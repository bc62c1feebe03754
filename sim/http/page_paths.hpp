#pragma once

#include <cstdint>
#include <vector>

#include "core/causes.hpp"
#include "core/content.hpp"
#include "core/time.hpp"
#include "http/cause_log.hpp"
#include "http/story.hpp"
#include "http/transaction.hpp"
#include "http/transaction_log.hpp"

namespace tcplab {

/// Why the pages and transactions of one browser take as long as they do. It is told what happens, in order, and keeps
/// for each of a user's transactions and connections the critical path that has led there from the page's start: the
/// causes of every instant since then. What waits for a connection goes on from where that connection's last
/// transaction has led.
///
/// Slots, rows and users are the Browser's.
class PagePaths {
  public:
    /// Keeps a reference to `log`. When it is off it does nothing.
    PagePaths(TransactionLog& log, Attribution how, std::size_t users, std::size_t slots)
        : log_(&log), how_(how), users_(how.on ? users : 0), slots_(how.on ? slots : 0) {}

    // --- a transaction ---
    /// Wanted by a user whose page began at `page_start`.
    void wanted(Time now, std::uint32_t user, std::uint32_t row, Time page_start);
    /// Its request is written to the slot's connection, which it has opened itself, or not; or it would have been, and
    /// failed.
    void begun(std::uint32_t slot, std::uint32_t row);
    /// The history of its request, which is being written.
    [[nodiscard]] History new_message(std::uint32_t row) const;
    /// A part of the response has been read that something waits for; `history` is its message's so far.
    void progressed(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row, const History& history);
    /// It is complete, with its response's history.
    void completed(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row, Settled settled);
    /// What waits for it, or for the slot, may go on: later than it was complete when the end of the stream was waited
    /// for.
    void released(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row);
    /// An attempt has failed, and it waits again. Transaction::blocked is still that of the attempt.
    void retried(Time now, std::uint32_t row);
    /// It has failed.
    void failed(Time now, std::uint32_t user, std::uint32_t row);

    // --- a slot ---
    /// It opens a connection for a transaction.
    void opening(Time now, std::uint32_t slot, std::uint32_t row);
    /// The last step of that took until now.
    void passed(Time now, std::uint32_t slot, Cause cause);
    /// The last step was TCP's handshake, in which SYNs were lost for so long.
    void connected(Time now, std::uint32_t slot, Duration loss);

    /// The path to the end of the user's page number `load`, which took so long: to its last byte, or to the last
    /// object that was there already.
    [[nodiscard]] Causes page(std::uint32_t user, std::uint32_t load, Duration took) const;

    /// With Attribution::story: the path to the end of the user's page number `load`, step by step, as far as it is
    /// complete.
    [[nodiscard]] std::vector<PathStep> story(std::uint32_t user, std::uint32_t load) const;
    /// With Attribution::story of a transaction: its path from when it was wanted, once it is over; it may begin with
    /// what others did.
    [[nodiscard]] std::vector<PathStep> transaction_story() const;

  private:
    struct User {
        PathRef last;                // to the newest of its events
        std::vector<PathRef> pages;  // by load: to the newest completion
    };
    struct Slot {
        PathRef path;
        PathRef lead;       // to the request that the newest response goes back to
        Duration ports{0};  // of the opening
        Duration loss{0};
    };
    [[nodiscard]] bool on() const { return how_.on; }
    static PathRef fork(const PathRef& path);
    static Causes whole(const PathRef& path);
    static void extend(PathRef& path, Time now, Cause cause);
    static PathRef about(const PathRef& path, std::uint32_t row);
    static PathRef after(const PathRef& path, const Causes& causes);
    [[nodiscard]] PathRef to_request(std::uint32_t row) const;
    [[nodiscard]] PathRef to_response(Time now, std::uint32_t slot, const PathRef& own, const History& history) const;
    PathRef completed_path(Time now, std::uint32_t slot, std::uint32_t row, const Settled& settled);
    [[nodiscard]] const PathRef& later(std::uint32_t slot, std::uint32_t row) const;
    void add_before_request(Causes& out, std::uint32_t row, const Slot& s) const;
    void store(std::uint32_t row, Causes causes);
    void tell(std::uint32_t row, const PathRef& path);

    TransactionLog* log_;
    Attribution how_;
    std::vector<User> users_;
    std::vector<Slot> slots_;
    PathRef told_;      // to the end of the transaction whose story is wanted
    Time told_from_{};  // which was wanted then
};

}  // namespace tcplab
