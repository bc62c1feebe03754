// TCP Fast Open (RFC 7413; tcp_fastopen.c, tcp_send_syn_data, tcp_rcv_fastopen_synack): data in the SYN.
#include "tcp/fast_open.hpp"

#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

std::uint64_t Connection::connect_fast_open(Time now, const FastOpenRequest& request, const Piece* pieces,
                                            std::size_t count) {
    doubt().fast_open = std::make_unique<FastOpen>();
    doubt().fast_open->offered = request.option;
    open(now);
    if (!request.with_data) return 0;
    // As many options as a header can have, as boxes on the way may add theirs (tcp_send_syn_data).
    const std::uint32_t mss = std::max(std::min(request.peer_mss, config_->mss), kLeastMss);
    const std::uint64_t room = mss > Segment::kMostOptions ? mss - Segment::kMostOptions : 0;
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].length;
    wanted = std::min(wanted, room);
    const auto taken = static_cast<std::uint32_t>(write_up_to(now, wanted, pieces, count));
    if (taken == 0) return 0;
    doubt().fast_open->syn_data = taken;
    queue_.push({.pos = 1, .sent = now, .length = static_cast<std::uint16_t>(taken), .transmissions = 1, .push = true},
                memory_->sent, is_modelled());
    next_ += taken;
    ++data_segments_sent_;
    return taken;
}

void Connection::accept_fast_open(Time now, const Segment& syn) {
    fast_child_ = true;
    passive_ = true;
    state_ = State::syn_received;
    receive_.reset(*config_, config_->timestamps && syn.has_timestamps);
    learn_peer(now, syn);
    una_ = next_ = 1;  // the SYN-ACK is the listener's affair: data does not wait for it, nor count with it
    take_syn_data(now, syn);
    start_transfer(now, 0);
    receive_.begin(now, receive_next_, memory_->tuning);
    timers_.try_since(kNever, memory_->timers);
    pending_ = kHandshake;
}

void Connection::take_syn_data(Time now, const Segment& syn) {
    if (syn.payload.length == 0) return;
    ReceivedSegment r;
    r.pos = 1;
    r.payload = syn.payload;
    r.cost = receive_.cost(syn.payload.length, syn.ip_size());
    receive_.charge(r.cost);
    receive_next_ = r.end();
    received_.push(std::move(r), memory_->received);
    events_ |= event::readable;
    syn_data_taken_ = true;
    note_arrival(now, receive_next_, syn);
}

void Connection::send_syn_data(Segment& out) const {
    out.set_fast_open(fast_open()->offered);
    fill_payload(out, 1, fast_open()->syn_data);
}

void Connection::note_fast_open_answer(Time now, const Segment& syn_ack) {
    if (fast_open() == nullptr) return;
    FastOpen& f = *doubt_->fast_open;
    f.received = syn_ack.fast_open();
    f.peer_mss = syn_ack.mss;
    f.data_acknowledged = f.syn_data > 0 && next_ == una_;
    if (f.data_acknowledged) {
        syn_data_taken_ = true;
        if (delivered_ > 1) --delivered_;  // SYN and data were one packet (tcp_rcv_fastopen_synack)
    }
    unsend_syn_data();
    if (syn_ack.payload.length > 0) take_syn_data(now, syn_ack);
}

void Connection::forget_fast_open() {
    if (doubt_) doubt_->fast_open.reset();
}

void Connection::unsend_syn_data() {
    if (next_ == una_) return;
    // The server has taken the SYN only: its data goes again, at once, as if for the first time.
    next_ = una_;
    queue_.clear();
    ++retransmitted_;
    pending_ |= kData;
}

}  // namespace tcplab
