#include "tls/sockets.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

namespace {

/// Most records that one write of the stack takes.
constexpr std::uint64_t kRecordsPerWrite = 64;

std::uint64_t size_of(const Piece* pieces, std::size_t count) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < count; ++i) n += pieces[i].length;
    return n;
}

/// Leaves bytes [begin, end) of `pieces`.
void cut(std::vector<Piece>& pieces, std::uint64_t begin, std::uint64_t end) {
    std::uint64_t at = 0;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const std::uint64_t length = pieces[i].length;
        const std::uint64_t from = std::clamp(begin, at, at + length) - at;
        const std::uint64_t to = std::clamp(end, at, at + length) - at;
        at += length;
        if (from >= to) continue;
        pieces[i].begin += from;
        pieces[i].length = to - from;
        if (kept != i) pieces[kept] = std::move(pieces[i]);
        ++kept;
    }
    pieces.resize(kept);
}

}  // namespace

TlsSockets::Connection* TlsSockets::find(SocketId s) const {
    const auto i = static_cast<std::size_t>(s);
    return i < connections_.size() ? connections_[i].get() : nullptr;
}

TlsSockets::Connection& TlsSockets::add(Time now, SocketId s, TlsSession::Side side, Endpoint remote) {
    const auto i = static_cast<std::size_t>(s);
    if (connections_.size() <= i) connections_.resize(i + 1);
    connections_[i] = std::make_unique<Connection>(side, flights_, remote);
    Connection& c = *connections_[i];
    c.lends_no_delay = stack_->get_option(s, SocketOption::no_delay).value == 0;
    if (c.lends_no_delay) stack_->set_option(now, s, SocketOption::no_delay, 1);
    return c;
}

TcpError TlsSockets::connect(Time now, SocketId s, Endpoint remote, bool early) {
    const TcpError error = stack_->connect(now, s, remote);
    if (error != TcpError::none && error != TcpError::in_progress) return error;
    Connection& c = add(now, s, TlsSession::Side::client, remote);
    c.may_be_early = early;
    if (error == TcpError::in_progress) return error;
    // The SYN waits for the first write, to take it along: early data, or the ClientHello alone.
    start(c);
    c.told_secured = c.session.may_write();
    if (c.told_secured) return TcpError::none;
    flush(now, s, c);
    return TcpError::in_progress;
}

bool TlsSockets::start_tls(Time now, SocketId s, Endpoint server, bool early) {
    Connection& c = add(now, s, TlsSession::Side::client, server);
    c.may_be_early = early;
    start(c);
    flush(now, s, c);
    c.told_secured = c.session.may_write();
    return c.told_secured;
}

bool TlsSockets::can_resume(Endpoint server) const {
    return std::find(resumable_.begin(), resumable_.end(), server) != resumable_.end();
}

/// The client's handshake, as short as it can be.
void TlsSockets::start(Connection& c) {
    const TlsConfig& config = flights_.config();
    const bool early = c.may_be_early && config.early_data && config.version == TlsVersion::tls13;
    TlsHandshake handshake = TlsHandshake::full;
    if (can_resume(c.remote)) handshake = early ? TlsHandshake::early_data : TlsHandshake::resumed;
    c.session.start(handshake);
}

bool TlsSockets::handshake_done(SocketId s) const {
    const Connection* const c = find(s);
    return c == nullptr || c->session.done();
}

Result<SocketId> TlsSockets::accept(Time now, SocketId listener, Endpoint* peer) {
    const Result<SocketId> r = stack_->accept(now, listener, peer);
    if (r.ok()) add(now, r.value, TlsSession::Side::server, {});
    return r;
}

Result<std::uint64_t> TlsSockets::writev(Time now, SocketId s, const Piece* pieces, std::size_t count) {
    Connection* const c = find(s);
    if (c == nullptr) return stack_->writev(now, s, pieces, count);
    if (c->closing) return {0, TcpError::bad_socket};
    if (c->error != TcpError::none) return {0, c->error};
    if (c->shut) return {0, TcpError::broken_pipe};
    const std::uint64_t wanted = size_of(pieces, count);
    std::uint64_t done = 0;
    while (done < wanted) {
        const std::uint64_t most = std::min(kRecordsPerWrite * sealer_.record(), c->session.write_room());
        const std::uint64_t length = std::min(wanted - done, most);
        if (length == 0) break;
        const Result<std::uint64_t> r = write_records(now, s, *c, pieces, count, done, length);
        if (!r.ok() && done == 0) return r;
        done += r.value;
        if (r.value < length) break;
    }
    c->refused = done < wanted;
    if (done > 0 && c->lends_no_delay && c->session.done()) {
        c->lends_no_delay = false;
        stack_->set_option(now, s, SocketOption::no_delay, 0);
    }
    return {done, done == 0 && wanted > 0 ? TcpError::would_block : TcpError::none};
}

/// One write of the stack: what waits, and records with `length` bytes. Gives the bytes that are in records of which
/// it took anything; the rest of the last of them waits.
Result<std::uint64_t> TlsSockets::write_records(Time now, SocketId s, Connection& c, const Piece* pieces,
                                                std::size_t count, std::uint64_t begin, std::uint64_t length) {
    std::vector<Piece>& waiting = c.session.output();
    const std::uint64_t before = size_of(waiting.data(), waiting.size());
    scratch_.assign(waiting.begin(), waiting.end());
    sealer_.seal(pieces, count, begin, length, scratch_);
    const Result<std::uint64_t> r = stack_->writev(now, s, scratch_.data(), scratch_.size());
    if (!r.ok() && r.error != TcpError::would_block) return r;
    std::uint64_t plaintext = 0;
    if (r.value > before) {
        const std::uint64_t records = (r.value - before + sealer_.record_size() - 1) / sealer_.record_size();
        plaintext = std::min(length, records * sealer_.record());
    }
    cut(scratch_, r.value, before + sealer_.size_of(plaintext));
    waiting.assign(scratch_.begin(), scratch_.end());
    scratch_.clear();
    c.session.wrote(plaintext);
    return {plaintext, TcpError::none};
}

/// Writes what waits, as far as the stack takes it.
void TlsSockets::flush(Time now, SocketId s, Connection& c) {
    std::vector<Piece>& waiting = c.session.output();
    if (c.dead) waiting.clear();  // a write would take away the error, which the stack tells once
    if (waiting.empty()) return;
    const Result<std::uint64_t> r = stack_->writev(now, s, waiting.data(), waiting.size());
    if (r.ok()) {
        cut(waiting, r.value, ~std::uint64_t{0});
    } else if (r.error != TcpError::would_block) {
        waiting.clear();
    }
}

Result<Payload> TlsSockets::read(Time now, SocketId s, std::uint32_t max) {
    Connection* const c = find(s);
    if (c == nullptr) return stack_->read(now, s, max);
    if (c->closing) return {{}, TcpError::bad_socket};
    if (max == 0) return {};
    if (!c->session.has_plaintext()) {
        if (c->error != TcpError::none) return {{}, c->error};
        if (!c->session.may_read()) return {{}, TcpError::would_block};
        const TcpError error = pump(now, s, *c);
        if (error != TcpError::none) return {{}, error};
        if (c->ended) return {};
    }
    const Payload bytes = c->session.read(max);
    settle(now, s, *c);
    return {bytes, TcpError::none};
}

/// Reads what has arrived until there is something for the application, the peer's stream has ended, or an error says
/// why there is nothing.
TcpError TlsSockets::pump(Time now, SocketId s, Connection& c) {
    TcpError error = TcpError::none;
    while (!c.session.has_plaintext() && !c.ended && error == TcpError::none) {
        const Result<Payload> r = stack_->read(now, s, TlsSession::kMostBuffered - c.session.buffered());
        error = r.error;
        if (!r.ok()) break;
        c.ended = r.value.length == 0;
        c.session.receive(r.value);
        if (c.session.failed()) error = TcpError::protocol;
    }
    settle(now, s, c);
    return error;
}

/// What follows from bytes that the session has looked at.
void TlsSockets::settle(Time now, SocketId s, Connection& c) {
    if (c.session.failed()) c.error = TcpError::protocol;
    if (c.session.take_ticket() && !can_resume(c.remote)) resumable_.push_back(c.remote);
    flush(now, s, c);
    shut_if_possible(now, s, c);
}

SocketEvent TlsSockets::on_event(Time now, const SocketEvent& event) {
    const SocketId s = event.socket;
    Connection* const c = find(s);
    if (c == nullptr) return event;
    SocketEvent out{s, 0, event.error};
    c->dead = c->dead || (event.ready & ready::failed) != 0;
    if ((event.ready & ready::connected) != 0 && !c->session.started()) start(*c);
    flush(now, s, *c);
    if (c->closing) {
        go_on_closing(now, s, *c);
        return out;
    }
    unsigned told = event.ready & (ready::connected | ready::failed);
    bool writable = (event.ready & (ready::writable | ready::connected)) != 0;
    if (c->session.done()) {
        told |= event.ready & ready::readable;
    } else if ((event.ready & ready::readable) != 0 && !c->dead) {
        told |= advance(now, s, *c, out.error);
        writable = writable || c->session.done();
    }
    if (c->session.may_write() && !c->told_secured) {
        told |= ready::secured;
        c->told_secured = true;
    }
    if (writable && c->session.output().empty() && std::exchange(c->refused, false)) told |= ready::writable;
    shut_if_possible(now, s, *c);
    out.ready = static_cast<std::uint8_t>(told);
    return out;
}

/// Something has arrived before the handshake was over: what it means to the application.
std::uint8_t TlsSockets::advance(Time now, SocketId s, Connection& c, TcpError& error) {
    const TcpError e = pump(now, s, c);
    if (c.session.has_plaintext() || (c.ended && c.session.done())) return ready::readable;
    if (e == TcpError::would_block) return 0;
    error = c.error = c.ended ? TcpError::protocol : e;
    return ready::readable | ready::failed;
}

/// The alert that ends our stream, where it would be read.
void TlsSockets::say_goodbye(Time now, SocketId s, Connection& c) {
    const bool peer_listens = !c.session.failed() && !c.session.peer_closed() && !c.ended;
    if (!std::exchange(c.said_goodbye, true) && peer_listens) c.session.close_notify();
    flush(now, s, c);
}

TcpError TlsSockets::shutdown(Time now, SocketId s, Shutdown how) {
    Connection* const c = find(s);
    if (c == nullptr || how == Shutdown::read) return stack_->shutdown(now, s, how);
    if (c->closing) return TcpError::bad_socket;
    if (!c->session.may_write()) return stack_->shutdown(now, s, how);
    if (how == Shutdown::both) stack_->shutdown(now, s, Shutdown::read);
    if (std::exchange(c->shut, true)) return TcpError::none;
    c->owes_fin = true;
    shut_if_possible(now, s, *c);
    return TcpError::none;
}

/// What shutdown(write) has had to wait for may be there: the handshake's end, and room for the rest of a record.
void TlsSockets::shut_if_possible(Time now, SocketId s, Connection& c) {
    if (!c.owes_fin || !c.session.done()) return;
    say_goodbye(now, s, c);
    if (!c.session.output().empty()) return;
    c.owes_fin = false;
    stack_->shutdown(now, s, Shutdown::write);
}

TcpError TlsSockets::close(Time now, SocketId s) {
    Connection* const c = find(s);
    if (c == nullptr) return stack_->close(now, s);
    if (c->closing) return TcpError::bad_socket;
    const bool resets = stack_->get_option(s, SocketOption::linger_ns).value == 0;
    // A server that has answered early data must not have the client's Finished meet a closed socket, which would
    // answer with a RST.
    const bool waits = c->session.done() || (c->session.may_write() && c->session.is_server());
    c->closing = waits && !resets && c->error == TcpError::none;
    if (c->closing) {
        go_on_closing(now, s, *c);
    } else {
        finish(now, s);
    }
    return TcpError::none;
}

/// Says goodbye as soon as the handshake is over, and closes when that is out.
void TlsSockets::go_on_closing(Time now, SocketId s, Connection& c) {
    bool gone = false;
    while (!gone && !c.session.done() && pump(now, s, c) != TcpError::would_block) {
        gone = !c.session.has_plaintext();
        c.session.read(TlsSession::kMostBuffered);  // of no use to anybody
    }
    if (!gone && !c.session.done()) return;
    if (!gone) say_goodbye(now, s, c);
    if (gone || c.session.output().empty()) finish(now, s);
}

void TlsSockets::finish(Time now, SocketId s) {
    connections_[static_cast<std::size_t>(s)].reset();
    stack_->close(now, s);
}

TcpError TlsSockets::set_option(Time now, SocketId s, SocketOption option, std::int64_t value) {
    Connection* const c = find(s);
    if (c == nullptr || option != SocketOption::no_delay || !c->lends_no_delay) {
        return stack_->set_option(now, s, option, value);
    }
    c->lends_no_delay = value == 0;  // it is on now, in any case
    return TcpError::none;
}

Result<std::int64_t> TlsSockets::get_option(SocketId s, SocketOption option) {
    const Connection* const c = find(s);
    if (c != nullptr && option == SocketOption::no_delay && c->lends_no_delay) return {0, TcpError::none};
    return stack_->get_option(s, option);
}

}  // namespace tcplab
