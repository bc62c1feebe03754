#include "script/runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "script/code.hpp"
#include "script/expect.hpp"
#include "script/info_fields.hpp"
#include "script/sockets.hpp"
#include "script/source.hpp"
#include "script/story.hpp"

namespace tcplab::script {

namespace {

/// How long is waited beyond the time at which something is expected, to tell how late it comes.
constexpr Duration kPatience = 2s;
/// For steps at any time ("*").
constexpr Duration kLongest = std::chrono::hours(24);

/// A step that was not met.
struct Failure {
    Mark mark;
    std::string message;
    std::string details;  ///< lines
};

/// When a step is due, on the run's clock.
struct Due {
    Time from;
    Time until;  ///< of a range; else `from`
    bool any = false;
};

class Runner {
  public:
    explicit Runner(const Script& script)
        : script_(script),
          stack_(kLocal, script.setup.config, StackSeeds{0x7463706cU, 0x6162U}),
          sockets_(stack_, peers_, script) {}

    RunResult run() {
        RunResult result;
        try {
            for (const Step& step : script_.steps) {
                make(step);
                ++result.steps;
            }
            finish_call();
            result.passed = true;
        } catch (const Failure& failure) {
            result.failure = describe(failure);
        }
        result.elapsed = now_ - kStart;
        result.story = story_.text();
        for (const std::string& line : printed_) result.printed += line + "\n";
        return result;
    }

  private:
    struct Sent {
        Time at;
        Segment segment;
        std::size_t line = 0;  // of the story
    };
    /// A call that is blocked.
    struct Pending {
        const Step* step = nullptr;
        const Call* call = nullptr;
        CallProgress progress;
        Time from;
        Time end;
        Time wake = kNever;
    };

    [[nodiscard]] std::string describe(const Failure& failure) const {
        Diagnostics d;
        d.add(failure.mark, failure.message);
        return d.render(script_.file, script_.text, {}) + failure.details + "\nwhat happened:\n" + story_.text();
    }

    // --- the clock ---

    /// What an input led to: the stack's segments are taken, and a blocked call goes on.
    void settle() {
        for (;;) {
            Segment s;
            while (stack_.poll_segment(now_, s)) {
                Peer& peer = peers_.of_sent(s);
                peer.on_sent(s);
                sent_.push_back({now_, s, story_.send(now_, s, peer)});
            }
            SocketEvent event;
            while (stack_.poll_event(event)) {
            }
            Stack::Finished finished;
            while (stack_.poll_finished(finished)) {
            }
            if (!pending_ || !resume()) return;
        }
    }

    [[nodiscard]] Time next_deadline() const {
        return std::min(stack_.next_deadline(), pending_ ? pending_->wake : kNever);
    }

    /// Lets the stack's next deadline come; false when there is none up to `limit`.
    bool tick(Time limit) {
        const Time next = next_deadline();
        if (next > limit) return false;
        now_ = std::max(now_, next);
        stack_.on_deadline(now_);
        settle();
        return true;
    }

    void advance(Time to) {
        while (tick(to)) {
        }
        now_ = std::max(now_, to);
    }

    // --- steps ---

    [[nodiscard]] static bool is_inbound(const Step& step) {
        const auto* const packet = std::get_if<Packet>(&step.action);
        return packet != nullptr && packet->inbound;
    }

    /// Relative times count from now, but from one segment of the peer to the next from when the first was due.
    [[nodiscard]] Time base_of(const Step& step) const {
        const bool absolute = step.when.kind == When::Kind::absolute || step.when.kind == When::Kind::absolute_range;
        if (absolute) return kStart;
        return last_was_inbound_ && is_inbound(step) ? last_due_ : now_;
    }

    void make(const Step& step) {
        const auto* const call = std::get_if<Call>(&step.action);
        if (call != nullptr) finish_call();
        const Time base = base_of(step);
        Due due;
        due.any = step.when.kind == When::Kind::any;
        due.from = base + step.when.at;
        due.until = std::max(base + step.when.until, due.from);
        if (const auto* const packet = std::get_if<Packet>(&step.action); packet != nullptr && !packet->inbound) {
            expect(step, *packet, due);
        } else {
            advance(due.from);
            check_time(step.mark, due, now_, "this step comes");
            if (packet != nullptr) inject(step, *packet);
            if (call != nullptr) begin_call(step, *call, due.from, base);
            if (const auto* const code = std::get_if<Code>(&step.action)) assert_code(step, *code);
        }
        last_was_inbound_ = is_inbound(step);
        last_due_ = due.any ? now_ : due.from;
    }

    /// How much a time is off, or nothing when it is not.
    [[nodiscard]] std::optional<std::string> untimely(const Due& due, Time actual, Time since) const {
        const Duration allowed = tolerance(script_.options, due.from - since);
        if (due.any || (actual >= due.from - allowed && actual <= due.until + allowed)) return std::nullopt;
        const Duration off = actual < due.from ? due.from - actual : actual - due.until;
        return fmt::format("{} s {} (tolerance {} s)", seconds_text(off), actual < due.from ? "early" : "late",
                           seconds_text(allowed));
    }

    void check_time(Mark mark, const Due& due, Time actual, std::string_view what) const {
        if (const auto off = untimely(due, actual, last_due_))
            throw Failure{mark, fmt::format("{} {}", what, *off), ""};
    }

    // --- segments ---

    void inject(const Step& step, const Packet& packet) {
        const Segment& written = packet.segment.segment;
        Peer& peer = peers_.of_inbound(written.destination.port, written.source.port);
        const auto live = peer.to_wire(written);
        if (!live) {
            throw Failure{
                step.mark,
                fmt::format("TS ecr {} echoes no timestamp that a step expected of the stack", written.ts_echo), ""};
        }
        story_.receive(now_, written, peer);
        stack_.on_segment(now_, *live);
        settle();
    }

    /// Waits for the stack's next segment.
    std::optional<Sent> next_sent(Time limit) {
        while (sent_.empty() && tick(limit)) {
        }
        if (sent_.empty()) {
            now_ = std::max(now_, limit);
            return std::nullopt;
        }
        const Sent sent = sent_.front();
        sent_.pop_front();
        return sent;
    }

    [[nodiscard]] std::string side_by_side(const Packet& packet, const Due& due, const Segment* actual, Time at) const {
        const auto line = [](std::string_view what, const std::string& time, const std::string& text) {
            return fmt::format("  {:8}  {:>11}  > {}\n", what, time, text);
        };
        std::string time = due.any ? "*" : seconds_text(due.from);
        if (due.until > due.from) time += "~" + seconds_text(due.until);
        std::string out = line("expected", time, to_text(packet.segment, {}));
        if (actual != nullptr) return out + line("actual", seconds_text(at), to_text(*actual, {}));
        return out + "  actual    nothing\n";
    }

    void expect(const Step& step, const Packet& packet, const Due& due) {
        const Time limit = (due.any ? now_ + kLongest : std::max(due.until, now_) + kPatience);
        const Segment& written = packet.segment.segment;
        const auto first = next_sent(limit);
        if (!first) {
            const Time next = stack_.next_deadline();
            const std::string hint = next == kNever
                                         ? "no timer of the stack is running\n"
                                         : fmt::format("the stack's next timer is due at {}\n", seconds_text(next));
            throw Failure{step.mark, "the stack sent no segment",
                          side_by_side(packet, due, nullptr, now_) + "  " + hint};
        }
        Peer* const peer = peers_.of_outbound(written.source.port, written.destination.port);
        Peer& actual_peer = peers_.of_sent(first->segment);
        if (peer != &actual_peer) {
            const Segment shown = actual_peer.to_script(first->segment);
            throw Failure{step.mark,
                          fmt::format("the segment is of another connection: {} > {}", actual_peer.local_port,
                                      actual_peer.remote_port),
                          side_by_side(packet, due, &shown, first->at)};
        }
        peer->learn(written, first->segment);
        Segment actual = peer->to_script(first->segment);
        story_.expected(first->line);
        Time at = first->at;
        const std::string unmerged = take_rest(packet, limit, *peer, actual, at);
        std::vector<std::string> why = differences(packet.segment, actual, script_.options, due.from - kStart);
        if (!unmerged.empty() && !why.empty()) why.push_back(unmerged);
        if (why.empty()) {
            for (const Time t : {first->at, at}) {
                if (const auto off = untimely(due, t, last_due_); off && why.empty()) why.push_back("it came " + *off);
            }
        }
        if (why.empty()) return;
        std::string details = side_by_side(packet, due, &actual, at);
        if (why.size() > 1) {
            for (const std::string& line : why) details += fmt::format("            {}\n", line);
        }
        throw Failure{step.mark, why.size() == 1 ? why.front() : "the segment is not the expected one",
                      std::move(details)};
    }

    /// A smaller segment than expected: those that follow are added. Returns why that ended early.
    std::string take_rest(const Packet& packet, Time limit, Peer& peer, Segment& actual, Time& at) {
        const std::uint32_t wanted = packet.segment.segment.payload.length;
        const std::uint32_t piece = actual.payload.length;
        if (piece == 0 || script_.options.strict_segments) return "";
        while (actual.payload.length < wanted) {
            const auto more = next_sent(limit);
            if (!more) return "no further segment followed";
            const bool same = &peers_.of_sent(more->segment) == &peer;
            const auto why = same ? merge(actual, peer.to_script(more->segment), piece, wanted - actual.payload.length)
                                  : std::optional<std::string>("the next segment is of another connection");
            if (why) {
                sent_.push_front(*more);
                return *why;
            }
            story_.expected(more->line);
            at = more->at;
        }
        return "";
    }

    // --- calls ---

    void begin_call(const Step& step, const Call& call, Time from, Time base) {
        Pending p;
        p.step = &step;
        p.call = &call;
        p.from = from;
        p.end = step.when.end ? base + *step.when.end : from;
        const CallOutcome outcome = sockets_.call(now_, call, p.progress);
        if (!outcome.blocked) {
            check_result(p, outcome);
            settle();
            return;
        }
        if (!step.when.end) {
            throw Failure{step.mark,
                          "the call blocks: give it the time when it returns (0.1...0.2), or its descriptor O_NONBLOCK",
                          ""};
        }
        story_.say(now_, fmt::format("{}(...) blocks", call.name));
        p.wake = outcome.wake;
        pending_ = p;
        settle();
    }

    /// The blocked call goes on; true when it has returned.
    bool resume() {
        const CallOutcome outcome = sockets_.call(now_, *pending_->call, pending_->progress);
        if (outcome.blocked) {
            pending_->wake = outcome.wake;
            return false;
        }
        const Pending done = *std::exchange(pending_, std::nullopt);
        check_result(done, outcome);
        return true;
    }

    /// A step that makes a call waits for the one before.
    void finish_call() {
        if (!pending_) return;
        const Time limit = pending_->end + tolerance(script_.options, pending_->end - pending_->from) + kPatience;
        while (pending_ && tick(limit)) {
        }
        if (!pending_) return;
        throw Failure{pending_->step->mark,
                      fmt::format("{}() should have returned at {} and has not", pending_->call->name,
                                  seconds_text(pending_->end)),
                      ""};
    }

    void check_result(const Pending& p, const CallOutcome& outcome) {
        const Call& call = *p.call;
        const std::string was = fmt::format("{}{}{}", outcome.value, outcome.error.empty() ? "" : " ", outcome.error);
        const bool as_written = call.result.kind == Value::Kind::anything || call.result.number == outcome.value;
        const bool same_error =
            call.error == outcome.error || (call.error == "EWOULDBLOCK" && outcome.error == "EAGAIN");
        const bool same = as_written && (call.error.empty() || same_error);
        story_.say(now_, p.step->text + (same ? "" : "  gave " + was));
        if (!outcome.problem.empty()) throw Failure{p.step->mark, outcome.problem, ""};
        if (!same) {
            const std::string expected =
                fmt::format("{}{}{}", call.result.number, call.error.empty() ? "" : " ", call.error);
            throw Failure{call.result_mark, fmt::format("{}() gave {}, expected {}", call.name, was, expected), ""};
        }
        if (!p.step->when.end) return;
        const Due due{p.end, p.end, p.step->when.kind == When::Kind::any};
        if (const auto off = untimely(due, now_, p.from)) {
            throw Failure{p.step->mark, fmt::format("{}() returned {}", call.name, *off), ""};
        }
    }

    // --- assertions ---

    void assert_code(const Step& step, const Code& code) {
        const SocketId socket = sockets_.watched();
        if (socket == kNoSocket) throw Failure{step.mark, "there is no socket to ask for TCP_INFO", ""};
        const TcpInfo info = stack_.tcp_info(now_, socket).value;
        story_.say(now_, step.text);
        const auto problem = run_code(code.text, info, printed_);
        if (!problem) return;
        const Source source(script_.text);
        std::string details = problem->hint.empty() ? "" : "  " + problem->hint + "\n";
        details += "  all of TCP_INFO:";
        for (const InfoField& f : info_fields()) details += fmt::format(" {}={}", f.name.substr(5), f.get(info));
        throw Failure{source.mark(code.offset + problem->at), problem->message, details + "\n"};
    }

    const Script& script_;
    Time now_ = kStart;
    Stack stack_;
    Peers peers_;
    Sockets sockets_;
    Story story_;
    std::deque<Sent> sent_;  // and not yet looked at
    std::optional<Pending> pending_;
    Time last_due_ = kStart;
    bool last_was_inbound_ = false;
    std::vector<std::string> printed_;
};

}  // namespace

RunResult run_script(const Script& script) { return Runner(script).run(); }

}  // namespace tcplab::script
