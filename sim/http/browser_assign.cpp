// Which wanted object goes to which of its user's connections, and when.
#include <algorithm>

#include "http/browser.hpp"

namespace tcplab {

/// Into its waiting list, in page order. Most come in that order, so the end is tried first.
void Browser::enqueue(std::uint32_t row) {
    const std::uint32_t object = transactions_[row].object;
    const std::uint32_t user = user_of(row);
    User& u = users_[user];
    const auto pin = plan_->object(object).connection;
    std::uint32_t& head = pin ? slots_[user * plan_->slots() + *pin].pinned : u.waiting;
    if (!pin && head != kNone && transactions_[u.waiting_last].object < object) {
        next_of(u.waiting_last) = row;
        u.waiting_last = row;
        return;
    }
    std::uint32_t* link = &head;
    while (*link != kNone && transactions_[*link].object < object) link = &next_of(*link);
    next_of(row) = *link;
    *link = row;
    if (!pin && next_of(row) == kNone) u.waiting_last = row;
}

void Browser::remove_waiting(std::uint32_t row) {
    const std::uint32_t user = user_of(row);
    User& u = users_[user];
    const auto pin = plan_->object(transactions_[row].object).connection;
    std::uint32_t* link = pin ? &slots_[user * plan_->slots() + *pin].pinned : &u.waiting;
    std::uint32_t before = kNone;
    while (*link != row) {
        before = *link;
        link = &next_of(*link);
    }
    *link = next_of(row);
    next_of(row) = kNone;
    if (!pin && u.waiting_last == row) u.waiting_last = before;
}

/// Its connection was lost before its request was written: it waits again.
void Browser::requeue(std::uint32_t row) {
    Transaction& t = transactions_[row];
    t.blocked = t.dns = t.connect = Duration::zero();
    t.reused = false;
    t.stack_connection = 0;
    rows_[row] = Row();
    enqueue(row);
}

/// Gives every waiting object of the user that can go a connection. An object that fails at once (no free port)
/// leaves its slot to the next one.
void Browser::assign(Time now, std::uint32_t user) {
    bool moved = true;
    while (moved) {
        moved = plan_->has_pinned() && assign_pinned(now, user);
        const std::uint32_t row = users_[user].waiting;
        if (row == kNone) continue;
        const std::uint32_t slot = choose(now, user, row);
        if (slot == kNone) continue;
        remove_waiting(row);
        bind(now, row, slot);
        moved = true;
    }
}

bool Browser::assign_pinned(Time now, std::uint32_t user) {
    bool moved = false;
    const std::uint32_t begin = user * plan_->slots();
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

std::uint32_t Browser::choose(Time now, std::uint32_t user, std::uint32_t row) const {
    const bool may_join = plan_->may_pipeline(transactions_[row].object);
    std::uint32_t closed = kNone;
    std::uint32_t shared = kNone;
    const std::uint32_t begin = user * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->free_slots(); ++slot) {
        const Slot& s = slots_[slot];
        if (s.first == kNone) {
            if (now < s.pause_until) continue;
            if (s.state == SlotState::open) return slot;
            if (s.state == SlotState::closed && closed == kNone) closed = slot;
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
    if (client.pipeline_depth > 0 && s.count >= client.pipeline_depth) return false;
    return s.confirmed || client.pipeline_start == PipelineStart::at_once;
}

void Browser::bind(Time now, std::uint32_t row, std::uint32_t slot) {
    Slot& s = slots_[slot];
    rows_[row].slot = slot;
    transactions_[row].blocked = now - transactions_[row].wanted;
    if (s.first == kNone) {
        s.first = row;
        s.exclusive = !plan_->may_pipeline(transactions_[row].object);
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
    if (s.state == SlotState::open) send(now, slot);
}

}  // namespace tcplab
