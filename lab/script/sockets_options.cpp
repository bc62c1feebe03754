// setsockopt() and getsockopt().
#include <fmt/format.h>

#include <array>
#include <optional>

#include "script/socket_options.hpp"
#include "script/sockets.hpp"

namespace tcplab::script {

namespace {

constexpr std::array<std::string_view, 3> kControllers{"reno", "cubic", "bbr"};  // by CongestionControl

CallOutcome outcome(TcpError error, std::string problem = {}) {
    CallOutcome out;
    out.value = error == TcpError::none ? 0 : -1;
    out.error = std::string(name(error));
    out.problem = std::move(problem);
    return out;
}

/// The number of "[1]" or "1".
std::optional<std::int64_t> number_in(const Value& v) {
    if (v.has_number) return v.number;
    if (v.items.size() == 1 && v.items[0].has_number) return v.items[0].number;
    return std::nullopt;
}

/// "[ETIMEDOUT]" or "[0]" against an error.
std::string compare_error(const Value& expected, TcpError actual) {
    const Value& v = expected.items.size() == 1 ? expected.items[0] : expected;
    const std::string_view found = actual == TcpError::none ? "0" : name(actual);
    if (v.kind == Value::Kind::anything) return "";
    const std::string wanted = v.kind == Value::Kind::word ? v.text : std::to_string(v.number);
    return wanted == found ? "" : fmt::format("SO_ERROR: expected {}, was {}", wanted, found);
}

std::string compare_number(std::string_view option, const Value& expected, std::int64_t actual) {
    const auto wanted = number_in(expected);
    if (!wanted || *wanted == actual) return "";
    return fmt::format("{}: expected {}, was {}", option, *wanted, actual);
}

std::string compare_linger(const Value& expected, std::int64_t ns) {
    constexpr std::int64_t second = 1'000'000'000;
    const Value* const on = expected.field("onoff");
    const Value* const time = expected.field("linger");
    if (on == nullptr || time == nullptr) return "";
    const bool as_expected = (on->number != 0) == (ns >= 0) && (ns < 0 || time->number == ns / second);
    if (as_expected) return "";
    return ns < 0 ? "SO_LINGER: was off" : fmt::format("SO_LINGER: was {} s", ns / second);
}

/// The word or text of a congestion control.
std::string_view text_in(const Value& v) { return v.items.size() == 1 ? v.items[0].text : v.text; }

}  // namespace

CallOutcome Sockets::set_keepalive(Request& r) {
    const Descriptor& d = *r.descriptor;
    const std::int64_t idle = d.keepalive ? d.keepalive_idle.count() : 0;
    return outcome(stack_->set_option(r.now, d.socket, SocketOption::keepalive_ns, idle));
}

CallOutcome Sockets::setsockopt(Request& r) {
    constexpr std::int64_t second = 1'000'000'000;
    const std::string_view option = r.argument(2).text;
    const Value& given = r.argument(3);
    Descriptor& d = *r.descriptor;
    if (option == "SO_LINGER") {
        const Value* const on = given.field("onoff");
        const Value* const time = given.field("linger");
        if (on == nullptr || time == nullptr) return outcome(TcpError::none, "expected {onoff=N, linger=SECONDS}");
        const std::int64_t ns = on->number != 0 ? time->number * second : -1;
        return outcome(stack_->set_option(r.now, d.socket, SocketOption::linger_ns, ns));
    }
    if (option == "TCP_CONGESTION") {
        for (std::size_t i = 0; i < kControllers.size(); ++i) {
            if (text_in(given) != kControllers[i]) continue;
            return outcome(
                stack_->set_option(r.now, d.socket, SocketOption::congestion_control, static_cast<std::int64_t>(i)));
        }
        return outcome(TcpError::none, "this congestion control is not simulated");
    }
    const auto number = number_in(given);
    if (!number) return outcome(TcpError::none, "expected a number or [NUMBER]");
    if (option == "SO_ERROR") return outcome(TcpError::invalid);
    if (option == "SO_KEEPALIVE") {
        d.keepalive = *number != 0;
        return set_keepalive(r);
    }
    if (option == "TCP_KEEPIDLE") {
        constexpr std::int64_t longest = 32767;  // MAX_TCP_KEEPIDLE
        if (*number < 1 || *number > longest) return outcome(TcpError::invalid);
        d.keepalive_idle = std::chrono::seconds(*number);
        return d.keepalive ? set_keepalive(r) : outcome(TcpError::none);
    }
    const NumberOption& row = *find_number_option(r.argument(1).text, option);
    return outcome(stack_->set_option(r.now, d.socket, row.option, *number * row.scale));
}

CallOutcome Sockets::getsockopt(Request& r) {
    const std::string_view option = r.argument(2).text;
    const Value& expected = r.argument(3);
    const Descriptor& d = *r.descriptor;
    if (option == "SO_ERROR")
        return outcome(TcpError::none, compare_error(expected, stack_->take_error(d.socket).value));
    if (option == "SO_KEEPALIVE") return outcome(TcpError::none, compare_number(option, expected, d.keepalive ? 1 : 0));
    if (option == "TCP_KEEPIDLE") {
        return outcome(TcpError::none, compare_number(option, expected, d.keepalive_idle / std::chrono::seconds(1)));
    }
    if (option == "SO_LINGER") {
        return outcome(TcpError::none,
                       compare_linger(expected, stack_->get_option(d.socket, SocketOption::linger_ns).value));
    }
    if (option == "TCP_CONGESTION") {
        const auto number = stack_->get_option(d.socket, SocketOption::congestion_control);
        const std::string_view was = kControllers.at(static_cast<std::size_t>(number.value));
        const bool differs = expected.kind != Value::Kind::anything && text_in(expected) != was;
        return outcome(number.error, differs ? fmt::format("TCP_CONGESTION: was \"{}\"", was) : std::string());
    }
    const NumberOption& row = *find_number_option(r.argument(1).text, option);
    if (row.option == SocketOption::max_segment && stack_->connection_id(d.socket) != 0) {
        // Of a connection it is what a segment holds (do_tcp_getsockopt).
        return outcome(TcpError::none,
                       compare_number(option, expected, stack_->tcp_info(r.now, d.socket).value.snd_mss));
    }
    const auto value = stack_->get_option(d.socket, row.option);
    return outcome(value.error, compare_number(option, expected, value.value / row.scale));
}

}  // namespace tcplab::script
