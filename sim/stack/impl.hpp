#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "core/ring.hpp"
#include "stack/deadline_heap.hpp"
#include "stack/fast_open.hpp"
#include "stack/ports.hpp"
#include "stack/share.hpp"
#include "stack/stack.hpp"
#include "stack/syn_cookies.hpp"
#include "stack/time_wait_table.hpp"
#include "stack/tuple_table.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

/// A Config that differs from the stack's because a socket option was set; a listener shares its own with the
/// connections it accepts. Never changed while shared.
struct SocketConfig {
    Config config;
    std::uint32_t fast_open_queue = 0;  // TCP_FASTOPEN, of a listener
    unsigned owners = 0;
};

/// A descriptor.
struct Socket {
    enum class Kind : std::uint8_t { unused, fresh, listening, connection };

    Kind kind = Kind::unused;
    std::uint8_t ready = 0;   // events not yet pulled
    bool queued : 1 = false;  // in Impl::ready_sockets
    bool bound : 1 = false;   // in Impl::bound_sockets
    bool reuse_address : 1 = false;
    bool no_delay : 1 = false;
    bool cork : 1 = false;
    bool quick_ack : 1 = true;
    bool read_shut : 1 = false;
    bool error_told : 1 = false;         // a call has returned the connection's error
    bool fast_open_connect : 1 = false;  // TCP_FASTOPEN_CONNECT
    bool deferred : 1 = false;           // connect() was called: the first write sends the SYN
    std::uint32_t connection = 0;        // handle, when kind is connection
    Endpoint local;                      // port 0: none yet
    Ref<SocketConfig> config;            // absent: the stack's
};

/// TCP_FASTOPEN; what a listener has set does not pass to its connections.
inline std::uint32_t fast_open_queue_of(const Socket& s) {
    return s.config && s.kind != Socket::Kind::connection ? s.config->fast_open_queue : 0;
}

struct Listener {
    SocketId socket = kNoSocket;
    Endpoint local;
    std::uint32_t backlog = 0;
    std::uint32_t in_handshake = 0;       // requests: connections in SYN-RECEIVED, Fast Open's apart
    std::uint32_t young = 0;              // of them, those whose SYN-ACK has not timed out yet
    std::uint32_t fast_open_pending = 0;  // Fast Open's, accepted or not, whose handshake is not done
    Time last_cookie = kNever;            // kNever: none was sent
    Ring<std::uint32_t> waiting;          // established, until accept()

    /// As Linux has it, one more than the backlog fits (sk_acceptq_is_full).
    [[nodiscard]] bool full() const { return waiting.size() > backlog; }
};

/// A connection and what the stack knows of it. Slots are reused; their addresses are stable.
struct ConnectionSlot {
    /// Where a passive connection stands with its listener.
    enum class Queue : std::uint8_t { none, handshake, accept };

    Connection connection;
    Ref<SocketConfig> config;
    std::uint64_t id = 0;
    Time opened = kNever;
    Time scheduled = kNever;                 // the heap's entry that counts
    SocketId socket = kNoSocket;             // kNoSocket: not yet accepted, or closed by the application
    SocketId listener = kNoSocket;           // while queue is not none, or fast_open_pending
    std::uint32_t next = TupleTable::kNone;  // of the dirty list, or of the free slots
    Queue queue = Queue::none;
    bool dirty : 1 = false;
    bool active : 1 = false;    // connect() made it
    bool retired : 1 = false;   // out of the tables; kept for what its socket still reads
    bool no_delay : 1 = false;  // as inherited, for the accepted socket
    bool cork : 1 = false;
    bool young : 1 = false;              // as in Listener
    bool fast_open_pending : 1 = false;  // as in Listener
    bool orphan : 1 = false;             // counts in Impl::orphans
};

/// Slots by their handle, at addresses that stay: in blocks, each twice as large as the one before it, so that a host
/// with one connection pays for one and a host with a million for no more than it has touched.
class ConnectionSlots {
  public:
    ConnectionSlot& operator[](std::uint32_t handle) { return blocks_[block_of(handle)][place_of(handle)]; }
    const ConnectionSlot& operator[](std::uint32_t handle) const { return blocks_[block_of(handle)][place_of(handle)]; }
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// A new one: its handle.
    std::uint32_t add() {
        if (place_of(size_) == 0) blocks_.emplace_back().reserve(std::size_t{1} << block_of(size_));
        blocks_.back().emplace_back();
        return size_++;
    }

  private:
    static std::uint32_t block_of(std::uint32_t handle) {
        return static_cast<std::uint32_t>(std::bit_width(handle + 1)) - 1;
    }
    static std::uint32_t place_of(std::uint32_t handle) { return handle + 1 - (std::uint32_t{1} << block_of(handle)); }

    std::vector<std::vector<ConnectionSlot>> blocks_;  // which never grow beyond what was reserved
    std::uint32_t size_ = 0;
};

struct Stack::Impl {
    static constexpr std::uint32_t kNone = TupleTable::kNone;
    static constexpr std::uint32_t kTimeWait = 0x80000000;  // set in handles of the TIME_WAIT table

    Impl(Ipv4Address own_address, std::shared_ptr<StackShare> of_its_kind, StackSeeds from)
        : share(std::move(of_its_kind)),
          address(own_address),
          seeds(from),
          time_waits(config.time_wait, config.timer_hz),
          syn_cookies(mix64(from.initial_sequence + 1)),
          fast_open_cookies(mix64(from.initial_sequence + 2)),
          ports(config.port_first, config.port_last, from.ports) {}

    // sockets.cpp
    SocketId open_socket();
    void free_socket(SocketId id);
    [[nodiscard]] bool in_use(SocketId id) const;
    /// Null when the descriptor is not in use.
    Socket* find_socket(SocketId id);
    const Socket* find_socket(SocketId id) const;
    Connection& connection_of(const Socket& s) { return slots[s.connection].connection; }
    void post(SocketId id, std::uint8_t ready);
    void close_listener(SocketId id);
    /// A four-tuple for the socket, with a connection in CLOSED; sets Socket::connection.
    TcpError begin_connect(Time now, SocketId s, Endpoint remote);
    std::uint64_t start_fast_open(Time now, Socket& s, const Piece* pieces, std::size_t count);
    Listener* find_listener(SocketId id);
    Listener* find_listener(const Endpoint& local);

    // options.cpp
    const Config& config_of(const Ref<SocketConfig>& own) const { return own ? own->config : config; }
    /// The socket's own Config, made now if it has none or shares one.
    Config& own_config(Socket& s) const;
    void inherit(ConnectionSlot& slot, const Socket& from) const;
    TcpError set_initial_option(Socket& s, SocketOption option, std::int64_t value);
    TcpError set_limit(Socket& s, SocketOption option, std::int64_t value) const;
    [[nodiscard]] static std::int64_t limit_of(const Config& c, SocketOption option);
    /// The socket's connection goes by the socket's own Config from now on.
    void share_config(Socket& s);

    // stream.cpp
    /// The error of the socket's connection, once.
    TcpError take_error(Socket& s);
    Connection* attributed(SocketId s);  // null: nobody wants to know, or there is none

    // bind.cpp
    [[nodiscard]] bool is_bound(std::uint16_t port) const;
    [[nodiscard]] bool is_used(std::uint16_t port) const;
    [[nodiscard]] std::vector<bool> taken_ports() const;
    [[nodiscard]] bool conflicts(SocketId id, std::uint16_t port, bool to_listen) const;
    TcpError bind_port(SocketId id, std::uint16_t port);
    std::uint16_t ephemeral_port(Time now, Endpoint remote);
    [[nodiscard]] bool may_take_over(Time now, const FourTuple& tuple, bool bound_port) const;
    [[nodiscard]] bool reuses_ports(Endpoint remote) const;

    // connections.cpp
    /// For `table`: quick, and even for neighbouring ports and addresses (Fibonacci hashing). The local address is the
    /// same for all.
    static std::uint32_t hash(const FourTuple& t) {
        const std::uint64_t ports = (std::uint64_t{t.local.port} << 16U) | t.remote.port;
        const std::uint64_t address = t.remote.address.value;
        return static_cast<std::uint32_t>((((address << 32U) | (address ^ ports)) * kGoldenRatio) >> 32U);
    }
    [[nodiscard]] const FourTuple& tuple_of(std::uint32_t handle) const;
    [[nodiscard]] std::uint32_t find(const FourTuple& tuple) const;
    [[nodiscard]] SeqNum initial_sequence(Time now, const FourTuple& tuple) const;
    /// For a connection that takes over from one in TIME-WAIT (tcp_twsk_unique).
    static SeqNum initial_sequence_beyond(const TimeWait& old) { return old.send_next + (65535 + 2); }
    std::uint32_t create(Time now, const FourTuple& tuple, SeqNum initial, const Ref<SocketConfig>& own);
    void mark_dirty(std::uint32_t handle);
    void settle(Time now, std::uint32_t handle);
    void flush(Time now);
    void schedule(std::uint32_t handle);
    void retire(Time now, std::uint32_t handle);
    void leave_listener(std::uint32_t handle);
    void destroy(std::uint32_t handle);
    void add_orphan(Time now, std::uint32_t handle);
    void abort_orphan(std::uint32_t handle);
    void drop_time_wait(std::uint32_t handle);
    void forget_time_wait(std::uint32_t handle);
    [[nodiscard]] ConnectionInfo describe(const ConnectionSlot& slot) const;
    void tell_fired(Time now, std::uint32_t handle);
    void tell_state(Time now, std::uint32_t handle);
    void tell_closed(Time now, const FourTuple& tuple) const;

    // arrival.cpp
    void arrive_connection(Time now, std::uint32_t handle, const Segment& s);
    void arrive_time_wait(Time now, std::uint32_t handle, const Segment& s);
    void arrive_unmatched(Time now, const FourTuple& tuple, const Segment& s);
    void reject(const Segment& s);
    void note_established(std::uint32_t handle);

    // listener.cpp
    void arrive_listener(Time now, Listener& l, const FourTuple& tuple, const Segment& s, const TimeWait* old);
    bool arrive_cookie(Time now, Listener& l, const FourTuple& tuple, const Segment& s);
    /// The SYN that the segment's cookie tells of; nothing when there is none, or none that counts.
    [[nodiscard]] std::optional<Segment> read_cookie(Time now, const Listener& l, const FourTuple& tuple,
                                                     const Segment& s) const;
    void send_cookie(Time now, Listener& l, const FourTuple& tuple, const Segment& s);
    [[nodiscard]] bool lets_fast_open_in(const Listener& l, const Segment& s) const;
    void accept_fast_open(Time now, Listener& l, const FourTuple& tuple, SeqNum initial, const Segment& s);
    std::uint32_t add_child(Time now, const Listener& l, const FourTuple& tuple, SeqNum initial,
                            ConnectionSlot::Queue queue);
    std::uint32_t add_request(Time now, Listener& l, const FourTuple& tuple, SeqNum initial);
    void expire_request(std::uint32_t handle);
    void leave_handshake(std::uint32_t handle);

    std::shared_ptr<StackShare> share;  // outlives the connections
    const Config& config = share->config;
    Ipv4Address address;
    StackSeeds seeds;

    ConnectionSlots slots;
    std::uint32_t first_free = kNone;  // of the slots; the one after it is its `next`
    std::uint32_t slots_in_use = 0;
    std::uint32_t open = 0;     // neither closed nor in TIME_WAIT
    std::uint32_t orphans = 0;  // closed by the application, with something still to send
    std::uint32_t orphans_aborted = 0;
    std::uint64_t last_id = 0;
    TupleTable table;  // connections and, with kTimeWait set, TIME_WAIT entries
    TimeWaitTable time_waits;
    SynCookies syn_cookies;
    FastOpenCookies fast_open_cookies;
    FastOpenCache fast_open_cache;
    EphemeralPorts ports;
    DeadlineHeap deadlines;
    std::uint32_t dirty_first = kNone;
    std::uint32_t dirty_last = kNone;

    std::vector<Socket> sockets;         // by descriptor
    std::vector<SocketId> free_sockets;  // a heap, the lowest on top
    std::vector<Listener> listeners;
    std::vector<SocketId> bound_sockets;  // those that bind() or listen() gave a port

    Ring<Segment, 1> outgoing;  // what is to go before the dirty connections' segments: replies, and see flush()
    Ring<SocketId> ready_sockets;
    Ring<Finished, 1> finished;

    struct Told {
        TcpSnapshot snapshot;
        Hold hold{};
    };
    Observer* observer = nullptr;  // nullptr: nobody watches
    std::vector<Told> told;        // what it knows of the connections, by handle
};

}  // namespace tcplab
