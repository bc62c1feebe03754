// Which calls there are, and what can be said of one before it is made.
#include "script/calls.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenario/text.hpp"
#include "script/call_table.hpp"
#include "script/socket_options.hpp"

namespace tcplab::script {

const std::vector<CallTable::Row>& CallTable::rows() {
    using S = Sockets;
    static const std::vector<Row> all{
        {"socket", 3, 3, false, &S::socket},
        {"bind", 3, 3, true, &S::bind},
        {"listen", 2, 2, true, &S::listen},
        {"accept", 3, 3, true, &S::accept},
        {"accept4", 4, 4, true, &S::accept},
        {"connect", 3, 3, true, &S::connect},
        {"read", 3, 3, true, &S::read},
        {"readv", 3, 3, true, &S::read},
        {"recv", 4, 4, true, &S::read},
        {"recvfrom", 6, 6, true, &S::read},
        {"recvmsg", 3, 3, true, &S::read},
        {"write", 3, 3, true, &S::write},
        {"writev", 3, 3, true, &S::write},
        {"send", 4, 4, true, &S::write},
        {"sendto", 6, 6, true, &S::write},
        {"sendmsg", 3, 3, true, &S::write},
        {"close", 1, 1, true, &S::close},
        {"shutdown", 2, 2, true, &S::shutdown},
        {"fcntl", 2, 3, true, &S::fcntl},
        {"ioctl", 3, 3, true, &S::ioctl},
        {"poll", 3, 3, false, &S::poll},
        {"setsockopt", 5, 5, true, &S::setsockopt},
        {"getsockopt", 5, 5, true, &S::getsockopt},
    };
    return all;
}

const CallTable::Row* CallTable::find(std::string_view name) {
    const auto it = std::find_if(rows().begin(), rows().end(), [&](const Row& r) { return r.name == name; });
    return it == rows().end() ? nullptr : &*it;
}

bool is_call(std::string_view name) { return CallTable::find(name) != nullptr; }

std::string call_hint(std::string_view name) {
    std::vector<std::string_view> names;
    for (const CallTable::Row& row : CallTable::rows()) names.push_back(row.name);
    return did_you_mean(name, names);
}

namespace {

std::optional<CallProblem> check_option(const Call& call) {
    const Value& level = call.arguments[1];
    const Value& name = call.arguments[2];
    if (is_option(level.text, name.text)) return std::nullopt;
    std::vector<std::string_view> names;
    for (const NumberOption& o : number_options()) names.push_back(o.name);
    return CallProblem{name.mark, fmt::format("the option {} {} is not simulated", level.text, name.text),
                       did_you_mean(name.text, names)};
}

}  // namespace

std::optional<CallProblem> check_call(const Call& call) {
    const CallTable::Row& row = *CallTable::find(call.name);
    const std::size_t count = call.arguments.size();
    if (count < row.least || count > row.most) {
        return CallProblem{
            call.result_mark,
            fmt::format("{}() has {} argument{}, found {}", call.name, row.least, row.least == 1 ? "" : "s", count),
            ""};
    }
    if (row.on_descriptor && call.arguments[0].kind != Value::Kind::number) {
        return CallProblem{call.arguments[0].mark, "expected a descriptor's number", ""};
    }
    if (call.name == "setsockopt" || call.name == "getsockopt") return check_option(call);
    return std::nullopt;
}

}  // namespace tcplab::script
