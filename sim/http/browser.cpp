#include "http/browser.hpp"

#include <cstddef>

#include "http/message.hpp"

namespace tcplab {

Browser::Browser(Stack& stack, const PagePlan& plan, const FirstHops& hops, std::uint32_t first_user,
                 const std::vector<Time>& starts, TransactionLog& log, Attribution attribution)
    : transport_(stack, hops.tls ? &*hops.tls : nullptr),
      plan_(&plan),
      hops_(&hops),
      first_user_(first_user),
      visits_(plan, first_user, starts),
      paths_(log, attribution, starts.size(), starts.size() * plan.pools() * plan.slots()),
      names_(hops.dns ? &*hops.dns : nullptr, plan.pools()),
      transactions_(log.transactions),
      rows_(log.rows),
      streams_(log.streams),
      queues_(starts.size() * plan.pools()),
      slots_(starts.size() * plan.pools() * plan.slots()) {
    for (std::uint32_t pool = 0; pool < plan.pools(); ++pool) {
        if (plan.is_address(pool)) names_.know(pool);
    }
}

void Browser::start(Time now) {
    visits_.start(now);
    act(now);
    drop_stale_alarms();
}

void Browser::on_socket(Time now, const SocketEvent& of_stack) {
    const SocketEvent event = transport_.on_event(now, of_stack);
    const auto i = static_cast<std::size_t>(event.socket);
    if (i >= slot_of_.size() || slot_of_[i] == kNone) return;
    const std::uint32_t slot = slot_of_[i];
    Slot& s = slots_[slot];
    const bool failed = (event.ready & ready::failed) != 0;
    if (s.state == SlotState::connecting && (event.ready & ready::connected) != 0) connected(now, slot);
    if (s.state == SlotState::tunnelling && (event.ready & ready::readable) != 0) read_tunnel_answer(now, slot);
    if (s.state == SlotState::securing && (event.ready & ready::secured) != 0) secured(now, slot);
    const bool coming = s.state == SlotState::connecting || s.state == SlotState::tunnelling;
    if ((coming || s.state == SlotState::securing) && failed) {
        connect_failed(now, slot, event.error);
    }
    // After Fast Open, connected means that what did not fit into the SYN can follow.
    const bool may_write = (event.ready & (ready::writable | ready::connected)) != 0;
    if (s.state == SlotState::open && may_write) send(now, slot);
    const bool readable = failed || (event.ready & ready::readable) != 0;
    if (readable) receive(now, slot);
    touch(user_of_slot(slot));
    act(now);
    drop_stale_alarms();
}

void Browser::on_deadline(Time now) {
    drop_stale_alarms();
    while (next_deadline() <= now) {
        // All of one instant, before anything is made of them: who gives up leaves nothing to another who does, too.
        while (alarms_.next() <= now) {
            const Deadlines::Alarm alarm = alarms_.top();
            alarms_.pop();
            ring(now, alarm);
            drop_stale_alarms();
        }
        visits_.on_deadline(now);
        act(now);
        drop_stale_alarms();
    }
}

void Browser::ring(Time now, const Deadlines::Alarm& alarm) {
    const std::uint32_t id = alarm.id;
    switch (static_cast<Alarm>(alarm.kind)) {
        case Alarm::resolved: resolved(now, id); break;
        case Alarm::pause: touch(user_of_slot(id)); break;
        case Alarm::port:
            connect(now, id);
            touch(user_of_slot(id));
            break;
        case Alarm::timeout: give_up(now, id, {"timeout"}); break;
        case Alarm::cancel: give_up(now, id, {"cancelled"}); break;
        case Alarm::idle: shut(now, id); break;
        case Alarm::read:
            receive(now, id);
            touch(user_of_slot(id));
            break;
    }
}

/// Nothing comes of it when it rings.
bool Browser::stale(const Deadlines::Alarm& alarm) const {
    switch (static_cast<Alarm>(alarm.kind)) {
        case Alarm::resolved: return !names_.resolving(alarm.id);
        case Alarm::pause: return slots_[alarm.id].pause_until != alarm.at || !visits_.loading(user_of_slot(alarm.id));
        case Alarm::port: return slots_[alarm.id].state != SlotState::waiting_port;
        case Alarm::timeout:
        case Alarm::cancel: return transactions_[alarm.id].done != kNever;
        case Alarm::idle: return slots_[alarm.id].idle_until != alarm.at;
        case Alarm::read: return slots_[alarm.id].read_at != alarm.at || slots_[alarm.id].socket == kNoSocket;
    }
    return false;
}

void Browser::drop_stale_alarms() {
    while (!alarms_.empty() && stale(alarms_.top())) alarms_.pop();
}

void Browser::touch(std::uint32_t user) {
    if (touched_.empty() || touched_.back() != user) touched_.push_back(user);
}

/// Goes on with what the last event has made possible.
void Browser::act(Time now) {
    while (true) {
        Visits::Want what;
        while (visits_.poll_want(now, what)) want(now, what);
        if (touched_.empty()) break;
        acting_.swap(touched_);
        for (const std::uint32_t user : acting_) assign(now, user);
        acting_.clear();
    }
    std::uint32_t user = 0;
    while (visits_.poll_finished(user)) {
        const std::uint32_t slots = plan_->pools() * plan_->slots();
        for (std::uint32_t slot = user * slots; slot < (user + 1) * slots; ++slot) shut(now, slot);
    }
}

void Browser::want(Time now, Visits::Want what) {
    const ClientConfig& client = plan_->client();
    const auto row = static_cast<std::uint32_t>(transactions_.size());
    Transaction& t = transactions_.emplace_back();
    rows_.emplace_back();
    if (plan_->multiplexed()) streams_.emplace_back();
    t.id = row + 1;
    t.object = what.object;
    t.user = first_user_ + what.user;
    t.load = visits_.load(what.user);
    t.wanted = now;
    paths_.wanted(now, what.user, row, visits_.started(what.user));
    if (client.timeout > Duration::zero()) set_alarm(now + client.timeout, Alarm::timeout, row);
    if (client.cancel_after.time) set_alarm(now + *client.cancel_after.time, Alarm::cancel, row);
    enqueue(row);
    touch(what.user);
}

/// The response is. Of an error (RFC 9110 15.5, 15.6) it is not what was asked for.
void Browser::complete(Time now, std::uint32_t slot, std::uint32_t row, Settled settled) {
    Transaction& t = transactions_[row];
    t.done = now;
    paths_.completed(now, user_of(row), slot, row, std::move(settled));
    if (t.status < 400) {
        visits_.complete(now, object_of(row));
        return;
    }
    const std::string_view said = status_text(t.status);
    t.failure = {said.empty() ? "error status" : said};
    visits_.failed(object_of(row));
}

/// The object is over: what waits for all of it may go on.
void Browser::release(Time now, std::uint32_t slot, std::uint32_t row) {
    paths_.released(now, user_of(row), slot, row);
    visits_.over(now, object_of(row));
}

/// So much of the body has been read, which something may wait for.
void Browser::progress(Time now, std::uint32_t slot, std::uint32_t row, std::uint64_t body, std::uint32_t left) {
    if (visits_.waits_for_parts()) {
        const std::uint32_t id = plan_->multiplexed() ? streams_[row].stream : 0;
        const History history = transport_.stack().message_so_far(now, slots_[slot].socket, left, id);
        paths_.progressed(now, user_of(row), slot, row, history);
    }
    visits_.progress(now, object_of(row), body);
}

std::vector<PageResult> Browser::pages() const {
    std::vector<PageResult> out = visits_.results();
    for (PageResult& p : out) {
        if (p.done != kNever) p.causes = paths_.page(p.user - first_user_, p.load, p.done - p.started);
    }
    return out;
}

/// `reached` is the phase in which it ended if no byte of the request was written.
void Browser::fail(Time now, std::uint32_t row, const Failure& failure, Phase reached) {
    Transaction& t = transactions_[row];
    t.done = now;
    t.failure = failure;
    if (t.send_begin == kNever && t.retries > 0) --t.retries;  // it waited for that one in vain
    if (t.send_begin == kNever && t.reused) {
        count_as_blocked(now, t);
    } else if (t.send_begin == kNever) {
        end_phase(now, t, reached);
    }
    paths_.failed(now, user_of(row), row);
    visits_.failed(object_of(row));
    visits_.over(now, object_of(row));
}

/// The time since the phase before it.
void Browser::end_phase(Time now, Transaction& t, Phase phase) {
    t.*phase += now - t.wanted - t.blocked - t.dns - t.connect - t.tls;
}

/// It did not open its connection, but waited for it.
void Browser::count_as_blocked(Time now, Transaction& t) {
    t.blocked = now - t.wanted;
    t.dns = t.connect = t.tls = Duration::zero();
}

/// The client does not want it any more. What was sent in HTTP/1 takes its connection with it: a response cannot be
/// stopped otherwise.
void Browser::give_up(Time now, std::uint32_t row, Failure why) {
    constexpr Failure kWithIt{"given up with another"};
    touch(user_of(row));
    const std::uint32_t slot = rows_[row].slot;
    if (slot == kNone) {
        remove_waiting(row);
        fail(now, row, why, &Transaction::blocked);
    } else if (slots_[slot].session != nullptr) {
        abandon_stream(now, slot, row, why);
        send(now, slot);
    } else if (transactions_[row].send_begin == kNever && slots_[slot].count > 1) {
        leave(now, slot, row, why);
    } else {
        lose(now, slot, {kWithIt, kWithIt, row, why});
    }
}

}  // namespace tcplab
