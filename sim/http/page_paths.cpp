#include "http/page_paths.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

/// To go on from there, while others who know the path keep it as it was.
PathRef PagePaths::fork(const PathRef& path) {
    const Causes& causes = path->causes;
    if (!causes.is_story()) return PathRef(new PathPoint(causes, path->at, path->load));
    return PathRef(new PathPoint(Causes::begin_story(causes.place()), path->at, path->load, path));
}

/// All that has led there.
Causes PagePaths::whole(const PathRef& path) {
    if (!path->before) return path->causes;
    std::vector<const Causes*> parts;
    for (const PathPoint* p = path.get(); p != nullptr; p = p->before.get()) parts.push_back(&p->causes);
    std::reverse(parts.begin(), parts.end());
    Causes out = Causes::begin_story(PathPlace::client);
    for (const Causes* part : parts) out.add(*part);
    return out;
}

/// As far as `now`, where it was `cause` that took the time.
void PagePaths::extend(PathRef& path, Time now, Cause cause) {
    if (path->at >= now) return;
    if (path->owners > 1) path = fork(path);
    path->causes.add(cause, now - path->at);
    path->at = now;
}

/// A story goes on with what happened to that transaction.
PathRef PagePaths::about(const PathRef& path, std::uint32_t row) {
    if (!path->causes.is_story()) return path;
    PathRef out = fork(path);
    out->causes.set_row(row);
    out->causes.set_hop(0);
    out->causes.set_place(PathPlace::client);
    return out;
}

/// As far as those go, one after the other.
PathRef PagePaths::after(const PathRef& path, const Causes& causes) {
    PathRef out = fork(path);
    out->causes.add(causes);
    out->at += causes.total();
    return out;
}

void PagePaths::wanted(Time now, std::uint32_t user, std::uint32_t row, Time page_start) {
    if (!on()) return;
    const std::uint32_t load = log_->transactions[row].load;
    User& u = users_[user];
    if (!u.last || u.last->load != load) {
        u.last =
            PathRef(new PathPoint(how_.story ? Causes::begin_story(PathPlace::client) : Causes(), page_start, load));
    }
    extend(u.last, now, Cause::blocked);
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
    PathRef path = about(later(slot, row), row);
    extend(path, now, Cause::blocked);
    slots_[slot] = {std::move(path), {}};
}

void PagePaths::passed(Time now, std::uint32_t slot, Cause cause) {
    if (!on()) return;
    Slot& s = slots_[slot];
    if (cause == Cause::ports) s.ports += now - s.path->at;
    extend(s.path, now, cause);
}

void PagePaths::connected(Time now, std::uint32_t slot, Duration loss) {
    if (!on()) return;
    Slot& s = slots_[slot];
    s.loss = std::min(loss, now - s.path->at);
    extend(s.path, s.path->at + s.loss, Cause::loss);
    extend(s.path, now, Cause::handshake);
}

void PagePaths::begun(std::uint32_t slot, std::uint32_t row) {
    if (!on()) return;
    log_->rows[row].path = later(slot, row);
}

/// The path to the first byte of the request; of one that was never begun, to where it is.
PathRef PagePaths::to_request(std::uint32_t row) const {
    const Transaction& t = log_->transactions[row];
    PathRef path = about(log_->rows[row].path, row);
    // Whoever opened the connection has waited for the handshake's end if it must not go in early data.
    if (t.send_begin != kNever) extend(path, t.send_begin, t.reused ? Cause::blocked : Cause::tls);
    return path;
}

/// The path to a response that has such a history: to its own request, or to that of an earlier one on the connection.
PathRef PagePaths::to_response(Time now, std::uint32_t slot, const PathRef& own, const History& history) const {
    if (!history.follows()) return after(own, history.path());
    const PathRef& lead = slots_[slot].lead;
    const bool led = lead && lead->load == own->load && lead->at + history.path().total() <= now;
    return led ? after(lead, history.path()) : after(own, history.own());
}

void PagePaths::progressed(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row,
                           const History& history) {
    if (!on()) return;
    PathRef path = to_response(now, slot, to_request(row), history);
    extend(path, now, Cause::proxy);  // the rest of the message is not known yet
    users_[user].last = std::move(path);
}

/// A response that came behind another continues where that one has led: nobody waits for it that did not wait for
/// the other.
PathRef PagePaths::completed_path(Time now, std::uint32_t slot, std::uint32_t row, const Settled& settled) {
    PathRef begun = to_request(row);
    Slot& s = slots_[slot];
    const bool continues = settled.behind && s.path && s.path->load == begun->load && s.path->at >= begun->at &&
                           s.path->at + settled.after.total() <= now;
    PathRef path =
        continues ? after(about(s.path, row), settled.after) : to_response(now, slot, begun, settled.history);
    if (!settled.history.follows()) s.lead = std::move(begun);
    extend(path, now, continues ? Cause::propagation : Cause::other);
    return path;
}

void PagePaths::completed(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row, Settled settled) {
    if (!on()) return;
    PathRef path = completed_path(now, slot, row, settled);
    Causes own = std::move(settled.history).own();
    add_before_request(own, row, slots_[slot]);
    store(row, std::move(own));
    tell(row, path);
    User& u = users_[user];
    if (u.pages.size() < path->load) u.pages.resize(path->load);
    u.pages[path->load - 1] = u.last = log_->rows[row].path = slots_[slot].path = path;
}

void PagePaths::released(Time now, std::uint32_t user, std::uint32_t slot, std::uint32_t row) {
    if (!on()) return;
    PathRef path = std::exchange(log_->rows[row].path, PathRef());
    if (path->at == now) return;
    extend(path, now, Cause::close);
    if (users_[user].last->at < now) users_[user].last = path;
    slots_[slot].path = std::move(path);
}

void PagePaths::retried(Time now, std::uint32_t row) {
    if (!on()) return;
    const Transaction& t = log_->transactions[row];
    const bool attempted = t.send_begin != kNever;
    if (attempted) log_->retries[row] += now - t.wanted - t.blocked;
    PathRef path = to_request(row);
    extend(path, now, attempted ? Cause::retry : Cause::blocked);
    log_->rows[row].path = std::move(path);
}

void PagePaths::failed(Time now, std::uint32_t user, std::uint32_t row) {
    if (!on()) return;
    const Transaction& t = log_->transactions[row];
    Causes own;
    const auto earlier = log_->retries.find(row);
    const Duration retry = earlier != log_->retries.end() ? earlier->second : Duration::zero();
    own.add(Cause::blocked, t.blocked - retry);
    own.add(Cause::retry, now - t.wanted - own.total());
    store(row, std::move(own));
    PathRef path = to_request(row);
    log_->rows[row].path = PathRef();
    extend(path, now, t.send_begin == kNever && t.reused ? Cause::blocked : Cause::retry);
    tell(row, path);
    users_[user].last = std::move(path);
}

/// Of a transaction whose request was written, the time before.
void PagePaths::add_before_request(Causes& out, std::uint32_t row, const Slot& s) const {
    const Transaction& t = log_->transactions[row];
    const auto earlier = log_->retries.find(row);
    const Duration retry = earlier != log_->retries.end() ? earlier->second : Duration::zero();
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
}

/// Once it is over.
void PagePaths::store(std::uint32_t row, Causes causes) {
    Transaction& t = log_->transactions[row];
    causes.add(Cause::other, t.done - t.wanted - causes.total());
    t.causes = log_->causes.add(causes) & CauseLog::kNone;
    log_->retries.erase(row);
}

Causes PagePaths::page(std::uint32_t user, std::uint32_t load, Duration took) const {
    Causes out;
    if (!on()) return out;
    const std::vector<PathRef>& pages = users_[user].pages;
    if (load <= pages.size() && pages[load - 1]) out = whole(pages[load - 1]);
    out.add(Cause::blocked, took - out.total());
    return out;
}

History PagePaths::new_message(std::uint32_t row) const {
    History history;
    if (how_.story) history.begin_story(PathPlace::request, row);
    return history;
}

std::vector<PathStep> PagePaths::story(std::uint32_t user, std::uint32_t load) const {
    if (!how_.story || !on()) return {};
    const std::vector<PathRef>& pages = users_[user].pages;
    if (load > pages.size() || !pages[load - 1]) return {};
    return whole(pages[load - 1]).steps();
}

/// Keeps the path of a transaction that is over, if its story is wanted.
void PagePaths::tell(std::uint32_t row, const PathRef& path) {
    const Transaction& t = log_->transactions[row];
    if (!how_.story || how_.story->object != t.object || how_.story->user != t.user || how_.story->load != t.load) {
        return;
    }
    told_ = path;
    told_from_ = t.wanted;
}

std::vector<PathStep> PagePaths::transaction_story() const {
    if (!told_) return {};
    std::vector<PathStep> steps;
    const Causes causes = whole(told_);
    Time at = told_->at - causes.total();
    for (PathStep step : causes.steps()) {
        at += step.length;
        if (at <= told_from_) continue;
        step.length = std::min(step.length, at - told_from_);
        steps.push_back(step);
    }
    return steps;
}

}  // namespace tcplab
