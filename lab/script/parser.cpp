// From text to steps. One grammar rule a function; what is wrong is thrown as Unreadable, noted, and the next line that
// begins with a time is read.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "scenario/text.hpp"
#include "script/calls.hpp"
#include "script/code.hpp"
#include "script/cursor.hpp"
#include "script/settings.hpp"
#include "script/values.hpp"

namespace tcplab::script {

namespace {

bool begins_time(char c) { return c == '+' || c == '*' || c == '.' || is_digit(c); }

Duration read_relative(Cursor& in) {
    if (!in.accept("+")) in.fail("expected \"+\", as the range begins with one");
    return in.seconds();
}

When read_when(Cursor& in) {
    When when;
    if (in.accept("*")) {
        when.kind = When::Kind::any;
        return when;
    }
    const bool relative = in.accept("+");
    when.kind = relative ? When::Kind::relative : When::Kind::absolute;
    when.at = in.seconds();
    in.skip_blanks();
    if (in.accept("~")) {
        when.kind = relative ? When::Kind::relative_range : When::Kind::absolute_range;
        const std::size_t begin = in.at();
        when.until = relative ? read_relative(in) : in.seconds();
        if (when.until < when.at) Cursor::fail_at(begin, 1, "the range ends before it begins");
    } else if (in.accept("...")) {
        const std::size_t begin = in.at();
        when.end = in.seconds();
        if (*when.end < when.at) Cursor::fail_at(begin, 1, "the call returns before it begins");
    }
    in.skip_space();
    return when;
}

/// A segment's text ends with its line; options, "win" and "ack" may stand on the next.
std::size_t packet_end(const Source& source, std::size_t at) {
    for (;;) {
        const std::size_t end = source.line_end(at);
        std::size_t next = end;
        while (source[next] == '\n' || source[next] == ' ' || source[next] == '\t') ++next;
        const std::string_view rest = std::string_view(source.text()).substr(std::min(next, source.size()));
        const bool continued =
            !rest.empty() && (rest[0] == '<' || rest.substr(0, 4) == "win " || rest.substr(0, 4) == "ack ");
        if (!continued) return end;
        at = next;
    }
}

/// Whole words replaced by what -D gives for them.
std::string with_defines(std::string_view text, const Defines& defines) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && is_word_character(text[end])) ++end;
        const auto defined = defines.find(text.substr(at, end - at));
        if (end == at) end = at + 1;
        out += defined != defines.end() ? std::string_view(defined->second) : text.substr(at, end - at);
        at = end;
    }
    return out;
}

Packet read_packet(Cursor& in) {
    Packet packet;
    packet.inbound = in.peek() == '<';
    in.move_to(in.at() + 1);
    in.skip_blanks();
    const std::size_t begin = in.at();
    const std::size_t end = packet_end(in.source(), begin);
    std::string text = in.source().text().substr(begin, end - begin);
    std::replace(text.begin(), text.end(), '\n', ' ');
    text = with_defines(text, in.defines());
    packet.segment = parse_segment(text, {});
    if (!packet.segment.ok()) Cursor::fail_at(begin + packet.segment.column - 1, 1, packet.segment.error);
    in.move_to(end);
    if (packet.inbound && packet.segment.any_options) {
        Cursor::fail_at(begin, 1, "\"<...>\" is for segments that the stack sends");
    }
    if (packet.inbound && packet.segment.either_ect) {
        Cursor::fail_at(begin, 1, "\"[ect01]\" is for segments that the stack sends");
    }
    if (packet.inbound && packet.segment.any_window) {
        Cursor::fail_at(begin, 1, "a segment of the peer needs a window: win N");
    }
    return packet;
}

Call read_call(Cursor& in) {
    Call call;
    const std::size_t begin = in.at();
    call.name = std::string(in.word());
    if (call.name.empty()) in.fail("expected a call, a segment (\"<\" or \">\"), `a command` or %{ code }%");
    if (!is_call(call.name)) {
        Cursor::fail_at(begin, call.name.size(), fmt::format("{} is no call that is known here", cited(call.name)),
                        call_hint(call.name));
    }
    in.skip_space();
    call.arguments = read_arguments(in);
    in.expect("=", "\"= RESULT\" behind the call");
    const std::size_t result_at = in.at();
    call.result = read_value(in);
    call.result_mark = in.source().mark(result_at);
    skip_note(in);
    const std::size_t error_at = in.at();
    if (in.peek() == 'E') {
        call.error = std::string(in.word());
        if (!is_errno(call.error)) {
            Cursor::fail_at(error_at, call.error.size(), fmt::format("{} is no errno", cited(call.error)),
                            errno_hint(call.error));
        }
        in.skip_space();
        skip_note(in);
    }
    const bool any = call.result.kind == Value::Kind::anything;
    if (!any && !call.result.has_number) Cursor::fail_at(result_at, 1, "expected a number as the result");
    return call;
}

Code read_code(Cursor& in) {
    Code code;
    const std::size_t begin = in.at();
    const std::size_t end = in.source().text().find("}%", begin);
    code.offset = begin + 2;
    code.text = in.source().text().substr(begin + 2, std::min(end, in.source().size()) - begin - 2);
    in.move_to(std::min(end, in.source().size() - 2) + 2);
    if (const auto problem = check_code(code.text)) {
        Cursor::fail_at(code.offset + problem->at, 1, problem->message, problem->hint);
    }
    return code;
}

/// The step's text on one line, its white space collapsed.
std::string step_text(std::string_view text) {
    std::string out;
    for (const char c : trimmed(text)) {
        const bool space = c == ' ' || c == '\t' || c == '\n';
        if (!space) {
            out += c;
        } else if (out.back() != ' ') {
            out += ' ';
        }
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

class Parser {
  public:
    Parser(std::string_view text, std::string_view file, const Extras& extras)
        : source_(text), extras_(extras), in_(source_, extras.defines), settings_(diagnostics_) {
        script_.file = std::string(file);
        script_.text = std::string(text);
    }

    ParsedScript parse() {
        if (source_.unended()) diagnostics_.add(source_.mark(*source_.unended()), "what begins here has no end");
        while (diagnostics_.empty() || !source_.unended()) {
            in_.skip_space();
            if (in_.at_end()) break;
            const std::size_t begin = in_.at();
            try {
                read_item();
            } catch (const Unreadable& why) {
                diagnostics_.add(source_.mark(why.at, why.length), why.message, why.hint);
                recover(begin);
            }
        }
        std::uint32_t option = 0;
        std::vector<std::string> labels;
        for (const std::string& s : extras_.settings) {
            settings_.read_option(s, ++option);
            labels.push_back("--set " + s);
        }
        if (diagnostics_.empty() && script_.steps.empty()) diagnostics_.add({}, "there is no step in it");
        ParsedScript parsed;
        parsed.error_count = diagnostics_.size();
        parsed.errors = diagnostics_.render(script_.file, script_.text, labels);
        if (diagnostics_.empty()) {
            script_.setup = settings_.setup();
            parsed.script = std::move(script_);
        }
        return parsed;
    }

  private:
    void read_item() {
        if (in_.looking_at("--")) {
            read_option();
        } else if (in_.peek() == '`') {
            read_commands();
        } else if (begins_time(in_.peek())) {
            read_step();
        } else {
            in_.fail("expected a step, which begins with a time such as 0.1, +0.1 or *");
        }
    }

    void read_step() {
        Step step;
        const std::size_t begin = in_.at();
        step.mark = source_.mark(begin);
        step.when = read_when(in_);
        const bool first = !seen_step_;
        seen_step_ = true;
        if (first && (step.when.at != Duration::zero() || step.when.kind == When::Kind::any)) {
            Cursor::fail_at(begin, 1, "the first step has time 0");
        }
        check_order(step.when, begin);
        if (in_.peek() == '`') {
            read_commands();
            return;
        }
        const std::size_t action = in_.at();
        if (in_.peek() == '<' || in_.peek() == '>') {
            step.action = read_packet(in_);
        } else if (in_.looking_at("%{")) {
            step.action = read_code(in_);
        } else {
            Call call = read_call(in_);
            if (const auto problem = check_call(call)) {
                diagnostics_.add(problem->mark, problem->message, problem->hint);
            }
            step.action = std::move(call);
        }
        if (step.when.end && !std::holds_alternative<Call>(step.action)) {
            Cursor::fail_at(begin, 1, "only a call has a time at which it returns");
        }
        step.text = step_text(std::string_view(source_.text()).substr(action, in_.at() - action));
        script_.steps.push_back(std::move(step));
    }

    void check_order(const When& when, std::size_t begin) {
        const bool absolute = when.kind == When::Kind::absolute || when.kind == When::Kind::absolute_range;
        if (absolute && when.at < last_absolute_) {
            Cursor::fail_at(begin, 1, "this time lies before that of an earlier step");
        }
        if (absolute) last_absolute_ = when.at;
    }

    void read_commands() {
        const std::size_t begin = in_.at() + 1;
        const std::size_t end = std::min(source_.text().find('`', begin), source_.size());
        in_.move_to(std::min(end + 1, source_.size()));
        in_.skip_space();
        if (!script_.steps.empty()) {
            if (in_.at_end()) return;  // packetdrill's command to clean up: there is nothing to
            Cursor::fail_at(begin - 1, 1, "settings come before the first call or segment");
        }
        settings_.read_commands(source_, begin, end);
    }

    std::uint64_t read_number(std::string_view value, std::size_t at, std::uint64_t most) {
        std::uint64_t n = 0;
        const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), n);
        if (error != std::errc() || stop != value.data() + value.size() || n > most) {
            Cursor::fail_at(at, value.size(), fmt::format("expected a whole number of at most {}", most));
        }
        return n;
    }

    void read_option() {
        const std::size_t begin = in_.at();
        std::size_t end = begin;
        while (end < source_.size() && source_[end] != ' ' && source_[end] != '\t' && source_[end] != '\n') ++end;
        const std::string_view all = std::string_view(source_.text()).substr(begin, end - begin);
        const std::size_t equals = std::min(all.find('='), all.size());
        const std::string_view name = all.substr(2, equals - 2);
        const std::string_view value = equals < all.size() ? all.substr(equals + 1) : std::string_view();
        if (seen_step_) Cursor::fail_at(begin, all.size(), "options come before the first step");
        set_option(name, value, begin, begin + equals + 1);
        in_.move_to(end);
    }

    void set_option(std::string_view name, std::string_view value, std::size_t at, std::size_t value_at) {
        constexpr std::uint64_t longest_us = 3'600'000'000;
        Options& o = script_.options;
        if (name == "tolerance_usecs") {
            o.tolerance = std::chrono::microseconds(read_number(value, value_at, longest_us));
        } else if (name == "tolerance_percent") {
            o.tolerance_ppm = 10'000 * read_number(value, value_at, 100);
        } else if (name == "tcp_ts_tick_usecs") {
            o.timestamp_tick = std::chrono::microseconds(read_number(value, value_at, longest_us));
        } else if (name == "strict_segments") {
            o.strict_segments = true;
        } else if (name == "bind_port") {
            o.bind_port = static_cast<std::uint16_t>(read_number(value, value_at, 65535));
        } else if (name == "connect_port") {
            o.connect_port = static_cast<std::uint16_t>(read_number(value, value_at, 65535));
        } else if (name != "ip_version" && name != "local_ip" && name != "remote_ip" && name != "send_omit_free" &&
                   name != "tcp_ts_ecr_scaled") {
            Cursor::fail_at(at, name.size() + 2, fmt::format("unknown option {}", cited(name)),
                            did_you_mean(name, {"tolerance_usecs", "tolerance_percent", "tcp_ts_tick_usecs",
                                                "strict_segments", "bind_port", "connect_port"}));
        } else if (name == "ip_version" && value != "ipv4") {
            Cursor::fail_at(value_at, std::max<std::size_t>(value.size(), 1), "only ipv4 is simulated");
        }
    }

    /// To the next line behind `begin` that starts with a time.
    void recover(std::size_t begin) {
        std::size_t at = std::max(begin, in_.at());
        while (at < source_.size()) {
            at = source_.line_end(at) + 1;
            in_.move_to(std::min(at, source_.size()));
            in_.skip_blanks();
            if (begins_time(in_.peek())) return;
        }
        in_.move_to(source_.size());
    }

    Source source_;
    const Extras& extras_;
    Cursor in_;
    Diagnostics diagnostics_;
    Settings settings_;
    Script script_;
    bool seen_step_ = false;
    Duration last_absolute_{0};
};

}  // namespace

ParsedScript parse_script(std::string_view text, std::string_view file, const Extras& extras) {
    return Parser(text, file, extras).parse();
}

}  // namespace tcplab::script
