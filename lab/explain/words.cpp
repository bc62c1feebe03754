#include "explain/words.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

#include "explain/causes.hpp"
#include "terminal/units.hpp"

namespace tcplab::explain {
namespace {

constexpr int kLeastShare = 100;  // what takes less than a hundredth of a message's time is not told
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

bool behind_proxies(const Facts& facts) { return !facts.scenario().proxies.empty(); }

/// Who sends what the scene is about, and who gets it.
struct Ends {
    std::string sender, receiver;
    Direction direction;
};

Ends ends_of(const Scene& scene, const Facts& facts) {
    const bool up = scene.place == PathPlace::request || scene.place == PathPlace::client;
    const Direction direction = up ? Direction::up : Direction::down;
    if (behind_proxies(facts)) return {"the sender", "the receiver", direction};
    return up ? Ends{"the client", "the server", direction} : Ends{"the server", "the client", direction};
}

std::string server_of(const Scene& scene, const Facts& facts) {
    return scene.row == kNoRow ? "the server" : facts.server(scene.row);
}

std::string request_of(const Scene& scene, const Facts& facts) {
    return scene.row == kNoRow ? "a request" : facts.request(scene.row);
}

std::string response_of(const Scene& scene, const Facts& facts) {
    return scene.named ? "the response" : "the response to " + request_of(scene, facts);
}

std::string connection_of(const Scene& scene, const Facts& facts) {
    if (scene.row == kNoRow || facts.transaction(scene.row).retries > 0) return "a connection";  // which is forgotten
    const std::uint32_t id = facts.transaction(scene.row).connection;
    return id == 0 ? "a connection" : fmt::format("connection {}", id);
}

// --- a message on its way ---

std::string growth(const Scene& scene, const Facts& facts) {
    const auto w = facts.windows(scene.row, ends_of(scene, facts).direction, scene.at, scene.end());
    if (!w) return "waiting for the congestion window to grow";
    if (scene.causes[Cause::congestion] > Duration::zero()) return "waiting for the window to grow in slow start";
    if (w->first >= w->last) return fmt::format("waiting for ACKs with a window of {}", segments(w->first));
    return fmt::format("waiting for the window to grow from {} to {}", w->first, segments(w->last));
}

std::string full_window(const Scene& scene, const Facts& facts) {
    const auto w = facts.windows(scene.row, ends_of(scene, facts).direction, scene.at, scene.end());
    if (!w) return "held by the congestion window";
    if (w->least == w->most) return fmt::format("held by the congestion window of {}", segments(w->most));
    return fmt::format("held by the congestion window, which was {} to {}", w->least, segments(w->most));
}

std::string full_receiver(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const auto w = facts.windows(scene.row, ends.direction, scene.at, scene.end());
    if (facts.scenario().client.strategy == Strategy::multiplexed)
        return "waiting for room in a window of HTTP/2 or TCP";
    if (!w) return "waiting for room in " + ends.receiver + "'s window";
    return fmt::format("waiting for room in {}'s window, {} at the least", ends.receiver, bytes(w->offered));
}

std::string repairs(const Scene& scene, const Facts& facts) {
    const std::size_t n = facts.losses(scene.row, ends_of(scene, facts).direction, scene.at, scene.end());
    if (n == 0) return "until losses were repaired";
    return fmt::format("until {} lost packet{} {} sent again", n, n == 1 ? "" : "s", n == 1 ? "was" : "were");
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
        case Cause::nagle: return "held by Nagle";
        case Cause::delayed_ack: return "for ACKs that were held back";
        default: return std::string(noun(cause));
    }
}

std::string message_of(const Scene& scene, const Facts& facts) {
    const bool request = scene.place == PathPlace::request;
    if (!scene.begins)
        return fmt::format("{} of the {}", scene.ends ? "the rest" : "more", request ? "request" : "response");
    std::string text = request ? request_of(scene, facts) : response_of(scene, facts);
    if (!scene.ends) return "the first part of " + text;
    if (scene.row == kNoRow) return text;
    const Transaction& t = facts.transaction(scene.row);
    if (request) return fmt::format("{} ({})", text, bytes(t.request_bytes));
    if (!facts.is_done(scene.row, scene.end())) return "that part of " + text + " that others waited for";
    return fmt::format("{} ({})", text, bytes(t.response_bytes));
}

std::string transfer(const Scene& scene, const Facts& facts) {
    const std::string message = message_of(scene, facts);
    std::vector<Causes::Entry> parts = by_size(scene.causes);
    while (parts.back().time < scene.length() / kLeastShare) parts.pop_back();
    const bool arrives = scene.causes[Cause::propagation] > Duration::zero();
    const std::string to = scene.place == PathPlace::request ? server_of(scene, facts) : "the client";
    std::string text = arrives ? fmt::format("{} went to {}", message, to) : message;
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

std::string stall(const Scene& scene, const Facts& facts) {
    const Ends ends = ends_of(scene, facts);
    const Duration nagle = scene.causes[Cause::nagle];
    const Duration delayed = scene.causes[Cause::delayed_ack];
    const auto r = nagle > Duration::zero() ? facts.release(scene.row, ends.direction, scene.end())
                                            : facts.held_back(scene.row, ends.direction, scene.end());
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

std::string loss(const Scene& scene, const Facts& facts) {
    const auto l = facts.loss(scene.row, ends_of(scene, facts).direction, scene.at, scene.end());
    if (!l) return request_of(scene, facts) + ": waited until what was lost was sent again";
    std::string text = l->what + ": ";
    switch (l->fate) {
        case PacketFate::delivered: text += "no answer came"; break;
        case PacketFate::lost: text += "lost on " + l->link; break;
        default: text += fmt::format("{} of {}", name(l->fate), l->link);
    }
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
    if (!behind_proxies(facts)) {
        return fmt::format("{} to {} was opened: SYN, SYN-ACK", connection_of(scene, facts), server_of(scene, facts));
    }
    const bool own = scene.place == PathPlace::client;
    return (own ? connection_of(scene, facts) : "a proxy's connection") + " was opened: SYN, SYN-ACK";
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
    return facts.is_wanted(scene.row, scene.at) ? request + " waited for a connection that was free, or for its turn"
                                                : "a pause: the client did not want " + request + " yet";
}

std::string single(const Scene& scene, const Facts& facts) {
    const std::string request = request_of(scene, facts);
    switch (scene.causes.entry(0).cause) {
        case Cause::blocked: return blocked(scene, facts);
        case Cause::ports: return ports(facts);
        case Cause::dns: return "the name of the server was looked up";
        case Cause::handshake: return handshake(scene, facts);
        case Cause::tls: return tls(scene, facts);
        case Cause::server: return "the server worked on " + request;
        case Cause::proxy: return "a proxy worked on " + request;
        case Cause::loss: return loss(scene, facts);
        case Cause::head_of_line:
            return scene.place == PathPlace::request ? "the request was there, but bytes before it were missing"
                                                     : "the response was there, but bytes before it were missing";
        case Cause::reader: return ends_of(scene, facts).receiver + " had the bytes and did not read them yet";
        case Cause::close: return "the response was there, but only the end of the stream tells its length";
        case Cause::retry: return request + ": earlier attempts, which failed";
        default: return std::string(meaning(scene.causes.entry(0).cause));
    }
}

// --- several at once ---

constexpr std::size_t kMostListed = 4;

std::string transaction(const Scene& scene, const Facts& facts) {
    if (scene.row == kNoRow) return listed(scene.causes, kMostListed);
    return fmt::format("{} on {}: {}", facts.request(scene.row), connection_of(scene, facts),
                       listed(scene.causes, kMostListed));
}

std::string series(const Scene& scene, const Facts& facts) {
    const char* like = scene.like_before ? " like it" : ", one after the other";
    return fmt::format("{}{} transaction{}{}, {} to {}: {}", scene.count, scene.like_before ? " more" : "",
                       scene.count == 1 ? "" : "s", like, facts.request(scene.row), facts.request(scene.last_row),
                       listed(scene.causes, kMostListed));
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
                               listed(scene.causes, kMostListed));
    }
    return "";
}

}  // namespace tcplab::explain
