#include "plot/draw.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <system_error>

#include "export/output.hpp"
#include "plot/program.hpp"
#include "plot/script.hpp"
#include "scenario/text.hpp"

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

// The first character that no font here has; empty: all have one, or fontconfig is not here to tell. Latin, Greek and
// Cyrillic letters are in every font that gnuplot may take.
std::string_view without_font(std::string_view text, const fs::path& workshop) {
    std::set<std::string_view> seen;
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text.front());
        const std::size_t bytes = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;  // RFC 3629 3
        const std::string_view character = text.substr(0, bytes);
        text.remove_prefix(character.size());
        if (bytes < 3 || character.size() < bytes || !seen.insert(character).second) continue;
        std::uint32_t code = lead & (0x7fU >> bytes);
        for (const char c : character.substr(1)) code = code << 6U | (static_cast<unsigned char>(c) & 0x3fU);
        const auto ran = run_program({"fc-list", "-q", fmt::format(":charset={:x}", code)}, workshop);
        if (!ran) return {};
        if (!ran->succeeded) return character;
    }
    return {};
}

// Cairo's terminals draw what no font has as boxes that cover the picture. A browser has its own way with SVG.
void check_fonts(const std::string& texts, const fs::path& picture, const fs::path& workshop) {
    const std::string_view missing = without_font(texts, workshop);
    if (missing.empty()) return;
    throw OutputError(fmt::format("{}: error: no font here has {}; install one, such as fonts-noto-cjk, or draw {}",
                                  picture.string(), cited(missing),
                                  fs::path(picture).replace_extension(".svg").string()));
}

}  // namespace

const std::vector<std::string_view>& picture_formats() {
    static const std::vector<std::string_view> formats{"svg", "png", "pdf"};
    return formats;
}

bool draw(const Chart& chart, const fs::path& picture) {
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
    if (format != "svg") check_fonts(chart.script + chart.csv, picture, workshop.path());
    // Not what ~/.gnuplot says.
    const auto ran = run_program({"gnuplot", "-d", "./" + names[1]}, workshop.path());
    if (!ran) {
        throw OutputError(
            "gnuplot: error: this program is not installed; on Debian and Ubuntu: apt-get install gnuplot-nox");
    }
    if (!ran->succeeded || fs::file_size(workshop.path() / names[2], error) == 0 || error) {
        throw OutputError(fmt::format("gnuplot: error: it could not draw {}:\n{}", picture.string(), ran->output));
    }
    for (const std::string& name : names) {
        fs::rename(workshop.path() / name, folder / name, error);
        if (error) fail(folder / name, error.value());
    }
    target.commit();
    return ran->output.empty();
}

}  // namespace tcplab::plot
