#include <fmt/format.h>

#include "cli/commands.hpp"
#include "har/import.hpp"
#include "har/recording.hpp"

namespace tcplab {

int import_har_command(const std::string& path) {
    const har::LoadedRecording loaded = har::load_har(path);
    if (!loaded.recording) {
        const std::size_t count = loaded.error_count;
        print_error(loaded.errors +
                    (loaded.unreadable ? "" : fmt::format("{} error{}\n", count, count == 1 ? "" : "s")));
        return loaded.unreadable ? kSystem : kBadInput;
    }
    const har::Imported imported = har::import_page(*loaded.recording);
    if (!imported.page) {
        print_error(fmt::format("{}: error: {}\n", path, imported.error));
        return kBadInput;
    }
    print_out(har::to_toml(*imported.page));
    return kDone;
}

}  // namespace tcplab
