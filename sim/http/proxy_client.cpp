// A proxy's clients: what they ask for, and how their connections end.
#include <algorithm>
#include <utility>

#include "http/field_text.hpp"
#include "http/message.hpp"
#include "http/proxy.hpp"

namespace tcplab {

namespace {

constexpr Duration kDrainTimeout{2'000'000'000};  // as [server] drain_timeout is by default

/// "example.com:80", cut in two. Nothing if what follows the colon is no port.
struct Authority {
    std::string_view host;
    std::uint32_t port = 80;
};
std::optional<Authority> split(std::string_view text) {
    constexpr std::size_t longest = 5;
    Authority out;
    out.host = field_text::take_until(text, ":");
    if (text.empty()) return out;
    if (text.size() > longest || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    out.port = 0;
    for (const char c : text) out.port = 10 * out.port + static_cast<std::uint32_t>(c - '0');
    return out;
}

/// Max-Forwards says how far the request goes (RFC 9110 7.6.2); with other methods it says nothing.
bool counts_forwards(const MessageHead& head) {
    return head.max_forwards && (head.method == "TRACE" || head.method == "OPTIONS");
}

/// "OPTIONS http://server", which the last proxy makes "OPTIONS *" (RFC 9112 3.2.4).
bool asks_whole_server(const MessageHead& head) {
    const std::string_view authority = authority_of(head.target);
    const bool without_path = authority.data() + authority.size() == head.target.data() + head.target.size();
    return head.method == "OPTIONS" && !authority.empty() && without_path;
}

/// The whole head with another target.
std::string with_target(const MessageHead& head, std::string_view target) {
    const auto begin = static_cast<std::size_t>(head.target.data() - head.text.data());
    std::string out(head.text.substr(0, begin));
    out.append(target).append(head.text.substr(begin + head.target.size()));
    return out;
}

}  // namespace

void Proxy::take_request(Time now, SocketId id) {
    Connection& c = connection(id);
    MessageHead head;
    while (true) {
        const bool in_body = c.reader.in_body();
        const Payload before = c.ahead;
        const MessageReader::Step step = c.reader.step(c.ahead, head);
        const std::uint32_t taken = before.length - c.ahead.length;
        if (in_body && taken > 0) connection(c.other).out.add(*before.content, before.offset, taken);
        switch (step) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head:
                on_request(now, id, head);
                if (c.reader.body_length() != 0) return;  // its body waits until it has somewhere to go
                break;
            case MessageReader::Step::body: break;
            case MessageReader::Step::complete:
                request_is_whole(now, id);
                note_unread(now, id);
                return;
            case MessageReader::Step::failed: give_up(now, id, status_for(c.reader.error())); return;
        }
    }
}

void Proxy::on_request(Time now, SocketId id, const MessageHead& head) {
    Connection& c = connection(id);
    c.silence.due = kNever;
    Exchange& x = c.exchange;
    const bool http11 = head.version == HttpVersion::http11;
    x.version = head.version;
    x.connect = head.method == "CONNECT";
    x.head_only = head.method == "HEAD";
    x.relayed = is_blind() && !x.connect;
    x.fresh = is_blind() || x.connect;
    x.repeatable = is_idempotent(head.method) && !head.chunked && head.content_length.value_or(0) == 0;
    // RFC 9112 9.3: a proxy does not keep the connection of an HTTP/1.0 client, which may be another proxy that passes
    // on what it does not understand.
    const bool agreed = config_->kind == ProxyKind::smart && head.proxy_keep_alive;
    x.persists = !head.close && (http11 || agreed);

    std::string_view authority = x.connect ? head.target : authority_of(head.target);
    if (authority.empty()) authority = head.host;
    if (authority.empty() || (http11 && !head.has_host)) {
        answer(now, id, 400);
        return;
    }
    if (counts_forwards(head) && head.max_forwards == std::uint64_t{0} && !is_blind()) {
        answer(now, id, 200, head.method == "TRACE" ? traced_head(head.text) : "");
        return;
    }
    const std::optional<std::uint32_t> hop = hop_of(authority);
    if (!hop) {
        answer(now, id, 502);
        return;
    }
    x.hop = *hop;
    if (!x.connect || next_.proxy) x.head = make_text(passed_on(head, authority));
    c.phase = Phase::waiting;
    hops_[x.hop].waiting.push_back(id);
    asked_.push_back(x.hop);
}

/// The number of the hop that leads there.
std::optional<std::uint32_t> Proxy::hop_of(std::string_view authority) const {
    if (next_.proxy) return 0;
    const std::optional<Authority> wanted = split(authority);
    if (!wanted) return std::nullopt;
    for (std::uint32_t i = 0; i < next_.servers.size(); ++i) {
        const NamedServer& server = next_.servers[i];
        if (server.port == wanted->port && field_text::same(server.name, wanted->host)) return i;
    }
    return std::nullopt;
}

/// A request's head for the next hop. A proxy has to be told where to go on to (RFC 9112 3.2.2), a server has not.
std::string Proxy::passed_on(const MessageHead& head, std::string_view authority) const {
    std::string target(next_.proxy ? head.target : origin_form(head.target));
    if (!next_.proxy && asks_whole_server(head)) target = "*";
    if (next_.proxy && target.front() == '/') target = "http://" + std::string(authority) + target;
    if (is_blind()) return with_target(head, target);
    ForwardedHead change;
    change.target = target;
    change.host = authority_of(head.target);
    change.to_proxy = next_.proxy.has_value();
    change.via = name_;
    if (counts_forwards(head)) change.max_forwards = *head.max_forwards - 1;
    if (config_->kind == ProxyKind::smart && head.proxy_keep_alive) change.connection = ConnectionOption::keep_alive;
    return forward_head(head.text, change);
}

/// The proxy's own answer, the last one on the connection. `traced`: what TRACE shows, the answer's body.
void Proxy::answer(Time now, SocketId id, std::uint16_t status, std::string_view traced) {
    ResponseText response;
    response.status = status;
    response.content_length = traced.size();
    response.connection = ConnectionOption::close;
    if (!traced.empty()) response.content_type = "message/http";
    begin_message(now, id, history_of_answer(now, id));
    connection(id).out.add(make_text(write_response_head(response).append(traced)));
    close_when_written(now, id);
}

void Proxy::close_when_written(Time now, SocketId id) {
    Connection& c = connection(id);
    c.phase = Phase::closing;
    c.silence.due = kNever;
    push(now, id);
}

/// All is said to the client. What it still says is read and forgotten (RFC 9112 9.6), so that no reset destroys the
/// response; a blind relay does not do that.
void Proxy::finish(Time now, SocketId id) {
    Connection& c = connection(id);
    if (is_blind() || c.ended) {
        close(now, id);
        return;
    }
    stack_->shutdown(now, id, Shutdown::write);
    c.phase = Phase::lingering;
    c.ahead = Payload();
    set_deadline(id, now + kDrainTimeout);
    pump(now, id);
}

/// The client is gone.
void Proxy::drop(Time now, SocketId id) {
    const Connection& c = connection(id);
    end_hang(now, id, ProxyHangs::End::client);
    if (c.phase == Phase::waiting) {
        std::deque<SocketId>& waiting = hops_[c.exchange.hop].waiting;
        waiting.erase(std::find(waiting.begin(), waiting.end(), id));
    }
    if (c.other != kNoSocket) close(now, c.other);
    close(now, id);
}

}  // namespace tcplab
