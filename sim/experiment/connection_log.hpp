#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "experiment/results.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// The connections of a run. Its hosts tell what became of their ends, and both ends of a connection make one row as
/// soon as they are there: a run may have millions.
class ConnectionLog {
  public:
    struct Totals {
        std::uint64_t retransmitted = 0;  ///< segments
        std::uint64_t bytes_destroyed = 0;
    };

    /// Room for so many more.
    void reserve(std::size_t more) { rows_.reserve(rows_.size() + more); }
    /// An end at host number `host`: of a connection that it opened, or of one that it accepted. `finished`: else it is
    /// as it stood when the run ended.
    void add(std::uint32_t host, const Stack::Finished& end, bool finished);
    /// Over all ends.
    [[nodiscard]] const Totals& totals() const { return totals_; }

    /// The connections, in the order in which they were opened, of one instant in the order of the hosts that opened
    /// them. Until somebody knows better `user` is that host's number, and `id` what its stack called it.
    [[nodiscard]] std::vector<ConnectionRow> take_rows();

  private:
    struct ServerEnd {
        Time time_wait_until;
        Duration srtt;
        std::uint32_t retransmitted;
        TcpError error;
    };
    /// The client's four-tuple and the number of its SYN: later connections may have the same ports.
    using Key = std::pair<FourTuple, std::uint32_t>;
    static void join(ConnectionRow& c, const ServerEnd& server);

    std::vector<ConnectionRow> rows_;
    Totals totals_;
    // Ends without the other one. Of servers' that the same SYN has opened, the first counts.
    std::map<Key, std::size_t> clients_;  // places in rows_
    std::map<Key, ServerEnd> servers_;
};

}  // namespace tcplab
