#include "http/browser.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tcplab {

Browser::Browser(Stack& stack, const PagePlan& plan, Endpoint server, std::optional<Duration> dns_delay,
                 std::uint32_t first_user, std::vector<Time> starts)
    : stack_(&stack),
      plan_(&plan),
      server_(server),
      dns_delay_(dns_delay),
      first_user_(first_user),
      starts_(std::move(starts)),
      users_left_(static_cast<std::uint32_t>(starts_.size())) {
    const std::size_t users = starts_.size();
    const std::size_t objects = plan.size();
    transactions_.reserve(users * objects);
    rows_.reserve(users * objects);
    pages_.resize(users);
    users_.resize(users);
    slots_.resize(users * plan.slots());
    waits_for_.reserve(users * objects);
    for (std::size_t user = 0; user < users; ++user) {
        pages_[user].user = first_user + static_cast<std::uint32_t>(user);
        for (std::uint32_t i = 0; i < objects; ++i) {
            waits_for_.push_back(static_cast<std::uint32_t>(plan.object(i).after.size()));
        }
    }
}

void Browser::start(Time now) {
    for (std::uint32_t user = 0; user < users_.size(); ++user) {
        if (starts_[user] <= now) {
            begin(now, user);
        } else {
            alarms_.set(starts_[user], static_cast<std::uint8_t>(Alarm::begin), user);
        }
    }
    drop_stale_alarms();
}

void Browser::on_socket(Time now, const SocketEvent& event) {
    const auto i = static_cast<std::size_t>(event.socket);
    if (i >= slot_of_.size() || slot_of_[i] == kNone) return;
    const std::uint32_t slot = slot_of_[i];
    Slot& s = slots_[slot];
    const bool failed = (event.ready & ready::failed) != 0;
    if (s.state == SlotState::connecting) {
        if ((event.ready & ready::connected) != 0) {
            connected(now, slot);
        } else if (failed) {
            connect_failed(now, slot, event.error);
        }
    }
    if (s.state == SlotState::open && (event.ready & ready::writable) != 0) send(now, slot);
    const bool readable = failed || (event.ready & ready::readable) != 0;
    if (readable) receive(now, slot, TcpError::none);
    assign(now, user_of_slot(slot));
    drop_stale_alarms();
}

void Browser::on_deadline(Time now) {
    drop_stale_alarms();
    while (alarms_.next() <= now) {
        const Deadlines::Alarm alarm = alarms_.top();
        alarms_.pop();
        ring(now, alarm);
        drop_stale_alarms();
    }
}

void Browser::ring(Time now, const Deadlines::Alarm& alarm) {
    const std::uint32_t id = alarm.id;
    switch (static_cast<Alarm>(alarm.kind)) {
        case Alarm::begin: begin(now, id); break;
        case Alarm::due:
            want(now, id / plan_->size(), id % plan_->size());
            assign(now, id / plan_->size());
            break;
        case Alarm::resolved:
            resolved(now, id);
            assign(now, id);
            break;
        case Alarm::pause: assign(now, user_of_slot(id)); break;
        case Alarm::port:
            connect(now, id);
            assign(now, user_of_slot(id));
            break;
        case Alarm::timeout: {
            const std::uint32_t user = user_of(id);
            time_out(now, id);
            assign(now, user);
            break;
        }
    }
}

/// Nothing comes of it when it rings.
bool Browser::stale(const Deadlines::Alarm& alarm) const {
    switch (static_cast<Alarm>(alarm.kind)) {
        case Alarm::begin:
        case Alarm::due: return false;
        case Alarm::resolved: return !users_[alarm.id].resolving;
        case Alarm::pause: return slots_[alarm.id].pause_until != alarm.at || users_[user_of_slot(alarm.id)].left == 0;
        case Alarm::port: return slots_[alarm.id].state != SlotState::waiting_port;
        case Alarm::timeout: return transactions_[alarm.id].done != kNever;
    }
    return false;
}

void Browser::drop_stale_alarms() {
    while (!alarms_.empty() && stale(alarms_.top())) alarms_.pop();
}

void Browser::begin(Time now, std::uint32_t user) {
    pages_[user].started = now;
    users_[user].left = plan_->size();
    if (plan_->size() == 0) finish_page(now, user);
    for (std::uint32_t i = 0; i < plan_->size(); ++i) {
        if (plan_->object(i).after.empty()) due(now, user, i);
    }
    assign(now, user);
}

/// What the object waited for is there.
void Browser::due(Time now, std::uint32_t user, std::uint32_t object) {
    const Duration delay = plan_->object(object).delay;
    if (delay == Duration::zero()) {
        want(now, user, object);
    } else {
        alarms_.set(now + delay, static_cast<std::uint8_t>(Alarm::due), user * plan_->size() + object);
    }
}

void Browser::want(Time now, std::uint32_t user, std::uint32_t object) {
    const ClientConfig& client = plan_->client();
    const auto row = static_cast<std::uint32_t>(transactions_.size());
    Transaction& t = transactions_.emplace_back();
    rows_.emplace_back();
    t.id = row + 1;
    t.object = object;
    t.user = first_user_ + user;
    t.host = client.url_host;
    t.method = plan_->method(object);
    t.path = plan_->object(object).path;
    t.wanted = now;
    if (client.timeout > Duration::zero()) {
        alarms_.set(now + client.timeout, static_cast<std::uint8_t>(Alarm::timeout), row);
    }
    enqueue(row);
}

/// `seen` of the row grew: objects that wait for a part of it may be due.
void Browser::progress(Time now, std::uint32_t row, std::uint64_t seen) {
    const std::uint64_t before = std::exchange(rows_[row].seen, seen);
    const std::uint32_t object = transactions_[row].object;
    if (!plan_->has_early_dependents(object)) return;
    const PagePlan::Range waiting = plan_->dependents(object);
    for (const std::uint32_t* d = waiting.first; d != waiting.second; ++d) {
        const auto& enough = plan_->object(*d).after_bytes;
        if (enough && before <= *enough && seen > *enough) satisfy(now, user_of(row), *d);
    }
}

void Browser::satisfy(Time now, std::uint32_t user, std::uint32_t object) {
    if (--waits_for_[std::size_t{user} * plan_->size() + object] == 0) due(now, user, object);
}

void Browser::complete(Time now, std::uint32_t row) {
    Transaction& t = transactions_[row];
    t.done = now;
    const std::uint32_t user = user_of(row);
    PageResult& page = pages_[user];
    User& u = users_[user];
    u.last_done = now;
    if (plan_->page().has_html && t.object == 0) {
        page.html_done = now;
        return;
    }
    if (page.first_object == kNever) page.first_object = now;
    u.object_time += now - page.started;
    ++u.complete;
    page.mean_object = u.object_time / u.complete;
}

/// `reached` is the phase in which it ended if no byte of the request was written.
void Browser::fail(Time now, std::uint32_t row, std::string_view error, Phase reached) {
    Transaction& t = transactions_[row];
    t.done = now;
    t.error = error;
    if (t.send_begin == kNever) {
        t.*reached += now - t.wanted - t.blocked - t.dns - t.connect;
    }
    ++users_[user_of(row)].failed;
    release(now, row);
}

/// The object is over: what waits for all of it is due.
void Browser::release(Time now, std::uint32_t row) {
    const std::uint32_t object = transactions_[row].object;
    const std::uint32_t user = user_of(row);
    const PagePlan::Range waiting = plan_->dependents(object);
    for (const std::uint32_t* d = waiting.first; d != waiting.second; ++d) {
        const auto& enough = plan_->object(*d).after_bytes;
        const bool was_due = enough && rows_[row].seen > *enough;
        if (!was_due) satisfy(now, user, *d);
    }
    if (--users_[user].left == 0) finish_page(now, user);
}

void Browser::finish_page(Time now, std::uint32_t user) {
    User& u = users_[user];
    PageResult& page = pages_[user];
    if (plan_->size() == 0) u.last_done = now;
    if (u.failed == 0) page.done = u.last_done;
    u.resolving = false;
    const std::uint32_t begin = user * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->slots(); ++slot) shut(now, slot);
    --users_left_;
}

void Browser::time_out(Time now, std::uint32_t row) {
    const std::uint32_t slot = rows_[row].slot;
    if (slot == kNone) {
        remove_waiting(row);
        fail(now, row, "timeout", &Transaction::blocked);
    } else {
        lose(now, slot, "timeout", "timeout", row);
    }
}

}  // namespace tcplab
