#include "report/queue_meter.hpp"

#include <algorithm>

namespace tcplab::report {

QueueMeter::Points QueueMeter::empty_history() {
    return Points({[](const QueueHistory::Point& p) { return static_cast<std::int64_t>(p.packets); }});
}

QueueMeter::QueueMeter(std::size_t room) : room_(room), history_(empty_history()) {}

void QueueMeter::see(const RecordedHop& hop) {
    if (hop.fate == PacketFate::queue_full) add_drop(hop.entered);
    if (hop.departed == kNever || hop.departed - hop.transmission == hop.entered) return;
    changes_.emplace_back(hop.entered, 1);
    changes_.emplace_back(hop.departed - hop.transmission, -1);
    if (changes_.size() >= kMostChanges) settle(kMostChanges / 2);
}

/// Sums the first `count` changes up, and those of the same instant as the last of them.
void QueueMeter::settle(std::size_t count) {
    std::sort(changes_.begin(), changes_.end());
    while (count > 0 && count < changes_.size() && changes_[count].first == changes_[count - 1].first) ++count;
    for (std::size_t i = 0; i < count; ++i) {
        const Time time = std::max(changes_[i].first, time_);
        if (time != time_) add_point(time_);
        time_ = time;
        waiting_ += changes_[i].second;
    }
    if (count == changes_.size()) add_point(time_);
    changes_.erase(changes_.begin(), changes_.begin() + static_cast<std::ptrdiff_t>(count));
}

void QueueMeter::add_point(Time time) {
    if (waiting_ == told_) return;
    told_ = waiting_;
    ++points_;
    history_.add({time, static_cast<std::uint32_t>(waiting_)});
    if (history_.size() > 2 * room_) history_.thin(room_);
}

void QueueMeter::add_drop(Time time) {
    drops_.emplace_back(all_drops_++, time);
    if (drops_.size() <= 2 * room_) return;
    std::vector<std::uint64_t> numbers;
    for (const auto& drop : drops_) numbers.push_back(drop.first);
    const std::uint64_t step = step_for(numbers, room_);
    const auto is_left_out = [step](const auto& drop) { return drop.first % step != 0; };
    drops_.erase(std::remove_if(drops_.begin(), drops_.end(), is_left_out), drops_.end());
}

QueueHistory QueueMeter::take() {
    settle(changes_.size());
    history_.thin(room_);
    QueueHistory history;
    history.points = history_.kept();
    for (const auto& drop : drops_) history.drops.push_back(drop.second);
    std::sort(history.drops.begin(), history.drops.end());
    history.all_points = points_;
    history.all_drops = all_drops_;
    return history;
}

}  // namespace tcplab::report
