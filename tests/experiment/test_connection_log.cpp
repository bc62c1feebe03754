#include "experiment/connection_log.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace tcplab;
using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kClient = 0;
constexpr std::uint32_t kServer = 1;
constexpr FourTuple kAtClient{{{0x0a000001}, 40000}, {{0x0aff0001}, 80}};
constexpr FourTuple kAtServer{kAtClient.remote, kAtClient.local};

Stack::Finished client_end(std::uint64_t id, Duration opened, std::uint32_t syn = 0) {
    Stack::Finished end;
    end.info.tuple = kAtClient;
    end.info.syn = SeqNum(syn);
    end.info.opened = kStart + opened;
    end.closed = kStart + opened + 100ms;
    end.id = id;
    end.active = true;
    return end;
}

Stack::Finished server_end(Duration opened, std::uint32_t retransmitted, std::uint32_t syn = 0) {
    Stack::Finished end;
    end.info.tuple = kAtServer;
    end.info.syn = SeqNum(syn);
    end.info.opened = kStart + opened;
    end.info.retransmitted = retransmitted;
    end.info.bytes_destroyed = 10;
    end.info.srtt = 10ms;
    return end;
}

std::vector<std::uint32_t> retransmitted(const std::vector<ConnectionRow>& rows) {
    std::vector<std::uint32_t> out;
    for (const ConnectionRow& c : rows) out.push_back(c.retransmitted);
    return out;
}

}  // namespace

TEST_CASE("two ends make a row, whichever comes first") {
    for (const bool client_first : {true, false}) {
        ConnectionLog log;
        if (client_first) log.add(kClient, client_end(1, 0ms), true);
        log.add(kServer, server_end(5ms, 2), true);
        if (!client_first) log.add(kClient, client_end(1, 0ms), true);
        CHECK(log.totals().retransmitted == 2);
        CHECK(log.totals().bytes_destroyed == 10);
        const std::vector<ConnectionRow> rows = log.take_rows();
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].id == 1);
        CHECK(rows[0].user == kClient);
        CHECK(rows[0].tuple == kAtClient);
        CHECK(rows[0].closed == kStart + 100ms);
        CHECK(rows[0].srtt == 10ms);
        CHECK(rows[0].retransmitted == 2);
        CHECK(log.take_rows().empty());
    }
}

TEST_CASE("connections of one four-tuple find the end that their own SYN opened") {
    ConnectionLog log;
    log.add(kServer, server_end(5ms, 1, 10), true);
    log.add(kClient, client_end(2, 1000ms, 20), true);  // its server's end is not over yet
    CHECK(retransmitted(log.take_rows()) == std::vector<std::uint32_t>{0});

    log.add(kClient, client_end(1, 0ms, 10), true);
    log.add(kClient, client_end(2, 1000ms, 20), true);
    log.add(kServer, server_end(5ms, 1, 10), true);
    log.add(kServer, server_end(1005ms, 2, 20), true);
    CHECK(retransmitted(log.take_rows()) == std::vector<std::uint32_t>{1, 2});

    // No SYN of the first one came through.
    log.add(kClient, client_end(1, 0ms, 10), true);
    log.add(kServer, server_end(1005ms, 2, 20), true);
    log.add(kClient, client_end(2, 1000ms, 20), true);
    CHECK(retransmitted(log.take_rows()) == std::vector<std::uint32_t>{0, 2});

    // A copy of the SYN came when the connection was over, and nobody answered the SYN-ACK.
    log.add(kServer, server_end(5ms, 1, 10), true);
    log.add(kClient, client_end(1, 0ms, 10), true);
    log.add(kServer, server_end(500ms, 6, 10), true);
    CHECK(retransmitted(log.take_rows()) == std::vector<std::uint32_t>{1});
}

TEST_CASE("rows are in the order of their SYNs, of one instant in the order of hosts and of their numbers") {
    ConnectionLog log;
    log.add(1, client_end(7, 10ms), true);
    log.add(1, client_end(4, 0ms), true);
    log.add(0, client_end(9, 10ms), true);
    log.add(0, client_end(8, 10ms), true);
    std::vector<std::uint32_t> order;
    for (const ConnectionRow& c : log.take_rows()) order.push_back(c.id);
    CHECK(order == std::vector<std::uint32_t>{4, 8, 9, 7});
}

TEST_CASE("why a connection ended") {
    const auto reason = [](TcpError at_client, TcpError at_server, bool finished, bool client_waits) {
        ConnectionLog log;
        Stack::Finished client = client_end(1, 0ms);
        client.info.error = at_client;
        if (client_waits) client.time_wait_until = kStart + 60s;
        Stack::Finished server = server_end(5ms, 0);
        server.info.error = at_server;
        log.add(kClient, client, finished);
        log.add(kServer, server, true);
        return log.take_rows().at(0).close_reason;
    };
    constexpr TcpError none = TcpError::none;
    CHECK(reason(none, none, false, false) == CloseReason::open);
    CHECK(reason(none, none, true, false) == CloseReason::server);
    CHECK(reason(none, none, true, true) == CloseReason::client);
    CHECK(reason(TcpError::refused, none, true, false) == CloseReason::refused);
    CHECK(reason(TcpError::timed_out, TcpError::reset, true, false) == CloseReason::timeout);
    CHECK(reason(TcpError::reset, none, true, false) == CloseReason::reset);
    CHECK(reason(none, TcpError::timed_out, true, true) == CloseReason::timeout);
    CHECK(reason(none, TcpError::reset, false, false) == CloseReason::reset);
    CHECK(reason(none, TcpError::refused, true, false) == CloseReason::server);
    CHECK(name(CloseReason::server) == "server");
}
