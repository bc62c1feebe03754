#include "experiment/workloads.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "host/host.hpp"

namespace tcplab {
namespace {

constexpr std::uint32_t kRequest = 300;      // bytes
constexpr std::uint32_t kResponse = 10'000;  // bytes
constexpr std::uint16_t kPort = 80;
constexpr Ipv4Address kServer{0x0aff0001};
constexpr std::uint32_t kFirstClient = 0x0a000001;

// As the other simulators' programs have it: no timestamps, and ns-3's delayed acknowledgements.
Config benchmark_tcp() {
    Config c = make_config(Profile::linux_);
    c.congestion_control = CongestionControl::reno;
    c.mss = 1460;
    c.timestamps = false;
    c.delayed_ack = c.delayed_ack_max = 200ms;
    c.quickack = false;
    return c;
}

// Slow start that counts acknowledgements, as those programs have it, and a window that is never in the way.
Config bulk_tcp() {
    Config c = make_config(Profile::rfc);
    c.timestamps = false;
    c.receive_buffer = c.receive_buffer_max = 4 * 1024 * 1024;
    return c;
}

LinkPair link_pair(std::uint64_t bits_per_second, Duration delay) {
    LinkConfig one;
    one.rate.bits_per_second = bits_per_second;
    one.delay = delay;
    return {one, one};
}

/// Answers every request of 300 bytes with 10,000.
class Responder final : public Application {
  public:
    Responder(Stack& stack, bool closes) : stack_(stack), closes_(closes) {}

    void start(Time) override {
        const SocketId s = stack_.socket();
        stack_.bind(s, {stack_.address(), kPort});
        stack_.listen(s, 4096);
    }
    void on_socket(Time now, const SocketEvent& event) override {
        if ((event.ready & ready::accept) != 0) accept(now, event.socket);
        if ((event.ready & ready::readable) != 0) read(now, event.socket);
    }
    void on_deadline(Time) override {}
    [[nodiscard]] Time next_deadline() const override { return kNever; }

  private:
    void accept(Time now, SocketId listener) {
        for (auto s = stack_.accept(now, listener); s.ok(); s = stack_.accept(now, listener)) {
            const auto place = static_cast<std::size_t>(s.value);
            if (place >= received_.size()) received_.resize(place + 1);
            received_[place] = 0;
            read(now, s.value);
        }
    }
    void read(Time now, SocketId s) {
        std::uint32_t& received = received_[static_cast<std::size_t>(s)];
        for (auto r = stack_.read(now, s, kRequest); r.ok() && r.value.length > 0; r = stack_.read(now, s, kRequest)) {
            received += r.value.length;
        }
        if (received < kRequest) return;
        received = 0;
        stack_.write(now, s, Piece::body(kResponse));
        if (closes_) stack_.close(now, s);
    }

    Stack& stack_;
    bool closes_;
    std::vector<std::uint32_t> received_;  // by socket, of the request that is coming
};

/// What the two kinds of client have in common: reading, and counting what is complete.
class Fetcher : public Application {
  public:
    explicit Fetcher(Stack& stack) : stack_(stack) {}
    [[nodiscard]] std::uint64_t complete() const { return complete_; }

  protected:
    SocketId open(Time now) {
        const SocketId s = stack_.socket();
        stack_.connect(now, s, {kServer, kPort});
        return s;
    }
    void request(Time now, SocketId s) { stack_.write(now, s, Piece::body(kRequest)); }
    /// True at the end of the stream.
    bool read(Time now, SocketId s, std::uint32_t& received) {
        for (;;) {
            const auto r = stack_.read(now, s, 65536);
            if (!r.ok()) return false;
            if (r.value.length == 0) return true;
            received += r.value.length;
            if (received == kResponse) ++complete_;
        }
    }
    void close(Time now, SocketId s) { stack_.close(now, s); }

  private:
    Stack& stack_;
    std::uint64_t complete_ = 0;  // transactions
};

/// Opens connections one by one, and after a pause sends a request on each.
class Opener final : public Fetcher {
  public:
    struct Plan {
        std::uint32_t count;  // connections
        Time first_open, first_request;
        Duration every;
    };
    Opener(Stack& stack, Plan plan) : Fetcher(stack), plan_(plan), received_(plan.count) {}

    void start(Time) override {}
    void on_socket(Time now, const SocketEvent& event) override {
        if ((event.ready & ready::readable) != 0) {
            read(now, event.socket, received_[static_cast<std::size_t>(event.socket)]);
        }
    }
    void on_deadline(Time now) override {
        for (; next_deadline() <= now; ++next_) {
            if (next_ < plan_.count) {
                const auto socket = static_cast<std::size_t>(open(now));
                if (socket >= received_.size()) received_.resize(socket + 1);
                sockets_.push_back(static_cast<SocketId>(socket));
            } else {
                request(now, sockets_[next_ - plan_.count]);
            }
        }
    }
    [[nodiscard]] Time next_deadline() const override {
        if (next_ < plan_.count) return plan_.first_open + next_ * plan_.every;
        if (next_ < 2 * plan_.count) return plan_.first_request + (next_ - plan_.count) * plan_.every;
        return kNever;
    }

  private:
    Plan plan_;
    std::uint32_t next_ = 0;  // connections opened, then requests sent
    std::vector<SocketId> sockets_;
    std::vector<std::uint32_t> received_;  // by socket
};

/// Makes transactions one after another, each on a connection of its own.
class Repeater final : public Fetcher {
  public:
    Repeater(Stack& stack, std::uint32_t count, Time start) : Fetcher(stack), left_(count), start_(start) {}

    void start(Time) override {}
    void on_socket(Time now, const SocketEvent& event) override {
        if ((event.ready & ready::connected) != 0) request(now, event.socket);
        if ((event.ready & ready::readable) != 0 && read(now, event.socket, received_)) {
            close(now, event.socket);
            begin(now);
        }
    }
    void on_deadline(Time now) override {
        if (now < start_) return;
        start_ = kNever;
        begin(now);
    }
    [[nodiscard]] Time next_deadline() const override { return start_; }

  private:
    void begin(Time now) {
        if (left_ == 0) return;
        --left_;
        received_ = 0;
        open(now);
    }

    std::uint32_t left_;
    std::uint32_t received_ = 0;
    Time start_;
};

}  // namespace

Scenario bulk_scenario(std::uint32_t flows) {
    Scenario s;
    s.client_tcp = s.server_tcp = bulk_tcp();
    s.link = link_pair(100'000'000, 20ms);
    s.link.up.queue = s.link.down.queue = 250;
    s.access = s.server_access = link_pair(1'000'000'000, 1ms);
    s.client.users = flows;
    s.client.arrival = {ArrivalKind::every, std::min<Duration>(10ms, Duration(10s) / std::max(flows, 1U)), 0};
    s.duration = 60s;
    PageObject object;
    object.name = "download";
    object.path = "/download";
    object.endless = true;
    s.page.objects = {object};
    return s;
}

Scenario short_scenario(std::uint32_t transactions) {
    Scenario s;
    s.client_tcp = s.server_tcp = benchmark_tcp();
    s.link = link_pair(10'000'000, 25ms);
    s.client.strategy = Strategy::serial;
    s.client.request_header = kRequest;
    PageObject object;
    object.count = transactions;
    object.number = 1;
    object.path = "/";
    object.size = kResponse - s.server.response_header;
    s.page.objects = {object};
    return s;
}

Scenario port_scenario(std::uint32_t ports) {
    Scenario s = short_scenario(2 * ports);
    s.link = link_pair(1'000'000'000, 1ms);
    for (Config* tcp : {&s.client_tcp, &s.server_tcp}) {
        tcp->time_wait = 300s;
        tcp->port_last = 65535;
        tcp->port_first = static_cast<std::uint16_t>(65536 - ports);
    }
    s.client.close = CloseFirst::client;
    s.client.on_no_port = OnNoPort::wait;
    return s;
}

Scenario host_scenario(std::uint32_t hosts) {
    Scenario s = short_scenario(1);
    s.link = link_pair(1'000'000'000, 25ms);
    s.client.users = hosts;
    s.client.arrival = {ArrivalKind::every, 1ms, 0};
    return s;
}

struct WorkloadWorld::Impl {
    struct Client {
        Client(Ipv4Address address, const Config& config) : stack(address, config, {address.value, address.value}) {}
        Stack stack;
        std::unique_ptr<Fetcher> application;
        std::unique_ptr<Host> host;
        LinkId link = 0;
    };

    Impl(const Config& tcp, bool server_closes)
        : config(tcp),
          network(events, {1, 1}),
          router(network.add_router()),
          server(kServer, tcp, {0, 0}),
          responder(server, server_closes),
          server_host(network, events, server, responder) {
        network.connect(router, server_host.node(), {}, {});
    }

    /// `make` makes the client's application for its stack.
    template <class Make>
    void add_client(const LinkPair& link, Make make) {
        Client& c =
            clients.emplace_back(Ipv4Address{kFirstClient + static_cast<std::uint32_t>(clients.size())}, config);
        c.application = make(c.stack);
        c.host = std::make_unique<Host>(network, events, c.stack, *c.application);
        c.link = network.connect(c.host->node(), router, link.up, link.down);
    }

    void start() {
        network.build();
        server_host.start(kStart);
        for (Client& c : clients) c.host->start(kStart);
    }

    Config config;
    EventQueue events;
    Network network;
    NodeId router;
    Stack server;
    Responder responder;
    Host server_host;
    std::deque<Client> clients;
    Time prepared = kStart;  // the end of prepare()
    Time end = kStart;
};

WorkloadWorld::WorkloadWorld(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
WorkloadWorld::WorkloadWorld(WorkloadWorld&&) noexcept = default;
WorkloadWorld::~WorkloadWorld() = default;

WorkloadWorld WorkloadWorld::many_connections(std::uint32_t connections) {
    constexpr std::uint32_t kPorts = 25'000;  // of one client, well below the ephemeral range
    const Time first_request = kStart + connections * 1ms + 5s;
    auto impl = std::make_unique<Impl>(benchmark_tcp(), false);
    const LinkPair link = link_pair(10'000'000'000, 5ms);
    for (std::uint32_t begun = 0; begun < connections; begun += kPorts) {
        const std::uint32_t count = std::min(kPorts, connections - begun);
        const Opener::Plan plan{count, kStart + begun * 1ms, first_request + begun * 1ms, 1ms};
        impl->add_client(link, [&](Stack& stack) { return std::make_unique<Opener>(stack, plan); });
    }
    impl->prepared = first_request - 1s;
    impl->end = first_request + connections * 1ms + 5s;
    impl->start();
    return WorkloadWorld(std::move(impl));
}

WorkloadWorld WorkloadWorld::full_time_wait(std::uint32_t entries, std::uint32_t transactions) {
    constexpr std::uint32_t kClients = 40;
    constexpr std::uint16_t kFirstPort = 32768;
    Config config = benchmark_tcp();
    config.time_wait = 86400s;  // none of them expires
    const std::uint32_t each = (transactions + kClients - 1) / kClients;
    const Duration turn = each * 120ms;  // longer than it takes, so that one client is at work at a time
    auto impl = std::make_unique<Impl>(config, true);
    const LinkPair link = link_pair(10'000'000, 25ms);
    for (std::uint32_t i = 0; i < kClients; ++i) {
        const std::uint32_t count = std::min(each, transactions - std::min(transactions, i * each));
        impl->add_client(link, [&](Stack& s) { return std::make_unique<Repeater>(s, count, kStart + i * turn); });
        Stack& stack = impl->clients.back().stack;
        for (std::uint32_t n = i; n < entries; n += kClients) {
            const auto port = static_cast<std::uint16_t>(kFirstPort + n / kClients);
            stack.add_time_wait(kStart, {{stack.address(), port}, {kServer, kPort}});
        }
    }
    impl->end = kStart + (kClients + 1) * turn;
    impl->start();
    return WorkloadWorld(std::move(impl));
}

void WorkloadWorld::prepare() { impl_->events.run_until(impl_->prepared); }

void WorkloadWorld::finish() { impl_->events.run_until(impl_->end); }

WorkloadCounts WorkloadWorld::counts() const {
    WorkloadCounts n;
    n.events = impl_->events.events();
    for (const auto& c : impl_->clients) {
        n.data_packets += impl_->network.counters(c.link, Way::a_to_b).data_packets;
        n.data_packets += impl_->network.counters(c.link, Way::b_to_a).data_packets;
        n.transactions += c.application->complete();
        n.connections += c.stack.open_connections();
        n.time_wait += c.stack.time_wait_count();
    }
    return n;
}

}  // namespace tcplab
