#include <fmt/format.h>

#include "cli/commands.hpp"
#include "cli/recordings.hpp"
#include "har/import.hpp"
#include "har/recording.hpp"

namespace tcplab {

RecordedScenario read_recorded_page(const std::string& path) {
    har::LoadedRecording loaded = har::load_har(path);
    if (!loaded.recording) return {std::nullopt, std::move(loaded.errors), loaded.error_count, loaded.unreadable};
    const har::Imported imported = har::import_page(*loaded.recording);
    if (!imported.page) return {std::nullopt, fmt::format("{}: error: {}\n", path, imported.error), 1, false};
    return {har::to_toml(*imported.page), "", 0, false};
}

int import_har_command(const std::string& path) {
    const RecordedScenario page = read_recorded_page(path);
    if (page.text) {
        print_out(*page.text);
        return kDone;
    }
    const std::size_t count = page.error_count;
    print_error(page.errors + (page.unreadable ? "" : fmt::format("{} error{}\n", count, count == 1 ? "" : "s")));
    return page.unreadable ? kSystem : kBadInput;
}

}  // namespace tcplab
