#include "plot/draw.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "export/output.hpp"
#include "plot/script.hpp"

extern char** environ;  // NOLINT: POSIX says that programs declare it

namespace tcplab::plot {
namespace fs = std::filesystem;

namespace {

constexpr double kWidth = 16;  // centimetres: the text of a page of A4

[[noreturn]] void fail(const fs::path& path, int error) {
    throw OutputError(fmt::format("{}: error: {}", path.string(), std::generic_category().message(error)));
}

// A folder that is gone, with what is in it, at the end.
class TemporaryFolder {
  public:
    explicit TemporaryFolder(const fs::path& in) : path_((in / ".tcplab-plot-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) fail(in, errno);
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] fs::path path() const { return path_; }

  private:
    std::string path_;
};

void write_file(const fs::path& path, const fs::path& shown, std::string_view text) {
    OutputFile file(path, shown);
    file.write(text);
    file.close();
}

// Sizes in the terminal's own unit; letters of 9 points, lines of half a point.
std::string terminal_command(std::string_view format, double height) {
    if (format == "pdf") {
        return fmt::format(
            "set terminal pdfcairo noenhanced size {}cm,{}cm font 'sans,9' linewidth 0.8 pointscale 0.6\n", kWidth,
            height);
    }
    if (format == "png") {
        constexpr double pixels = 120;  // a centimetre: 300 dots per inch
        return fmt::format(
            "set terminal pngcairo noenhanced size {:.0f},{:.0f} font 'sans,9' fontscale 3.2 linewidth 3 pointscale "
            "2\n",
            kWidth * pixels, height * pixels);
    }
    constexpr double pixels = 45;
    return fmt::format(
        "set terminal svg noenhanced size {:.0f},{:.0f} font 'sans-serif,13' linewidth 1 background '#ffffff'\n",
        kWidth * pixels, height * pixels);
}

// "./" before the names: to gnuplot a name that begins with "<", "|" or "~" is something else.
std::string script_text(const Chart& chart, const fs::path& picture, std::string_view format) {
    const std::string name = picture.filename().string();
    const std::string stem = picture.stem().string();
    return "# Run gnuplot on this file, in its folder, to draw the picture again.\nset encoding utf8\n" +
           terminal_command(format, chart.height) + "set output " + in_quotes("./" + name) +
           "\ndata = " + in_quotes("./" + stem + ".csv") + "\n" +
           "set datafile separator comma\n"
           "set datafile columnheaders\n"
           "set datafile missing NaN  # what is not there, or not of a line, does not interrupt the line\n"
           "set border 3 linecolor rgb '#444444'\n"
           "set tics nomirror\n"
           "set format '%h'\n"
           "set grid back linetype 1 linecolor rgb '#dddddd'\n" +
           chart.script + "set output\n";
}

// Runs gnuplot on a script in `folder`; what it said.
struct Ran {
    int status = 0;  ///< as waitpid() gives it
    std::string output;
};

Ran run_gnuplot(const fs::path& folder, const std::string& script) {
    const fs::path log = folder / "log";
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
    std::string program = "gnuplot";
    std::string defaults = "-d";  // not what ~/.gnuplot says
    std::string file = "./" + script;
    const std::array<char*, 4> arguments{program.data(), defaults.data(), file.data(), nullptr};
    pid_t child = 0;
    const int error = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT) {
        throw OutputError(
            "gnuplot: error: this program is not installed; on Debian and Ubuntu: apt-get install gnuplot-nox");
    }
    if (error != 0) fail("gnuplot", error);
    Ran ran;
    while (waitpid(child, &ran.status, 0) < 0) {
        if (errno != EINTR) fail("gnuplot", errno);
    }
    std::ifstream said(log, std::ios::binary);
    ran.output.assign(std::istreambuf_iterator<char>(said), std::istreambuf_iterator<char>());
    ran.output.erase(ran.output.find_last_not_of('\n') + 1);
    return ran;
}

}  // namespace

const std::vector<std::string_view>& picture_formats() {
    static const std::vector<std::string_view> formats{"svg", "png", "pdf"};
    return formats;
}

std::string draw(const Chart& chart, const fs::path& picture) {
    const fs::path folder = picture.has_parent_path() ? picture.parent_path() : fs::path(".");
    const std::string stem = picture.stem().string();
    const std::string format = picture.extension().string().substr(1);
    const std::array<std::string, 3> names{stem + ".csv", stem + ".gp", picture.filename().string()};

    OutputFolder target(folder);
    std::error_code error;
    for (const std::string& name : names) {
        if (fs::is_directory(folder / name, error)) fail(folder / name, EISDIR);
    }
    const TemporaryFolder workshop(folder);
    write_file(workshop.path() / names[0], folder / names[0], chart.csv);
    write_file(workshop.path() / names[1], folder / names[1], script_text(chart, picture, format));
    const Ran ran = run_gnuplot(workshop.path(), names[1]);
    const fs::path drawn = workshop.path() / names[2];
    const bool done =
        WIFEXITED(ran.status) && WEXITSTATUS(ran.status) == 0 && fs::file_size(drawn, error) > 0 && !error;
    if (!done) {
        throw OutputError(fmt::format("gnuplot: error: it could not draw {}:\n{}", picture.string(), ran.output));
    }
    for (const std::string& name : names) {
        fs::rename(workshop.path() / name, folder / name, error);
        if (error) fail(folder / name, error.value());
    }
    target.commit();
    return ran.output;
}

}  // namespace tcplab::plot
