// The calls that open, close and move data.
#include "script/sockets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "script/call_table.hpp"

namespace tcplab::script {

namespace {

constexpr std::int64_t kDontWait = 0x40;        // MSG_DONTWAIT
constexpr std::int64_t kNoSignal = 0x4000;      // MSG_NOSIGNAL
constexpr std::int64_t kFastOpen = 0x20000000;  // MSG_FASTOPEN
constexpr std::int64_t kNonblocking = 0x800;    // O_NONBLOCK, SOCK_NONBLOCK
constexpr std::int64_t kCloseOnExec = 0x80000;  // SOCK_CLOEXEC

CallOutcome failed(TcpError error) {
    CallOutcome out;
    out.value = -1;
    out.error = std::string(name(error));
    return out;
}

CallOutcome returned(std::int64_t value) {
    CallOutcome out;
    out.value = value;
    return out;
}

CallOutcome result(TcpError error) { return error == TcpError::none ? returned(0) : failed(error); }

CallOutcome unusable(std::string why) {
    CallOutcome out;
    out.problem = std::move(why);
    return out;
}

/// The port of "{sa_family = AF_INET, sin_port = htons(8080), sin_addr = ...}"; nothing for "...".
std::optional<std::uint16_t> port_of(const Value& address) {
    const Value* const port = address.field("sin_port");
    if (port == nullptr) return std::nullopt;
    const Value& number = port->items.empty() ? *port : port->items.front();
    if (!number.has_number || number.number < 0 || number.number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(number.number);
}

/// The lengths in "[{..., 100}, {..., 200}]".
std::vector<std::uint64_t> lengths_of(const Value& iov) {
    std::vector<std::uint64_t> lengths;
    for (const Value& piece : iov.items) {
        const bool usable = !piece.items.empty() && piece.items.back().has_number && piece.items.back().number >= 0;
        if (usable) lengths.push_back(static_cast<std::uint64_t>(piece.items.back().number));
    }
    return lengths;
}

/// What a call that moves data names: how much, and its flags.
struct Transfer {
    std::vector<std::uint64_t> lengths;
    std::int64_t flags = 0;
    [[nodiscard]] std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const std::uint64_t n : lengths) sum += n;
        return sum;
    }
};

Transfer transfer_of(const Call& call) {
    Transfer t;
    const std::vector<Value>& a = call.arguments;
    const std::string_view n = call.name;
    if (n == "readv" || n == "writev") {
        t.lengths = lengths_of(a[1]);
    } else if (n == "recvmsg" || n == "sendmsg") {
        if (const Value* iov = a[1].field("msg_iov")) t.lengths = lengths_of(*iov);
        t.flags = a[2].number;
    } else {
        if (a[2].has_number && a[2].number >= 0) t.lengths.push_back(static_cast<std::uint64_t>(a[2].number));
        if (a.size() > 3) t.flags = a[3].number;
    }
    return t;
}

}  // namespace

CallOutcome Sockets::call(Time now, const Call& call, CallProgress& progress) {
    if (!progress.begun) {
        progress.begun = true;
        progress.began = now;
    }
    const CallTable::Row& row = *CallTable::find(call.name);
    Descriptor* descriptor = nullptr;
    if (row.on_descriptor) {
        const auto it = descriptors_.find(call.arguments[0].number);
        if (it == descriptors_.end()) return failed(TcpError::bad_socket);
        descriptor = &it->second;
    }
    Request r{now, call, progress, descriptor};
    return (this->*row.make)(r);
}

SocketId Sockets::watched() const {
    const Peer* const current = peers_->current();
    for (const auto& [number, d] : descriptors_) {
        const FourTuple tuple = stack_->info(d.socket).value.tuple;
        const bool is_it =
            current != nullptr && tuple.local.port == current->local_port && tuple.remote.port == current->remote_port;
        if (is_it) return d.socket;
    }
    return last_made_;
}

bool Sockets::may_block(const Request& r) const { return !r.descriptor->nonblocking; }

CallOutcome Sockets::would_block(const Request& r) const {
    if (!may_block(r)) return failed(TcpError::would_block);
    CallOutcome out;
    out.blocked = true;
    return out;
}

/// The script says which number it gets.
CallOutcome Sockets::new_descriptor(const Request& r, Descriptor d) {
    const Value& wanted = r.call.result;
    if (!wanted.has_number || wanted.number < 0) return unusable("the script must say which descriptor this gives");
    if (descriptors_.count(wanted.number) > 0) return unusable("this descriptor is open already");
    descriptors_[wanted.number] = d;
    last_made_ = d.socket;
    return returned(wanted.number);
}

CallOutcome Sockets::socket(Request& r) {
    const Value& type = r.argument(1);
    if ((type.number & ~(kNonblocking | kCloseOnExec)) != 1) return unusable("only SOCK_STREAM is simulated");
    Descriptor d;
    d.socket = stack_->socket();
    d.nonblocking = (type.number & kNonblocking) != 0;
    d.keepalive_idle = script_->setup.keepalive_time;
    return new_descriptor(r, d);
}

CallOutcome Sockets::bind(Request& r) {
    const std::uint16_t port = port_of(r.argument(1)).value_or(script_->options.bind_port);
    return result(stack_->bind(r.descriptor->socket, {Ipv4Address{}, port}));
}

CallOutcome Sockets::listen(Request& r) {
    const std::int64_t backlog = std::clamp<std::int64_t>(r.argument(1).number, 0, 4096);  // net.core.somaxconn
    const TcpError error = stack_->listen(r.descriptor->socket, static_cast<std::uint32_t>(backlog));
    if (error == TcpError::none) peers_->listening(stack_->info(r.descriptor->socket).value.tuple.local.port);
    return result(error);
}

CallOutcome Sockets::accept(Request& r) {
    const Result<SocketId> got = stack_->accept(r.now, r.descriptor->socket);
    if (got.error == TcpError::would_block) return would_block(r);
    if (!got.ok()) return failed(got.error);
    Descriptor d = *r.descriptor;
    d.socket = got.value;
    d.nonblocking = r.arguments() > 3 && (r.argument(3).number & kNonblocking) != 0;
    return new_descriptor(r, d);
}

CallOutcome Sockets::connect(Request& r) {
    const SocketId s = r.descriptor->socket;
    if (r.progress.done == 0) {
        const std::uint16_t port = port_of(r.argument(1)).value_or(script_->options.connect_port);
        const TcpError error = stack_->connect(r.now, s, {kRemote, port});
        // TCP_FASTOPEN_CONNECT: at once, and the first write opens the connection.
        if (error != TcpError::in_progress && error != TcpError::none) return failed(error);
        peers_->open(stack_->info(s).value.tuple.local.port, port);
        if (error == TcpError::none) return returned(0);
        if (!may_block(r)) return failed(error);
        r.progress.done = 1;
        return would_block(r);
    }
    const State state = stack_->info(s).value.state;
    if (state == State::syn_sent || state == State::syn_received) return would_block(r);
    return result(stack_->take_error(s).value);
}

CallOutcome Sockets::read(Request& r) {
    const SocketId s = r.descriptor->socket;
    const Transfer t = transfer_of(r.call);
    if ((t.flags & ~(kDontWait | kNoSignal)) != 0) return unusable("these flags are not simulated");
    const std::uint64_t wanted = std::min<std::uint64_t>(t.total(), std::numeric_limits<std::int32_t>::max());
    std::uint64_t total = 0;
    do {
        const Result<Payload> got = stack_->read(r.now, s, static_cast<std::uint32_t>(wanted - total));
        if (got.error == TcpError::would_block) {
            return (t.flags & kDontWait) != 0 ? failed(got.error) : would_block(r);
        }
        if (!got.ok()) return failed(got.error);
        total += got.value.length;
        const ConnectionInfo info = stack_->info(s).value;
        if (info.bytes_received == info.bytes_read) break;
    } while (total < wanted);
    return returned(static_cast<std::int64_t>(total));
}

/// sendto() with MSG_FASTOPEN on a socket that has no connection yet. Nothing: it has one, and this is a write().
std::optional<CallOutcome> Sockets::fast_open(Request& r, const std::vector<Piece>& pieces, bool waits) {
    const SocketId s = r.descriptor->socket;
    if (stack_->connection_id(s) == 0) {
        const std::size_t address = r.call.name == "sendto" ? 4 : 1;
        const std::uint16_t port = port_of(r.argument(address)).value_or(script_->options.connect_port);
        const auto put = stack_->connect_write(r.now, s, {kRemote, port}, pieces.data(), pieces.size());
        if (!put.ok() && put.error != TcpError::in_progress) return failed(put.error);
        peers_->open(stack_->info(s).value.tuple.local.port, port);
        r.progress.done = put.value;
        if (!waits) return put.ok() ? returned(static_cast<std::int64_t>(put.value)) : failed(put.error);
    }
    if (!waits || stack_->info(s).value.state != State::syn_sent) return std::nullopt;
    return would_block(r);
}

CallOutcome Sockets::write(Request& r) {
    const Transfer t = transfer_of(r.call);
    if ((t.flags & ~(kDontWait | kNoSignal | kFastOpen)) != 0) return unusable("these flags are not simulated");
    std::vector<Piece> pieces;
    if (r.progress.done == 0) {
        for (const std::uint64_t n : t.lengths) pieces.push_back(Piece::body(n));
    } else {
        pieces.push_back(Piece::body(t.total() - r.progress.done));
    }
    const bool waits = may_block(r) && (t.flags & kDontWait) == 0;
    if ((t.flags & kFastOpen) != 0) {
        if (auto outcome = fast_open(r, pieces, waits)) return *outcome;
    }
    const auto put = stack_->writev(r.now, r.descriptor->socket, pieces.data(), pieces.size());
    if (put.ok()) r.progress.done += put.value;
    const bool complete = put.ok() && r.progress.done == t.total();
    const bool stuck = put.ok() || put.error == TcpError::would_block;
    if (!complete && stuck && waits) return would_block(r);
    if (r.progress.done > 0 || put.ok()) return returned(static_cast<std::int64_t>(r.progress.done));
    return failed(put.error);
}

CallOutcome Sockets::close(Request& r) {
    // O_NONBLOCK does not change it (inet_release).
    const std::int64_t time = stack_->get_option(r.descriptor->socket, SocketOption::linger_ns).value;
    const Time end = r.progress.began + Duration(time);
    if (time > 0 && r.now < end && stack_->linger(r.now, r.descriptor->socket) == TcpError::in_progress) {
        CallOutcome out;
        out.blocked = true;
        out.wake = end;
        return out;
    }
    const TcpError error = stack_->close(r.now, r.descriptor->socket);
    if (last_made_ == r.descriptor->socket) last_made_ = kNoSocket;
    descriptors_.erase(r.argument(0).number);
    return result(error);
}

CallOutcome Sockets::shutdown(Request& r) {
    const std::int64_t how = r.argument(1).number;
    if (!r.argument(1).has_number || how < 0 || how > 2) return failed(TcpError::invalid);
    return result(stack_->shutdown(r.now, r.descriptor->socket, static_cast<Shutdown>(how)));
}

CallOutcome Sockets::fcntl(Request& r) {
    constexpr std::int64_t get_flags = 3;   // F_GETFL
    constexpr std::int64_t set_flags = 4;   // F_SETFL
    constexpr std::int64_t read_write = 2;  // O_RDWR
    const std::int64_t command = r.argument(1).number;
    if (command == get_flags) return returned(read_write | (r.descriptor->nonblocking ? kNonblocking : 0));
    if (command != set_flags || r.arguments() < 3) return unusable("only F_GETFL and F_SETFL are simulated");
    r.descriptor->nonblocking = (r.argument(2).number & kNonblocking) != 0;
    return returned(0);
}

CallOutcome Sockets::ioctl(Request& r) {
    constexpr std::int64_t unread = 0x541b;  // SIOCINQ
    constexpr std::int64_t unsent = 0x5411;  // SIOCOUTQ
    const std::int64_t command = r.argument(1).number;
    const ConnectionInfo info = stack_->info(r.descriptor->socket).value;
    std::uint64_t bytes = 0;
    if (command == unread) {
        bytes = info.bytes_received - info.bytes_read;
    } else if (command == unsent) {
        bytes = info.bytes_written - info.bytes_acknowledged;
    } else {
        return unusable("only SIOCINQ and SIOCOUTQ are simulated");
    }
    const Value& given = r.argument(2);
    if (given.items.size() != 1 || !given.items[0].has_number) return unusable("expected [BYTES]");
    if (given.items[0].number != static_cast<std::int64_t>(bytes)) {
        return unusable(fmt::format("bytes: expected {}, was {}", given.items[0].number, bytes));
    }
    return returned(0);
}

CallOutcome Sockets::poll(Request& r) {
    std::int64_t ready = 0;
    std::string differs;
    for (const Value& entry : r.argument(0).items) {
        const Value* const fd = entry.field("fd");
        const Value* const events = entry.field("events");
        if (fd == nullptr || events == nullptr) return unusable("expected {fd=N, events=..., revents=...}");
        const auto it = descriptors_.find(fd->number);
        constexpr std::int64_t always = poll::error | poll::hang_up;
        constexpr std::int64_t invalid = 0x020;  // POLLNVAL
        const std::int64_t state = it == descriptors_.end() ? invalid : stack_->poll_state(it->second.socket).value;
        const std::int64_t happened = state & (events->number | always | invalid);
        if (happened != 0) ++ready;
        const Value* const expected = entry.field("revents");
        const bool checked = expected != nullptr && expected->has_number;
        if (checked && expected->number != happened) {
            differs = fmt::format("revents of {}: expected {:#x}, was {:#x}", fd->number, expected->number, happened);
        }
    }
    const std::int64_t timeout = r.argument(2).number;
    const bool forever = timeout < 0;
    const Time end = forever ? kNever : r.progress.began + std::chrono::milliseconds(timeout);
    if (ready == 0 && (forever || r.now < end)) {
        CallOutcome out;
        out.blocked = true;
        out.wake = end;
        return out;
    }
    CallOutcome out = returned(ready);
    out.problem = differs;
    return out;
}

}  // namespace tcplab::script
