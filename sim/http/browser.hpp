#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.hpp"
#include "core/content.hpp"
#include "core/time.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/page_plan.hpp"
#include "http/transaction.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// The page loads of one or more users on one host. Each user has connections of its own, in numbered slots.
///
/// An object is wanted when what it waits for is there; a failed object counts as there. Wanted objects wait in page
/// order. The first takes an idle connection (lowest slot first), else opens one in a closed slot in the same instant
/// and is bound to it, else, pipelined, joins the connection with the fewest requests under way; if none takes it,
/// nothing behind it overtakes it. Pinned objects take their slot as soon as it is idle.
///
/// A serial or parallel transaction keeps its slot until the stream has ended, or, where the client closes first,
/// until the response is complete. A page's connections are closed when its last object is over.
///
/// Errors of transactions: "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EADDRNOTAVAIL", "timeout" (counted from the
/// instant it was wanted), "truncated: 49232 of 100000 bytes" (of the body), "truncated: in the header",
/// "closed before the response", or what MessageError says.
class Browser : public Application {
  public:
    /// How often a connection is tried again that found no free port (OnNoPort::wait): the socket interface does not
    /// tell when one is free.
    static constexpr Duration kPortRetry{100'000'000};

    /// User number first_user + i begins at starts[i]. The name is looked up once per user, before its first
    /// connection. Keeps references to `stack` and `plan`.
    Browser(Stack& stack, const PagePlan& plan, Endpoint server, std::optional<Duration> dns_delay,
            std::uint32_t first_user, std::vector<Time> starts);

    void start(Time now) override;
    void on_socket(Time now, const SocketEvent& event) override;
    void on_deadline(Time now) override;
    [[nodiscard]] Time next_deadline() const override { return alarms_.next(); }

    /// In the order in which they were wanted; ids from 1. Transaction::connection is left to the experiment, which
    /// knows it by stack_connection. Under way when done is kNever.
    [[nodiscard]] const std::vector<Transaction>& transactions() const { return transactions_; }
    /// By user.
    [[nodiscard]] const std::vector<PageResult>& pages() const { return pages_; }
    /// Every user's last object is over.
    [[nodiscard]] bool finished() const { return users_left_ == 0; }
    /// Connections that found no free port at their first attempt.
    [[nodiscard]] std::uint32_t refused_ports() const { return refused_ports_; }

  private:
    static constexpr std::uint32_t kNone = 0xffffffff;

    enum class Alarm : std::uint8_t { begin, due, resolved, pause, port, timeout };
    enum class SlotState : std::uint8_t { closed, resolving, waiting_port, connecting, open, draining };

    /// One of a user's connections. Rows are indices into transactions_; those bound to it are a list in the order
    /// of their requests, of which `unsent` is the first that is not written.
    struct Slot {
        MessageReader reader{MessageReader::Kind::response};
        Time connected = kNever;
        Time pause_until = kStart;
        std::uint64_t written = 0;  // bytes of `unsent`
        std::uint32_t first = kNone;
        std::uint32_t last = kNone;
        std::uint32_t unsent = kNone;
        std::uint32_t count = 0;
        std::uint32_t pinned = kNone;   // wanted objects that only this slot may carry
        std::uint32_t drained = kNone;  // its response is complete, its stream has not ended
        SocketId socket = kNoSocket;
        SlotState state = SlotState::closed;
        bool confirmed = false;  // a response has shown that the connection persists
        bool exclusive = false;  // carries a request that must not be pipelined
        bool persists = true;    // what the last head said
    };
    struct User {
        std::uint32_t waiting = kNone;  // rows, in page order
        std::uint32_t waiting_last = kNone;
        std::uint32_t left = 0;  // objects that are not over
        std::uint32_t failed = 0;
        std::uint32_t complete = 0;  // objects beside the html
        bool resolving = false;
        bool resolved = false;
        Duration object_time{0};  // their sum
        Time last_done = kNever;
    };
    /// Beside each transaction.
    struct Row {
        std::uint32_t next = kNone;  // in a slot's list or a waiting list
        std::uint32_t slot = kNone;  // kNone: waits for one
        std::uint64_t seen = 0;      // 0: no head; 1 + bytes of the body
    };
    using Phase = Duration Transaction::*;

    // browser.cpp: users and objects
    void begin(Time now, std::uint32_t user);
    void ring(Time now, const Deadlines::Alarm& alarm);
    void due(Time now, std::uint32_t user, std::uint32_t object);
    void want(Time now, std::uint32_t user, std::uint32_t object);
    void progress(Time now, std::uint32_t row, std::uint64_t seen);
    void satisfy(Time now, std::uint32_t user, std::uint32_t object);
    void complete(Time now, std::uint32_t row);
    void fail(Time now, std::uint32_t row, std::string_view error, Phase reached);
    void release(Time now, std::uint32_t row);
    void finish_page(Time now, std::uint32_t user);
    void time_out(Time now, std::uint32_t row);
    bool stale(const Deadlines::Alarm& alarm) const;
    void drop_stale_alarms();

    // browser_assign.cpp: which object goes where
    void enqueue(std::uint32_t row);
    void remove_waiting(std::uint32_t row);
    void requeue(std::uint32_t row);
    void assign(Time now, std::uint32_t user);
    bool assign_pinned(Time now, std::uint32_t user);
    std::uint32_t choose(Time now, std::uint32_t user, std::uint32_t row) const;
    bool can_join(const Slot& s) const;
    void bind(Time now, std::uint32_t row, std::uint32_t slot);

    // browser_connections.cpp: what happens on a slot's connection
    void open(Time now, std::uint32_t slot);
    void connect(Time now, std::uint32_t slot);
    void connect_failed(Time now, std::uint32_t slot, TcpError error);
    void resolved(Time now, std::uint32_t user);
    void connected(Time now, std::uint32_t slot);
    void send(Time now, std::uint32_t slot);
    void receive(Time now, std::uint32_t slot, TcpError failure);
    void consume(Time now, std::uint32_t slot, Payload& data);
    void on_head(Time now, Slot& s, const MessageHead& head);
    void answered(Time now, std::uint32_t slot);
    void stream_ended(Time now, std::uint32_t slot);
    std::uint32_t take_first(Slot& s);
    void give_back_unsent(Slot& s);
    void shut(Time now, std::uint32_t slot);
    void pause(Time now, std::uint32_t slot);
    void lose(Time now, std::uint32_t slot, std::string_view first_error, std::string_view error,
              std::uint32_t victim = kNone);

    [[nodiscard]] std::uint32_t user_of(std::uint32_t row) const { return transactions_[row].user - first_user_; }
    [[nodiscard]] std::uint32_t user_of_slot(std::uint32_t slot) const { return slot / plan_->slots(); }
    [[nodiscard]] std::uint32_t& next_of(std::uint32_t row) { return rows_[row].next; }

    Stack* stack_;
    const PagePlan* plan_;
    Endpoint server_;
    std::optional<Duration> dns_delay_;
    std::uint32_t first_user_;
    std::vector<Time> starts_;

    Deadlines alarms_;
    std::vector<Transaction> transactions_;
    std::vector<Row> rows_;
    std::vector<PageResult> pages_;
    std::vector<User> users_;
    std::vector<Slot> slots_;               // user * plan.slots() + slot
    std::vector<std::uint32_t> waits_for_;  // user * objects + object: so many others
    std::vector<std::uint32_t> slot_of_;    // by socket
    std::uint32_t users_left_ = 0;
    std::uint32_t refused_ports_ = 0;
};

}  // namespace tcplab
