#include "property/wire_watch.hpp"

#include <algorithm>

namespace tcplab::test {

namespace {

std::uint64_t position(SeqNum seq, SeqNum initial, std::uint64_t near) {
    const std::int64_t at = unwrap(seq, initial, near);
    expect(at >= 0, "a sequence number before the SYN");
    return static_cast<std::uint64_t>(at);
}

}  // namespace

void WireWatch::on_sent(const Segment& s) {
    expect(s.options_size() <= 40, "more options than fit");
    if (s.has(flag::rst)) return;
    if (s.has(flag::syn)) {
        syn_ = s;
        expect(s.seq == initial_, "a SYN with another number");
        expect(s.payload.length == 0, "a SYN with data");
    } else {
        stamped_ = syn_.has_timestamps && peer_->syn_.has_timestamps;
        scaled_ = syn_.has_window_scale && peer_->syn_.has_window_scale;
        sacked_ = syn_.sack_permitted && peer_->syn_.sack_permitted;
        expect(s.has(flag::ack), "a segment without ACK");
        expect(s.has_timestamps == stamped_, "timestamps that were not agreed on, or none");
        expect(s.mss == 0 && !s.sack_permitted && !s.has_window_scale, "a SYN's option on another segment");
    }
    check_data(s);
    if (s.has(flag::ack)) check_acknowledgement(s);
    if (s.has(flag::syn)) offered_edge_ = 1U + s.window;
}

void WireWatch::check_data(const Segment& s) {
    const std::uint64_t at = position(s.seq, initial_, sent_end_);
    const std::uint64_t end = at + s.sequence_length();
    expect(at <= sent_end_, "a gap in what was sent");
    if (s.sequence_length() == 0) return;
    if (!s.has(flag::syn)) {
        expect(at >= 1, "data on the SYN's position");
        expect(end <= right_edge_, "sent beyond the window");
        const bool fits = s.payload.length == 0 || s.payload.length + s.options_size() <= peer_->syn_.mss;
        expect(fits, "more than a full segment");  // options count (RFC 6691)
        expect(at - 1 + s.payload.length <= written.size(), "sent what was not written");
        expect(s.payload.bytes() == written.substr(at - 1, s.payload.length), "sent other bytes than were written");
        expect(!s.has(flag::fin) || end == written.size() + 2, "a FIN within the data");
        // One segment may be a tail loss probe (RFC 8985 7.3), however much is out; never two in a row.
        if (end > sent_end_ && s.payload.length > 0) {
            const bool beyond = end_.snapshot().in_flight > end_.window().cwnd + 1;
            expect(!beyond || !beyond_window_, "sent beyond cwnd");
            beyond_window_ = beyond;
        }
    }
    sent_end_ = std::max(sent_end_, end);
}

void WireWatch::check_acknowledgement(const Segment& s) {
    const std::uint64_t ack = position(s.ack, peer_initial_, acknowledged_);
    expect(ack >= acknowledged_, "an acknowledgement went back");
    expect(ack <= in_order_, "acknowledged what has not arrived");
    expect(ack <= peer_->sent_end_, "acknowledged what was not sent");
    acknowledged_ = ack;
    if (s.has(flag::syn)) return;
    const std::uint64_t window = std::uint64_t{s.window} << (scaled_ ? syn_.window_scale : 0U);
    expect(ack + window >= offered_edge_, "took back a window");
    offered_edge_ = ack + window;
    check_sack(s, ack);
}

void WireWatch::check_sack(const Segment& s, std::uint64_t acknowledged) const {
    expect(s.sack.empty() || sacked_, "SACK that was not agreed on");
    for (const SeqRange& block : s.sack) {
        const std::uint64_t left = position(block.left, peer_initial_, acknowledged);
        const std::uint64_t right = position(block.right, peer_initial_, acknowledged);
        expect(left < right, "an empty SACK block");
        expect(right <= peer_->sent_end_, "SACK of what was not sent");
        const bool duplicate = &block == s.sack.begin();  // RFC 2883: the first may tell of what came twice
        expect(duplicate || left > acknowledged, "SACK of what is acknowledged");
        const auto at = [&](std::uint64_t n) { return arrived_.begin() + static_cast<std::ptrdiff_t>(n); };
        expect(right <= arrived_.size() && std::find(at(left), at(right), false) == at(right),
               "SACK of what has not arrived");
    }
}

void WireWatch::on_arrival(const Segment& s) {
    if (s.has(flag::rst)) return;
    if (s.has(flag::ack)) {
        const bool scaled = !s.has(flag::syn) && peer_->scaled_;
        const std::uint64_t window = std::uint64_t{s.window} << (scaled ? peer_->syn_.window_scale : 0U);
        right_edge_ = std::max(right_edge_, position(s.ack, initial_, sent_end_) + window);
    } else if (s.has(flag::syn)) {
        right_edge_ = std::max<std::uint64_t>(right_edge_, 1U + s.window);
    }
    if (s.sequence_length() == 0) return;
    const std::uint64_t at = position(s.seq, peer_initial_, in_order_);
    const std::uint64_t end = at + s.sequence_length();
    if (arrived_.size() < end) arrived_.resize(end);
    for (std::uint64_t i = at; i < end; ++i) arrived_[i] = true;
    while (in_order_ < arrived_.size() && arrived_[in_order_]) ++in_order_;
}

void WireWatch::check_counters() const {
    expect(end_.bytes_written() == written.size(), "counts other bytes written than were");
    expect(end_.bytes_acknowledged() <= end_.bytes_written(), "SND.UNA beyond what was written");
    expect(end_.bytes_acknowledged() <= sent_end_, "SND.UNA beyond SND.NXT");
    // A tuned buffer is left only when a packet buffer is full.
    const Config& c = end_.config();
    const std::uint64_t most =
        std::max(c.send_buffer, c.send_buffer_start.value_or(0)) + (c.send_buffer_start ? 65536 : 0);
    expect(end_.bytes_written() - end_.bytes_acknowledged() <= most, "more than the send buffer");
    expect(end_.bytes_read() <= end_.bytes_received(), "read more than arrived");
    expect(end_.bytes_received() < in_order_, "received what has not arrived");
    expect(end_.bytes_received() == 0 || end_.bytes_received() < offered_edge_, "took data beyond the window");
    const TcpSnapshot now = end_.snapshot();
    expect(now.cwnd >= 1 && now.ssthresh >= 1, "a congestion window of nothing");
    expect(now.in_flight <= sent_end_ + 1, "more in flight than was sent");
    expect(now.rto > Duration::zero() && now.rto <= std::max(end_.config().max_rto, end_.config().initial_rto),
           "a timeout out of bounds");
    expect(now.srtt >= Duration::zero(), "a negative round trip");
}

}  // namespace tcplab::test
