#include "sweep/growing_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "export/output.hpp"

namespace tcplab {

GrowingFile::GrowingFile(const std::filesystem::path& path, std::filesystem::path shown, const FilePrefix& from)
    : shown_(std::move(shown)),
      descriptor_(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)),
      size_(from.size),
      digest_(from.digest) {
    if (descriptor_ < 0) output_failed(shown_, last_error());
    if (ftruncate(descriptor_, static_cast<off_t>(size_)) == 0 && lseek(descriptor_, 0, SEEK_END) >= 0) return;
    const std::error_code error = last_error();
    close(descriptor_);
    output_failed(shown_, error);
}

GrowingFile::~GrowingFile() { close(descriptor_); }

void GrowingFile::flush() {
    std::string_view left = buffer_;
    while (!left.empty()) {
        const ssize_t written = ::write(descriptor_, left.data(), left.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) output_failed(shown_, last_error());
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    digest_.add(buffer_);
    size_ += buffer_.size();
    buffer_.clear();
}

}  // namespace tcplab
