#include "experiment/connection_log.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace tcplab {
namespace {

CloseReason reason_of(TcpError error) {
    switch (error) {
        case TcpError::refused: return CloseReason::refused;
        case TcpError::timed_out: return CloseReason::timeout;
        default: return CloseReason::reset;
    }
}

CloseReason reason_at_client(const Stack::Finished& end, bool finished) {
    if (end.info.error != TcpError::none) return reason_of(end.info.error);
    if (!finished) return CloseReason::open;
    return end.time_wait_until != kNever ? CloseReason::client
                                         : CloseReason::server;  // who closes first keeps TIME_WAIT
}

bool is_error(CloseReason r) {
    return r == CloseReason::refused || r == CloseReason::timeout || r == CloseReason::reset;
}

}  // namespace

std::string_view name(CloseReason reason) {
    switch (reason) {
        case CloseReason::open: return "open";
        case CloseReason::client: return "client";
        case CloseReason::server: return "server";
        case CloseReason::reset: return "reset";
        case CloseReason::timeout: return "timeout";
        case CloseReason::refused: return "refused";
    }
    return "?";
}

void ConnectionLog::add(std::uint32_t host, const Stack::Finished& end, bool finished) {
    const ConnectionInfo& info = end.info;
    totals_.retransmitted += info.retransmitted;
    totals_.bytes_destroyed += info.bytes_destroyed;
    if (!end.active) {
        const Key key({info.tuple.remote, info.tuple.local}, info.syn.raw());
        const ServerEnd server{end.time_wait_until, info.srtt, info.retransmitted, info.error};
        if (const auto client = clients_.find(key); client != clients_.end()) {
            join(rows_[client->second], server);
            clients_.erase(client);
        } else {
            servers_.emplace(key, server);
        }
        return;
    }
    ConnectionRow& c = rows_.emplace_back();
    c.id = static_cast<std::uint32_t>(end.id);
    c.user = host;
    c.tuple = info.tuple;
    c.opened = info.opened;
    c.established = info.established;
    c.closed = end.closed;
    c.time_wait_until = end.time_wait_until;
    c.bytes_up = info.bytes_acknowledged;
    c.bytes_down = info.bytes_received;
    c.retransmitted = info.retransmitted;
    c.close_reason = reason_at_client(end, finished);
    const Key key(info.tuple, info.syn.raw());
    if (const auto server = servers_.find(key); server != servers_.end()) {
        join(c, server->second);
        servers_.erase(server);
    } else {
        clients_.emplace(key, rows_.size() - 1);
    }
}

/// What the server's end adds to the client's.
void ConnectionLog::join(ConnectionRow& c, const ServerEnd& server) {
    c.time_wait_until = std::min(c.time_wait_until, server.time_wait_until);
    c.retransmitted += server.retransmitted;
    c.srtt = server.srtt;
    const bool says_why = server.error != TcpError::none && server.error != TcpError::refused;
    if (says_why && !is_error(c.close_reason)) c.close_reason = reason_of(server.error);
}

std::vector<ConnectionRow> ConnectionLog::take_rows() {
    const auto key = [](const ConnectionRow& c) { return std::tie(c.opened, c.user, c.id); };
    std::sort(rows_.begin(), rows_.end(),
              [&](const ConnectionRow& a, const ConnectionRow& b) { return key(a) < key(b); });
    clients_.clear();
    servers_.clear();
    return std::exchange(rows_, {});
}

}  // namespace tcplab
