#include "export/records.hpp"

#include <algorithm>
#include <charconv>

#include "export/output.hpp"

namespace tcplab {

RecordReader::RecordReader(const std::filesystem::path& path, std::uint64_t from)
    : path_(path), file_(std::fopen(path.c_str(), "rb")), block_(std::size_t{1} << 16U), next_offset_(from) {
    if (file_ == nullptr || fseeko(file_.get(), static_cast<off_t>(from), SEEK_SET) != 0) {
        output_failed(path_, last_error());
    }
}

bool RecordReader::fill() {
    at_ = 0;
    end_ = std::fread(block_.data(), 1, block_.size(), file_.get());
    if (end_ == 0 && std::ferror(file_.get()) != 0) output_failed(path_, last_error());
    return end_ > 0;
}

bool RecordReader::next() {
    record_.clear();
    offset_ = next_offset_;
    bool quoted = false;
    while (at_ < end_ || fill()) {
        const std::string_view left(block_.data() + at_, end_ - at_);
        const std::size_t newline = left.find('\n');
        const std::string_view part = left.substr(0, newline);
        record_ += part;
        at_ += part.size();
        next_offset_ += part.size();
        // A newline between quotes is part of a field.
        if (std::count(part.begin(), part.end(), '"') % 2 != 0) quoted = !quoted;
        if (newline == std::string_view::npos) continue;
        ++at_;
        ++next_offset_;
        if (!quoted) return true;
        record_ += '\n';
    }
    return !record_.empty();
}

void split_record(std::string_view record, std::vector<std::string>& fields) {
    std::size_t n = 0;
    for (std::size_t at = 0;; ++n) {
        if (fields.size() == n) fields.emplace_back();
        std::string& field = fields[n];
        field.clear();
        if (at < record.size() && record[at] == '"') {
            for (++at; at < record.size(); ++at) {
                if (record[at] == '"' && record.substr(at + 1, 1) != "\"") break;
                if (record[at] == '"') ++at;
                field += record[at];
            }
            ++at;
        } else {
            const std::size_t comma = std::min(record.find(',', at), record.size());
            field = record.substr(at, comma - at);
            at = comma;
        }
        if (at >= record.size()) break;
        ++at;  // the comma
    }
    fields.resize(n + 1);
}

FieldValue read_value(FieldKind kind, std::string_view text) {
    if (text.empty()) return std::nullopt;
    const bool negative = text.front() == '-';
    if (negative) text.remove_prefix(1);
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    auto [rest, error] = std::from_chars(text.data(), end, whole);
    if (error != std::errc()) return std::nullopt;
    if (kind != FieldKind::count) {
        constexpr int digits = 6;
        if (rest != end) ++rest;  // the point
        for (int i = 0; i < digits; ++i) whole = whole * 10 + (rest != end ? *rest++ - '0' : 0);
    }
    return negative ? -whole : whole;
}

}  // namespace tcplab
