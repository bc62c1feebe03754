#include "tcp/reassembly.hpp"

#include <algorithm>

namespace tcplab {

namespace {

/// Drops the first bytes of `s` so that it begins at `pos`.
void cut_front(ReceivedSegment& s, std::uint64_t pos) {
    if (pos <= s.pos) return;
    const std::uint64_t n = pos - s.pos;
    s.pos = pos;
    s.payload.offset += n;
    s.payload.length -= static_cast<std::uint32_t>(n);
}

bool continues(const ReceivedSegment& a, const ReceivedSegment& b) {
    return a.end() == b.pos && a.payload.content == b.payload.content &&
           a.payload.offset + a.payload.length == b.payload.offset;
}

}  // namespace

std::uint32_t Reassembly::insert(ReceivedSegment s, StreamRange& duplicate, Memory& memory) {
    if (!held_) held_ = memory.take();
    auto& all = held_->blocks;
    const std::uint64_t arrived = s.pos;
    const auto cost = static_cast<std::uint32_t>(s.cost);
    bool charged = false;
    // Fill the gaps between what is there; what is there stays as it is.
    while (s.payload.length > 0) {
        auto at = std::upper_bound(all.begin(), all.end(), s.pos,
                                   [](std::uint64_t pos, const ReceivedSegment& r) { return pos < r.pos; });
        if (at != all.begin() && (at - 1)->end() > s.pos) {
            const std::uint64_t known = std::min((at - 1)->end(), s.end());
            duplicate.extend({s.pos, known});
            cut_front(s, known);
            continue;
        }
        const std::uint64_t until = at != all.end() ? std::min(at->pos, s.end()) : s.end();
        ReceivedSegment part = s;
        part.payload.length = static_cast<std::uint32_t>(until - s.pos);
        part.cost = charged ? 0 : cost;  // a packet is charged once
        charged = true;
        place(at, std::move(part));
        cut_front(s, until);
    }
    remember(arrived);
    return charged ? cost : 0;
}

void Reassembly::place(Place at, ReceivedSegment part) {
    auto& all = held_->blocks;
    const auto join = [](ReceivedSegment& a, const ReceivedSegment& b) {
        a.payload.length += b.payload.length;
        a.cost += b.cost;
    };
    if (at != all.begin() && continues(*(at - 1), part)) {
        join(*(at - 1), part);
        if (at != all.end() && continues(*(at - 1), *at)) {
            join(*(at - 1), *at);
            all.erase(at);
        }
        return;
    }
    if (at != all.end() && continues(part, *at)) {
        join(part, *at);
        *at = std::move(part);
        return;
    }
    all.insert(at, std::move(part));
}

void Reassembly::remember(std::uint64_t pos) {
    auto& recent = held_->recent;
    const ReceivedSegment* block = containing(pos);
    // An older arrival in the same block makes room; else the oldest does.
    auto old = std::find_if(recent.begin(), recent.end() - 1, [&](std::uint64_t p) { return containing(p) == block; });
    std::copy_backward(recent.begin(), old, old + 1);
    recent.front() = pos;
}

const ReceivedSegment* Reassembly::containing(std::uint64_t pos) const {
    const auto& all = held_->blocks;
    const auto at = std::upper_bound(all.begin(), all.end(), pos,
                                     [](std::uint64_t p, const ReceivedSegment& r) { return p < r.pos; });
    if (at == all.begin() || (at - 1)->end() <= pos) return nullptr;
    return &*(at - 1);
}

void Reassembly::set_fin(std::uint64_t pos, Memory& memory) {
    if (!held_) held_ = memory.take();
    held_->fin = pos;
    held_->fin_known = true;
    remember(pos);
}

bool Reassembly::take(std::uint64_t next, ReceivedSegment& out, std::uint64_t& freed) {
    if (!held_) return false;
    auto& all = held_->blocks;
    auto keep = all.begin();
    while (keep != all.end() && keep->end() <= next) freed += (keep++)->cost;
    all.erase(all.begin(), keep);
    if (all.empty() || all.front().pos > next) {
        if (all.empty() && !held_->fin_known) clear();
        return false;
    }
    out = std::move(all.front());
    cut_front(out, next);
    all.erase(all.begin());
    return true;
}

void Reassembly::Held::clear() {
    blocks.clear();
    recent = {};
    fin = 0;
    fin_known = false;
}

std::optional<SeqRange> Reassembly::range_at(std::uint64_t pos, SeqNum initial) const {
    const bool is_fin = fin_at(pos);
    const ReceivedSegment* block = containing(is_fin ? pos - 1 : pos);
    if (block == nullptr && !is_fin) return std::nullopt;
    const std::uint64_t from = block != nullptr ? block->pos : pos;
    const std::uint64_t to = block != nullptr ? block->end() : pos;
    return SeqRange{wrap(from, initial), wrap(to + (fin_at(to) ? 1 : 0), initial)};
}

SackBlocks Reassembly::report(SeqNum initial, unsigned most) const {
    SackBlocks out;
    if (empty()) return out;
    for (const std::uint64_t pos : held_->recent) {
        if (out.size() == most) break;
        const std::optional<SeqRange> range = range_at(pos, initial);
        if (range && std::find(out.begin(), out.end(), *range) == out.end()) out.push_back(*range);
    }
    return out;
}

}  // namespace tcplab
