#include "ladder/label.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "ladder/messages.hpp"
#include "terminal/width.hpp"

namespace tcplab::ladder {
namespace {

// What is left out where there is no room, the last first.
constexpr unsigned kAckOfData = 2;
constexpr unsigned kSack = 3;
constexpr unsigned kWindow = 4;
constexpr unsigned kOptions = 5;
constexpr unsigned kMinorFlags = 6;

std::string flags_text(const Segment& s) {
    std::string text;
    for (const auto& [bit, word] : {std::pair{flag::syn, "SYN"}, {flag::fin, "FIN"}, {flag::rst, "RST"}}) {
        if (s.has(bit)) text += (text.empty() ? "" : ", ") + std::string(word);
    }
    return text;
}

// Of a SYN (RFC 9293 3.7.1, RFC 2018 2, RFC 7323 2.2 and 3.2, RFC 7413 4.1.1).
std::string options_text(const Segment& s) {
    std::vector<std::string> words;
    if (s.mss != 0) words.push_back(fmt::format("mss {}", s.mss));
    if (s.sack_permitted) words.emplace_back("sack");
    if (s.has_timestamps) words.emplace_back("ts");
    if (s.has_window_scale) words.push_back(fmt::format("wscale {}", s.window_scale));
    if (s.fast_open().present()) words.emplace_back(s.fast_open().length == 0 ? "cookie?" : "cookie");
    return words.empty() ? "" : fmt::format("<{}>", fmt::join(words, ", "));
}

bool was_marked(const RecordedPacket& p) {
    return std::any_of(p.hops.begin(), p.hops.end(), [](const RecordedHop& h) { return h.marked; });
}

}  // namespace

std::size_t width_of(const Label& label) {
    std::size_t width = 0;
    for (const LabelPart& part : label) width += (width == 0 ? 0 : kBetweenParts.size()) + display_width(part.text);
    return width;
}

std::vector<LabelPart> fit(Label& label, std::size_t room) {
    std::vector<LabelPart> below;
    while (width_of(label) > room) {
        const auto least = std::max_element(label.rbegin(), label.rend(),
                                            [](const LabelPart& a, const LabelPart& b) { return a.rank < b.rank; });
        if (least->rank == LabelPart::kCore) break;
        if (least->rank == LabelPart::kPromised) below.insert(below.begin(), *least);
        label.erase(std::next(least).base());
    }
    if (label.size() == 1) label.front().text = cut_to_width(label.front().text, room);
    return below;
}

void Numbering::see(Side from, const Segment& segment) {
    Direction& d = directions_[index(from)];
    if (segment.has(flag::syn) && !d.saw_syn) {
        d.saw_syn = true;
        d.initial = segment.seq;
        if (segment.has_window_scale) d.scale = segment.window_scale;
    } else if (!d.initial) {
        d.initial = segment.seq;
    }
}

std::int64_t Numbering::relative(Side from, SeqNum number, std::int64_t near) const {
    const SeqNum initial = directions_[index(from)].initial.value_or(SeqNum(0));
    return near + distance(number, initial + static_cast<std::uint32_t>(near));
}

std::uint64_t Numbering::window(Side from, const Segment& segment) const {
    const bool scaled = directions_[0].scale && directions_[1].scale && !segment.has(flag::syn);
    return std::uint64_t{segment.window} << (scaled ? *directions_[index(from)].scale : 0U);
}

Label Labels::label(Side from, const RecordedPacket& packet, const std::string& why) {
    const Segment& s = packet.segment;
    Label label;
    if (const std::string message = messages_in(s.payload); !message.empty()) {
        label.push_back({message, LabelPart::kPromised});
    }
    add_numbers(label, from, s);
    if (!s.has(flag::rst)) {
        const std::uint64_t window = numbers_.window(from, s);
        const bool closed = window == 0;
        label.push_back({fmt::format("win {}", window), closed ? LabelPart::kPromised : kWindow,
                         closed ? Accent::worst : Accent::none});
    }
    if (s.has(flag::syn)) {
        if (std::string options = options_text(s); !options.empty()) label.push_back({std::move(options), kOptions});
    }
    if (s.has(flag::ece)) label.push_back({"ECE", LabelPart::kPromised});
    if (s.has(flag::cwr)) label.push_back({"CWR", LabelPart::kPromised});
    if (was_marked(packet)) label.push_back({"marked CE", LabelPart::kPromised, Accent::worst});
    if (!why.empty()) label.push_back({why, LabelPart::kPromised, Accent::worst});
    return label;
}

/// "SYN 0", "1:301 (300)  PSH", "FIN 301", "ACK 1449".
void Labels::add_numbers(Label& label, Side from, const Segment& s) {
    std::int64_t& next = next_[index(from)];
    const std::int64_t first = numbers_.relative(from, s.seq, next);
    const std::int64_t data = first + (s.has(flag::syn) ? 1 : 0);
    const std::int64_t last = data + s.payload.length;
    next = std::max(next, last + (s.has(flag::fin) ? 1 : 0));

    std::string core = flags_text(s);
    if (!core.empty() && (s.payload.length == 0 || s.has(flag::syn))) core += fmt::format(" {}", first);
    if (s.payload.length > 0) {
        core += fmt::format("{}{}:{} ({})", core.empty() ? "" : " ", data, last, s.payload.length);
    }
    const bool only_ack = core.empty();
    if (!only_ack) label.push_back({std::move(core)});
    if (s.has(flag::psh)) label.push_back({"PSH", kMinorFlags});
    if (!s.has(flag::ack)) return;
    const std::int64_t ack = numbers_.relative(other(from), s.ack, next_[index(other(from))]);
    label.push_back({fmt::format("ACK {}", ack), only_ack ? LabelPart::kCore : kAckOfData});
    add_sack(label, from, s, ack);
}

/// RFC 2018 4; a first block that is acknowledged already, or lies in the second, is a DSACK (RFC 2883 4).
void Labels::add_sack(Label& label, Side from, const Segment& s, std::int64_t ack) const {
    if (s.sack.empty()) return;
    std::vector<std::string> blocks;
    for (const SeqRange& r : s.sack) {
        blocks.push_back(fmt::format("{}:{}", numbers_.relative(other(from), r.left, ack),
                                     numbers_.relative(other(from), r.right, ack)));
    }
    const auto within = [&](unsigned i, SeqNum n) {
        return distance(n, s.sack[i].left) >= 0 && distance(n, s.sack[i].right) <= 0;
    };
    const bool known = distance(s.sack[0].left, s.ack) < 0;
    const bool inside = s.sack.size() > 1 && within(1, s.sack[0].left) && within(1, s.sack[0].right);
    label.push_back({fmt::format("{} {}", known || inside ? "dsack" : "sack", fmt::join(blocks, " ")), kSack});
}

}  // namespace tcplab::ladder
