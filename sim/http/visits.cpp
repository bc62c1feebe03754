#include "http/visits.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

Visits::Visits(const PagePlan& plan, std::uint32_t first_user, std::vector<Time> starts)
    : plan_(&plan),
      first_user_(first_user),
      starts_(std::move(starts)),
      users_(starts_.size()),
      states_(starts_.size() * plan.size()),
      seen_(plan.has_early_dependents() ? states_.size() : 0),
      users_left_(static_cast<std::uint32_t>(starts_.size())) {
    for (const PageObject& o : plan.page().objects) total_bytes_ += ByteTime{o.size} * o.count;
    for (std::uint32_t user = 0; user < users_.size(); ++user) users_[user].page.user = first_user_ + user;
}

void Visits::start(Time now) {
    for (std::uint32_t user = 0; user < users_.size(); ++user) {
        if (starts_[user] <= now) {
            begin(now, user);
        } else {
            alarms_.set(starts_[user], static_cast<std::uint8_t>(Alarm::begin), user);
        }
    }
    starts_ = std::vector<Time>();
}

void Visits::on_deadline(Time now) {
    while (alarms_.next() <= now) {
        const Deadlines::Alarm alarm = alarms_.top();
        alarms_.pop();
        if (static_cast<Alarm>(alarm.kind) == Alarm::begin) {
            begin(now, alarm.id);
        } else {
            wanted_.push_back({alarm.id / plan_->size(), alarm.id % plan_->size()});
        }
    }
}

bool Visits::poll_want(Time now, Want& out) {
    while (taken_ < wanted_.size()) {
        out = wanted_[taken_++];
        if (!state(out).cached) return true;
        take_from_cache(now, out);
    }
    constexpr std::size_t usual = 64;
    wanted_.clear();
    if (wanted_.capacity() > usual) wanted_.shrink_to_fit();  // a large page has begun, which it does once
    taken_ = 0;
    return false;
}

bool Visits::poll_finished(std::uint32_t& user) {
    if (finished_.empty()) return false;
    user = finished_.back();
    finished_.pop_back();
    return true;
}

void Visits::begin(Time now, std::uint32_t user) {
    User& u = users_[user];
    const std::uint32_t load = u.load + 1;
    u = User();
    u.load = load;
    u.left = plan_->size();
    u.page.user = first_user_ + user;
    u.page.load = load;
    u.page.started = now;
    for (std::uint32_t i = 0; i < plan_->size(); ++i) {
        ObjectState& s = state({user, i});
        s.size_known = false;
        s.waits_for = static_cast<std::uint32_t>(plan_->object(i).after.size()) & ObjectState::kMostWaits;
    }
    if (!seen_.empty()) std::fill_n(seen_.begin() + static_cast<std::ptrdiff_t>(place({user, 0})), plan_->size(), 0);
    if (plan_->size() == 0) finish_page(now, user);
    for (std::uint32_t i = 0; i < plan_->size(); ++i) {
        if (plan_->object(i).after.empty()) due(now, {user, i});
    }
}

/// What the object waited for is there.
void Visits::due(Time now, Want what) {
    const Duration delay = plan_->object(what.object).delay;
    if (delay == Duration::zero()) {
        wanted_.push_back(what);
    } else {
        alarms_.set(now + delay, static_cast<std::uint8_t>(Alarm::due), what.user * plan_->size() + what.object);
    }
}

void Visits::take_from_cache(Time now, Want what) {
    progress(now, what, plan_->object(what.object).size);
    complete(now, what);
    over(now, what);
}

void Visits::begun(Time now, std::uint32_t user) {
    PageResult& page = users_[user].page;
    if (page.first_byte == kNever) page.first_byte = now;
}

void Visits::progress(Time now, Want what, std::uint64_t body) {
    if (!state(what).size_known && body >= plan_->layout_bytes(what.object)) size_known(now, what);
    if (!plan_->has_early_dependents(what.object)) return;
    const std::uint64_t before = std::exchange(seen_[place(what)], body + 1);
    const PagePlan::Range waiting = plan_->dependents(what.object);
    for (const std::uint32_t* d = waiting.first; d != waiting.second; ++d) {
        const auto& enough = plan_->object(*d).after_bytes;
        if (enough && before <= *enough && body >= *enough) satisfy(now, {what.user, *d});
    }
}

void Visits::size_known(Time now, Want what) {
    state(what).size_known = true;
    User& u = users_[what.user];
    if (++u.sizes_known == plan_->size()) u.page.layout = now;
}

void Visits::satisfy(Time now, Want what) {
    ObjectState& s = state(what);
    s.waits_for = (s.waits_for - 1U) & ObjectState::kMostWaits;
    if (s.waits_for == 0) due(now, what);
}

void Visits::complete(Time now, Want what) {
    const PageObject& o = plan_->object(what.object);
    User& u = users_[what.user];
    PageResult& page = u.page;
    ObjectState& s = state(what);
    if (!s.size_known) size_known(now, what);  // it is smaller than the scenario says
    if (plan_->client().cache && plan_->method(what.object) == "GET") s.cached = true;
    u.last_done = now;
    u.byte_time += (now - page.started).count() * static_cast<ByteTime>(o.size);
    if (plan_->page().has_html && what.object == 0) {
        page.html_done = now;
        return;
    }
    if (page.first_object == kNever) page.first_object = now;
    u.object_time += now - page.started;
    ++u.complete;
    page.mean_object = u.object_time / u.complete;
}

void Visits::failed(Want what) { ++users_[what.user].failed; }

void Visits::over(Time now, Want what) {
    const PagePlan::Range waiting = plan_->dependents(what.object);
    for (const std::uint32_t* d = waiting.first; d != waiting.second; ++d) {
        const auto& enough = plan_->object(*d).after_bytes;
        const bool was_due = enough && seen_[place(what)] > *enough;
        if (!was_due) satisfy(now, {what.user, *d});
    }
    if (--users_[what.user].left == 0) finish_page(now, what.user);
}

void Visits::finish_page(Time now, std::uint32_t user) {
    User& u = users_[user];
    if (plan_->size() == 0) u.last_done = now;
    if (u.failed == 0) {
        u.page.done = u.last_done;
        if (total_bytes_ > 0) u.page.speed_index = Duration(static_cast<std::int64_t>(u.byte_time / total_bytes_));
    }
    done_.push_back(u.page);
    if (u.load < plan_->client().loads) {
        alarms_.set(now + plan_->client().page_gap, static_cast<std::uint8_t>(Alarm::begin), user);
        return;
    }
    finished_.push_back(user);
    --users_left_;
}

std::vector<PageResult> Visits::results() const {
    std::vector<PageResult> all = done_;
    for (const User& u : users_) {
        if (u.left > 0 || u.load == 0) all.push_back(u.page);
    }
    std::sort(all.begin(), all.end(), [](const PageResult& a, const PageResult& b) {
        return a.user != b.user ? a.user < b.user : a.load < b.load;
    });
    return all;
}

}  // namespace tcplab
