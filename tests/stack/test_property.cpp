// Random operations on two stacks with loss, against a model of what must hold whatever happens.
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <sstream>

#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr Endpoint kServer{World::kB, 80};
constexpr std::uint32_t kMostOrphans = 2;

/// What a connection carries each way: byte i of every body is body_byte(i), so order and content can be checked.
struct Counted {
    std::uint64_t written = 0;
    std::uint64_t read = 0;
};

struct Driver {
    World& w;
    std::mt19937& random;
    SocketId listener;
    std::map<SocketId, Counted> clients;
    std::map<SocketId, Counted> servers;

    std::uint32_t draw(std::uint32_t n) { return static_cast<std::uint32_t>(random()) % n; }

    void write(Stack& stack, std::map<SocketId, Counted>& sockets) {
        if (sockets.empty()) return;
        auto& [s, count] = *std::next(sockets.begin(), draw(static_cast<std::uint32_t>(sockets.size())));
        const Result<std::uint64_t> r = stack.write(w.now, s, Piece::body(1 + draw(20000), count.written));
        if (r.ok()) count.written += r.value;
    }

    void read(Stack& stack, std::map<SocketId, Counted>& sockets) {
        if (sockets.empty()) return;
        auto& [s, count] = *std::next(sockets.begin(), draw(static_cast<std::uint32_t>(sockets.size())));
        const Result<Payload> r = stack.read(w.now, s, 1 + draw(30000));
        if (!r.ok() || r.value.length == 0) return;
        REQUIRE(r.value.bytes().front() == body_byte(count.read));
        count.read += r.value.length;
        REQUIRE(r.value.bytes().back() == body_byte(count.read - 1));
    }

    void close(Stack& stack, std::map<SocketId, Counted>& sockets) {
        if (sockets.empty()) return;
        const auto it = std::next(sockets.begin(), draw(static_cast<std::uint32_t>(sockets.size())));
        const std::uint32_t how = draw(8);
        if (how < 2) stack.set_option(w.now, it->first, SocketOption::linger_ns, how);
        stack.linger(w.now, it->first);
        REQUIRE(stack.close(w.now, it->first) == TcpError::none);
        sockets.erase(it);
    }

    void step() {
        switch (draw(8)) {
            case 0: {
                const SocketId s = w.a.socket();
                const TcpError e = w.a.connect(w.now, s, kServer);
                REQUIRE((e == TcpError::in_progress || e == TcpError::no_port));
                if (e == TcpError::in_progress) clients[s] = {};
                if (e == TcpError::no_port) w.a.close(w.now, s);
                break;
            }
            case 1:
                for (Result<SocketId> r = w.b.accept(w.now, listener); r.ok(); r = w.b.accept(w.now, listener)) {
                    servers[r.value] = {};
                }
                break;
            case 2: write(w.a, clients); break;
            case 3: write(w.b, servers); break;
            case 4: read(w.a, clients); break;
            case 5: read(w.b, servers); break;
            case 6: draw(2) == 0 ? close(w.a, clients) : close(w.b, servers); break;
            default: w.run(std::chrono::milliseconds(draw(100))); break;
        }
    }

    /// Sockets of one stack that are connected have four-tuples of their own.
    void check_unique(const Stack& stack, const std::map<SocketId, Counted>& sockets) const {
        std::set<FourTuple> tuples;
        std::size_t live = 0;
        for (const auto& [s, count] : sockets) {
            const ConnectionInfo info = stack.info(s).value;
            REQUIRE(info.bytes_written == count.written);
            REQUIRE(info.bytes_read == count.read);
            REQUIRE(info.bytes_read <= info.bytes_received);
            if (info.state == State::closed || info.state == State::time_wait) continue;
            ++live;
            REQUIRE(tuples.insert(info.tuple).second);
        }
        REQUIRE(live <= stack.open_connections());
        REQUIRE(stack.orphans() <= std::min(kMostOrphans, stack.open_connections()));
    }
};

/// Each connection is reported once, with sensible instants.
void check_rows(const std::vector<Stack::Finished>& rows) {
    std::set<std::uint64_t> ids;
    for (const Stack::Finished& f : rows) {
        REQUIRE(f.id > 0);
        REQUIRE(ids.insert(f.id).second);
        REQUIRE(f.info.opened <= f.closed);
        REQUIRE(
            (f.info.established == kNever || (f.info.opened <= f.info.established && f.info.established <= f.closed)));
        REQUIRE(f.info.bytes_acknowledged <= f.info.bytes_written);
        REQUIRE(f.info.bytes_read <= f.info.bytes_received);
        REQUIRE((f.info.state == State::time_wait) == (f.time_wait_until != kNever));
    }
}

std::string run_once(std::uint32_t seed, std::uint32_t loss_percent, TimeWaitReuse reuse) {
    Config config;
    config.port_first = 50000;
    config.port_last = 50019;
    config.time_wait_reuse = reuse;
    config.time_wait = 2s;
    config.send_buffer = 60000;
    config.max_orphans = kMostOrphans;
    World w(config);
    std::mt19937 random(seed);
    std::mt19937 losses(seed + 1000);
    w.loses = [&](const Segment&) { return losses() % 100 < loss_percent; };
    Driver d{w, random, w.listen(w.b, 80, 4), {}, {}};
    for (int i = 0; i < 1500; ++i) {
        d.step();
        if (i % 50 != 0) continue;
        w.run(0ms);
        d.check_unique(w.a, d.clients);
        d.check_unique(w.b, d.servers);
    }
    // In the end everything is closed, and nothing may be left.
    while (!d.clients.empty()) d.close(w.a, d.clients);
    while (!d.servers.empty()) d.close(w.b, d.servers);
    w.b.close(w.now, d.listener);
    w.loses = nullptr;
    w.run(3000s);
    INFO("seed " << seed);
    for (const Stack* stack : {&w.a, &w.b}) {
        REQUIRE(stack->open_connections() == 0);
        REQUIRE(stack->orphans() == 0);
        REQUIRE(stack->time_wait_count() == 0);
        REQUIRE(stack->next_deadline() == kNever);
        REQUIRE(stack->time_wait_peak() <= 20);
    }
    check_rows(w.finished_a);
    check_rows(w.finished_b);
    REQUIRE(w.finished_a.size() > 20);
    std::ostringstream story;
    story << w;
    return story.str();
}

}  // namespace

TEST_CASE("random operations: unique four-tuples, bytes in order, nothing left behind") {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        const TimeWaitReuse reuse = seed % 2 == 0 ? TimeWaitReuse::always : TimeWaitReuse::never;
        run_once(seed, seed % 3 == 0 ? 10 : 0, reuse);
    }
}

TEST_CASE("the same inputs give the same segments") {
    CHECK(run_once(77, 5, TimeWaitReuse::always) == run_once(77, 5, TimeWaitReuse::always));
}
