#pragma once

#include <cstdint>
#include <memory>

#include "experiment/scenario.hpp"

namespace tcplab {

/// The benchmark workloads, which measure the simulator and not a network. W1 and W2 are scenarios; W3 and W2T need
/// what no scenario file says, so they have a small world of their own.

/// W1: `flows` endless downloads, each from its own host, for 60 s over 100 Mbit/s, 20 ms and a queue of 250 packets,
/// with 1 Gbit/s and 1 ms of access on either side; one begins every 10 ms, all within 10 s.
Scenario bulk_scenario(std::uint32_t flows);

/// W2: `transactions` one after another, each on a new connection: 300 B out, 10,000 B back, the server closes;
/// 10 Mbit/s, 25 ms one way.
Scenario short_scenario(std::uint32_t transactions);

/// PORTX: transactions as those of W2, but over 1 Gbit/s and 1 ms one way, and the client closes first, so that its
/// `ports` ephemeral ports are used up; it waits for the first to come back, and then uses them up once more. TIME_WAIT
/// is 300 s, which is longer than it takes. At most 64,512: from port 1024 on.
Scenario port_scenario(std::uint32_t ports);

/// HOSTS: so many client hosts, each with one transaction as those of W2, one beginning every millisecond; 1 Gbit/s,
/// 25 ms one way.
Scenario host_scenario(std::uint32_t hosts);

/// What W3 and W2T count.
struct WorkloadCounts {
    std::uint64_t events = 0;
    std::uint64_t data_packets = 0;  ///< with payload, handed to the clients' links
    std::uint64_t transactions = 0;  ///< complete
    std::uint64_t connections = 0;   ///< open at both ends when last asked
    std::uint64_t time_wait = 0;     ///< entries at the clients
};

/// Hosts with a 10 kB transaction to make on each of many connections, or on one after another.
class WorkloadWorld {
  public:
    /// W3: `connections` are opened, one every millisecond, and left idle; then each fetches 10,000 B.
    static WorkloadWorld many_connections(std::uint32_t connections);
    /// W2T: 40 client hosts with `entries` in their TIME_WAIT tables in all make `transactions` as W2 does. They have
    /// 40 x 28,232 ports for both.
    static WorkloadWorld full_time_wait(std::uint32_t entries, std::uint32_t transactions);

    WorkloadWorld(WorkloadWorld&&) noexcept;
    ~WorkloadWorld();

    /// W3: runs until the connections are open and idle. W2T: does nothing.
    void prepare();
    /// Runs to the end.
    void finish();
    [[nodiscard]] WorkloadCounts counts() const;

  private:
    struct Impl;
    explicit WorkloadWorld(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tcplab
