// A peer that sends whatever the input says, to one connection or to a stack, between calls and deadlines: no crash,
// no endless output, nothing taken from beyond the window, nothing sent beyond the peer's, and the bytes that are read
// or sent are those that were sent or written.
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "fuzz/tcp_script.hpp"
#include "stack/stack.hpp"
#include "tcp/connection.hpp"

using namespace tcplab;
using namespace tcplab::fuzz;

namespace {

constexpr unsigned kMostSteps = 300;
constexpr unsigned kMostSegments = 20'000;  // after one input of the endpoint
constexpr std::uint64_t kMostWritten = 200'000;
constexpr Endpoint kLocal{{0x0a000001}, 80};

/// One connection, and what its peer can know about it.
class OneConnection {
  public:
    explicit OneConnection(Script& in)
        : in_(in),
          config_(config_from(in)),
          kind_(in.pick({Bytes::described, Bytes::held, Bytes::absent})),
          own_initial_(in.number()),
          peer_initial_(in.number()),
          tcp_(config_, {kLocal, {{0x0a000002}, 4000}}, own_initial_, memory_) {}

    void run() {
        open();
        for (unsigned i = 0; i < kMostSteps && !in_.ended(); ++i) {
            step();
            drain();
        }
    }

  private:
    void open() {
        const std::uint8_t how = in_.byte();
        if ((how & 5U) == 1) {
            tcp_.connect(now_);
        } else if ((how & 5U) == 5) {
            const Piece piece = Piece::body(1U + in_.word() % 2000U);
            FastOpenRequest request;
            request.with_data = (how & 2U) != 0;
            request.option.kind = FastOpenOption::Kind::standard;
            right_edge_ = 1 + tcp_.connect_fast_open(now_, request, &piece, 1);
        } else {
            Segment syn = peer_segment(in_, peer_initial_, SeqNum(), 0);
            syn.flags = flag::syn;
            syn.seq = peer_initial_;
            learn_syn(syn);
            if ((how & 4U) == 0) {
                tcp_.accept(now_, syn);
            } else {
                syn.payload = peer_bytes(kind_, all_, syn.seq + 1, in_.word() % 1460);
                arrived_.add(1, 1 + syn.payload.length);
                offered_edge_ = 1 + syn.payload.length;  // no window was offered yet
                tcp_.accept_fast_open(now_, syn);
            }
        }
        drain();
    }

    void step() {
        switch (in_.byte() % 16) {
            case 0: now_ += std::chrono::microseconds(in_.word()); break;
            case 1: now_ += std::chrono::milliseconds(in_.word()); break;
            case 2:
                if (tcp_.next_deadline() != kNever) now_ = std::max(now_, tcp_.next_deadline());
                tcp_.on_deadline(now_);
                drain();
                require(tcp_.next_deadline() > now_ || tcp_.state() == State::closed, "a deadline that has passed");
                break;
            case 3: tcp_.on_deadline(now_); break;
            case 4: write(); break;
            case 5: read(); break;
            case 6: tcp_.shutdown_write(); break;
            case 7: call(); break;
            default: arrive(); break;
        }
    }

    void call() {
        switch (in_.byte() % 8) {
            case 0: tcp_.close(now_); break;
            case 1: tcp_.abort(); break;
            case 2: tcp_.set_no_delay(in_.flag()); break;
            case 3: tcp_.set_cork(in_.flag()); break;
            case 4: tcp_.set_quick_ack(in_.flag()); break;
            case 5:
                config_.keepalive = std::chrono::seconds(in_.byte());
                tcp_.restart_keepalive(now_);
                break;
            case 6: tcp_.set_receive_buffer(1 + in_.word()); break;
            default: tcp_.on_deadline(now_); break;
        }
    }

    void write() {
        const std::uint64_t length = 1 + in_.word();
        if (!tcp_.can_write() || tcp_.bytes_written() + length > kMostWritten) return;
        const Piece piece = Piece::body(length, tcp_.bytes_written());
        require(tcp_.write(now_, &piece, 1) <= length, "write() took more than it got");
    }

    void read() {
        const std::uint64_t before = tcp_.bytes_read();
        const std::uint32_t most = 1 + in_.word();
        const Payload got = tcp_.read(now_, most);
        require(got.length <= most, "read() gave more than was asked for");
        require(is_peer_bytes(kind_, peer_initial_ + static_cast<std::uint32_t>(before + 1), got),
                "read() gave other bytes than arrived");
    }

    void arrive() {
        const SeqNum next = peer_initial_ + static_cast<std::uint32_t>(tcp_.bytes_received() + 1);
        Segment s =
            peer_segment(in_, in_.byte() % 8 == 0 ? peer_initial_ : next, wrap(sent_end_, own_initial_), stamp_);
        if (s.has(flag::syn) && tcp_.state() == State::syn_sent) {
            peer_initial_ = s.seq;
            learn_syn(s);
        }
        const std::uint32_t length = (s.flags & flag::syn) != 0 ? 0 : in_.word() % 9000;
        s.payload = peer_bytes(kind_, all_, s.seq, length);
        note_arrival(s);
        tcp_.on_segment(now_, s);
    }

    void learn_syn(const Segment& syn) {
        peer_scales_ = config_.window_scaling && syn.has_window_scale;
        peer_scale_ = peer_scales_ ? std::min<unsigned>(syn.window_scale, 14) : 0;
        right_edge_ = std::max<std::uint64_t>(right_edge_, 1U + syn.window);
    }

    void note_arrival(Segment& s) {
        const std::int64_t at = unwrap(s.seq, peer_initial_, tcp_.bytes_received() + 1);
        const std::int64_t end = at + s.payload.length;
        if (end > 1)
            arrived_.add(static_cast<std::uint64_t>(std::max<std::int64_t>(at, 1)), static_cast<std::uint64_t>(end));
        if (!s.has(flag::ack)) return;
        const std::int64_t ack = unwrap(s.ack, own_initial_, sent_end_);
        const std::uint64_t window = std::uint64_t{s.window} << (s.has(flag::syn) ? 0U : peer_scale_);
        if (ack >= 0) right_edge_ = std::max(right_edge_, static_cast<std::uint64_t>(ack) + window);
    }

    void drain() {
        Segment s;
        unsigned count = 0;
        while (tcp_.poll_segment(now_, s)) {
            require(++count < kMostSegments, "it sends without end");
            check_sent(s);
        }
        tcp_.take_events();
        require(tcp_.bytes_received() < arrived_.first_missing(1), "took data that never came");
        require(tcp_.bytes_received() == 0 || tcp_.bytes_received() < offered_edge_, "took data beyond the window");
        require(tcp_.bytes_acknowledged() <= tcp_.bytes_written(), "SND.UNA beyond what was written");
        require(tcp_.bytes_read() <= tcp_.bytes_received(), "read more than arrived");
        const TcpSnapshot now = tcp_.snapshot();
        require(now.cwnd >= 1 && now.in_flight <= sent_end_ + 1, "counts that cannot be");
        require(now.rto > Duration::zero() && now.srtt >= Duration::zero(), "times that cannot be");
    }

    void check_sent(const Segment& s) {
        if (s.has(flag::rst)) return;
        const std::int64_t at = unwrap(s.seq, own_initial_, sent_end_);
        require(at >= 0 && at <= static_cast<std::int64_t>(sent_end_), "a gap in what was sent");
        const std::uint64_t end = static_cast<std::uint64_t>(at) + s.sequence_length();
        const std::int64_t first = at + (s.has(flag::syn) ? 1 : 0);
        if (s.payload.length > 0) {
            require(first > 0 && end - 1 <= tcp_.bytes_written() + 1, "sent what was not written");
            require(end <= right_edge_, "sent beyond the window");
            const std::string bytes = s.payload.bytes();
            for (std::uint32_t i = 0; i < s.payload.length; ++i) {
                require(bytes[i] == body_byte(static_cast<std::uint64_t>(first) - 1 + i),
                        "sent other bytes than written");
            }
        }
        sent_end_ = std::max(sent_end_, end);
        if (s.has_timestamps) stamp_ = s.ts_value;
        if (s.has(flag::syn)) {
            own_scale_ = s.has_window_scale ? s.window_scale : 0U;
            // A SYN-ACK that acknowledges data of the SYN offers a window behind that.
            const std::uint32_t from = s.has(flag::ack) ? (s.ack - peer_initial_.raw()).raw() : 1U;
            offered_edge_ = std::max<std::uint64_t>(offered_edge_, std::uint64_t{from} + s.window);
        } else if (s.has(flag::ack)) {
            const std::int64_t ack = unwrap(s.ack, peer_initial_, tcp_.bytes_received() + 1);
            const std::uint64_t window = std::uint64_t{s.window} << (peer_scales_ ? own_scale_ : 0U);
            require(ack >= 0, "acknowledged what is before the SYN");
            offered_edge_ = std::max(offered_edge_, static_cast<std::uint64_t>(ack) + window);
        }
    }

    Script& in_;
    Config config_;
    Bytes kind_;
    SeqNum own_initial_;
    SeqNum peer_initial_;
    ConnectionMemory memory_;
    Connection tcp_;
    ContentRef all_ = every_byte();
    Time now_ = kStart;
    Ranges arrived_;
    std::uint64_t sent_end_ = 0;
    std::uint64_t right_edge_ = 1;
    std::uint64_t offered_edge_ = 0;
    std::uint32_t stamp_ = 0;
    unsigned own_scale_ = 0;
    unsigned peer_scale_ = 0;
    bool peer_scales_ = false;
};

/// A stack with sockets, and peers at a few addresses.
class WholeStack {
  public:
    explicit WholeStack(Script& in)
        : in_(in),
          kind_(in.pick({Bytes::described, Bytes::absent})),
          stack_(kLocal.address, config(in), {in.number(), in.number()}) {
        const SocketId listener = stack_.socket();
        require(stack_.bind(listener, kLocal) == TcpError::none, "the first bind() failed");
        require(stack_.listen(listener, in_.byte() % 4) == TcpError::none, "the first listen() failed");
        sockets_.push_back({listener, false, SeqNum()});
    }

    void run() {
        for (unsigned i = 0; i < kMostSteps && !in_.ended(); ++i) {
            step();
            drain();
        }
    }

  private:
    struct Open {
        SocketId id;
        bool has_read;
        SeqNum next;  // of what it reads next, once it has read
    };
    /// What a peer has seen last of a four-tuple.
    struct Seen {
        SeqNum own_next;
        SeqNum peer_next;
        std::uint32_t stamp = 0;
    };

    static Config config(Script& in) {
        Config c = config_from(in);
        c.port_first = 5000;
        c.port_last = 5003;
        c.time_wait = 1s;
        c.syn_cookies = in.flag();
        c.fast_open = in.pick({0x403U, 0x607U, 1U});
        c.time_wait_reuse = in.pick({TimeWaitReuse::always, TimeWaitReuse::never});
        return c;
    }
    Endpoint peer() { return {{0x0a000002U + in_.byte() % 2U}, static_cast<std::uint16_t>(80 + in_.byte() % 2)}; }
    Open* some_socket() { return sockets_.empty() ? nullptr : &sockets_[in_.byte() % sockets_.size()]; }

    void step() {
        switch (in_.byte() % 16) {
            case 0: now_ += std::chrono::milliseconds(in_.word()); break;
            case 1:
                if (stack_.next_deadline() != kNever) now_ = std::max(now_, stack_.next_deadline());
                stack_.on_deadline(now_);
                break;
            case 2: stack_.on_deadline(now_); break;
            case 3: open(); break;
            case 4: accept(); break;
            case 5: write(); break;
            case 6: read(); break;
            case 7: end(); break;
            case 8: set(); break;
            default: arrive(); break;
        }
    }

    void open() {
        if (sockets_.size() > 20) return;
        const SocketId s = stack_.socket();
        if (in_.byte() % 4 == 0) stack_.bind(s, {{}, static_cast<std::uint16_t>(in_.byte() % 100)});
        if (in_.byte() % 8 == 0) stack_.listen(s, 1);
        const std::uint8_t how = in_.byte();
        const Piece piece = Piece::body(700);
        if (how % 4 == 0) stack_.set_option(now_, s, SocketOption::fast_open_connect, 1);
        if (how % 4 == 1) {
            stack_.connect_write(now_, s, peer(), &piece, 1);
        } else {
            stack_.connect(now_, s, peer());
        }
        sockets_.push_back({s, false, SeqNum()});
    }
    void accept() {
        Open* const o = some_socket();
        if (o == nullptr) return;
        const Result<SocketId> got = stack_.accept(now_, o->id);
        if (got.ok()) sockets_.push_back({got.value, false, SeqNum()});
    }
    void write() {
        Open* const o = some_socket();
        if (o == nullptr) return;
        const std::uint64_t length = 1 + in_.word() / 4;
        if (stack_.info(o->id).value.bytes_written + length > kMostWritten) return;
        const Result<std::uint64_t> done = stack_.write(now_, o->id, Piece::body(length));
        require(done.value <= length, "write() took more than it got");
    }
    void read() {
        Open* const o = some_socket();
        if (o == nullptr) return;
        const std::uint32_t most = in_.word();
        const Result<Payload> got = stack_.read(now_, o->id, most);
        require(got.value.length <= most, "read() gave more than was asked for");
        if (got.value.length == 0) return;
        if (kind_ == Bytes::described) {
            const SeqNum at(static_cast<std::uint32_t>(got.value.offset));
            require(!o->has_read || at == o->next, "read() gave other bytes than those that follow");
            o->has_read = true;
            o->next = at + got.value.length;
        } else {
            require(is_peer_bytes(kind_, SeqNum(), got.value), "read() gave bytes that nobody sent");
        }
    }
    void end() {
        Open* const o = some_socket();
        if (o == nullptr) return;
        switch (in_.byte() % 4) {
            case 0: stack_.shutdown(now_, o->id, in_.pick({Shutdown::write, Shutdown::read, Shutdown::both})); return;
            case 1: stack_.set_option(now_, o->id, SocketOption::linger_ns, 0); break;
            case 2:
                stack_.set_option(now_, o->id, SocketOption::linger_ns, 1'000'000'000);
                if (stack_.linger(now_, o->id) == TcpError::in_progress) return;
                break;
            default: break;
        }
        require(stack_.close(now_, o->id) == TcpError::none, "close() failed");
        sockets_.erase(sockets_.begin() + (o - sockets_.data()));
    }
    void set() {
        Open* const o = some_socket();
        if (o == nullptr) return;
        const auto option = static_cast<SocketOption>(in_.byte() % 20);
        stack_.set_option(now_, o->id, option, static_cast<std::int16_t>(in_.word()));
        require(stack_.get_option(o->id, option).ok(), "an option that cannot be read");
    }

    void arrive() {
        FourTuple tuple{kLocal, peer()};
        if (in_.flag()) tuple.local.port = static_cast<std::uint16_t>(5000 + in_.byte() % 4);
        const Seen& seen = seen_[tuple];
        Segment s = peer_segment(in_, seen.peer_next, seen.own_next, seen.stamp);
        if (in_.byte() % 4 == 0) s.flags = flag::syn;
        s.source = tuple.remote;
        s.destination = tuple.local;
        if (s.has(flag::syn) && in_.flag()) s.set_fast_open({FastOpenOption::Kind::standard, 0, {}});
        s.payload = peer_bytes(kind_, all_, s.seq + (s.has(flag::syn) ? 1 : 0), in_.word() % 3000);
        stack_.on_segment(now_, s);
    }

    void drain() {
        Segment s;
        unsigned count = 0;
        while (stack_.poll_segment(now_, s)) {
            require(++count < kMostSegments, "it sends without end");
            Seen& seen = seen_[{s.source, s.destination}];
            if (s.has(flag::ack)) seen.peer_next = s.ack;
            if (!s.has(flag::rst)) seen.own_next = s.seq + s.sequence_length();
            if (s.has_timestamps) seen.stamp = s.ts_value;
        }
        SocketEvent event;
        while (stack_.poll_event(event)) require(++count < kMostSegments, "events without end");
        Stack::Finished row;
        while (stack_.poll_finished(row)) {
            require(row.info.bytes_acknowledged <= row.info.bytes_written, "SND.UNA beyond what was written");
            require(row.info.bytes_read <= row.info.bytes_received, "read more than arrived");
            require(row.info.opened <= row.closed, "closed before it was opened");
        }
    }

    Script& in_;
    Bytes kind_;
    Stack stack_;
    ContentRef all_ = every_byte();
    Time now_ = kStart;
    std::vector<Open> sockets_;
    std::map<FourTuple, Seen> seen_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Script in(data, size);
    if (in.flag()) {
        OneConnection(in).run();
    } else {
        WholeStack(in).run();
    }
    return 0;
}
