#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/address.hpp"
#include "core/content.hpp"
#include "core/time.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/name_cache.hpp"
#include "http/page_paths.hpp"
#include "http/page_plan.hpp"
#include "http/transaction_log.hpp"
#include "http/visits.hpp"
#include "http2/session.hpp"
#include "stack/application.hpp"
#include "tls/transport.hpp"

namespace tcplab {

/// Where a browser's connections lead.
struct FirstHops {
    std::vector<Endpoint> at;      ///< by pool of the PagePlan: the servers, or the proxy alone
    std::optional<DnsConfig> dns;  ///< absent: their addresses are known
    std::optional<TlsConfig> tls;  ///< absent: plain TCP
    bool fast_open = false;        ///< TCP_FASTOPEN_CONNECT: the request goes with the SYN where the server allows it
};

/// The page loads of one or more users on one host. Each user has connections of its own, in numbered slots, so many
/// for each pool of the plan.
///
/// Wanted objects (Visits says which) wait in order of their priority, then in page order. The first takes an idle
/// connection (lowest slot first), else opens one in a closed slot in the same instant and is bound to it, else,
/// pipelined or multiplexed, joins the connection with the fewest requests under way (a multiplexed one also while it
/// is being set up); if none takes it, nothing behind it overtakes it. Pinned objects take their slot as soon as it is
/// idle.
///
/// A serial or parallel transaction keeps its slot until the stream has ended, or, where the client closes first,
/// until the response is complete. A user's connections are closed when the last object of the last page is over.
///
/// A request whose connection is lost before any byte of its response was read is sent again, if that may be
/// (PagePlan::may_retry) and was not done retry_limit times; so is one behind a response that ends the connection. A
/// response that breaks off is not asked for again: it is incomplete (RFC 9112 8), and failed. What is given up before
/// any of it was written, or has a stream of its own, leaves the connection to the others.
class Browser : public Application {
  public:
    /// How often a connection is tried again that found no free port (OnNoPort::wait): the socket interface does not
    /// tell when one is free.
    static constexpr Duration kPortRetry{100'000'000};

    /// User number first_user + i begins at starts[i]. Transactions go to `log`, in the order in which they were
    /// wanted, with ids from 1. Transaction::connection is left to the experiment, which knows it by
    /// stack_connection. `attribution`: their causes go there too, as the stacks' Config::attribution is on. Keeps
    /// references to `stack`, `plan`, `hops` and `log`.
    Browser(Stack& stack, const PagePlan& plan, const FirstHops& hops, std::uint32_t first_user,
            const std::vector<Time>& starts, TransactionLog& log, Attribution attribution = {});

    void start(Time now) override;
    void on_socket(Time now, const SocketEvent& of_stack) override;
    void on_deadline(Time now) override;
    [[nodiscard]] Time next_deadline() const override { return std::min(alarms_.next(), visits_.next_deadline()); }

    /// With Attribution::story: the critical path of a user's page, as far as it is complete, or of the transaction
    /// that is asked for there, from when it was wanted until it is over. Rows are those of the log.
    [[nodiscard]] std::vector<PathStep> story(std::uint32_t user, std::uint32_t load) const {
        return paths_.story(user - first_user_, load);
    }
    [[nodiscard]] std::vector<PathStep> transaction_story() const { return paths_.transaction_story(); }
    /// By user and page.
    [[nodiscard]] std::vector<PageResult> pages() const;
    /// Every user's last object is over.
    [[nodiscard]] bool finished() const { return visits_.all_finished(); }
    /// Connections that found no free port at their first attempt.
    [[nodiscard]] std::uint32_t refused_ports() const { return refused_ports_; }

  private:
    using Row = TransactionLog::Row;
    using StreamRow = TransactionLog::StreamRow;
    static constexpr std::uint32_t kNone = TransactionLog::kNone;

    enum class Alarm : std::uint8_t { resolved, pause, port, timeout, cancel, idle, read };
    enum class SlotState : std::uint8_t {
        closed,
        resolving,
        waiting_port,
        connecting,
        tunnelling,
        securing,
        open,
        draining
    };

    /// One of a user's connections. Rows are indices into transactions_; those bound to it are a list in the order
    /// of their requests, of which `unsent` is the first that is not written.
    struct Slot {
        MessageReader reader{MessageReader::Kind::response};
        std::unique_ptr<Http2Session> session;  // multiplexed, while it is open
        Time pause_until = kStart;
        Time idle_until = kNever;   // then it is closed, unless it is used before
        Time read_at = kStart;      // a slow reader does not read before
        std::uint64_t written = 0;  // bytes of `unsent`
        std::uint32_t first = kNone;
        std::uint32_t last = kNone;
        std::uint32_t unsent = kNone;
        std::uint32_t count = 0;
        std::uint32_t keep_alive = 0;   // seconds after which the server has announced to close it; 0: it has not
        std::uint32_t room = kNone;     // further requests that the server has announced to answer (Keep-Alive: max)
        std::uint32_t pinned = kNone;   // wanted objects that only this slot may carry
        std::uint32_t drained = kNone;  // its response is complete, its stream has not ended
        SocketId socket = kNoSocket;
        SlotState state = SlotState::closed;
        TcpError write_error = TcpError::none;  // a write() has failed, which has used up the socket's error
        bool confirmed = false;                 // a response has shown that the connection persists
        bool exclusive = false;                 // carries a request that must not be pipelined
        bool persists = true;                   // what the last head said, and the strategy uses it
        bool ends = true;                       // the server closes after the response
    };
    /// Wanted objects of one user and pool that wait for a slot, in their order.
    struct Queue {
        std::uint32_t first = kNone;
        std::uint32_t last = kNone;
    };
    /// What becomes of the requests on a connection that is lost.
    struct Loss {
        Failure of_first;              // the one whose answer was due
        Failure of_others;             // those behind it that were written
        std::uint32_t victim = kNone;  // fails in any case
        Failure of_victim{};
        bool truncates = false;  // multiplexed: a response that has begun says how much of it came
    };
    using Phase = Duration Transaction::*;

    // browser.cpp: from what is wanted to what became of it
    void act(Time now);
    void touch(std::uint32_t user);
    void ring(Time now, const Deadlines::Alarm& alarm);
    void want(Time now, Visits::Want what);
    void complete(Time now, std::uint32_t slot, std::uint32_t row, Settled settled);
    void progress(Time now, std::uint32_t slot, std::uint32_t row, std::uint64_t body, std::uint32_t left);
    void release(Time now, std::uint32_t slot, std::uint32_t row);
    void fail(Time now, std::uint32_t row, const Failure& failure, Phase reached);
    static void end_phase(Time now, Transaction& t, Phase phase);
    static void count_as_blocked(Time now, Transaction& t);
    void give_up(Time now, std::uint32_t row, Failure why);
    bool stale(const Deadlines::Alarm& alarm) const;
    void drop_stale_alarms();
    void set_alarm(Time at, Alarm kind, std::uint32_t id) { alarms_.set(at, static_cast<std::uint8_t>(kind), id); }

    // browser_assign.cpp: which object goes where
    bool goes_before(std::uint32_t row, std::uint32_t other) const;
    void enqueue(std::uint32_t row);
    void remove_waiting(std::uint32_t row);
    void requeue(Time now, std::uint32_t row);
    void assign(Time now, std::uint32_t user);
    bool assign_from(Time now, std::uint32_t queue);
    bool assign_pinned(Time now, std::uint32_t queue);
    std::uint32_t choose(Time now, std::uint32_t queue, std::uint32_t row) const;
    bool can_join(const Slot& s) const;
    void bind(Time now, std::uint32_t row, std::uint32_t slot);
    void unbind(Slot& s, std::uint32_t row);
    void forget_place(std::uint32_t row);

    // browser_connections.cpp: a slot's connection comes and goes
    void open(Time now, std::uint32_t slot);
    void connect(Time now, std::uint32_t slot);
    [[nodiscard]] bool may_begin_early(const Slot& s) const;
    void connect_failed(Time now, std::uint32_t slot, TcpError error);
    void resolved(Time now, std::uint32_t pool);
    void connected(Time now, std::uint32_t slot);
    void end_phase(Time now, const Slot& s, Phase phase);
    void established(Time now, std::uint32_t slot);
    void ask_for_tunnel(Time now, std::uint32_t slot);
    void read_tunnel_answer(Time now, std::uint32_t slot);
    void secured(Time now, std::uint32_t slot);
    void idle(Time now, std::uint32_t slot);
    void shut(Time now, std::uint32_t slot);
    void pause(Time now, std::uint32_t slot);
    void leave(Time now, std::uint32_t slot, std::uint32_t row, const Failure& why);
    void lose(Time now, std::uint32_t slot, const Loss& loss);
    [[nodiscard]] static Phase phase_of(SlotState state);
    bool can_retry(std::uint32_t row, bool announced = false) const;

    // browser_exchange.cpp: requests and responses on it
    void send(Time now, std::uint32_t slot);
    void write_requests(Time now, std::uint32_t slot);
    void begin_request(Time now, std::uint32_t slot, std::uint32_t row);
    void receive(Time now, std::uint32_t slot);
    std::uint32_t may_read(Time now, std::uint32_t slot);
    void consume(Time now, std::uint32_t slot, Payload& data);
    void on_head(Time now, std::uint32_t slot, const MessageHead& head, std::uint32_t left);
    void on_body(Time now, std::uint32_t slot, std::uint32_t left);
    void answered(Time now, std::uint32_t slot, std::uint32_t left);
    void stream_ended(Time now, std::uint32_t slot);
    std::uint32_t take_first(Slot& s);
    void give_back_unsent(Time now, Slot& s);

    // browser_streams.cpp: the same, multiplexed
    std::uint32_t open_streams(Time now, std::uint32_t slot);
    void send_requests(Time now, std::uint32_t queue);
    void send_frames(Time now, std::uint32_t slot);
    void write_frames(Time now, Slot& s);
    void note_sent(Time now, const Slot& s, const Http2Write& w, std::uint64_t left);
    void consume_frames(Time now, std::uint32_t slot, Payload& data);
    [[nodiscard]] std::uint32_t row_of_stream(const Slot& s, std::uint32_t stream) const;
    void on_stream_head(Time now, std::uint32_t slot, const Http2Event& event, std::uint32_t left);
    void on_stream_data(Time now, std::uint32_t slot, const Http2Event& event, std::uint32_t left);
    void stream_answered(Time now, std::uint32_t slot, std::uint32_t stream, std::uint32_t left);
    void stream_lost(Time now, std::uint32_t slot, const Http2Event& event);
    void abandon_stream(Time now, std::uint32_t slot, std::uint32_t row, const Failure& why);
    void go_away(Time now, std::uint32_t slot);
    void stream_over(Time now, std::uint32_t slot, bool waits_again);
    [[nodiscard]] std::uint64_t body_of(std::uint32_t row) const;
    [[nodiscard]] Failure broken_off(std::string_view what, std::uint32_t row) const;

    /// Bytes of the last read() behind what was looked at; unknown through TLS.
    [[nodiscard]] std::uint32_t left(const Payload& data) const { return transport_.is_plain() ? data.length : 0; }
    [[nodiscard]] std::uint32_t user_of(std::uint32_t row) const { return transactions_[row].user - first_user_; }
    [[nodiscard]] Visits::Want object_of(std::uint32_t row) const { return {user_of(row), transactions_[row].object}; }
    /// Queues are numbered by user and pool, slots by queue.
    [[nodiscard]] std::uint32_t queue_of(std::uint32_t row) const {
        return user_of(row) * plan_->pools() + plan_->pool(transactions_[row].object);
    }
    [[nodiscard]] std::uint32_t queue_of_slot(std::uint32_t slot) const { return slot / plan_->slots(); }
    [[nodiscard]] std::uint32_t pool_of_slot(std::uint32_t slot) const { return queue_of_slot(slot) % plan_->pools(); }
    [[nodiscard]] std::uint32_t user_of_slot(std::uint32_t slot) const { return queue_of_slot(slot) / plan_->pools(); }
    [[nodiscard]] std::uint32_t number_of(const Slot& s) const {
        return static_cast<std::uint32_t>(transport_.connection_id(s.socket));
    }
    [[nodiscard]] std::uint32_t& next_of(std::uint32_t row) { return rows_[row].next; }

    Transport transport_;
    const PagePlan* plan_;
    const FirstHops* hops_;
    std::uint32_t first_user_;

    Visits visits_;
    PagePaths paths_;
    NameCache names_;
    Deadlines alarms_;
    std::vector<Transaction>& transactions_;  // of all browsers
    std::vector<Row>& rows_;                  // beside them
    std::vector<StreamRow>& streams_;         // multiplexed: the same
    std::vector<Queue> queues_;
    std::vector<Slot> slots_;
    std::vector<std::uint32_t> slot_of_;  // by socket
    std::vector<std::uint32_t> touched_;  // users for whom something may be possible now
    std::vector<std::uint32_t> acting_;   // the same, while they are looked at
    std::unique_ptr<Http2Event> event_;   // multiplexed: kept for the memory of its fields
    std::uint32_t refused_ports_ = 0;
};

}  // namespace tcplab
