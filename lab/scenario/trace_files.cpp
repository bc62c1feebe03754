#include "scenario/trace_files.hpp"

#include <fmt/format.h>

#include <system_error>

#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "scenario/value.hpp"

namespace tcplab {

void TraceFiles::read_into(Setting& setting, Diagnostics& out) {
    if (setting.value.entries != nullptr) return read_into_entries(setting, out);
    if (setting.key.key->type != Type::trace || !setting.good) return;
    const std::string& name = setting.value.text;
    auto found = known_.find(name);
    if (found == known_.end()) found = known_.emplace(name, read(name)).first;
    const ReadTrace& result = found->second;
    setting.value.trace = result.trace;
    if (result.trace != nullptr) return;
    setting.good = false;
    const std::string place = result.line == 0 ? name : fmt::format("{}:{}", name, result.line);
    out.add(setting.mark,
            fmt::format("{}: {}: {}", subject(*setting.key.table, *setting.key.key), place, result.error));
}

void TraceFiles::read_into_entries(Setting& list, Diagnostics& out) {
    auto entries = std::make_shared<std::vector<Entry>>(*list.value.entries);
    for (Entry& entry : *entries) {
        for (Setting& s : entry.settings) {
            read_into(s, out);
            list.good = list.good && s.good;
        }
    }
    list.value.entries = std::move(entries);
}

ReadTrace TraceFiles::read(const std::string& name) {
    constexpr std::size_t largest = std::size_t{64} * 1024 * 1024;
    const std::filesystem::path path = folder_ / name;
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (error) return {nullptr, 0, error.message()};
    if (!std::filesystem::is_regular_file(status)) return {nullptr, 0, "this is no file"};
    const FileText file = read_file(path, largest);
    if (file.why == std::errc::file_too_large) return {nullptr, 0, "larger than 64 MiB"};
    if (!file.text) return {nullptr, 0, file.why.message()};
    inputs_ += name + " " + hash_of(*file.text) + "\n";
    return read_delivery_trace(*file.text);
}

}  // namespace tcplab
