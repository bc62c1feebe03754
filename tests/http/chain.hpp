#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "read_to_end.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// Hosts that all reach each other after a fixed delay, each with an application: no rate, no loss.
class Chain {
  public:
    explicit Chain(Duration one_way) : delay_(one_way) {}

    /// Both outlive the chain.
    void add(Stack& stack, Application& application) { hosts_.push_back({&stack, &application}); }

    /// Starts them, the last one first.
    void start() {
        for (auto host = hosts_.rbegin(); host != hosts_.rend(); ++host) {
            host->application->start(now);
            settle();
        }
    }
    /// Runs until nothing is left to do or `until` has come.
    void run(Time until) {
        while (true) {
            Time next = flying_.empty() ? kNever : flying_.front().at;
            for (const Host& h : hosts_) {
                next = std::min({next, h.stack->next_deadline(), h.application->next_deadline()});
            }
            if (next == kNever || next > until) return;
            now = std::max(now, next);
            while (!flying_.empty() && flying_.front().at <= now) {
                const Segment segment = flying_.front().segment;
                flying_.pop_front();
                for (const Host& h : hosts_) {
                    if (h.stack->address() == segment.destination.address) h.stack->on_segment(now, segment);
                }
                settle();
            }
            for (const Host& h : hosts_) {
                h.stack->on_deadline(now);
                h.application->on_deadline(now);
            }
            settle();
        }
    }

    /// Sees every segment; false: it is lost.
    std::function<bool(const Segment&)> filter;
    Time now = kStart;

  private:
    struct Host {
        Stack* stack;
        Application* application;
    };
    struct Flying {
        Time at;
        Segment segment;
    };

    void settle() {
        for (bool busy = true; busy;) {
            busy = false;
            for (const Host& h : hosts_) {
                Segment s;
                while (h.stack->poll_segment(now, s)) {
                    if (!filter || filter(s)) flying_.push_back({now + delay_, s});
                }
                SocketEvent e;
                while (h.stack->poll_event(e)) {
                    h.application->on_socket(now, e);
                    busy = true;
                }
            }
        }
    }

    Duration delay_;
    std::vector<Host> hosts_;
    std::deque<Flying> flying_;  // the delay is fixed: in order of arrival
};

/// A client: says one text after another, each at its time, on one connection, and keeps what comes back.
class Sayer : public Application {
  public:
    struct Line {
        Duration at;  ///< after the start
        std::string text;
        std::uint64_t body = 0;  ///< bytes after the text
    };
    Sayer(Stack& stack, Endpoint to, std::vector<Line> lines) : stack_(&stack), to_(to), lines_(std::move(lines)) {}

    Time reads_from = kStart;  ///< it does not read before
    Time shuts_at = kNever;    ///< ends its stream
    Time aborts_at = kNever;   ///< closes with a reset

    std::string got;          ///< bodies that are made on demand are left out
    std::uint64_t bytes = 0;  ///< read, with such bodies
    Time last_byte = kNever;  ///< was read
    Time ended = kNever;      ///< the other end has ended its stream, or the connection is gone
    TcpError error = TcpError::none;

    void start(Time now) override {
        socket_ = stack_->socket();
        stack_->connect(now, socket_, to_);
    }
    void on_socket(Time now, const SocketEvent& e) override {
        if ((e.ready & ready::connected) != 0) connected_ = true;
        on_deadline(now);
    }
    void on_deadline(Time now) override {
        if (!connected_ || socket_ == kNoSocket) return;
        say(now);
        if (now >= shuts_at) {
            shuts_at = kNever;
            stack_->shutdown(now, socket_, Shutdown::write);
        }
        if (now >= reads_from) read(now);
        if (now >= aborts_at && socket_ != kNoSocket) {
            stack_->set_option(now, socket_, SocketOption::linger_ns, 0);
            stack_->close(now, std::exchange(socket_, kNoSocket));
        }
    }
    [[nodiscard]] Time next_deadline() const override {
        if (!connected_ || socket_ == kNoSocket) return kNever;
        Time next = std::min(shuts_at, aborts_at);
        if (next_ < lines_.size() && said_ == 0) next = std::min(next, kStart + lines_[next_].at);
        if (!reads_) next = std::min(next, reads_from);
        return next;
    }

  private:
    void say(Time now) {
        while (next_ < lines_.size() && kStart + lines_[next_].at <= now) {
            const Line& line = lines_[next_];
            const std::uint64_t head = line.text.size();
            while (said_ < head + line.body) {
                const Piece piece = said_ < head ? Piece{make_text(line.text), said_, head - said_}
                                                 : Piece::body(head + line.body - said_, said_ - head);
                const Result<std::uint64_t> r = stack_->write(now, socket_, piece);
                if (!r.ok()) return;
                said_ += r.value;
            }
            said_ = 0;
            ++next_;
        }
    }
    void read(Time now) {
        reads_ = true;
        const auto end = read_to_end(*stack_, now, socket_, [&](const Payload& p) {
            last_byte = now;
            bytes += p.length;
            got += text_of(p);
        });
        if (!end) return;
        error = *end;
        ended = now;
    }
    static std::string text_of(const Payload& p) {
        std::string out;
        for (std::uint64_t at = 0; at < p.length;) {
            const Content::View view = p.content->view(p.offset + at, p.length - at);
            out += view.text;
            at += view.length;
        }
        return out;
    }

    Stack* stack_;
    Endpoint to_;
    std::vector<Line> lines_;
    std::size_t next_ = 0;
    std::uint64_t said_ = 0;  // of lines_[next_]
    bool reads_ = false;
    SocketId socket_ = kNoSocket;
    bool connected_ = false;
};

/// A server that answers the first head that comes with its first reply, and so on, whoever asks.
class Replier : public Application {
  public:
    struct Reply {
        std::string text;
        bool closes = false;  ///< after it
        bool aborts = false;  ///< with a reset
        Duration after{0};
    };
    Replier(Stack& stack, Endpoint local, std::vector<Reply> replies)
        : stack_(&stack), local_(local), replies_(std::move(replies)) {}

    std::vector<std::string> heads;  ///< in the order in which they came
    std::vector<Time> came;          ///< when
    std::vector<std::string> got;    ///< by connection, heads and all
    std::vector<Time> ended;         ///< by connection: the other end has ended its stream, or reset it
    bool closes_back = true;         ///< when the other end has ended its stream

    void start(Time) override {
        listener_ = stack_->socket();
        stack_->bind(listener_, local_);
        stack_->listen(listener_, 10);
    }
    void on_socket(Time now, const SocketEvent& e) override {
        if (e.socket == listener_) {
            while (true) {
                const Result<SocketId> r = stack_->accept(now, listener_);
                if (!r.ok()) return;
                open_.push_back({r.value, got.size(), 0});
                got.emplace_back();
                ended.push_back(kNever);
            }
        }
        for (std::size_t i = 0; i < open_.size(); ++i) {
            if (open_[i].socket == e.socket) {
                read(now, open_[i]);
                return;
            }
        }
    }
    void on_deadline(Time now) override {
        while (!due_.empty() && due_.front().at <= now) {
            const Due due = due_.front();
            due_.pop_front();
            send(now, open_[due.open], replies_[due.reply]);
        }
    }
    [[nodiscard]] Time next_deadline() const override { return due_.empty() ? kNever : due_.front().at; }

  private:
    struct Open {
        SocketId socket;
        std::size_t number;
        std::size_t seen;  // of got
    };
    struct Due {
        Time at;
        std::size_t open;
        std::size_t reply;
    };

    void read(Time now, Open& c) {
        while (c.socket != kNoSocket) {
            const Result<Payload> r = stack_->read(now, c.socket, 1U << 20U);
            if (r.error == TcpError::would_block) return;
            std::string& text = got[c.number];
            if (!r.ok() || r.value.length == 0) {
                ended[c.number] = now;
                if (closes_back || !r.ok()) stack_->close(now, std::exchange(c.socket, kNoSocket));
                return;
            }
            text += r.value.bytes();
            for (auto end = text.find("\r\n\r\n", c.seen); end != std::string::npos;
                 end = text.find("\r\n\r\n", c.seen)) {
                heads.push_back(text.substr(c.seen, end + 4 - c.seen));
                came.push_back(now);
                c.seen = end + 4;
                if (heads.size() > replies_.size()) continue;
                due_.push_back({now + replies_[heads.size() - 1].after, c.number, heads.size() - 1});
            }
            on_deadline(now);
        }
    }
    void send(Time now, Open& c, const Reply& reply) {
        if (c.socket == kNoSocket) return;
        if (!reply.text.empty()) stack_->write(now, c.socket, Piece::of(make_text(reply.text)));
        if (reply.aborts) stack_->set_option(now, c.socket, SocketOption::linger_ns, 0);
        if (reply.closes || reply.aborts) stack_->close(now, std::exchange(c.socket, kNoSocket));
    }

    Stack* stack_;
    Endpoint local_;
    std::vector<Reply> replies_;
    SocketId listener_ = kNoSocket;
    std::deque<Open> open_;
    std::deque<Due> due_;  // replies have one delay or none: in order
};

}  // namespace tcplab
