// Two sessions, a transport that takes and gives bytes in any portions, and applications that do anything they may.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>

#include "pair.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Kind = Http2Event::Kind;

class Draw {
  public:
    explicit Draw(std::uint64_t seed) : random_(seed) {}
    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool chance(std::uint64_t percent) { return below(100) < percent; }
    /// From 1 to `most`, of any magnitude.
    std::uint64_t size(std::uint64_t most) {
        std::uint64_t top = 1;
        while (top < most && chance(80)) top *= 4;
        return 1 + below(std::min(top, most));
    }

  private:
    std::mt19937_64 random_;
};

/// Reads what one end writes, and keeps the windows that RFC 9113 6.9 gives that end by what it has got from the other.
class Watch {
  public:
    /// Bytes that the end has written.
    void wrote(const std::string& bytes) {
        out_ += bytes;
        if (!skip_preface(out_)) return;
        for (Seen f; take_frame(out_, f);) {
            if (f.type != kData) continue;
            Window& window = window_of(f.stream);
            const auto length = static_cast<std::int64_t>(f.payload.size());
            connection_ -= length;
            window.change -= length;
            if (f.payload.size() > largest_ || connection_ < 0 || window.initial + window.change < 0) FAIL(f.stream);
        }
    }
    /// The end has opened a stream: what it may send on it at first was decided by then.
    void opened(std::uint32_t stream) { window_of(stream); }
    /// Bytes that the end has received.
    void got(const std::string& bytes) {
        in_ += bytes;
        if (!skip_preface(in_)) return;
        for (Seen f; take_frame(in_, f);) {
            if (f.type == kWindowUpdate) (f.stream == 0 ? connection_ : window_of(f.stream).change) += f.u32();
            if (f.type != kSettings) continue;
            for (std::size_t at = 0; at < f.payload.size(); at += 6) {
                const auto id = static_cast<std::uint8_t>(f.payload[at + 1]);
                if (id == 4) initial_ = f.u32(at + 2);
                if (id == 5) largest_ = f.u32(at + 2);
            }
            for (auto& [stream, window] : streams_) window.initial = std::max(window.initial, initial_);
        }
    }
    /// The connection's window.
    [[nodiscard]] std::int64_t connection() const { return connection_; }

  private:
    struct Window {
        std::int64_t initial = 0;  ///< the largest while the stream was open: a frame may have begun under it
        std::int64_t change = 0;
    };
    Window& window_of(std::uint32_t stream) { return streams_.try_emplace(stream, Window{initial_, 0}).first->second; }
    /// False: it has begun, and more of it must come.
    static bool skip_preface(std::string& bytes) {
        if (bytes.empty() || bytes.front() != 'P') return true;  // no frame is so long that it begins with one
        if (bytes.size() < kClientPreface.size()) return false;
        bytes.erase(0, kClientPreface.size());
        return true;
    }

    std::string out_;  // not yet a frame
    std::string in_;
    std::int64_t connection_ = 65535;
    std::int64_t initial_ = 65535;
    std::uint32_t largest_ = 16384;
    std::map<std::uint32_t, Window> streams_;
};

Http2Settings any_settings(Draw& draw) {
    Http2Settings s;
    s.streams = static_cast<std::uint32_t>(1 + draw.below(40));
    s.window = static_cast<std::uint32_t>(draw.size(100'000));
    s.connection_window = static_cast<std::uint32_t>(draw.size(500'000));
    s.frame = static_cast<std::uint32_t>(draw.size(60'000));
    s.header_compression = draw.chance(70);
    return s;
}

/// What is to happen on a stream.
struct Plan {
    std::uint64_t request = 0;  ///< bytes
    std::uint64_t response = 0;
    bool answered = false;
};

/// One of the two ends, and what its application has not yet used.
struct End {
    Http2Session& session;
    Pipe& out;
    std::map<std::uint32_t, Exchange>& seen;
    Watch watch;
    std::map<std::uint32_t, std::uint64_t> used;
};

class World {
  public:
    explicit World(std::uint64_t seed)
        : draw_(seed),
          of_client_(any_settings(draw_)),
          of_server_(any_settings(draw_)),
          pair_(of_client_, of_server_),
          diligence_(1 + draw_.below(100)) {
        pair_.client_uses = pair_.server_uses = false;
    }

    /// Until so many streams are over.
    void run(std::uint32_t streams) {
        for (int step = 0; plans_.size() < streams || pair_.client.streams() + pair_.server.streams() > 0; ++step) {
            if (step > 200'000) FAIL("no progress");
            if (plans_.size() < streams && draw_.chance(30)) open();
            if (draw_.chance(50)) answer();
            if (draw_.chance(1)) give_up(draw_.chance(50) ? client_ : server_);
            use(client_);
            use(server_);
            move(client_, server_);
            move(server_, client_);
        }
        settle();
        for (const auto& [stream, plan] : plans_) check(stream, plan);
        check_window(client_, of_server_);
        check_window(server_, of_client_);
    }

  private:
    void open() {
        if (!pair_.client.can_open()) return;
        Plan plan;
        if (draw_.chance(30)) plan.request = draw_.size(30'000);
        if (draw_.chance(90)) plan.response = draw_.size(60'000);
        FieldList fields = request("/" + std::to_string(plans_.size()), plan.request > 0 ? "POST" : "GET");
        if (draw_.chance(20)) fields.add("x-large", std::string(draw_.size(40'000), 'x'));
        const Priority priority{static_cast<std::uint8_t>(draw_.below(8)), draw_.chance(50)};
        const std::uint32_t stream = pair_.client.open(fields, plan.request, priority);
        REQUIRE(stream == 2 * plans_.size() + 1);
        plans_[stream] = plan;
        client_.watch.opened(stream);
    }
    void answer() {
        for (const auto& [stream, seen] : pair_.at_server) {
            Plan& plan = plans_.at(stream);
            if (plan.answered || draw_.chance(50)) continue;
            plan.answered = true;
            FieldList fields = response();
            if (draw_.chance(50)) fields.add("content-length", std::to_string(plan.response));
            REQUIRE(pair_.server.respond(stream, fields, plan.response) == !seen.reset.has_value());
        }
    }
    void give_up(End& end) {
        const std::uint32_t stream = 1 + 2 * static_cast<std::uint32_t>(draw_.below(plans_.size() + 1));
        if (end.seen.count(stream) == 0 || end.seen[stream].ended) return;
        end.session.reset(stream, Http2Error::cancel);
        end.seen[stream].reset = Http2Error::cancel;
    }
    void use(End& end) {
        for (const auto& [stream, seen] : end.seen) {
            const std::uint64_t left = seen.bytes - end.used[stream];
            if (left == 0 || !draw_.chance(diligence_)) continue;
            const std::uint64_t n = 1 + draw_.below(left);
            end.session.consumed(stream, n);
            end.used[stream] += n;
        }
    }
    void move(End& from, End& to) {
        const std::uint64_t written = from.out.written();
        from.out.fill(from.session, draw_.size(100'000));
        from.watch.wrote(from.out.bytes(written, from.out.written()));
        const std::uint64_t read = from.out.read();
        from.out.drain(to.session, draw_.size(100'000),
                       [this, &to](const Http2Event& e) { pair_.tell(to.session, to.seen, e, false); });
        to.watch.got(from.out.bytes(read, from.out.read()));
        if (to.session.failed()) FAIL("a session failed");
    }
    /// All that was received is used, and told.
    void settle() {
        diligence_ = 100;
        for (int i = 0; i < 100; ++i) {
            use(client_);
            use(server_);
            move(client_, server_);
            move(server_, client_);
        }
    }
    void check(std::uint32_t stream, const Plan& plan) {
        CAPTURE(stream);
        const Exchange& client = client_.seen[stream];
        const Exchange& server = server_.seen[stream];
        REQUIRE(server.bytes <= plan.request);
        REQUIRE(client.bytes <= plan.response);
        if (client.reset || server.reset) return;
        REQUIRE(server.ended);
        REQUIRE(server.bytes == plan.request);
        REQUIRE(client.ended);
        REQUIRE(client.bytes == plan.response);
    }
    /// Nothing is lost of the window that `end` has to send with: what it lacks is not yet worth an update.
    static void check_window(const End& end, const Http2Settings& of_peer) {
        const std::int64_t size = std::max<std::int64_t>(of_peer.connection_window, 65535);
        REQUIRE(end.watch.connection() <= size);
        REQUIRE(end.watch.connection() > size - (size + 1) / 2);
    }

    Draw draw_;
    Http2Settings of_client_;
    Http2Settings of_server_;
    Pair pair_;
    std::uint64_t diligence_;  ///< percent: how likely an application is to use what it has
    std::map<std::uint32_t, Plan> plans_;
    End client_{pair_.client, pair_.up, pair_.at_client, {}, {}};
    End server_{pair_.server, pair_.down, pair_.at_server, {}, {}};
};

}  // namespace

TEST_CASE("whatever happens, each body arrives once, and no window is exceeded or lost") {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        CAPTURE(seed);
        World(seed).run(40);
    }
}
