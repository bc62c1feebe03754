#include "http/transaction.hpp"

#include <algorithm>

namespace tcplab {

std::string to_string(const Failure& f) {
    if (!f) return {};
    std::string out(std::string_view(f.what));
    if (f.got == Failure::kUnknown) return out;
    const bool of = f.expected != Failure::kUnknown;
    out += of ? ": " : " after ";
    out += std::to_string(f.got);
    if (of) out += " of " + std::to_string(f.expected);
    return out + " bytes";
}

Time connected(const Transaction& t) {
    const bool had_none = t.reused || t.send_begin == kNever;
    return had_none ? kNever : t.wanted + t.blocked + t.dns + t.connect;
}

Phases phases(const Transaction& t) {
    Phases p;
    p.blocked = t.blocked;
    p.dns = t.dns;
    p.connect = t.connect;
    p.tls = t.tls;
    if (t.send_begin == kNever) return p;
    const Time answered = std::min(t.first_byte, t.done);
    const Time sent = std::min(t.request_sent, answered);
    p.send = sent - t.send_begin;
    p.wait = answered - sent;
    p.receive = t.done - answered;
    return p;
}

}  // namespace tcplab
