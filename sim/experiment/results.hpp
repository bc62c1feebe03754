#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.hpp"
#include "core/causes.hpp"
#include "core/time.hpp"
#include "http/cause_log.hpp"
#include "http/proxy_hangs.hpp"
#include "http/transaction.hpp"
#include "tcp/state.hpp"

namespace tcplab {

/// How a connection ended.
enum class CloseReason : std::uint8_t { open, client, server, reset, timeout, refused };

/// As in connections.csv; open: the run ended first.
std::string_view name(CloseReason reason);

/// One connection: a row of connections.csv, from the end that opened it, which is called its client. That may be a
/// proxy; then its server is the next hop.
struct ConnectionRow {
    std::uint32_t id = 0;    ///< from 1, in the order in which they were opened
    std::uint32_t user = 1;  ///< 0: a proxy's
    FourTuple tuple;         ///< local is the client
    Time opened = kNever;
    Time established = kNever;
    Time closed = kNever;           ///< at the client: CLOSED or TIME_WAIT
    Time time_wait_until = kNever;  ///< at whichever end it was
    std::uint64_t bytes_up = 0;     ///< payload written by the client and acknowledged
    std::uint64_t bytes_down = 0;   ///< payload that reached the client in order
    Duration srtt{0};               ///< of the server's end, which sends most
    std::uint32_t transactions = 0;
    std::uint32_t retransmitted = 0;  ///< segments, both ends
    CloseReason close_reason = CloseReason::open;
};
static_assert(sizeof(ConnectionRow) <= 96, "a run may have a million of them");

/// What a run counted on the shared [link], lost packets included, until it was over.
struct LinkCounts {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;         ///< IP bytes
    std::uint64_t header_bytes = 0;  ///< IP and TCP headers with options
    std::uint64_t dropped_queue = 0;
    std::uint64_t dropped_loss = 0;
    std::uint64_t corrupted = 0;
    std::uint64_t marked_ce = 0;  ///< by the queue's discipline
};

/// Everything that came out of one run.
struct Results {
    std::vector<Transaction> transactions;
    CauseLog causes;  ///< of the transactions: causes_of()
    std::vector<ConnectionRow> connections;
    std::vector<PageResult> pages;
    /// With Scenario::story: its critical path, in the order of time, without a gap from when the page began or the
    /// transaction was wanted.
    std::vector<PathStep> path;
    std::vector<ProxyHangs> hangs;  ///< by proxy
    LinkCounts up, down;
    std::uint32_t max_open_connections = 0;
    std::uint32_t failed = 0;
    std::uint32_t retried = 0;
    std::uint32_t duplicates_at_server = 0;
    std::uint64_t retransmitted = 0;  ///< segments, all ends
    std::uint64_t bytes_destroyed = 0;
    std::uint32_t time_wait_peak = 0;  ///< over the client hosts together
    std::uint32_t connect_refused_ports = 0;
    std::uint32_t server_connections_peak = 0;  ///< the most that were accepted at once, servers added up
    std::uint64_t server_memory_peak = 0;       ///< bytes that the servers' applications needed for these
    std::uint64_t events = 0;                   ///< processed by the event queue
    std::uint64_t data_packets = 0;             ///< with payload, that the shared link accepted
    Time ended{};                               ///< when the run was over
    std::string diagnosis;                      ///< not empty: the run could not go on, and why
};

/// What one of its transactions waited for: they sum to `done` - `wanted`. Nothing if it is not over.
inline Causes causes_of(const Results& results, const Transaction& t) {
    return t.done == kNever ? Causes() : results.causes.find(t.causes, t.done - t.wanted);
}

}  // namespace tcplab
