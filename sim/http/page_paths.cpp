#include "http/page_paths.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

/// As far as `now`, where it was `cause` that took the time.
PathRef PagePaths::extended(const PathRef& path, Time now, Cause cause) {
    if (path->at >= now) return path;
    PathRef out(new PathPoint{path->causes, path->at, path->load});
    out->causes.add(cause, now - path->at);
    out->at = now;
    return out;
}

/// As far as a message's history goes that began where the path ends.
PathRef PagePaths::after(const PathRef& path, const History& history) {
    PathRef out(new PathPoint{path->causes, path->at + history.path.total(), path->load});
    out->causes.add(history.path);
    return out;
}

void PagePaths::wanted(Time now, std::uint32_t user, std::uint32_t row, Time page_start) {
    if (!on()) return;
    const std::uint32_t load = log_->transactions[row].load;
    User& u = users_[user];
    if (!u.last || u.last->load != load) u.last = PathRef(new PathPoint{{}, page_start, load});
    u.last = extended(u.last, now, Cause::blocked);
    log_->rows[row].path = u.last;
}

/// What happened later, of the same page: the transaction came to where it is, or the slot's last one was over.
const PathRef& PagePaths::later(std::uint32_t slot, std::uint32_t row) const {
    const PathRef& own = log_->rows[row].path;
    const PathRef& others = slots_[slot].path;
    return others && others->load == own->load && others->at > own->at ? others : own;
}

void PagePaths::opening(Time now, std::uint32_t slot, std::uint32_t row) {
    if (!on()) return;
    PathRef path = extended(later(slot, row), now, Cause::blocked);
    slots_[slot] = {std::move(path)};
}

void PagePaths::passed(Time now, std::uint32_t slot, Cause cause) {
    if (!on()) return;
    Slot& s = slots_[slot];
    if (cause == Cause::ports) s.ports += now - s.path->at;
    s.path = extended(s.path, now, cause);
}

void PagePaths::connected(Time now, std::uint32_t slot, Duration loss) {
    if (!on()) return;
    Slot& s = slots_[slot];
    s.loss = std::min(loss, now - s.path->at);
    s.path = extended(extended(s.path, s.path->at + s.loss, Cause::loss), now, Cause::handshake);
}

void PagePaths::begun(Time now, std::uint32_t slot, std::uint32_t row) {
    if (!on()) return;
    // Whoever opened the connection has waited for the handshake's end if it must not go in early data.
    const bool reused = log_->transactions[row].reused;
    PathRef path = extended(later(slot, row), now, reused ? Cause::blocked : Cause::tls);
    log_->rows[row].path = std::move(path);
}

void PagePaths::progressed(Time now, std::uint32_t user, std::uint32_t row, const History& history) {
    if (!on()) return;
    const PathRef path = after(log_->rows[row].path, history);
    users_[user].last = extended(path, now, Cause::proxy);  // the rest of the message is not known yet
}

void PagePaths::completed(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row, const History& history) {
    if (!on()) return;
    PathRef path = extended(after(log_->rows[row].path, history), now, Cause::other);
    Causes own = before_request(row, slots_[slot]);
    own.add(history.own);
    store(row, std::move(own));
    User& u = users_[user];
    if (u.pages.size() < path->load) u.pages.resize(path->load);
    u.pages[path->load - 1] = u.last = log_->rows[row].path = path;
}

void PagePaths::released(Time now, std::uint32_t user, std::uint32_t row) {
    if (!on()) return;
    PathRef& path = log_->rows[row].path;
    path = extended(path, now, Cause::close);
    if (users_[user].last->at < now) users_[user].last = path;
}

void PagePaths::retried(Time now, std::uint32_t row) {
    if (!on()) return;
    const Transaction& t = log_->transactions[row];
    const bool attempted = t.send_begin != kNever;
    if (attempted) retries_[row] += now - t.wanted - t.blocked;
    PathRef& path = log_->rows[row].path;
    path = extended(path, now, attempted ? Cause::retry : Cause::blocked);
}

void PagePaths::failed(Time now, std::uint32_t user, std::uint32_t row) {
    if (!on()) return;
    const Transaction& t = log_->transactions[row];
    Causes own;
    const auto earlier = retries_.find(row);
    const Duration retry = earlier != retries_.end() ? earlier->second : Duration::zero();
    own.add(Cause::blocked, t.blocked - retry);
    own.add(Cause::retry, now - t.wanted - own.total());
    store(row, std::move(own));
    PathRef& path = log_->rows[row].path;
    path = extended(path, now, t.send_begin == kNever && t.reused ? Cause::blocked : Cause::retry);
    users_[user].last = path;
}

/// Of a transaction whose request was written, the time before.
Causes PagePaths::before_request(std::uint32_t row, const Slot& s) const {
    const Transaction& t = log_->transactions[row];
    Causes out;
    const auto earlier = retries_.find(row);
    const Duration retry = earlier != retries_.end() ? earlier->second : Duration::zero();
    // It may have come to the slot when another had begun to open the connection.
    const Duration ports = t.reused ? Duration::zero() : std::min(s.ports, t.blocked - retry);
    const Duration loss = t.reused ? Duration::zero() : std::min(s.loss, t.connect);
    out.add(Cause::retry, retry);
    out.add(Cause::ports, ports);
    out.add(Cause::blocked, t.blocked - retry - ports);
    out.add(Cause::dns, t.dns);
    out.add(Cause::loss, loss);
    out.add(Cause::handshake, t.connect - loss);
    out.add(Cause::tls, t.tls);
    return out;
}

/// Once it is over.
void PagePaths::store(std::uint32_t row, Causes causes) {
    Transaction& t = log_->transactions[row];
    causes.add(Cause::other, t.done - t.wanted - causes.total());
    t.causes = log_->causes.add(causes);
    retries_.erase(row);
}

Causes PagePaths::page(std::uint32_t user, std::uint32_t load, Duration took) const {
    Causes out;
    if (!on()) return out;
    const std::vector<PathRef>& pages = users_[user].pages;
    if (load <= pages.size() && pages[load - 1]) out = pages[load - 1]->causes;
    out.add(Cause::blocked, took - out.total());
    return out;
}

}  // namespace tcplab
