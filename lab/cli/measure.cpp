#include "cli/measure.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace tcplab {
namespace {

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

std::uint64_t peak_bytes(const rusage& usage) { return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024; }

Measurement measure_here(const WorkloadKind& kind, std::uint32_t n) {
    Measurement m;
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    kind.run(n, m);
    m.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    getrusage(RUSAGE_SELF, &after);
    m.user_s = seconds(after.ru_utime) - seconds(before.ru_utime);
    m.peak_rss_bytes = peak_bytes(after);
    m.peak_growth_bytes = peak_bytes(after) - peak_bytes(before);
    return m;
}

// The child: its measurement goes through the pipe, what went wrong to stderr.
[[noreturn]] void measure_and_exit(const Workload& workload, int out) {
    try {
        const WorkloadKind* kind = find_workload_kind(workload.name);
        if (kind == nullptr) throw std::runtime_error("there is no such workload");
        const Measurement m = measure_here(*kind, workload.n);
        const bool sent = write(out, &m, sizeof m) == static_cast<ssize_t>(sizeof m);
        _exit(sent ? 0 : 1);
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "{} with {}: out of memory\n", workload.name, workload.n);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{} with {}: {}\n", workload.name, workload.n, e.what());
    }
    std::fflush(stderr);
    _exit(1);
}

}  // namespace

Measurement measure(const Workload& workload) {
    const std::string name = fmt::format("{} with {}", workload.name, workload.n);
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe for " + name);
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process for " + name);
    if (child == 0) {
        close(ends[0]);
        measure_and_exit(workload, ends[1]);
    }
    close(ends[1]);
    Measurement m;
    const bool complete = read(ends[0], &m, sizeof m) == static_cast<ssize_t>(sizeof m);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) {
        const bool killed = WTERMSIG(status) == SIGKILL;
        throw std::runtime_error(fmt::format("{} was ended by signal {}{}", name, WTERMSIG(status),
                                             killed ? ", perhaps for want of memory" : ""));
    }
    if (!complete || !WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(name + " did not finish");
    return m;
}

}  // namespace tcplab
