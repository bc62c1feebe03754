#pragma once

#include <cstdint>
#include <string>

#include "core/time.hpp"

namespace tcplab {

/// One request and its response: a row of transactions.csv. Instants are absolute; kNever: it did not happen.
struct Transaction {
    std::uint32_t id = 0;                ///< from 1, in the order in which they were wanted
    std::uint32_t connection = 0;        ///< row of `connections`, from 1; 0: never had one
    std::uint64_t stack_connection = 0;  ///< what the client's Stack::connection_id() said; 0: never had one
    std::uint32_t object = 0;            ///< index in the page
    std::uint32_t user = 1;
    std::string host, method, path;
    std::uint16_t status = 0;  ///< 0: no response
    std::uint32_t retries = 0;

    // Phases follow each other: wanted <= dns_begin <= connect_begin ... Each phase's length is in the CSV.
    Time wanted = kNever;  ///< the client wanted it (start_ms)
    Duration blocked{0};   ///< waited for a free connection or port, `gap`, or leave to pipeline
    Duration dns{0};
    Duration connect{0};  ///< zero and `reused` when the connection was there
    bool reused = false;
    Time connected = kNever;     ///< connect() returned (also of a reused connection: empty in the CSV)
    Time send_begin = kNever;    ///< first byte of the request given to write()
    Time request_sent = kNever;  ///< last byte of the request accepted by write()
    Time first_byte = kNever;    ///< first byte of the response read
    Time done = kNever;          ///< last byte read, or the failure
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;  ///< read, header included
    std::string error;                 ///< empty: complete
};

/// Where a transaction's time went. They sum to done - wanted exactly, and none is negative.
struct Phases {
    Duration blocked{0};
    Duration dns{0};
    Duration connect{0};
    Duration send{0};
    Duration wait{0};
    Duration receive{0};
};

/// The phases of a transaction that is done. Where it failed on the way, what was not reached is zero; a response
/// that begins before the request is written ends `send`.
inline Phases phases(const Transaction& t) {
    Phases p;
    p.blocked = t.blocked;
    p.dns = t.dns;
    p.connect = t.connect;
    if (t.send_begin == kNever) return p;
    const Time answered = t.first_byte < t.done ? t.first_byte : t.done;
    const Time sent = t.request_sent < answered ? t.request_sent : answered;
    p.send = sent - t.send_begin;
    p.wait = answered - sent;
    p.receive = t.done - answered;
    return p;
}

/// One user's page.
struct PageResult {
    std::uint32_t user = 1;
    Time started = kNever;
    Time done = kNever;  ///< last byte of the last object read; kNever: not all arrived
    Time first_byte = kNever;
    Time html_done = kNever;     ///< kNever: no html
    Time first_object = kNever;  ///< the first object beside the html that is complete
    Duration mean_object{0};     ///< mean over objects beside the html of (done - page started)
};

}  // namespace tcplab
