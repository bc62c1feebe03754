#include "script/value.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "scenario/text.hpp"

namespace tcplab::script {

namespace {

using Constant = std::pair<std::string_view, std::int64_t>;

/// include/uapi of Linux, x86-64.
constexpr std::array kConstants{
    Constant{"AF_INET", 2},
    Constant{"PF_INET", 2},
    Constant{"SOCK_STREAM", 1},
    Constant{"SOCK_NONBLOCK", 0x800},
    Constant{"SOCK_CLOEXEC", 0x80000},
    Constant{"IPPROTO_IP", 0},
    Constant{"IPPROTO_TCP", 6},
    Constant{"INADDR_ANY", 0},
    Constant{"O_RDONLY", 0},
    Constant{"O_WRONLY", 1},
    Constant{"O_RDWR", 2},
    Constant{"O_NONBLOCK", 0x800},
    Constant{"F_GETFL", 3},
    Constant{"F_SETFL", 4},
    Constant{"POLLIN", 0x001},
    Constant{"POLLPRI", 0x002},
    Constant{"POLLOUT", 0x004},
    Constant{"POLLERR", 0x008},
    Constant{"POLLHUP", 0x010},
    Constant{"POLLRDHUP", 0x2000},
    Constant{"SHUT_RD", 0},
    Constant{"SHUT_WR", 1},
    Constant{"SHUT_RDWR", 2},
    Constant{"MSG_PEEK", 0x2},
    Constant{"MSG_TRUNC", 0x20},
    Constant{"MSG_DONTWAIT", 0x40},
    Constant{"MSG_WAITALL", 0x100},
    Constant{"MSG_NOSIGNAL", 0x4000},
    Constant{"MSG_MORE", 0x8000},
    Constant{"MSG_FASTOPEN", 0x20000000},
    Constant{"FIONREAD", 0x541b},
    Constant{"SIOCINQ", 0x541b},
    Constant{"SIOCOUTQ", 0x5411},
    Constant{"SOMAXCONN", 4096},
    Constant{"NULL", 0},
};

constexpr std::array<std::string_view, 32> kErrno{
    "EPERM",        "EINTR",      "EIO",          "EBADF",      "EAGAIN",        "EWOULDBLOCK", "ENOMEM",
    "EFAULT",       "EBUSY",      "EINVAL",       "EPIPE",      "ENOTSOCK",      "EMSGSIZE",    "EDESTADDRREQ",
    "ENOPROTOOPT",  "EOPNOTSUPP", "EAFNOSUPPORT", "EADDRINUSE", "EADDRNOTAVAIL", "ENETDOWN",    "ENETUNREACH",
    "ECONNABORTED", "ECONNRESET", "ENOBUFS",      "EISCONN",    "ENOTCONN",      "ETIMEDOUT",   "ECONNREFUSED",
    "EHOSTUNREACH", "EALREADY",   "EINPROGRESS",  "EACCES"};

}  // namespace

const Value* Value::field(std::string_view field_name) const {
    const auto it = std::find_if(items.begin(), items.end(), [&](const Value& v) { return v.name == field_name; });
    return it == items.end() ? nullptr : &*it;
}

std::optional<std::int64_t> constant(std::string_view name) {
    const auto* it =
        std::find_if(kConstants.begin(), kConstants.end(), [&](const Constant& c) { return c.first == name; });
    if (it == kConstants.end()) return std::nullopt;
    return it->second;
}

bool is_errno(std::string_view name) { return std::find(kErrno.begin(), kErrno.end(), name) != kErrno.end(); }

std::string errno_hint(std::string_view name) { return did_you_mean(name, {kErrno.begin(), kErrno.end()}); }

}  // namespace tcplab::script
