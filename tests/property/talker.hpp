#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "property/draw.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab::test {

/// One way of a talk: a range of the made-up body, so that each end knows every byte that the other writes.
struct Stream {
    std::uint64_t begin = 0;
    std::uint64_t bytes = 0;
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    bool ended = false;  ///< the reader has seen its end

    [[nodiscard]] bool whole() const { return ended && read == bytes; }
};

/// What a client and a server say to each other over one connection.
struct Talk {
    Stream up;
    Stream down;
    bool in_turn = false;  ///< the server answers when the client has ended
    std::uint32_t chunk = 1;
    Duration read_gap{0};   ///< of the slower reader, at most
    bool accepted = false;  ///< by the server
    std::string error;      ///< of either end

    [[nodiscard]] bool complete() const { return up.whole() && down.whole(); }
};
using TalkRef = std::shared_ptr<Talk>;

/// Who has opened what, by the client's address and port: the server finds its part in it.
using Talks = std::map<Endpoint, TalkRef>;

/// A program that opens connections and talks, or waits for them and answers. Compares what it reads; throws Broken.
class Talker final : public Application {
  public:
    struct Call {
        Time at;
        TalkRef talk;
    };

    /// A client makes `calls`, in order of time.
    Talker(Stack& stack, Endpoint server, std::vector<Call> calls, Talks& talks, std::uint64_t seed)
        : stack_(stack), server_(server), calls_(std::move(calls)), talks_(talks), draw_(seed) {}
    /// A server.
    Talker(Stack& stack, Endpoint server, Talks& talks, std::uint64_t seed)
        : stack_(stack), server_(server), talks_(talks), draw_(seed), listens_(true) {}

    void start(Time now) override {
        if (!listens_) return on_deadline(now);
        listener_ = stack_.socket();
        expect(stack_.bind(listener_, server_) == TcpError::none, "bind() failed");
        expect(stack_.listen(listener_, 5) == TcpError::none, "listen() failed");
    }

    void on_socket(Time now, const SocketEvent& event) override {
        if (event.socket == listener_) {
            Endpoint peer;
            for (auto s = stack_.accept(now, listener_, &peer); s.ok(); s = stack_.accept(now, listener_, &peer)) {
                const auto talk = talks_.find(peer);
                expect(talk != talks_.end(), "a connection that nobody opened");
                if (std::exchange(talk->second->accepted, true)) {
                    // A late ACK, with one byte more of ours than of theirs acknowledged, passes for that of a SYN
                    // cookie with the next larger MSS (in Linux, too: check_tcp_syn_cookie).
                    expect(stack_.close(now, s.value) == TcpError::none, "close() failed");
                    continue;
                }
                lines_[s.value] = {talk->second, false, false, now};
                go_on(now, s.value);
            }
        } else if (lines_.count(event.socket) != 0) {
            if ((event.ready & ready::failed) != 0) lines_[event.socket].talk->error = name(event.error);
            go_on(now, event.socket);
        }
    }

    void on_deadline(Time now) override {
        while (next_call_ < calls_.size() && calls_[next_call_].at <= now) call(now, calls_[next_call_++].talk);
        while (!wakes_.empty() && wakes_.begin()->first <= now) {
            const SocketId s = wakes_.begin()->second;
            wakes_.erase(wakes_.begin());
            if (lines_.count(s) != 0) go_on(now, s);
        }
    }

    [[nodiscard]] Time next_deadline() const override {
        const Time call = next_call_ < calls_.size() ? calls_[next_call_].at : kNever;
        return wakes_.empty() ? call : std::min(call, wakes_.begin()->first);
    }

  private:
    struct Line {
        TalkRef talk;
        bool calling = false;
        bool shut = false;
        Time next_read{};
    };

    void call(Time now, const TalkRef& talk) {
        const SocketId s = stack_.socket();
        const TcpError e = stack_.connect(now, s, server_);
        if (e != TcpError::in_progress) {
            talk->error = name(e);
            stack_.close(now, s);
            return;
        }
        talks_[stack_.info(s).value.tuple.local] = talk;
        lines_[s] = {talk, true, false, now};
    }

    /// Reads and writes what can be, and closes when both are done.
    void go_on(Time now, SocketId s) {
        Line& line = lines_[s];
        Stream& in = line.calling ? line.talk->down : line.talk->up;
        Stream& out = line.calling ? line.talk->up : line.talk->down;
        read(now, s, line, in);
        if (line.calling || in.ended || !line.talk->in_turn) write(now, s, line, out);
        const bool broken = stack_.info(s).value.error != TcpError::none && stack_.info(s).value.state == State::closed;
        if ((in.ended && line.shut) || (broken && !line.talk->error.empty())) {
            if (in.ended && line.shut) check_sums(s, in, out);
            expect(stack_.close(now, s) == TcpError::none, "close() failed");
            lines_.erase(s);
        }
    }

    void read(Time now, SocketId s, Line& line, Stream& in) {
        while (!in.ended && now >= line.next_read) {
            const auto most = static_cast<std::uint32_t>(draw_.size(line.talk->chunk));
            const Result<Payload> got = stack_.read(now, s, most);
            if (!got.ok()) return note(line, got.error);
            if (got.value.length == 0) {
                in.ended = true;
                expect(in.read == in.bytes || !line.talk->error.empty(), "the end came early");
                return;
            }
            const std::string bytes = got.value.bytes();
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                expect(bytes[i] == body_byte(in.begin + in.read + i), "read other bytes than were written");
            }
            in.read += bytes.size();
            expect(in.read <= in.written, "read more than was written");
            if (line.talk->read_gap == Duration::zero()) continue;
            line.next_read = now + draw_.up_to(line.talk->read_gap) + Duration(1);
            wakes_.emplace(line.next_read, s);
        }
    }

    void write(Time now, SocketId s, Line& line, Stream& out) {
        while (out.written < out.bytes) {
            const std::uint64_t length = std::min(out.bytes - out.written, draw_.size(line.talk->chunk));
            const Result<std::uint64_t> done = stack_.write(now, s, Piece::body(length, out.begin + out.written));
            if (!done.ok()) return note(line, done.error);
            expect(done.value > 0 && done.value <= length, "write() took nothing, or more than it got");
            out.written += done.value;
        }
        if (!line.shut) line.shut = stack_.shutdown(now, s, Shutdown::write) == TcpError::none;
    }

    static void note(Line& line, TcpError e) {
        if (e != TcpError::would_block) line.talk->error = name(e);
    }

    void check_sums(SocketId s, const Stream& in, const Stream& out) const {
        const ConnectionInfo info = stack_.info(s).value;
        expect(info.bytes_written == out.written && info.bytes_read == in.read, "counts other bytes than there were");
        expect(info.bytes_acknowledged <= info.bytes_written, "SND.UNA beyond what was written");
        expect(info.bytes_received == info.bytes_read, "the end was seen before everything was read");
    }

    Stack& stack_;
    Endpoint server_;
    std::vector<Call> calls_;
    Talks& talks_;
    Draw draw_;
    bool listens_ = false;
    SocketId listener_ = kNoSocket;
    std::size_t next_call_ = 0;
    std::map<SocketId, Line> lines_;
    std::multimap<Time, SocketId> wakes_;
};

}  // namespace tcplab::test
