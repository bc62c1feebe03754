#include <doctest/doctest.h>

#include <vector>

#include "host/host.hpp"

using namespace tcplab;

namespace {

constexpr Ipv4Address kClient{0x0a000001};
constexpr Ipv4Address kServer{0x0a000002};

/// Accepts one connection, and closes it when the peer has ended its stream.
class Sink final : public Application {
  public:
    explicit Sink(Stack& stack) : stack_(stack) {}
    void start(Time) override {
        const SocketId s = stack_.socket();
        stack_.bind(s, {kServer, 80});
        stack_.listen(s, 8);
    }
    void on_socket(Time now, const SocketEvent& event) override {
        if ((event.ready & ready::accept) != 0) {
            const auto accepted = stack_.accept(now, event.socket);
            if (accepted.ok()) read(now, accepted.value);
        }
        if ((event.ready & ready::readable) != 0) read(now, event.socket);
    }
    void on_deadline(Time) override {}
    [[nodiscard]] Time next_deadline() const override { return kNever; }
    std::uint64_t received = 0;
    Time ended = kNever;

  private:
    void read(Time now, SocketId s) {
        for (;;) {
            const auto r = stack_.read(now, s, 100'000);
            if (!r.ok()) return;
            received += r.value.length;
            if (r.value.length > 0) continue;
            ended = now;
            stack_.close(now, s);
            return;
        }
    }
    Stack& stack_;
};

/// Waits, then sends so many bytes and closes.
class Sender final : public Application {
  public:
    Sender(Stack& stack, Time when, std::uint64_t bytes) : stack_(stack), when_(when), bytes_(bytes) {}
    void start(Time) override {}
    void on_socket(Time now, const SocketEvent& event) override {
        if ((event.ready & ready::connected) == 0) return;
        stack_.write(now, event.socket, Piece::body(bytes_));
        stack_.close(now, event.socket);
    }
    void on_deadline(Time now) override {
        woken.push_back(now);
        if (now < when_) return;
        when_ = kNever;
        stack_.connect(now, stack_.socket(), {kServer, 80});
    }
    [[nodiscard]] Time next_deadline() const override { return when_; }
    std::vector<Time> woken;

  private:
    Stack& stack_;
    Time when_;
    std::uint64_t bytes_;
};

struct TwoHosts {
    explicit TwoHosts(Time when, std::uint64_t bytes, Config config = make_config(Profile::linux_))
        : client_stack(kClient, config, {1, 2}),
          server_stack(kServer, config, {3, 4}),
          sender(client_stack, when, bytes),
          sink(server_stack),
          client(network, events, client_stack, sender),
          server(network, events, server_stack, sink) {
        LinkConfig link;
        link.delay = 50ms;
        network.connect(client.node(), server.node(), link, link);
        network.build();
        server.start(kStart);
        client.start(kStart);
    }
    EventQueue events;
    Network network{events, {1, 1}};
    Stack client_stack, server_stack;
    Sender sender;
    Sink sink;
    Host client, server;
};

}  // namespace

TEST_CASE("an application is woken at its deadline, and what it does is sent") {
    TwoHosts world(kStart + 1s, 1000);
    world.events.run_until(kStart + 2s);
    REQUIRE(world.sender.woken == std::vector<Time>{kStart + 1s});
    CHECK(world.sink.received == 1000);
    CHECK(world.sink.ended == kStart + 1150ms);  // SYN, SYN-ACK, data and FIN: 50 ms each
}

TEST_CASE("finished connections are collected at both ends") {
    TwoHosts world(kStart, 1000);
    CHECK(world.client.take_finished().empty());
    world.events.run_until(kStart + 10s);
    const std::vector<Stack::Finished> at_client = world.client.take_finished();
    const std::vector<Stack::Finished> at_server = world.server.take_finished();
    CHECK(world.client.take_finished().empty());
    REQUIRE(at_client.size() == 1);
    REQUIRE(at_server.size() == 1);
    const Stack::Finished& row = at_client[0];
    CHECK(row.info.bytes_acknowledged == 1000);
    CHECK(row.info.opened == kStart);
    CHECK(row.time_wait_until == row.closed + 60s);  // it closed first
    CHECK(at_server[0].time_wait_until == kNever);
    CHECK(world.client.application_calls() > 0);
}

TEST_CASE("a deadline that moves back costs no more wake-ups than it moves") {
    // Every segment of a long transfer moves the retransmission timer; none of them may leave a wake-up behind.
    Config config = make_config(Profile::linux_);
    config.send_buffer_start.reset();  // the sender writes all of it at once
    TwoHosts world(kStart, 3'000'000, config);
    world.events.run_until(kStart + 60s);
    REQUIRE(world.sink.received == 3'000'000);
    const std::uint64_t packets =
        world.network.counters(0, Way::a_to_b).packets + world.network.counters(0, Way::b_to_a).packets;
    CHECK(world.events.events() < packets + 200);
}

TEST_CASE("without anything to do, nothing is scheduled") {
    TwoHosts world(kNever, 0);
    CHECK(world.events.empty());
}
