// Which wanted object goes to which of its user's connections, and when.
#include "http/browser.hpp"

namespace tcplab {

bool Browser::goes_before(std::uint32_t row, std::uint32_t other) const {
    const std::uint32_t a = transactions_[row].object;
    const std::uint32_t b = transactions_[other].object;
    const std::uint8_t urgency_a = plan_->object(a).priority;
    const std::uint8_t urgency_b = plan_->object(b).priority;
    return urgency_a != urgency_b ? urgency_a < urgency_b : a < b;
}

/// Into its waiting list, in its order. Most come in that order, so the end is tried first.
void Browser::enqueue(std::uint32_t row) {
    const std::uint32_t queue = queue_of(row);
    Queue& q = queues_[queue];
    const auto pin = plan_->object(transactions_[row].object).connection;
    std::uint32_t& head = pin ? slots_[queue * plan_->slots() + *pin].pinned : q.first;
    if (!pin && head != kNone && goes_before(q.last, row)) {
        next_of(q.last) = row;
        q.last = row;
        return;
    }
    std::uint32_t* link = &head;
    while (*link != kNone && goes_before(*link, row)) link = &next_of(*link);
    next_of(row) = *link;
    *link = row;
    if (!pin && next_of(row) == kNone) q.last = row;
}

void Browser::remove_waiting(std::uint32_t row) {
    const std::uint32_t queue = queue_of(row);
    Queue& q = queues_[queue];
    const auto pin = plan_->object(transactions_[row].object).connection;
    std::uint32_t* link = pin ? &slots_[queue * plan_->slots() + *pin].pinned : &q.first;
    std::uint32_t before = kNone;
    while (*link != row) {
        before = *link;
        link = &next_of(*link);
    }
    *link = next_of(row);
    next_of(row) = kNone;
    if (!pin && q.last == row) q.last = before;
}

/// Its connection was lost, or will not answer it: it waits again, as if nothing had been.
void Browser::requeue(Time now, std::uint32_t row) {
    Transaction& t = transactions_[row];
    paths_.retried(now, row);
    Transaction fresh;
    fresh.id = t.id;
    fresh.object = t.object;
    fresh.user = t.user;
    fresh.load = t.load;
    fresh.retries = t.retries;
    fresh.wanted = t.wanted;
    t = fresh;
    forget_place(row);
    enqueue(row);
}

/// Gives every waiting object of the user that can go a connection. An object that fails at once (no free port)
/// leaves its slot to the next one.
void Browser::assign(Time now, std::uint32_t user) {
    for (std::uint32_t pool = 0; pool < plan_->pools(); ++pool) {
        const std::uint32_t queue = user * plan_->pools() + pool;
        while (assign_from(now, queue)) {
        }
        if (plan_->multiplexed()) send_requests(now, queue);
    }
}

bool Browser::assign_from(Time now, std::uint32_t queue) {
    const bool moved = plan_->has_pinned() && assign_pinned(now, queue);
    const std::uint32_t row = queues_[queue].first;
    if (row == kNone) return moved;
    const std::uint32_t slot = choose(now, queue, row);
    if (slot == kNone) return moved;
    remove_waiting(row);
    bind(now, row, slot);
    return true;
}

bool Browser::assign_pinned(Time now, std::uint32_t queue) {
    bool moved = false;
    const std::uint32_t begin = queue * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->slots(); ++slot) {
        const Slot& s = slots_[slot];
        const bool idle = s.first == kNone && (s.state == SlotState::closed || s.state == SlotState::open);
        if (s.pinned == kNone || !idle || now < s.pause_until) continue;
        const std::uint32_t row = s.pinned;
        remove_waiting(row);
        bind(now, row, slot);
        moved = true;
    }
    return moved;
}

std::uint32_t Browser::choose(Time now, std::uint32_t queue, std::uint32_t row) const {
    const bool may_join = plan_->may_share(transactions_[row].object);
    std::uint32_t closed = kNone;
    std::uint32_t shared = kNone;
    const std::uint32_t begin = queue * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->free_slots(); ++slot) {
        const Slot& s = slots_[slot];
        if (s.first == kNone) {
            if (now < s.pause_until) continue;
            if (s.state == SlotState::open && s.persists) return slot;
            const bool is_free = s.state == SlotState::closed || s.state == SlotState::open;
            if (is_free && closed == kNone) closed = slot;
        } else if (may_join && can_join(s) && (shared == kNone || s.count < slots_[shared].count)) {
            shared = slot;
        }
    }
    return closed != kNone ? closed : shared;
}

/// Whether one more request may follow those that are not answered yet.
bool Browser::can_join(const Slot& s) const {
    const ClientConfig& client = plan_->client();
    if (s.exclusive || s.state == SlotState::draining || !s.persists) return false;
    if (plan_->multiplexed()) return s.count < client.multiplexed.streams;
    if (client.pipeline_depth > 0 && s.count >= client.pipeline_depth) return false;
    const std::uint32_t following = s.count - (s.reader.in_body() ? 1 : 0);
    if (following >= s.room) return false;
    if (s.confirmed) return true;
    // RFC 9112 9.3.2: after a failed connection a client must not pipeline at once.
    return client.pipeline_start == PipelineStart::at_once && transactions_[s.first].retries == 0;
}

void Browser::bind(Time now, std::uint32_t row, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.first == kNone && s.state == SlotState::open && !s.persists) shut(now, slot);  // the server has gone away
    rows_[row].slot = slot;
    end_phase(now, transactions_[row], &Transaction::blocked);
    if (s.first == kNone) {
        s.first = row;
        s.exclusive = !plan_->may_share(transactions_[row].object);
        s.idle_until = kNever;
    } else {
        next_of(s.last) = row;
    }
    s.last = row;
    if (s.unsent == kNone) s.unsent = row;
    ++s.count;
    if (s.state == SlotState::closed) {
        open(now, slot);
        return;
    }
    transactions_[row].reused = true;
    if (s.state == SlotState::open && s.session == nullptr) send(now, slot);  // else with all others, in assign()
}

/// The row belongs to no slot, and to no stream.
void Browser::forget_place(std::uint32_t row) {
    rows_[row].next = rows_[row].slot = kNone;
    if (plan_->multiplexed()) streams_[row] = StreamRow();
}

/// Takes the row out of the slot's list.
void Browser::unbind(Slot& s, std::uint32_t row) {
    std::uint32_t before = kNone;
    for (std::uint32_t r = s.first; r != row; r = next_of(r)) before = r;
    const std::uint32_t after = next_of(row);
    (before == kNone ? s.first : next_of(before)) = after;
    if (s.last == row) s.last = before;
    if (s.unsent == row) s.unsent = after;
    --s.count;
    forget_place(row);
}

}  // namespace tcplab
