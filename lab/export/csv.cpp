#include "export/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tcplab {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

}  // namespace

CsvReader::CsvReader(std::string_view text) : text_(text) {
    if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) text_.remove_prefix(kByteOrderMark.size());
}

bool CsvReader::next() {
    if (error_ || at_ == text_.size()) return false;
    const std::size_t begin = at_;
    starts_.clear();
    for (bool more = true; more;) {
        const std::size_t n = starts_.size();
        starts_.push_back(at_);
        if (fields_.size() == n) fields_.emplace_back();
        fields_[n].clear();
        const bool is_quoted = at_ < text_.size() && text_[at_] == '"';
        if (!(is_quoted ? read_quoted(fields_[n]) : read_bare(fields_[n]))) return false;
        more = at_ < text_.size() && text_[at_] == ',';
        if (more) ++at_;
    }
    fields_.resize(starts_.size());
    if (text_.substr(at_, 1) == "\r") ++at_;
    if (text_.substr(at_, 1) == "\n") ++at_;
    if (width_ == 0) width_ = fields_.size();
    if (fields_.size() == width_) return true;
    return fail(begin, fmt::format("{} field{} where the header has {}", fields_.size(), fields_.size() == 1 ? "" : "s",
                                   width_));
}

bool CsvReader::read_quoted(std::string& field) {
    const std::size_t opened = at_++;
    while (true) {
        const std::size_t quote = text_.find('"', at_);
        if (quote == std::string_view::npos) return fail(opened, "this quote is never closed");
        field += text_.substr(at_, quote - at_);
        at_ = quote + 1;
        if (text_.substr(at_, 1) != "\"") break;
        field += '"';
        ++at_;
    }
    const std::string_view rest = text_.substr(at_, 2);
    if (rest.empty() || rest.front() == ',' || rest.front() == '\n' || rest == "\r\n") return true;
    return fail(at_, "expected a comma or the line's end behind a quoted field");
}

bool CsvReader::read_bare(std::string& field) {
    const std::size_t end = std::min(text_.find_first_of(",\n\"", at_), text_.size());
    if (end < text_.size() && text_[end] == '"')
        return fail(end, "a quote inside a field that does not begin with one");
    const bool crlf = end > at_ && end < text_.size() && text_[end] == '\n' && text_[end - 1] == '\r';
    field = text_.substr(at_, end - at_ - (crlf ? 1 : 0));
    at_ = end - (crlf ? 1 : 0);
    return true;
}

bool CsvReader::fail(std::size_t at, std::string what) {
    error_ = error_at(at, std::move(what));
    return false;
}

CsvError CsvReader::error_at(std::size_t at, std::string what) const {
    const std::string_view before = text_.substr(0, at);
    const std::size_t newline = before.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
    const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto inner = static_cast<std::size_t>(std::count_if(line.begin(), line.end(), continues_character));
    return {lines + 1, line.size() - inner + 1, std::move(what)};
}

}  // namespace tcplab
