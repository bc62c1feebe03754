#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "frames.hpp"

namespace tcplab::test {

/// One direction between two sessions: a transport that takes and gives bytes in any portions.
class Pipe {
  public:
    /// Has `from` write at most `room` bytes. How many it did.
    std::uint64_t fill(Http2Session& from, std::uint64_t room) {
        const std::uint64_t before = content_->size();
        Http2Write write;
        while (room > 0 && from.next_write(write)) {
            std::uint64_t taken = 0;
            for (std::size_t i = 0; i < write.count; ++i) {
                Piece p = write.pieces[i];
                p.length = std::min(p.length, room - taken);
                content_->append(p);
                taken += p.length;
            }
            from.wrote(taken);
            room -= taken;
        }
        return content_->size() - before;
    }
    /// Gives `to` at most `most` bytes, and what it tells to `tell`.
    template <class F>
    void drain(Http2Session& to, std::uint64_t most, const F& tell) {
        Payload in{content_, read_, static_cast<std::uint32_t>(std::min(most, content_->size() - read_))};
        read_ += in.length;
        while (to.receive(in, event_)) tell(event_);
    }
    /// What was written, from byte `from` to byte `to`.
    [[nodiscard]] std::string bytes(std::uint64_t from, std::uint64_t to) const {
        std::string out(static_cast<std::size_t>(to - from), '\0');
        content_->copy(from, out.size(), out.data());
        return out;
    }
    [[nodiscard]] std::string bytes() const { return bytes(0, content_->size()); }
    [[nodiscard]] std::uint64_t written() const { return content_->size(); }
    [[nodiscard]] std::uint64_t read() const { return read_; }

  private:
    ContentRef content_{new Content};
    std::uint64_t read_ = 0;
    Http2Event event_;
};

/// What an application has seen of a stream.
struct Exchange {
    Fields head;
    std::uint64_t bytes = 0;
    bool ended = false;
    std::optional<Http2Error> reset;
};

/// A client and a server that talk until they have nothing more to say. Bodies are used at once.
struct Pair {
    static constexpr std::uint64_t kAll = 1U << 30U;

    explicit Pair(const Http2Settings& of_client = {}, const Http2Settings& of_server = {})
        : client(Http2Session::Role::client, of_client), server(Http2Session::Role::server, of_server) {}

    Http2Session client;
    Http2Session server;
    Pipe up;
    Pipe down;
    std::map<std::uint32_t, Exchange> at_client;
    std::map<std::uint32_t, Exchange> at_server;
    std::vector<Http2Event> others;  ///< that belong to no stream
    bool client_uses = true;         ///< what it receives, at once
    bool server_uses = true;

    void tell(Http2Session& session, std::map<std::uint32_t, Exchange>& exchanges, const Http2Event& event, bool uses) {
        using Kind = Http2Event::Kind;
        switch (event.kind) {
            case Kind::head: exchanges[event.stream].head = fields_of(event.fields); break;
            case Kind::data:
                exchanges[event.stream].bytes += event.bytes;
                if (uses) session.consumed(event.stream, event.bytes);
                break;
            case Kind::end: exchanges[event.stream].ended = true; break;
            case Kind::reset: exchanges[event.stream].reset = event.error; break;
            default: others.push_back(event);
        }
    }
    void up_once(std::uint64_t room = kAll, std::uint64_t most = kAll) {
        up.fill(client, room);
        up.drain(server, most, [this](const Http2Event& e) { tell(server, at_server, e, server_uses); });
    }
    void down_once(std::uint64_t room = kAll, std::uint64_t most = kAll) {
        down.fill(server, room);
        down.drain(client, most, [this](const Http2Event& e) { tell(client, at_client, e, client_uses); });
    }
    void settle() {
        std::uint64_t before = 0;
        do {
            before = up.written() + down.written();
            up_once();
            down_once();
        } while (up.written() + down.written() > before);
    }
};

}  // namespace tcplab::test
