#include "scenario/file_text.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <utility>

namespace tcplab {
namespace {

FileText failed(int error) { return {std::nullopt, {error, std::generic_category()}}; }

}  // namespace

FileText read_file(const std::filesystem::path& path, std::size_t most) {
    constexpr std::size_t block_size = std::size_t{64} * 1024;
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (file == nullptr) return failed(errno);
    const auto block = std::make_unique<std::array<char, block_size>>();
    std::string text;
    while (const std::size_t read = std::fread(block->data(), 1, block_size, file.get())) {
        text.append(block->data(), read);
        if (text.size() > most) return failed(EFBIG);
    }
    if (std::ferror(file.get()) != 0) return failed(errno);  // EISDIR is of this kind
    return {std::move(text), {}};
}

}  // namespace tcplab
