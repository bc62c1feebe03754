// Where an application's messages begin and end: what it takes to tell why they came when they did.
#include <utility>

#include "core/stream_journal.hpp"
#include "stack/impl.hpp"

namespace tcplab {

Connection* Stack::Impl::attributed(SocketId s) {
    Socket* const socket = find_socket(s);
    if (socket == nullptr || socket->kind != Socket::Kind::connection) return nullptr;
    Connection& c = connection_of(*socket);
    return c.config().attribution ? &c : nullptr;
}

void Stack::begin_message(Time now, SocketId s, History so_far, std::uint32_t id) {
    Connection* const c = impl_->attributed(s);
    if (c != nullptr) c->begin_outgoing(now).begin(now, id, std::move(so_far));
}

void Stack::message_written(SocketId s, std::uint32_t id) {
    Connection* const c = impl_->attributed(s);
    if (c != nullptr && c->outgoing() != nullptr) c->outgoing()->written(id, c->write_position());
}

Settled Stack::settle_message(Time now, SocketId s, std::uint32_t left, std::uint32_t id, Cause unread) {
    Connection* const c = impl_->attributed(s);
    if (c == nullptr || c->incoming() == nullptr) return {};
    Settled out = c->incoming()->settle(now, id, c->read_position() - left, unread);
    c->end_incoming();
    return out;
}

History Stack::message_so_far(Time now, SocketId s, std::uint32_t left, std::uint32_t id) {
    Connection* const c = impl_->attributed(s);
    if (c == nullptr || c->incoming() == nullptr) return {};
    return c->incoming()->so_far(now, id, c->read_position() - left, Cause::reader);
}

void Stack::touch_message(SocketId s, std::uint32_t id, std::uint32_t left, std::uint64_t length) {
    Connection* const c = impl_->attributed(s);
    if (c != nullptr && c->incoming() != nullptr) c->incoming()->touch(id, c->read_position() - left, length);
}

void Stack::forget_message(SocketId s, std::uint32_t id) {
    Connection* const c = impl_->attributed(s);
    if (c != nullptr && c->incoming() != nullptr) c->incoming()->forget(id);
}

std::optional<std::uint32_t> Stack::message_passed(SocketId s) const {
    Connection* const c = impl_->attributed(s);
    if (c == nullptr || c->incoming() == nullptr) return std::nullopt;
    return c->incoming()->passed(c->read_position());
}

Duration Stack::handshake_loss(SocketId s) const {
    Connection* const c = impl_->attributed(s);
    return c != nullptr ? c->handshake_loss() : Duration::zero();
}

}  // namespace tcplab
