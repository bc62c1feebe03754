#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time.hpp"
#include "http/deadlines.hpp"
#include "http/page_plan.hpp"
#include "http/transaction.hpp"

namespace tcplab {

/// What the users of one host want, and when, and how their pages come along. It knows nothing of connections: it says
/// which objects are wanted, and is told what became of them.
///
/// An object is wanted when what it waits for is there, and its delay is over; a failed object counts as there. The
/// objects of one instant are wanted in page order of what they waited for. Users and objects are numbered from 0.
class Visits {
  public:
    struct Want {
        std::uint32_t user = 0;
        std::uint32_t object = 0;
    };

    /// User i begins the first page at starts[i]; results call it first_user + i. Keeps a reference to `plan`.
    Visits(const PagePlan& plan, std::uint32_t first_user, std::vector<Time> starts);

    void start(Time now);
    void on_deadline(Time now);
    [[nodiscard]] Time next_deadline() const { return alarms_.next(); }
    /// Takes what is wanted now, one object at a time.
    bool poll_want(Time now, Want& out);
    /// Takes a user whose last page is over.
    bool poll_finished(std::uint32_t& user);

    /// The first byte of a response.
    void begun(Time now, std::uint32_t user);
    /// So many bytes of the object's body were read; 0: its head.
    void progress(Time now, Want what, std::uint64_t body);
    /// The whole of it was read.
    void complete(Time now, Want what);
    /// It will not come.
    void failed(Want what);
    /// The object is over, complete or not, and what waits for all of it may go on.
    void over(Time now, Want what);

    /// The page that the user is loading, from 1; 0: none yet.
    [[nodiscard]] std::uint32_t load(std::uint32_t user) const { return users_[user].load; }
    /// The page is not over.
    [[nodiscard]] bool loading(std::uint32_t user) const { return users_[user].left > 0; }
    /// When that page began.
    [[nodiscard]] Time started(std::uint32_t user) const { return users_[user].page.started; }
    /// Some object waits for a part of another.
    [[nodiscard]] bool waits_for_parts() const { return !seen_.empty(); }
    [[nodiscard]] bool all_finished() const { return users_left_ == 0; }
    /// By user and page, as far as they have begun.
    [[nodiscard]] std::vector<PageResult> results() const;

  private:
    enum class Alarm : std::uint8_t { begin, due };
    /// Nanoseconds x bytes of the longest run and the largest page do not fit into 64 bits.
    __extension__ using ByteTime = __int128;

    struct User {
        std::uint32_t load = 0;
        std::uint32_t left = 0;  // objects of the page that are not over
        std::uint32_t failed = 0;
        std::uint32_t complete = 0;     // objects beside the html
        std::uint32_t sizes_known = 0;  // objects
        Duration object_time{0};        // of those complete beside the html, since the page began
        ByteTime byte_time = 0;         // the same of all, times their size
        Time last_done = kNever;
        PageResult page;
    };
    /// Of one user's page.
    struct ObjectState {
        static constexpr std::uint32_t kMostWaits = 0x3fffffff;  // more than a run's transactions

        std::uint32_t waits_for : 30 = 0;
        bool cached : 1 = false;  // since an earlier page
        bool size_known : 1 = false;
    };
    static_assert(sizeof(ObjectState) == 4, "there may be a million of them");

    void begin(Time now, std::uint32_t user);
    void due(Time now, Want what);
    void satisfy(Time now, Want what);
    void size_known(Time now, Want what);
    void take_from_cache(Time now, Want what);
    void finish_page(Time now, std::uint32_t user);
    [[nodiscard]] std::size_t place(Want w) const { return std::size_t{w.user} * plan_->size() + w.object; }
    [[nodiscard]] ObjectState& state(Want w) { return states_[place(w)]; }

    const PagePlan* plan_;
    std::uint32_t first_user_;
    std::vector<Time> starts_;  // until start()
    Deadlines alarms_;
    std::vector<User> users_;
    std::vector<ObjectState> states_;  // by user and object, as place() says
    std::vector<std::uint64_t> seen_;  // the same, where something waits for a part: 0: no head; 1 + bytes of the body
    std::vector<PageResult> done_;     // pages that are over, as they ended
    std::vector<Want> wanted_;         // not taken yet, from taken_ on
    std::size_t taken_ = 0;
    std::vector<std::uint32_t> finished_;
    std::uint32_t users_left_;
    ByteTime total_bytes_ = 0;  // of the page
};

}  // namespace tcplab
