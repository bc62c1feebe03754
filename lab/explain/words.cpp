#include "explain/words.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "explain/causes.hpp"
#include "terminal/units.hpp"

namespace tcplab::explain {
namespace {

constexpr int kInvisibleShare = 1000;               // so much of a time does not show in it
constexpr std::uint32_t kServer = PathStep::kNone;  // a node behind all proxies
constexpr std::uint32_t kNoRow = PathStep::kNone;

std::string bytes(std::uint64_t n) {
    if (n < 1'000'000) return fmt::format("{} B", n);
    return n < 1'000'000'000 ? fmt::format("{:.1f} MB", static_cast<double>(n) / 1e6)
                             : fmt::format("{:.2f} GB", static_cast<double>(n) / 1e9);
}

std::string segments(std::uint32_t n) { return fmt::format("{} segment{}", n, n == 1 ? "" : "s"); }

/// "40 ms": without the zeros that a column would have.
std::string plain(Duration d) {
    const TimeUnit unit = choose_unit({d});
    std::string number = number_in(d, unit);
    number.erase(number.find_last_not_of('0') + 1);
    if (number.back() == '.') number.pop_back();
    return fmt::format("{} {}", number, unit.symbol);
}

/// Who sends what the scene is about, and who gets it.
struct Ends {
    std::string sender, receiver;
    Leg leg;
};

Ends ends_of(const Scene& scene, const Facts& facts) {
    const Leg leg = leg_of(scene);
    std::string near = facts.node(scene.row, leg.hop);
    std::string far = facts.node(scene.row, leg.hop + 1U);
    if (leg.direction == Direction::down) std::swap(near, far);
    return {near, far, leg};
}

/// Where the message is that the scene is about.
std::string worker_of(const Scene& scene, const Facts& facts) { return facts.node(scene.row, scene.hop + 1U); }

std::string request_of(const Scene& scene, const Facts& facts) {
    return scene.row == kNoRow ? "a request" : facts.request(scene.row);
}

std::string response_of(const Scene& scene, const Facts& facts) {
    return scene.named ? "the response" : "the response to " + request_of(scene, facts);
}

std::string number_of(std::uint32_t connection) {
    return connection == 0 ? "a connection" : fmt::format("connection {}", connection);
}

std::string connection_of(const Scene& scene, const Facts& facts) {
    const bool known = scene.row != kNoRow && facts.transaction(scene.row).retries == 0;  // else it is forgotten
    return number_of(known ? facts.transaction(scene.row).connection : 0);
}

// --- a message on its way ---

std::string growth(const Scene& scene, const Facts& facts) {
    const auto w = facts.windows(ends_of(scene, facts).leg, scene.at, scene.end());
    if (!w) return "waiting for the congestion window to grow";
    if (scene.causes[Cause::congestion] > Duration::zero()) return "waiting for the window to grow in slow start";
    if (w->first >= w->last) return fmt::format("waiting for ACKs with a window of {}", segments(w->first));
    return fmt::format("waiting for the window to grow from {} to {}", w->first, segments(w->last));
}

std::string full_window(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const auto w = facts.windows(ends.leg, scene.at, scene.end());
    if (!w) return "held by the congestion window";
    if (w->buffer) {
        return fmt::format("waiting for room in {}'s send buffer of {}, which held {} while the window had room for {}",
                           ends.sender, bytes(facts.sender(ends.leg).send_buffer), segments(w->in_flight), w->most);
    }
    if (w->least == w->most) return fmt::format("held by the congestion window of {}", segments(w->most));
    return fmt::format("held by the congestion window, which was {} to {}", w->least, segments(w->most));
}

std::string full_receiver(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const auto w = facts.windows(ends.leg, scene.at, scene.end());
    if (facts.scenario().client.strategy == Strategy::multiplexed)
        return "waiting for room in a window of HTTP/2 or TCP";
    if (!w) return "waiting for room in " + ends.receiver + "'s window";
    return fmt::format("waiting for room in {}'s window, {} at the least", ends.receiver, bytes(w->offered));
}

std::string repairs(const Scene& scene, const Facts& facts) {
    const std::size_t n = facts.losses(ends_of(scene, facts).leg, scene.at, scene.end());
    if (n == 0) return "until losses were repaired";
    return fmt::format("until {} lost packet{} {} sent again", n, n == 1 ? "" : "s", n == 1 ? "was" : "were");
}

std::string small_segments(const Scene& scene, const Facts& facts) {
    return facts.sender(ends_of(scene, facts).leg).cork ? "held by TCP_CORK" : "held by Nagle";
}

std::string on_the_way(Cause cause, const Scene& scene, const Facts& facts) {
    switch (cause) {
        case Cause::propagation: return "on the way";
        case Cause::transmission: return "sending at the link's rate";
        case Cause::queueing: return "behind packets of others";
        case Cause::slow_start: return growth(scene, facts);
        case Cause::congestion: return full_window(scene, facts);
        case Cause::pacing: return "between paced packets";
        case Cause::receive_window: return full_receiver(scene, facts);
        case Cause::loss: return repairs(scene, facts);
        case Cause::nagle: return small_segments(scene, facts);
        case Cause::delayed_ack: return "for ACKs that were held back";
        case Cause::server: return "the server's work";
        case Cause::proxy: return "a proxy's work";
        case Cause::close: return "until the stream ended";
        default: return std::string(noun(cause));
    }
}

/// What a transaction's client sent or got: a proxy may make other headers of it.
std::string with_bytes(const std::string& message, const Scene& scene, std::uint64_t n) {
    return scene.hop == 0 ? fmt::format("{} ({})", message, bytes(n)) : message;
}

std::string message_of(const Scene& scene, const Facts& facts) {
    const bool request = scene.place == PathPlace::request;
    if (!scene.begins && !scene.repaired)
        return fmt::format("{} of the {}", scene.ends ? "the rest" : "more", request ? "request" : "response");
    std::string text = request ? request_of(scene, facts) : response_of(scene, facts);
    if (!scene.ends) return (scene.repaired ? "more of " : "the first part of ") + text;
    if (scene.row == kNoRow) return text;
    const Transaction& t = facts.transaction(scene.row);
    if (request) return with_bytes(text, scene, t.request_bytes);
    if (!facts.is_done(scene.row, scene.end()) && !scene.goes_on)
        return "that part of " + text + " that others waited for";
    return with_bytes(text, scene, t.response_bytes);
}

/// The causes that are told: what is left out of them does not show in the sum.
std::vector<Causes::Entry> told(const Causes& causes) {
    std::vector<Causes::Entry> parts = by_size(causes);
    const Duration most = causes.total() / kInvisibleShare;
    Duration left_out = parts.back().time;
    while (parts.size() > 1 && left_out <= most) {
        parts.pop_back();
        left_out += parts.back().time;
    }
    return parts;
}

std::string transfer(const Scene& scene, const Facts& facts) {
    const std::string message = message_of(scene, facts);
    const std::vector<Causes::Entry> parts = told(scene.causes);
    const bool arrives = scene.causes[Cause::propagation] > Duration::zero();
    const std::string to = ends_of(scene, facts).receiver;
    const bool completes = scene.repaired && scene.ends;  // some of it, perhaps all, was lost at first
    std::string text = message;
    if (arrives) text += fmt::format("{}{}", completes ? " was complete at " : " went to ", to);
    if (parts.size() == 1 && parts.front().cause == Cause::propagation) return text;
    if (parts.size() == 1) return text + ": " + on_the_way(parts.front().cause, scene, facts);
    std::string separator = ": ";
    for (const Causes::Entry& e : parts) {
        text += fmt::format("{}{} {}", separator, plain(e.time), on_the_way(e.cause, scene, facts));
        separator = ", ";
    }
    return text;
}

// --- a small segment that waits ---

std::string corked(const Scene& scene, const Facts& facts) {
    const bool timer = facts.persist_timer(ends_of(scene, facts).leg, scene.end());
    return fmt::format("TCP_CORK held a segment that was not full{}",
                       timer ? ", until the persist timer went off" : "");
}

std::string stall(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const Duration nagle = scene.causes[Cause::nagle];
    const Duration delayed = scene.causes[Cause::delayed_ack];
    if (nagle > Duration::zero() && facts.sender(ends.leg).cork) return corked(scene, facts);
    const auto r =
        nagle > Duration::zero() ? facts.release(ends.leg, scene.end()) : facts.held_back(ends.leg, scene.end());
    std::string text;
    if (nagle > Duration::zero()) {
        text = r ? fmt::format("Nagle held {} until {} acknowledged {}", bytes(r->held), ends.receiver, bytes(r->acked))
                 : "Nagle held a small segment until the one before it was acknowledged";
        if (delayed == Duration::zero()) return text;
        text += fmt::format(": {} for that to come back, {} more because ", plain(nagle), plain(delayed));
        return text + (r && r->delayed ? fmt::format("a timer of {} delayed the ACK", plain(r->held_back))
                                       : "the ACK was held back");
    }
    text = r ? fmt::format("{} waited for an ACK of {}", ends.sender, bytes(r->acked))
             : ends.sender + " waited for an ACK";
    text += ", which " + ends.receiver + " held back";
    if (!r) return text;
    return text + (r->delayed ? fmt::format(": its delayed-ACK timer of {}", plain(r->held_back)) : " until more came");
}

// --- what stands for itself ---

std::string what_became(const Facts::Loss& l) {
    switch (l.fate) {
        case PacketFate::delivered:
            return l.repair == SendReason::fast_retransmission ? "later packets overtook it" : "no answer came in time";
        case PacketFate::queue_full: return "dropped by the queue of " + l.link;
        case PacketFate::corrupted: return "damaged on " + l.link;
        default: return "lost on " + l.link;
    }
}

std::string loss(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const auto l = facts.loss(ends.leg, scene.at, scene.end());
    if (!l && scene.place == PathPlace::client) return request_of(scene, facts) + " waited for a SYN that was lost";
    if (!l && scene.place == PathPlace::server) return ends.sender + " waited for a SYN that was lost";
    if (!l) return fmt::format("{}: waited until {} had repaired losses", request_of(scene, facts), ends.sender);
    std::string text = fmt::format("{}: {}", l->what, what_became(*l));
    if (l->ignored) text = fmt::format("{} came to {}, whose backlog was full", l->what, ends.receiver);
    if (l->times > 1) text += fmt::format(", {} times", l->times);
    text += fmt::format("; sent again after {} ({})", plain(l->after), name(l->repair));
    return l->more > 0 ? text + fmt::format("; {} more lost", l->more) : text;
}

std::string ports(const Facts& facts) {
    const Config& c = facts.scenario().client_tcp;
    return fmt::format("all {} ports from {} to {} were in use or in TIME-WAIT", c.port_last - c.port_first + 1,
                       c.port_first, c.port_last);
}

std::string handshake(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const std::string connection = number_of(facts.opened(scene.row, ends.leg.hop, scene.end()));
    if (ends.leg.hop == 0) return fmt::format("{} to {} was opened: SYN, SYN-ACK", connection, ends.receiver);
    return fmt::format("{} opened {} to {}: SYN, SYN-ACK", ends.sender, connection, ends.receiver);
}

std::string failure(const Scene& scene, const Facts& facts) {
    const Transaction& t = facts.transaction(scene.row);
    const bool gave_up = t.failure && facts.is_done(scene.row, scene.end());
    if (!gave_up || t.retries > 0) return facts.request(scene.row) + ": earlier attempts, which failed";
    if (t.reused || t.send_begin != kNever || connected(t) != kNever) {
        return fmt::format("{}: an attempt that failed ({})", facts.request(scene.row), to_string(t.failure));
    }
    return number_of(t.connection) + " could not be opened";
}

std::string tls(const Scene& scene, const Facts& facts) {
    const auto& config = facts.scenario().tls;
    const bool old = config && config->version == TlsVersion::tls12;
    return fmt::format("TLS {} on {}: keys and certificate", old ? "1.2" : "1.3", connection_of(scene, facts));
}

std::string blocked(const Scene& scene, const Facts& facts) {
    if (scene.row == kNoRow) return "nothing was asked for yet";
    const std::string request = facts.request(scene.row);
    // Until it was wanted the client had nothing to do: a delay, a gap between pages, another user's turn.
    if (!facts.is_wanted(scene.row, scene.at)) return "a pause: the client did not want " + request + " yet";
    if (facts.is_gap(scene.row, scene.at, scene.end())) {
        return fmt::format("client.gap: the client paused before {}", request);
    }
    return request + " waited for a connection that was free, or for its turn";
}

std::string server(const Scene& scene, const Facts& facts) {
    const std::string request = request_of(scene, facts);
    const std::string who = worker_of(scene, facts);
    if (scene.place == PathPlace::server) return fmt::format("{} worked on {}", who, request);
    return fmt::format("{} waited for a worker of {}: all were busy", request, who);
}

std::string proxy(const Scene& scene, const Facts& facts) {
    const std::string who = scene.place == PathPlace::server ? worker_of(scene, facts) : "a proxy";
    return fmt::format("{} worked on {}, or had no connection for it", who, request_of(scene, facts));
}

std::string single(const Scene& scene, const Facts& facts) {
    const std::string request = request_of(scene, facts);
    switch (scene.causes.entry(0).cause) {
        case Cause::blocked: return blocked(scene, facts);
        case Cause::ports: return ports(facts);
        case Cause::dns: return "the name of " + facts.node(scene.row, kServer) + " was looked up";
        case Cause::handshake: return handshake(scene, facts);
        case Cause::tls: return tls(scene, facts);
        case Cause::server: return server(scene, facts);
        case Cause::proxy: return proxy(scene, facts);
        case Cause::loss: return loss(scene, facts);
        case Cause::head_of_line:
            return scene.place == PathPlace::request ? "the request was there, but bytes before it were missing"
                                                     : "the response was there, but bytes before it were missing";
        case Cause::reader: return ends_of(scene, facts).receiver + " had the bytes and did not read them yet";
        case Cause::close: return "the response was there, and the client waited for the end of the stream";
        case Cause::retry: return failure(scene, facts);
        default: return std::string(meaning(scene.causes.entry(0).cause));
    }
}

// --- several at once ---

/// All causes that show: "100 ms handshakes, 50 ms propagation".
std::string sum(const Causes& causes) { return listed(causes, told(causes).size()); }

std::string transaction(const Scene& scene, const Facts& facts) {
    if (scene.row == kNoRow) return sum(scene.causes);
    return fmt::format("{} on {}: {}", facts.request(scene.row), connection_of(scene, facts), sum(scene.causes));
}

std::string series(const Scene& scene, const Facts& facts) {
    const char* like = scene.like_before ? " like it" : ", one after the other";
    return fmt::format("{}{} transaction{}{}, {} to {}: {}", scene.count, scene.like_before ? " more" : "",
                       scene.count == 1 ? "" : "s", like, facts.request(scene.row), facts.request(scene.last_row),
                       sum(scene.causes));
}

}  // namespace

std::string words(const Scene& scene, const Facts& facts) {
    switch (scene.kind) {
        case Scene::Kind::single: return single(scene, facts);
        case Scene::Kind::transfer: return transfer(scene, facts);
        case Scene::Kind::stall: return stall(scene, facts);
        case Scene::Kind::transaction: return transaction(scene, facts);
        case Scene::Kind::series: return series(scene, facts);
        case Scene::Kind::rest:
            return fmt::format("{} shorter transaction{}: {}", scene.count, scene.count == 1 ? "" : "s",
                               sum(scene.causes));
    }
    return "";
}

}  // namespace tcplab::explain
