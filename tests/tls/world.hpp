#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ring.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"
#include "tls/transport.hpp"

namespace tcplab {

inline constexpr Endpoint kTlsServer{{0x0a000002}, 443};
inline constexpr Ipv4Address kTlsClient{0x0a000001};

/// TCP as Linux has it, but with acknowledgements at once: times are whole round trips.
inline Config prompt_tcp() {
    Config c = make_config(Profile::linux_);
    c.delayed_ack = 0ms;
    return c;
}

/// Reads all that a socket has now, as text. `end`: the stream's end, or an error, has come.
struct Reading {
    std::string bytes;
    std::vector<std::uint32_t> pieces;  ///< bytes that each read() gave
    bool end = false;
    TcpError error = TcpError::none;

    void take(Transport& sockets, Time now, SocketId s, std::uint32_t most = 0x7fffffff) {
        while (!end) {
            const Result<Payload> r = sockets.read(now, s, most);
            if (r.error == TcpError::would_block) return;
            end = !r.ok() || r.value.length == 0;
            error = r.error;
            bytes += r.value.bytes();
            if (!end) pieces.push_back(r.value.length);
        }
    }
};

/// Opens a connection, says what it has to say as soon as it may, reads, and closes when it has read all it wants.
class TlsClient : public Application {
  public:
    TlsClient(Stack& stack, const TlsConfig* tls) : sockets(stack, tls) {}

    void start(Time now) override { open(now); }
    void open(Time now) {
        story = {};
        story.opened = now;
        socket = sockets.socket();
        if (fast_open) sockets.set_option(now, socket, SocketOption::fast_open_connect, 1);
        if (sockets.connect(now, socket, kTlsServer) == TcpError::none) say(now);
    }
    void on_socket(Time now, const SocketEvent& raw) override {
        const SocketEvent e = sockets.on_event(now, raw);
        if (e.ready == 0 || e.socket != socket) return;
        story.events.push_back(e.ready);
        if ((e.ready & ready::connected) != 0) story.connected = now;
        if ((e.ready & ready::secured) != 0) story.secured = now;
        if ((e.ready & ready::failed) != 0) story.error = e.error;
        if ((e.ready & (ready::secured | ready::writable)) != 0) say(now);
        if (listens && (e.ready & (ready::readable | ready::failed)) != 0) listen(now);
    }
    void on_deadline(Time) override {}
    [[nodiscard]] Time next_deadline() const override { return kNever; }

    Transport sockets;
    SocketId socket = kNoSocket;
    std::string request = std::string(300, 'q');
    std::uint64_t wants = 1000;  ///< bytes; then it closes
    bool closes = true;
    bool shuts = false;   ///< says that the request is all
    bool listens = true;  ///< reads what arrives
    bool fast_open = false;
    /// What became of the last connection.
    struct {
        Time opened = kNever;
        Time connected = kNever;
        Time secured = kNever;
        Time first_byte = kNever;
        Time done = kNever;
        std::size_t said = 0;
        TcpError error = TcpError::none;
        std::vector<std::uint8_t> events;
        Reading reading;
    } story;

  private:
    void say(Time now) {
        while (story.said < request.size()) {
            const Result<std::uint64_t> r =
                sockets.write(now, socket, Piece::of(make_text(request.substr(story.said))));
            if (!r.ok()) return;
            story.said += static_cast<std::size_t>(r.value);
        }
        if (shuts) sockets.shutdown(now, socket, Shutdown::write);
    }
    void listen(Time now) {
        story.reading.take(sockets, now, socket);
        if (!story.reading.bytes.empty() && story.first_byte == kNever) story.first_byte = now;
        const bool all = story.reading.bytes.size() >= wants;
        if (all && story.done == kNever) story.done = now;
        if ((all && closes) || story.reading.end) {
            sockets.close(now, socket);
            socket = kNoSocket;
        }
    }
};

/// Answers every so many bytes with so many others.
class TlsServer : public Application {
  public:
    TlsServer(Stack& stack, const TlsConfig* tls) : sockets(stack, tls) {}

    void start(Time now) override {
        listener = sockets.socket();
        sockets.bind(listener, kTlsServer);
        sockets.set_option(now, listener, SocketOption::fast_open, 10);
        sockets.listen(listener, 10);
    }
    void on_socket(Time now, const SocketEvent& raw) override {
        const SocketEvent e = sockets.on_event(now, raw);
        if (e.ready == 0) return;
        if (e.socket == listener) {
            while (true) {
                const Result<SocketId> r = sockets.accept(now, listener);
                if (!r.ok()) return;
                talks[r.value] = {};
            }
        }
        Talk& t = talks.at(e.socket);
        t.events.push_back(e.ready);
        if ((e.ready & (ready::readable | ready::failed)) != 0) {
            t.reading.take(sockets, now, e.socket);
            if (!t.reading.bytes.empty() && t.first_byte == kNever) t.first_byte = now;
        }
        for (; t.reading.bytes.size() >= (t.asked + 1) * request; ++t.asked) t.owed += response;
        while (t.owed > 0) {
            const Result<std::uint64_t> r = sockets.write(now, e.socket, Piece::body(t.owed));
            if (!r.ok()) break;
            t.owed -= r.value;
        }
        if (t.reading.end || (closes && t.asked > 0 && t.owed == 0)) {
            sockets.close(now, e.socket);
            t.closed = now;
            finished.push_back(t);
            talks.erase(e.socket);
        }
    }
    void on_deadline(Time) override {}
    [[nodiscard]] Time next_deadline() const override { return kNever; }

    Transport sockets;
    SocketId listener = kNoSocket;
    std::size_t request = 300;      ///< bytes
    std::uint64_t response = 1000;  ///< bytes
    bool closes = false;            ///< after the first response
    struct Talk {
        Reading reading;
        Time first_byte = kNever;
        Time closed = kNever;
        std::size_t asked = 0;
        std::uint64_t owed = 0;
        std::vector<std::uint8_t> events;
    };
    std::map<SocketId, Talk> talks;
    std::vector<Talk> finished;
};

/// A record on the wire.
struct WireRecord {
    unsigned type = 0;
    std::size_t size = 0;  ///< bytes, header included
    bool operator==(const WireRecord&) const = default;
};

/// The records of a stream that has ended between two of them.
inline std::vector<WireRecord> records_of(const std::string& stream) {
    std::vector<WireRecord> all;
    for (std::size_t at = 0; at + kTlsHeader <= stream.size();) {
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(stream.at(at + i)); };
        all.push_back({byte(0), kTlsHeader + byte(3) * 256U + byte(4)});
        at += all.back().size;
    }
    return all;
}

/// Two stacks joined by a fixed delay, with an application each.
class TwoStacks {
  public:
    TwoStacks(const Config& at_client, const Config& at_server, Duration one_way)
        : client_stack(kTlsClient, at_client, {1, 2}),
          server_stack(kTlsServer.address, at_server, {3, 4}),
          delay_(one_way) {}

    /// Until `until`, or until nothing is left to do.
    void run(Application& at_client, Application& at_server, Time until) {
        settle(at_client, at_server);
        while (true) {
            Time next = std::min({client_stack.next_deadline(), server_stack.next_deadline(), at_client.next_deadline(),
                                  at_server.next_deadline()});
            if (!flying_.empty()) next = std::min(next, flying_.front().at);
            if (next > until || next == kNever) break;
            now = std::max(now, next);
            while (!flying_.empty() && flying_.front().at <= now) {
                const Flying f = flying_.front();
                flying_.pop_front();
                (f.to_server ? server_stack : client_stack).on_segment(now, f.segment);
                settle(at_client, at_server);
            }
            client_stack.on_deadline(now);
            server_stack.on_deadline(now);
            at_client.on_deadline(now);
            at_server.on_deadline(now);
            settle(at_client, at_server);
        }
    }

    struct Sent {
        Time at;
        bool to_server;
        Segment segment;
        std::string bytes;
    };

    Stack client_stack;
    Stack server_stack;
    Time now = kStart;
    bool keeps_log = true;
    std::vector<Sent> log;
    /// True: the segment is lost.
    std::function<bool(const Segment&, bool to_server)> loses;

  private:
    struct Flying {
        Time at;
        bool to_server = false;
        Segment segment;
    };

    void settle(Application& at_client, Application& at_server) {
        bool busy = true;
        while (busy) {
            busy = emit(client_stack, true) || emit(server_stack, false);
            SocketEvent e;
            while (client_stack.poll_event(e)) {
                at_client.on_socket(now, e);
                busy = true;
            }
            while (server_stack.poll_event(e)) {
                at_server.on_socket(now, e);
                busy = true;
            }
        }
    }

    bool emit(Stack& from, bool to_server) {
        bool any = false;
        Segment s;
        while (from.poll_segment(now, s)) {
            any = true;
            if (keeps_log) log.push_back({now, to_server, s, s.payload.bytes()});
            if (!loses || !loses(s, to_server)) flying_.push_back({now + delay_, to_server, s});
        }
        return any;
    }

    Duration delay_;
    Ring<Flying> flying_;  // the delay is fixed: in order of arrival
};

/// A client and a server, both with TLS.
class TlsWorld : public TwoStacks {
  public:
    explicit TlsWorld(const TlsConfig& config, const Config& at_client = prompt_tcp(),
                      const Config& at_server = prompt_tcp(), Duration one_way = 50ms)
        : TwoStacks(at_client, at_server, one_way), client(client_stack, &config), server(server_stack, &config) {}

    /// The client's first connection, or a further one, until all is over.
    void connect() {
        if (server.listener == kNoSocket) server.start(now);
        log.clear();
        client.open(now);
        run(now + 60s);
    }
    void run(Time until) {
        TwoStacks::run(client, server, until);
        now = until;
    }

    /// Since the connection was opened.
    [[nodiscard]] Duration since(Time t) const { return t - client.story.opened; }

    /// All that one end has sent since connect(), on the last connection that was opened.
    [[nodiscard]] std::string stream(bool to_server) const {
        std::string all;
        std::optional<SeqNum> begin;
        for (const Sent& s : log) {
            if (s.to_server != to_server) continue;
            const bool syn = s.segment.has(flag::syn);
            const SeqNum first = syn ? s.segment.seq + 1U : s.segment.seq;
            if (syn) begin = first;
            if (s.bytes.empty() || !begin) continue;
            const auto at = static_cast<std::size_t>(distance(first, *begin));
            all.resize(std::max(all.size(), at + s.bytes.size()));
            std::copy(s.bytes.begin(), s.bytes.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
        }
        return all;
    }

    TlsClient client;
    TlsServer server;
};

}  // namespace tcplab
