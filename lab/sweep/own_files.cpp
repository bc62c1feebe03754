#include "sweep/own_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "sweep/fields.hpp"

namespace tcplab {

FilePrefix read_prefix(const std::filesystem::path& path, std::uint64_t size) {
    FilePrefix prefix;
    std::ifstream file(path, std::ios::binary);
    std::vector<char> block(std::size_t{1} << 18U);
    while (prefix.size < size && file) {
        const std::uint64_t wanted = std::min<std::uint64_t>(size - prefix.size, block.size());
        file.read(block.data(), static_cast<std::streamsize>(wanted));
        const auto got = static_cast<std::size_t>(file.gcount());
        prefix.digest.add({block.data(), got});
        prefix.size += got;
    }
    return prefix;
}

std::string own_file_line(const OwnFile& file) {
    std::string line = fmt::format("{}", file.index);
    append_field(line, file.name);
    return line + fmt::format("\t{}\t{}\n", file.mark.size, file.mark.digest);
}

std::optional<OwnFile> own_file_of(std::string_view line) {
    const std::vector<std::string> fields = split_fields(line);
    if (fields.size() != 4) return std::nullopt;
    const auto index = field_number(fields[0]);
    const auto size = field_number(fields[2]);
    const auto digest = field_number(fields[3]);
    const std::size_t slash = fields[1].find('/');
    const bool named = slash != std::string::npos && is_run_folder(fields[1].substr(0, slash)) &&
                       is_run_file(fields[1].substr(slash + 1));
    if (!index || !size || !digest || !named) return std::nullopt;
    return OwnFile{*index, fields[1], {*size, *digest}};
}

void for_each_own_file(const std::filesystem::path& list, std::uint64_t bytes,
                       const std::function<void(const OwnFile&)>& each) {
    std::ifstream file(list, std::ios::binary);
    std::string line;
    for (std::uint64_t at = 0; at < bytes && std::getline(file, line); at += line.size() + 1) {
        if (const auto own = own_file_of(line)) each(*own);
    }
}

bool is_run_folder(std::string_view name) {
    constexpr std::string_view begin = "run-";
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return name.size() > begin.size() && name.substr(0, begin.size()) == begin &&
           std::all_of(name.begin() + begin.size(), name.end(), is_digit);
}

bool is_run_file(std::string_view name) {
    constexpr std::string_view proxy = "proxy-";
    constexpr std::string_view capture = ".pcapng";
    const bool of_a_proxy = name.size() > proxy.size() + capture.size() && name.substr(0, proxy.size()) == proxy &&
                            name.substr(name.size() - capture.size()) == capture &&
                            name.find('/') == std::string_view::npos;
    return name == "page.har" || name == "client.pcapng" || name == "server.pcapng" || of_a_proxy ||
           name == "tcp.csv" || name == "packets.csv" || name == "trace.qlog";
}

}  // namespace tcplab
