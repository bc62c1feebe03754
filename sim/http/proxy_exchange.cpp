// What a proxy does with responses, and with those that do not come.
#include <utility>

#include "http/message.hpp"
#include "http/proxy.hpp"

namespace tcplab {

void Proxy::take_response(Time now, SocketId id) {
    Connection& c = connection(id);
    MessageHead head;
    while (c.phase == Phase::passing && !c.raw) {
        Connection& client = connection(c.other);
        const bool in_body = c.reader.in_body();
        const Payload before = c.ahead;
        const MessageReader::Step step = c.reader.step(c.ahead, head);
        const std::uint32_t taken = before.length - c.ahead.length;
        if (in_body && taken > 0 && !client.exchange.decoded) {
            client.out.add(*before.content, before.offset, taken);
        } else if (step == MessageReader::Step::body) {
            const std::uint32_t data = c.reader.step_bytes();
            client.out.add(*before.content, c.ahead.offset - data, data);
        }
        switch (step) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head: on_response(now, id, head); break;
            case MessageReader::Step::body: break;
            case MessageReader::Step::complete:
                if (!client.exchange.answered) break;  // 1xx: the response itself follows
                complete(now, id);
                return;
            case MessageReader::Step::failed: exchange_failed(now, id); return;
        }
    }
}

void Proxy::on_response(Time now, SocketId id, const MessageHead& head) {
    Connection& c = connection(id);
    Connection& client = connection(c.other);
    Exchange& x = client.exchange;
    if (x.connect && head.status >= 200) {
        if (head.status < 300) {
            establish(now, id);
        } else {
            give_up(now, c.other, head.status);
        }
        return;
    }
    const bool http11 = x.version == HttpVersion::http11;
    ForwardedHead change;
    change.via = name_;
    if (head.status < 200) {  // RFC 9110 15.2: HTTP/1.0 does not know them
        if (http11 && !x.connect) client.out.add(make_text(forward_head(head.text, change)));
        return;
    }
    if (x.head_only) c.reader.no_body();
    c.persists = head.persistent() && !c.reader.until_close();
    x.decoded = head.chunked && !http11;
    x.delimited = !c.reader.until_close() && !x.decoded;
    x.persists = x.persists && x.delimited;
    x.answered = true;
    change.keep_coding = http11;
    if (!x.persists) change.connection = ConnectionOption::close;
    if (x.persists && !http11) change.connection = ConnectionOption::keep_alive;
    client.out.add(make_text(forward_head(head.text, change)));
}

/// The response has come to its end.
void Proxy::complete(Time now, SocketId id) {
    Connection& c = connection(id);
    const SocketId client = c.other;
    const bool whole = connection(client).exchange.whole;
    History history = history_of_response(now, id);
    connection(client).before = history;
    begin_message(now, client, std::move(history));
    const bool persists = connection(client).exchange.persists && whole;
    connection(client).other = kNoSocket;
    connection(client).exchange = Exchange();
    uses_[c.use].last = now;
    if (c.persists && whole && c.ahead.length == 0 && c.out.empty() && !c.broken) {
        rest(now, id);
    } else {
        close(now, id);
    }
    if (!persists) {
        close_when_written(now, client);
        return;
    }
    connection(client).phase = Phase::reading;
    set_deadline(client, now + config_->timeout);
    push(now, client);
    pump(now, client);  // the next request may be here
    connection(client).before = History();
}

/// The connection to the next hop is of no use any more, and the response not complete.
void Proxy::exchange_failed(Time now, SocketId id) {
    const SocketId client = connection(id).other;
    Exchange& x = connection(client).exchange;
    if (!connection(id).reused || x.begun || !x.repeatable) {
        give_up(now, client, 502);
        return;
    }
    x.fresh = true;
    waited(now, client, Cause::retry);
    x.told = false;
    connection(client).other = kNoSocket;
    close(now, id);
    find_upstream(now, client);
}

/// Nothing has moved for too long. It is over for a hop or a client that should say something; a client that does not
/// read is waited for.
void Proxy::stalled(Time now, SocketId client) {
    const Connection& c = connection(client);
    const Connection& upstream = connection(c.other);
    const bool hop_is_due = c.exchange.whole || upstream.phase != Phase::passing || upstream.out.blocked();
    if (c.exchange.relayed) {
        end_hang(now, client, ProxyHangs::End::timeout);
        if (c.raw && !hops_[c.exchange.hop].waiting.empty()) ++hangs_.tunnels;
        drop(now, client);
    } else if (c.out.blocked()) {
        set_deadline(client, now + config_->timeout);
    } else {
        give_up(now, client, hop_is_due ? 504 : 408);
    }
}

/// Nothing more comes of the client's request.
void Proxy::give_up(Time now, SocketId client, std::uint16_t status) {
    Connection& c = connection(client);
    end_hang(now, client, ProxyHangs::End::next_hop);
    const bool answered = c.exchange.answered || (c.exchange.relayed && c.exchange.begun);
    if (c.other != kNoSocket) close(now, std::exchange(c.other, kNoSocket));
    if (!answered) {
        answer(now, client, status);
    } else if (c.exchange.delimited) {
        close_when_written(now, client);
    } else {  // RFC 9112 8: it must not look complete
        stack_->set_option(now, client, SocketOption::linger_ns, 0);
        close(now, client);
    }
}

}  // namespace tcplab
