#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/causes.hpp"
#include "stack/socket.hpp"
#include "tcp/config.hpp"
#include "tcp/tcp_info.hpp"
#include "trace/observer.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// What a stack needs to draw initial sequence numbers and ports: it has no entropy of its own.
struct StackSeeds {
    std::uint64_t initial_sequence = 0;
    std::uint64_t ports = 0;
};

struct StackShare;  // stack/share.hpp

/// One host's TCP: its sockets, the four-tuple table, listeners with their backlog, ephemeral ports and the
/// TIME_WAIT table. It does no I/O and owns no clock:
///  1. Inputs take `now` and never emit or call back: on_segment, on_deadline, and the socket calls.
///  2. Outputs are pulled, in this order, until empty: poll_segment, poll_event, next_deadline.
///  3. on_deadline before its time does nothing, so a driver may wake early or late.
///  4. Same inputs, same outputs.
/// A socket call returns at once; what cannot be done yet is would_block or in_progress, and an event follows.
class Stack {
  public:
    Stack(Ipv4Address address, const Config& config, StackSeeds seeds);
    /// One of many that are alike.
    Stack(Ipv4Address address, std::shared_ptr<StackShare> share, StackSeeds seeds);
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    // --- socket calls (POSIX; errors as errno has them) ---
    SocketId socket();
    TcpError bind(SocketId s, Endpoint local);
    TcpError listen(SocketId s, std::uint32_t backlog);
    /// in_progress, then ready::connected or ready::failed; none with SocketOption::fast_open_connect when the SYN
    /// waits for the first write, to take its data along; no_port when every ephemeral port to `remote` is taken.
    TcpError connect(Time now, SocketId s, Endpoint remote);
    /// connect() and a first write in one, with data in the SYN (sendto() with MSG_FASTOPEN, RFC 7413): the bytes
    /// taken, which went with the SYN; or in_progress when none did, as the server's cookie is not known yet and was
    /// asked for. Then, and for what is left, write() after ready::connected. not_supported without fast_open::client.
    Result<std::uint64_t> connect_write(Time now, SocketId s, Endpoint remote, const Piece* pieces, std::size_t count);
    /// would_block when no connection waits. `peer`, if given, gets the other end's address.
    Result<SocketId> accept(Time now, SocketId listener, Endpoint* peer = nullptr);
    /// The bytes taken, which may be fewer than piece.length when the send buffer is full (would_block if none:
    /// ready::writable follows). broken_pipe or reset when the connection is gone.
    Result<std::uint64_t> write(Time now, SocketId s, const Piece& piece);
    /// The same for several pieces as one call: one write as far as Nagle and PSH are concerned.
    Result<std::uint64_t> writev(Time now, SocketId s, const Piece* pieces, std::size_t count);
    /// At most `max` bytes that arrived in order; length 0 without an error is the end of the stream.
    Result<Payload> read(Time now, SocketId s, std::uint32_t max);
    TcpError shutdown(Time now, SocketId s, Shutdown how);
    /// The descriptor is free at once; the connection goes on alone until it is closed.
    TcpError close(Time now, SocketId s);
    /// What a blocking close() does before, when SO_LINGER has a time: no more reads and writes. in_progress as long
    /// as data or the FIN wait for their acknowledgement: ask again, and then, or when that time is over, close().
    TcpError linger(Time now, SocketId s);
    TcpError set_option(Time now, SocketId s, SocketOption option, std::int64_t value);
    [[nodiscard]] Result<std::int64_t> get_option(SocketId s, SocketOption option);
    [[nodiscard]] Result<ConnectionInfo> info(SocketId s) const;
    /// getsockopt(TCP_INFO).
    [[nodiscard]] Result<TcpInfo> tcp_info(Time now, SocketId s) const;
    /// poll:: bits, level-triggered.
    [[nodiscard]] Result<std::uint16_t> poll_state(SocketId s) const;
    /// getsockopt(SO_ERROR): the pending error, which no later call returns again; none when there is none.
    Result<TcpError> take_error(SocketId s);

    // --- messages: why their bytes come when they do (Config::attribution; core/stream_journal.hpp) ---
    /// The application has all of a message and wants to write its last byte, or has just begun to: in the same
    /// instant. `id`: of messages that are written in turns; 0: one after the other.
    void begin_message(Time now, SocketId s, History so_far, std::uint32_t id = 0);
    /// It has been written to its end; of those that are written one after the other, the first that had not been.
    void message_written(SocketId s, std::uint32_t id = 0);
    /// A message has been read to its end. `left`: bytes that the last read() gave and that are none of it. `unread`:
    /// why it may not have been read when it arrived.
    Settled settle_message(Time now, SocketId s, std::uint32_t left, std::uint32_t id = 0,
                           Cause unread = Cause::reader);
    /// The same of one that has not been read to its end.
    [[nodiscard]] History message_so_far(Time now, SocketId s, std::uint32_t left, std::uint32_t id = 0);
    /// Of messages that come in turns: `length` bytes of `id` were read, before the last `left` bytes of the last
    /// read().
    void touch_message(SocketId s, std::uint32_t id, std::uint32_t left, std::uint64_t length);
    void forget_message(SocketId s, std::uint32_t id);
    /// A whole message has been read, for an application that does not look at what it reads: settle_message() it.
    [[nodiscard]] std::optional<std::uint32_t> message_passed(SocketId s) const;
    /// How long the SYNs of the connection that connect() opened were lost.
    [[nodiscard]] Duration handshake_loss(SocketId s) const;

    // --- the driver's side ---
    void on_segment(Time now, const Segment& segment);
    void on_deadline(Time now);
    /// Fills `out` and returns true while there is something to send.
    bool poll_segment(Time now, Segment& out);
    bool poll_event(SocketEvent& out);
    [[nodiscard]] Time next_deadline() const;

    [[nodiscard]] Ipv4Address address() const;
    /// Is told of the connections' states and timers from now on, and outlives the stack. nullptr: nobody watches.
    void set_observer(Observer* observer);

    // --- what the experiment reads ---
    /// A connection whose last state was reached (closed, or TIME_WAIT entered), in order; pulled by the host after
    /// every input so that no row is lost when the connection's memory goes.
    struct Finished {
        ConnectionInfo info;
        Time closed;                    ///< entered CLOSED or TIME_WAIT
        Time time_wait_until = kNever;  ///< kNever: this end had no TIME_WAIT
        std::uint64_t id = 0;           ///< the number that connection_id() gave
        bool active = false;            ///< connect() made it
    };
    bool poll_finished(Finished& out);
    [[nodiscard]] bool has_finished() const;
    /// The others, with `closed` kNever, in the order of their numbers: those that no socket refers to any more too.
    [[nodiscard]] std::vector<Finished> unfinished() const;
    /// A number for the connection behind a socket, unique in this stack and never reused; 0: none yet.
    [[nodiscard]] std::uint64_t connection_id(SocketId s) const;
    [[nodiscard]] std::uint32_t time_wait_count() const;
    [[nodiscard]] std::uint32_t time_wait_peak() const;
    /// Connections that are neither closed nor in TIME_WAIT.
    [[nodiscard]] std::uint32_t open_connections() const;
    /// Of them, those that the application has closed and that still wait for the acknowledgement of what they sent.
    [[nodiscard]] std::uint32_t orphans() const;
    /// Orphans that were reset as there were more than Config::max_orphans (TCPAbortOnMemory).
    [[nodiscard]] std::uint32_t orphans_aborted() const;
    /// Puts an entry into the TIME_WAIT table, for benchmarks and tests of a full one.
    void add_time_wait(Time now, const FourTuple& tuple);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tcplab
