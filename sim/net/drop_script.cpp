#include "net/drop_script.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

namespace {

FourTuple from_sender(const Segment& s) { return {s.source, s.destination}; }
FourTuple from_receiver(const Segment& s) { return {s.destination, s.source}; }

bool is_pure_ack(const Segment& s) {
    return s.payload.length == 0 && s.has(flag::ack) && !s.has(flag::syn | flag::fin | flag::rst);
}

constexpr std::size_t index(DropKind kind) { return static_cast<std::size_t>(kind); }

}  // namespace

void FinLog::record(const Segment& segment) {
    if (segment.has(flag::fin)) after_fin_[from_sender(segment)] = segment.seq + segment.sequence_length();
}

bool FinLog::acknowledged_by(const Segment& segment) const {
    const auto fin = after_fin_.find(from_receiver(segment));
    return fin != after_fin_.end() && fin->second == segment.ack;
}

DropScript::DropScript(std::vector<DropRule> rules, FinLog* fins) : rules_(std::move(rules)), fins_(fins) {
    for (const DropRule& rule : rules_) {
        if (rule.kind == DropKind::segment) last_segment_ = std::max(last_segment_, rule.last);
    }
}

std::optional<std::size_t> DropScript::find(const Segment& segment) {
    if (fins_ != nullptr) fins_->record(segment);
    if (rules_.empty()) return std::nullopt;
    std::array<bool, 7> matches{};
    for (const DropKind kind :
         {DropKind::any, DropKind::syn, DropKind::data, DropKind::ack, DropKind::fin, DropKind::fin_ack}) {
        matches[index(kind)] = is_of(kind, segment);
        if (matches[index(kind)]) ++seen_[index(kind)];
    }
    const Sendings sendings = count_segment(segment);
    const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const DropRule& rule) {
        if (rule.kind == DropKind::segment) {
            return sendings.ordinal >= rule.first && sendings.ordinal <= rule.last && sendings.count >= 1 &&
                   sendings.count <= rule.times;
        }
        const std::uint64_t n = seen_[index(rule.kind)];
        return matches[index(rule.kind)] && n >= rule.first && n <= rule.last;
    });
    if (found == rules_.end()) return std::nullopt;
    return static_cast<std::size_t>(found - rules_.begin());
}

bool DropScript::is_of(DropKind kind, const Segment& segment) const {
    switch (kind) {
        case DropKind::any: return true;
        case DropKind::syn: return segment.has(flag::syn);
        case DropKind::data:
        case DropKind::segment: return segment.payload.length > 0;
        case DropKind::ack: return is_pure_ack(segment);
        case DropKind::fin: return segment.has(flag::fin);
        case DropKind::fin_ack: return fins_ != nullptr && is_pure_ack(segment) && fins_->acknowledged_by(segment);
    }
    return false;
}

DropScript::Sendings DropScript::count_segment(const Segment& segment) {
    if (last_segment_ == 0 || !is_of(DropKind::segment, segment)) return {};
    const SegmentKey key{from_sender(segment), segment.seq.raw()};
    auto known = segments_.find(key);
    if (known == segments_.end()) {
        // Segments beyond those that rules name need not be told apart.
        std::uint64_t& distinct = seen_[index(DropKind::segment)];
        if (distinct == last_segment_) return {};
        known = segments_.emplace(key, Sendings{++distinct, 0}).first;
    }
    ++known->second.count;
    return known->second;
}

}  // namespace tcplab
