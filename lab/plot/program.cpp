#include "plot/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

#include "export/output.hpp"

extern char** environ;  // NOLINT: POSIX says that programs declare it

namespace tcplab::plot {

namespace {

[[noreturn]] void fail(const std::string& program, int error) {
    throw OutputError(fmt::format("{}: error: {}", program, std::generic_category().message(error)));
}

}  // namespace

std::optional<Ran> run_program(std::vector<std::string> words, const std::filesystem::path& folder) {
    const std::filesystem::path log = folder / "log";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t child = 0;
    const int error = posix_spawnp(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT) return std::nullopt;
    if (error != 0) fail(words.front(), error);
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) fail(words.front(), errno);
    }
    Ran ran;
    ran.succeeded = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    std::ifstream said(log, std::ios::binary);
    ran.output.assign(std::istreambuf_iterator<char>(said), std::istreambuf_iterator<char>());
    ran.output.erase(ran.output.find_last_not_of('\n') + 1);
    return ran;
}

}  // namespace tcplab::plot
