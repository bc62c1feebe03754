// A socket option is a line here, where the stack keeps it as a number.
#include "script/socket_options.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcplab::script {

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMillisecond;

/// Those with a value of their own kind; sockets_options.cpp has each.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kSpecial{{{"SOL_SOCKET", "SO_ERROR"},
                                                                                 {"SOL_SOCKET", "SO_KEEPALIVE"},
                                                                                 {"SOL_SOCKET", "SO_LINGER"},
                                                                                 {"SOL_TCP", "TCP_CONGESTION"},
                                                                                 {"SOL_TCP", "TCP_KEEPIDLE"}}};

}  // namespace

const std::vector<NumberOption>& number_options() {
    static const std::vector<NumberOption> all{
        {"SOL_SOCKET", "SO_REUSEADDR", SocketOption::reuse_address},
        {"SOL_SOCKET", "SO_SNDBUF", SocketOption::send_buffer},
        {"SOL_SOCKET", "SO_RCVBUF", SocketOption::receive_buffer},
        {"SOL_TCP", "TCP_NODELAY", SocketOption::no_delay},
        {"SOL_TCP", "TCP_CORK", SocketOption::cork},
        {"SOL_TCP", "TCP_QUICKACK", SocketOption::quick_ack},
        {"SOL_TCP", "TCP_MAXSEG", SocketOption::max_segment},
        {"SOL_TCP", "TCP_KEEPINTVL", SocketOption::keepalive_interval_ns, kSecond},
        {"SOL_TCP", "TCP_KEEPCNT", SocketOption::keepalive_probes},
        {"SOL_TCP", "TCP_USER_TIMEOUT", SocketOption::user_timeout_ns, kMillisecond},
        {"SOL_TCP", "TCP_SYNCNT", SocketOption::syn_retries},
        {"SOL_TCP", "TCP_LINGER2", SocketOption::linger2_ns, kSecond},
        {"SOL_TCP", "TCP_DEFER_ACCEPT", SocketOption::defer_accept_ns, kSecond},
        {"SOL_TCP", "TCP_NOTSENT_LOWAT", SocketOption::unsent_low_water},
        {"SOL_TCP", "TCP_FASTOPEN", SocketOption::fast_open},
        {"SOL_TCP", "TCP_FASTOPEN_CONNECT", SocketOption::fast_open_connect},
    };
    return all;
}

std::string_view canonical_level(std::string_view level) { return level == "IPPROTO_TCP" ? "SOL_TCP" : level; }

const NumberOption* find_number_option(std::string_view level, std::string_view name) {
    const auto it = std::find_if(number_options().begin(), number_options().end(), [&](const NumberOption& o) {
        return o.level == canonical_level(level) && o.name == name;
    });
    return it == number_options().end() ? nullptr : &*it;
}

bool is_option(std::string_view level, std::string_view name) {
    const auto given = std::pair(canonical_level(level), name);
    return find_number_option(level, name) != nullptr ||
           std::find(kSpecial.begin(), kSpecial.end(), given) != kSpecial.end();
}

}  // namespace tcplab::script
