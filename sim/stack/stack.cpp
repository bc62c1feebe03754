// The driver's side of a stack: deadlines and the outputs that it pulls.
#include "stack/stack.hpp"

#include <algorithm>
#include <utility>

#include "stack/impl.hpp"

namespace tcplab {

Stack::Stack(Ipv4Address address, const Config& config, StackSeeds seeds)
    : Stack(address, std::make_shared<StackShare>(config), seeds) {}

Stack::Stack(Ipv4Address address, std::shared_ptr<StackShare> share, StackSeeds seeds)
    : impl_(std::make_unique<Impl>(address, std::move(share), seeds)) {}

Stack::~Stack() = default;

void Stack::on_deadline(Time now) {
    Impl& m = *impl_;
    while (m.time_waits.next_expiry() <= now) {
        const std::uint32_t oldest = m.time_waits.oldest();
        if (m.observer != nullptr) {
            m.observer->on_timer(now, m.time_waits[oldest].tuple, FiredTimer::time_wait);
            m.tell_closed(now, m.time_waits[oldest].tuple);
        }
        m.forget_time_wait(oldest);
    }
    while (!m.deadlines.empty() && m.deadlines.top().at <= now) {
        const DeadlineHeap::Entry due = m.deadlines.top();
        m.deadlines.pop();
        ConnectionSlot& slot = m.slots[due.handle];
        if (slot.scheduled != due.at) continue;  // of a connection that is gone, or an earlier one has come
        slot.scheduled = kNever;
        const Time next = slot.connection.next_deadline();
        if (next <= now) {
            if (slot.queue == ConnectionSlot::Queue::handshake) m.expire_request(due.handle);
            if (slot.orphan && slot.connection.makes_room(now, m.orphans, m.config.max_orphans)) {
                m.abort_orphan(due.handle);
                continue;
            }
            slot.connection.on_deadline(now);
            if (m.observer != nullptr) m.tell_fired(now, due.handle);
            m.mark_dirty(due.handle);
        } else if (next != kNever) {
            m.schedule(due.handle);
        }
    }
}

bool Stack::poll_segment(Time now, Segment& out) {
    Impl& m = *impl_;
    if (!m.outgoing.empty()) {
        out = std::move(m.outgoing.front());
        m.outgoing.pop_front();
        return true;
    }
    while (m.dirty_first != Impl::kNone) {
        if (m.slots[m.dirty_first].connection.poll_segment(now, out)) return true;
        m.settle(now, m.dirty_first);
    }
    return false;
}

bool Stack::poll_event(SocketEvent& out) {
    Impl& m = *impl_;
    while (!m.ready_sockets.empty()) {
        const SocketId id = m.ready_sockets.front();
        m.ready_sockets.pop_front();
        Socket& s = m.sockets[static_cast<std::size_t>(id)];
        s.queued = false;
        if (s.ready == 0) continue;  // closed since
        out.socket = id;
        out.ready = s.ready;
        out.error = s.kind == Socket::Kind::connection ? m.connection_of(s).error() : TcpError::none;
        s.ready = 0;
        return true;
    }
    return false;
}

Time Stack::next_deadline() const {
    const Time first = impl_->deadlines.empty() ? kNever : impl_->deadlines.top().at;
    return std::min(first, impl_->time_waits.next_expiry());
}

Ipv4Address Stack::address() const { return impl_->address; }

void Stack::set_observer(Observer* observer) { impl_->observer = observer; }

bool Stack::has_finished() const { return !impl_->finished.empty(); }

bool Stack::poll_finished(Finished& out) {
    if (impl_->finished.empty()) return false;
    out = impl_->finished.front();
    impl_->finished.pop_front();
    return true;
}

std::vector<Stack::Finished> Stack::unfinished() const {
    std::vector<Finished> rows;
    rows.reserve(impl_->open);
    impl_->table.for_each([&](std::uint32_t handle) {
        if ((handle & Impl::kTimeWait) != 0) return;
        const ConnectionSlot& slot = impl_->slots[handle];
        rows.push_back({impl_->describe(slot), kNever, kNever, slot.id, slot.active});
    });
    std::sort(rows.begin(), rows.end(), [](const Finished& a, const Finished& b) { return a.id < b.id; });
    return rows;
}

std::uint64_t Stack::connection_id(SocketId s) const {
    const Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr || socket->kind != Socket::Kind::connection) return 0;
    return impl_->slots[socket->connection].id;
}

std::uint32_t Stack::time_wait_count() const { return impl_->time_waits.count(); }

std::uint32_t Stack::time_wait_peak() const { return impl_->time_waits.peak(); }

std::uint32_t Stack::open_connections() const { return impl_->open; }

std::uint32_t Stack::orphans() const { return impl_->orphans; }

std::uint32_t Stack::orphans_aborted() const { return impl_->orphans_aborted; }

void Stack::add_time_wait(Time now, const FourTuple& tuple) {
    Impl& m = *impl_;
    if (m.find(tuple) != Impl::kNone) return;
    TimeWait entry;
    entry.tuple = tuple;
    m.table.insert(Impl::hash(tuple), m.time_waits.add(now, entry) | Impl::kTimeWait);
    m.ports.occupy(tuple);
}

}  // namespace tcplab
