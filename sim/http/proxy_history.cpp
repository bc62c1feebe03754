// Why a proxy's clients wait: the history of a request goes on with it to the next hop, and comes back with the
// response.
#include <algorithm>

#include "http/proxy.hpp"

namespace tcplab {

/// The client's request is here, as far as it has been looked at.
void Proxy::request_is_whole(Time now, SocketId client) {
    Connection& c = connection(client);
    c.exchange.whole = true;
    const bool waited = c.before.own().size() > 0;
    const Cause unread = waited ? Cause::blocked : Cause::reader;
    c.exchange.history = stack_->settle_message(now, client, c.ahead.length, 0, unread).history;
    if (waited) c.exchange.history.follow(c.before, Duration::zero());
    c.exchange.history.set_place(PathPlace::server);
    c.exchange.since = now;
    tell_request(now, client);
}

/// A whole request has waited for something, until now.
void Proxy::waited(Time now, SocketId client, Cause cause) {
    Exchange& x = connection(client).exchange;
    if (!x.whole) return;
    x.history.add(cause, now - x.since);
    x.since = now;
}

/// Its last byte goes to the next hop now, if it is here and there is a way.
void Proxy::tell_request(Time now, SocketId client) {
    Connection& c = connection(client);
    Exchange& x = c.exchange;
    if (!x.whole || x.told || !x.head || c.other == kNoSocket || connection(c.other).phase != Phase::passing) return;
    waited(now, client, Cause::proxy);
    begin_message(now, c.other, x.history);
    x.told = true;
}

/// What is in the connection's buffer ends a message, or will when it has been written.
void Proxy::begin_message(Time now, SocketId id, History history, std::uint32_t message) {
    const bool upstream = connection(id).upstream;
    history.set_place(upstream ? PathPlace::request : PathPlace::response);
    history.set_hop(static_cast<std::uint8_t>(next_.hop - (upstream ? 0 : 1)));
    stack_->begin_message(now, id, std::move(history), message);
    connection(id).unwritten.push_back(message);
}

/// Up to the end of the response, which is here.
History Proxy::history_of_response(Time now, SocketId upstream) {
    const Connection& c = connection(upstream);
    const Cause unread = c.reader.until_close() ? Cause::close : Cause::reader;
    return with_request(now, c.other, stack_->settle_message(now, upstream, c.ahead.length, 0, unread).history);
}

/// The same of a response that came back with its own: one that did not wait for the whole request knows only of a
/// part of its way.
History Proxy::with_request(Time now, SocketId client, History response) {
    const Exchange& x = connection(client).exchange;
    if (!x.told) return history_of_answer(now, client);
    response.add(Cause::proxy, x.history.own().total() + (now - x.since) - response.own().total());
    return response;
}

/// Up to an answer that the proxy gives itself, or that did not wait for the request.
History Proxy::history_of_answer(Time now, SocketId client) {
    Connection& c = connection(client);
    if (!c.exchange.whole) return stack_->settle_message(now, client, c.ahead.length).history;
    waited(now, client, Cause::proxy);
    return std::move(c.exchange.history);
}

/// Bytes that nobody looks at were read: what ends in them ends on the other side, too.
void Proxy::pass_messages_on(Time now, SocketId from) {
    while (const auto message = stack_->message_passed(from)) {
        History history = stack_->settle_message(now, from, 0, *message).history;
        const Connection& c = connection(from);
        if (c.upstream && !exchange_of(from).connect) history = with_request(now, c.other, std::move(history));
        begin_message(now, c.other, history, *message);
    }
}

/// All that was in the connection's buffer is written.
void Proxy::note_written(SocketId id) {
    std::vector<std::uint32_t>& messages = connection(id).unwritten;
    for (const std::uint32_t message : messages) stack_->message_written(id, message);
    messages.clear();
}

}  // namespace tcplab
