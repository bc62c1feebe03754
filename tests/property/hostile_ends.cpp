#include "property/hostile_ends.hpp"

#include <algorithm>

#include "wire/segment_text.hpp"

namespace tcplab::test {

namespace {

const FourTuple kTuple{{{0x0a000001}, 40000}, {{0x0a000002}, 80}};

std::string letters(Draw& draw, std::size_t n) {
    std::string s(n, ' ');
    for (char& c : s) c = static_cast<char>(draw.below(256));
    return s;
}

}  // namespace

HostileEnds::HostileEnds(const End& a, const End& b, Duration lateness, std::uint64_t seed)
    : draw_(seed), lateness_(lateness), text_(make_text(letters(draw_, 5000))) {
    ends_[0].is = a;
    ends_[1].is = b;
    for (unsigned i = 0; i < 2; ++i) {
        Live& e = ends_.at(i);
        e.tcp.emplace(e.is.config, i == 0 ? kTuple : FourTuple{kTuple.remote, kTuple.local}, e.is.initial, e.memory);
        e.watch.emplace(*e.tcp, e.is.initial, ends_.at(1 - i).is.initial);
        e.path.emplace(e.is.out, seed + i);
    }
    ends_[0].watch->set_peer(*ends_[1].watch);
    ends_[1].watch->set_peer(*ends_[0].watch);
}

void HostileEnds::run() {
    std::uint64_t steps = 0;
    std::uint64_t at_once = 0;
    for (Time next = next_instant(); next != kNever; next = next_instant()) {
        at_once = next > now_ ? 0 : at_once + 1;
        expect(at_once < kMostAtOnce, "time stands still");
        expect(++steps < kMostSteps, "it does not end");
        now_ = std::max(now_, next);
        step();
        for (const Live& e : ends_) expect(e.path->conserves(), "a packet got lost in the counting");
    }
}

Time HostileEnds::next_instant() const {
    Time next = kNever;
    for (const Live& e : ends_) {
        const Time due = e.tcp->next_deadline();
        next = std::min({next, e.path->next(), due == kNever ? due : due + lateness_});
        next = std::min(next, e.is.plan.connects);
        if (wants_to_read(e)) next = std::min(next, e.next_read);
        if (wants_to_write(e)) next = std::min(next, e.next_write);
    }
    return next;
}

void HostileEnds::step() {
    for (unsigned i = 0; i < 2; ++i) {
        HostilePath& path = *ends_.at(i).path;
        if (path.next() > now_) continue;
        arrive(1 - i, path.take());
        settle(1 - i);
        return;
    }
    for (unsigned i = 0; i < 2; ++i) {
        Live& e = ends_.at(i);
        if (e.is.plan.connects <= now_) {
            e.is.plan.connects = kNever;
            e.opened = true;
            e.tcp->connect(now_);
        }
        e.tcp->on_deadline(now_);
        settle(i);
        expect(e.tcp->next_deadline() > now_, "a deadline that has passed");
    }
}

void HostileEnds::arrive(unsigned i, const Segment& s) {
    Live& e = ends_.at(i);
    if (e.tcp->state() != State::closed) {
        e.watch->on_arrival(s);
        e.tcp->on_segment(now_, s);
    } else if (s.has(flag::syn) && !s.has(flag::ack) && !e.opened) {
        e.is.plan.connects = kNever;
        e.opened = true;
        e.watch->on_arrival(s);
        e.tcp->accept(now_, s);
    } else if (!s.has(flag::rst)) {
        answer_with_reset(i, s);
    }
    if (draw_.below(20) == 0) e.tcp->on_deadline(now_);  // early: changes nothing
}

/// RFC 9293 3.10.7.1, as the stack does.
void HostileEnds::answer_with_reset(unsigned i, const Segment& s) {
    Segment rst;
    rst.source = s.destination;
    rst.destination = s.source;
    rst.flags = flag::rst;
    if (s.has(flag::ack)) {
        rst.seq = s.ack;
    } else {
        rst.ack = s.seq + s.sequence_length();
        rst.flags |= flag::ack;
    }
    send(i, rst);
}

void HostileEnds::send(unsigned i, const Segment& s) {
    const Fate fate = ends_.at(i).path->send(now_, s);
    told_.push_back({now_, i, fate, s});
    if (told_.size() > kTold) told_.pop_front();
}

/// Pulls what the end has to say and lets its program act, until both are quiet.
void HostileEnds::settle(unsigned i) {
    Live& e = ends_.at(i);
    Segment s;
    do {
        std::uint64_t count = 0;
        while (e.tcp->poll_segment(now_, s)) {
            send(i, s);
            e.watch->on_sent(s);
            expect(++count < kMostAtOnce, "it sends without end");
        }
        e.tcp->take_events();
        e.watch->check_counters();
    } while (act(i));
}

bool HostileEnds::wants_to_read(const Live& e) const {
    return !e.gone && (e.tcp->readable() > 0 || (e.tcp->end_of_stream() && !e.saw_end));
}

bool HostileEnds::wants_to_write(const Live& e) const {
    if (e.gone || e.ended_stream || !e.tcp->can_write()) return false;
    if (e.tcp->state() == State::syn_sent || e.tcp->state() == State::syn_received) return false;
    if (e.is.plan.waits_for_end && !e.saw_end) return false;
    if (e.watch->written.size() == e.is.plan.bytes) return !e.is.plan.closes;
    if (e.is.config.send_buffer_start) return e.tcp->has_send_space();
    return e.tcp->bytes_written() - e.tcp->bytes_acknowledged() < e.is.config.send_buffer &&
           e.tcp->unsent() < e.is.config.unsent_low_water;
}

/// One thing that the program does; false when it has nothing to do now.
bool HostileEnds::act(unsigned i) {
    Live& e = ends_.at(i);
    if (e.gone) return false;
    if (e.is.plan.fidgets) fidget(e);
    if (gives_up(e)) return true;
    if (wants_to_read(e) && e.next_read <= now_) return act_reading(e, ends_.at(1 - i));
    if (wants_to_write(e) && e.next_write <= now_) return act_writing(e);
    return act_ending(e);
}

bool HostileEnds::act_reading(Live& e, Live& peer) {
    if (e.is.plan.read_gap > Duration::zero()) e.next_read = now_ + draw_.up_to(e.is.plan.read_gap) + Duration(1);
    if (e.tcp->end_of_stream()) {
        expect(e.read == peer.watch->written.size(), "the stream ended early");
        e.saw_end = true;
        return true;
    }
    const auto most = static_cast<std::uint32_t>(draw_.size(e.is.plan.read_size));
    const Payload got = e.tcp->read(now_, most);
    expect(got.length > 0 && got.length <= most, "read() gave nothing, or more than was asked for");
    expect(e.read + got.length <= peer.watch->written.size(), "read more than was written");
    expect(got.bytes() == peer.watch->written.substr(e.read, got.length), "read other bytes than were written");
    e.read += got.length;
    expect(e.read == e.tcp->bytes_read(), "counts other bytes read than were");
    return true;
}

bool HostileEnds::act_writing(Live& e) {
    const std::uint64_t left = e.is.plan.bytes - e.watch->written.size();
    if (left == 0) {
        e.ended_stream = true;
        e.tcp->shutdown_write();
        return true;
    }
    if (e.is.plan.write_gap > Duration::zero()) e.next_write = now_ + draw_.up_to(e.is.plan.write_gap) + Duration(1);
    const std::uint64_t length = std::min(left, draw_.size(e.is.plan.write_size));
    const std::uint64_t first = draw_.between(0, length);
    const std::array<Piece, 2> pieces{piece(first), piece(length - first)};
    const std::uint64_t taken = e.tcp->write(now_, pieces.data(), pieces.size());
    expect(taken > 0 && taken <= pieces[0].length + pieces[1].length, "write() took nothing, or more than it got");
    std::string bytes;
    for (const Piece& p : pieces) {
        for (std::uint64_t k = 0; k < p.length && bytes.size() < taken; ++k) {
            bytes += p.text ? p.text->bytes[p.begin + k] : body_byte(p.begin + k);
        }
    }
    e.watch->written += bytes;
    return true;
}

/// Some of a text, or some of a body.
Piece HostileEnds::piece(std::uint64_t length) {
    if (draw_.chance(50)) return Piece::body(length, draw_.below(1000));
    const std::uint64_t all = text_->bytes.size();
    const std::uint64_t begin = draw_.below(all);
    return Piece{text_, begin, std::min(length, all - begin)};
}

bool HostileEnds::gives_up(Live& e) {
    const bool up = e.tcp->state() != State::closed && e.tcp->state() != State::time_wait;
    if (!up || !e.is.plan.gives_up_after || e.read < *e.is.plan.gives_up_after) return false;
    e.gone = true;
    if (e.is.plan.aborts) {
        e.tcp->abort();
    } else {
        e.tcp->close(now_);
    }
    return true;
}

bool HostileEnds::act_ending(Live& e) {
    if (!e.saw_end || e.watch->written.size() < e.is.plan.bytes) return false;
    e.gone = true;
    e.tcp->close(now_);
    return true;
}

void HostileEnds::fidget(Live& e) {
    switch (draw_.below(40)) {
        case 0: e.tcp->set_no_delay(draw_.chance(50)); break;
        case 1: e.tcp->set_cork(draw_.chance(20)); break;
        case 2: e.tcp->set_quick_ack(draw_.chance(50)); break;
        case 3:
            e.is.config.keepalive = draw_.chance(50) ? Duration(5s) : Duration(0);
            e.tcp->restart_keepalive(now_);
            break;
        default: break;
    }
}

bool HostileEnds::complete() const {
    return std::all_of(ends_.begin(), ends_.end(), [&](const Live& e) {
        const Live& peer = &e == &ends_[0] ? ends_[1] : ends_[0];
        return e.saw_end && e.watch->written.size() == e.is.plan.bytes && e.read == peer.is.plan.bytes &&
               e.tcp->state() == State::closed && e.tcp->error() == TcpError::none;
    });
}

bool HostileEnds::failed() const {
    return std::any_of(ends_.begin(), ends_.end(), [](const Live& e) { return e.tcp->error() != TcpError::none; });
}

std::string HostileEnds::story() const {
    std::string out;
    for (const Told& t : told_) {
        constexpr std::array<const char*, 4> fates{"", "  lost", "  queue full", "  corrupted"};
        const InitialNumbers initial{ends_.at(t.from).is.initial, ends_.at(1 - t.from).is.initial};
        out += std::to_string(to_ms(t.at)) + (t.from == 0 ? " > " : " < ") + to_text(t.segment, initial) +
               fates.at(static_cast<std::size_t>(t.fate)) + "\n";
    }
    for (const Live& e : ends_) {
        out += std::string(name(e.tcp->state())) + " " + std::string(name(e.tcp->error())) + " written " +
               std::to_string(e.watch->written.size()) + " of " + std::to_string(e.is.plan.bytes) + ", acknowledged " +
               std::to_string(e.tcp->bytes_acknowledged()) + ", received " + std::to_string(e.tcp->bytes_received()) +
               ", read " + std::to_string(e.read) + (e.saw_end ? " and the end" : "") + "\n";
    }
    return out + "now " + std::to_string(to_ms(now_)) + " ms\n";
}

}  // namespace tcplab::test
