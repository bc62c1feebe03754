// A slot's connection comes and goes: look up, connect, close, be lost.
#include <algorithm>
#include <cstddef>

#include "http/browser.hpp"
#include "http/head_fields.hpp"
#include "http/message.hpp"

namespace tcplab {

/// For the object that was just bound to the closed slot.
void Browser::open(Time now, std::uint32_t slot) {
    const std::uint32_t pool = pool_of_slot(slot);
    paths_.opening(now, slot, slots_[slot].first);
    if (names_.knows(now, pool)) {
        connect(now, slot);
        return;
    }
    slots_[slot].state = SlotState::resolving;
    if (!names_.resolving(pool)) set_alarm(names_.look_up(now, pool), Alarm::resolved, pool);
}

void Browser::resolved(Time now, std::uint32_t pool) {
    names_.answer(now, pool);
    for (std::uint32_t slot = 0; slot < slots_.size(); ++slot) {
        if (slots_[slot].state != SlotState::resolving || pool_of_slot(slot) != pool) continue;
        end_phase(now, slots_[slot], &Transaction::dns);
        paths_.passed(now, slot, Cause::dns);
        touch(user_of_slot(slot));
        connect(now, slot);
    }
}

void Browser::connect(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    const SocketId socket = transport_.socket();
    // As every implementation of HTTP/2 does: a small frame must not wait for the acknowledgement of another.
    if (plan_->multiplexed()) transport_.set_option(now, socket, SocketOption::no_delay, 1);
    if (hops_->fast_open) transport_.set_option(now, socket, SocketOption::fast_open_connect, 1);
    const Endpoint& to = hops_->at[pool_of_slot(slot)];
    const bool tunnel = bool(plan_->tunnel(pool_of_slot(slot)));
    const TcpError e =
        tunnel ? transport_.connect_plain(now, socket, to) : transport_.connect(now, socket, to, may_begin_early(s));
    if (e == TcpError::none || e == TcpError::in_progress) {
        const auto i = static_cast<std::size_t>(socket);
        if (slot_of_.size() <= i) slot_of_.resize(i + 1, kNone);
        slot_of_[i] = slot;
        s.socket = socket;
        s.state = SlotState::connecting;
        transactions_[s.first].stack_connection = number_of(s);
        end_phase(now, s, &Transaction::blocked);  // a port may have been waited for
        paths_.passed(now, slot, Cause::ports);
        if (e == TcpError::none) {
            connected(now, slot);
            if (s.state == SlotState::securing) secured(now, slot);
        }
        return;
    }
    transport_.close(now, socket);
    if (e == TcpError::no_port) {
        if (s.state != SlotState::waiting_port) ++refused_ports_;
        if (plan_->client().on_no_port == OnNoPort::wait) {
            s.state = SlotState::waiting_port;
            set_alarm(now + kPortRetry, Alarm::port, slot);
            return;
        }
    }
    connect_failed(now, slot, e);
}

/// Whether what is written first may go in early data. With HTTP/2 that is its preface, and streams wait themselves.
bool Browser::may_begin_early(const Slot& s) const {
    return plan_->multiplexed() || plan_->may_go_early(transactions_[s.first].object);
}

void Browser::connect_failed(Time now, std::uint32_t slot, TcpError error) {
    const Failure failure{name(error)};
    lose(now, slot, {failure, failure, slots_[slot].first, failure});
}

void Browser::connected(Time now, std::uint32_t slot) {
    if (plan_->tunnel(pool_of_slot(slot))) {
        ask_for_tunnel(now, slot);
    } else {
        established(now, slot);
    }
}

/// For all that wait for the connection: any of them is the one that has opened it, should those before it be given up.
void Browser::end_phase(Time now, const Slot& s, Phase phase) {
    for (std::uint32_t row = s.first; row != kNone; row = next_of(row)) end_phase(now, transactions_[row], phase);
}

/// The way to the server is there, as far as TCP is concerned.
void Browser::established(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    s.state = SlotState::securing;
    end_phase(now, s, &Transaction::connect);
    paths_.connected(now, slot, transport_.stack().handshake_loss(s.socket));
}

void Browser::ask_for_tunnel(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    s.state = SlotState::tunnelling;
    transport_.write(now, s.socket, Piece::of(plan_->tunnel(pool_of_slot(slot))));
}

/// 2xx: from here on every byte goes to the server, and the first are TLS's.
void Browser::read_tunnel_answer(Time now, std::uint32_t slot) {
    constexpr Failure refused{"no tunnel"};
    Slot& s = slots_[slot];
    MessageHead head;
    while (s.state == SlotState::tunnelling) {
        Result<Payload> r = transport_.read(now, s.socket, 0x7fffffff);
        if (r.error == TcpError::would_block) return;
        const bool ended = !r.ok() || r.value.length == 0;
        const MessageReader::Step step = ended ? MessageReader::Step::failed : s.reader.step(r.value, head);
        if (step == MessageReader::Step::more) continue;
        if (step != MessageReader::Step::head || head.status < 200 || head.status > 299) {
            lose(now, slot, {refused, refused, s.first, refused});
            return;
        }
        s.reader = MessageReader(MessageReader::Kind::response);
        established(now, slot);
        const std::uint32_t pool = pool_of_slot(slot);
        if (transport_.start_tls(now, s.socket, {Ipv4Address{pool}, 0}, may_begin_early(s))) secured(now, slot);
    }
}

/// The TLS handshake is over, or there is none.
void Browser::secured(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    s.state = SlotState::open;
    end_phase(now, s, &Transaction::tls);
    paths_.passed(now, slot, Cause::tls);
    for (std::uint32_t row = next_of(s.first); row != kNone; row = next_of(row)) {
        count_as_blocked(now, transactions_[row]);
    }
    if (plan_->multiplexed()) {
        s.session =
            std::make_unique<Http2Session>(Http2Session::Role::client, http2_settings(plan_->client().multiplexed));
    }
    send(now, slot);
}

/// Nothing is under way on the connection: it stays open for as long as both ends want it to.
void Browser::idle(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    const Duration own = plan_->client().idle_timeout;
    const Duration announced{std::int64_t{s.keep_alive} * 1'000'000'000};
    if (own > Duration::zero()) s.idle_until = now + own;
    if (announced > Duration::zero()) s.idle_until = std::min(s.idle_until, now + announced);
    if (s.idle_until != kNever) set_alarm(s.idle_until, Alarm::idle, slot);
}

/// Closes the connection, if there is one, and leaves the slot free. What was bound to it is the caller's.
void Browser::shut(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.socket != kNoSocket) {
        slot_of_[static_cast<std::size_t>(s.socket)] = kNone;
        transport_.close(now, s.socket);
    }
    const std::uint32_t pinned = s.pinned;
    const Time pause_until = s.pause_until;
    s = Slot();
    s.pinned = pinned;
    s.pause_until = pause_until;
}

/// [client] gap: the slot's next transaction does not begin before.
void Browser::pause(Time now, std::uint32_t slot) {
    const Duration gap = plan_->client().gap;
    if (gap == Duration::zero()) return;
    slots_[slot].pause_until = now + gap;
    set_alarm(now + gap, Alarm::pause, slot);
}

/// Nothing of the row was sent, and others are bound to the connection: they go on. If it was to be the first, the next
/// one has opened the connection.
void Browser::leave(Time now, std::uint32_t slot, std::uint32_t row, const Failure& why) {
    Slot& s = slots_[slot];
    const bool opener = row == s.first;
    unbind(s, row);
    if (opener) {
        Transaction& heir = transactions_[s.first];
        heir.reused = false;
        heir.stack_connection = transactions_[row].stack_connection;
    }
    fail(now, row, why, phase_of(s.state));
}

/// The connection is gone, or is given up. What was not written waits again; what was written is sent again where that
/// may be, and fails otherwise.
void Browser::lose(Time now, std::uint32_t slot, const Loss& loss) {
    Slot& s = slots_[slot];
    const Phase reached = phase_of(s.state);
    const std::uint32_t first = s.first;
    const std::uint32_t first_unwritten = s.written > 0 ? next_of(s.unsent) : s.unsent;
    const std::uint32_t drained = s.drained;
    // What stands behind a response that announced the end was never to be answered: no failed attempt.
    const bool announced = s.state == SlotState::draining;

    shut(now, slot);
    bool over = drained != kNone;
    if (over) release(now, slot, drained);
    bool written = true;
    for (std::uint32_t row = first; row != kNone;) {
        const std::uint32_t next = next_of(row);
        if (row == first_unwritten) written = false;
        rows_[row].slot = kNone;
        next_of(row) = kNone;
        if (row == loss.victim || (written && !can_retry(row, announced))) {
            over = true;
            const bool begun = transactions_[row].first_byte != kNever;
            if (transactions_[row].send_begin == kNever) paths_.begun(slot, row);
            const Failure& of_it = row == first ? loss.of_first : loss.of_others;
            const Failure& failure = row == loss.victim ? loss.of_victim : of_it;
            fail(now, row, loss.truncates && begun ? broken_off("truncated", row) : failure, reached);
        } else {
            if (written) ++transactions_[row].retries;
            requeue(now, row);
        }
        row = next;
    }
    if (over) pause(now, slot);
}

/// The phase of what waits for the connection.
Browser::Phase Browser::phase_of(SlotState state) {
    switch (state) {
        case SlotState::resolving: return &Transaction::dns;
        case SlotState::connecting:
        case SlotState::tunnelling: return &Transaction::connect;
        case SlotState::securing: return &Transaction::tls;
        default: return &Transaction::blocked;
    }
}

bool Browser::can_retry(std::uint32_t row, bool announced) const {
    const Transaction& t = transactions_[row];
    const bool may = announced || t.retries < plan_->client().retry_limit;
    return t.first_byte == kNever && may && plan_->may_retry(t.object);
}

}  // namespace tcplab
