#include "har/place.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenario/text.hpp"

namespace tcplab::har {

namespace {

constexpr std::size_t kMostListed = 20;

std::uint32_t characters(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

Mark mark_of(std::string_view text, Extent extent) {
    const std::string_view before = text.substr(0, extent.offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    Mark mark;
    mark.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    mark.column = characters(before.substr(line_start)) + 1;
    const std::string_view value = text.substr(extent.offset, extent.length);
    mark.length = characters(value.substr(0, value.find('\n')));
    return mark;
}

}  // namespace

Place Place::member(std::string_view key) const {
    return {value_ == nullptr ? nullptr : find(*value_, key), this, key, 0};
}

Place Place::item(std::size_t i) const { return {&value_->items[i], this, {}, i}; }

const JsonValue* Place::as(JsonValue::Kind kind) const {
    return value_ != nullptr && value_->kind == kind ? value_ : nullptr;
}

std::string Place::path() const {
    if (parent_ == nullptr) return "";
    const std::string before = parent_->path();
    if (key_.empty()) return fmt::format("{}[{}]", before, index_);
    return before.empty() ? std::string(key_) : fmt::format("{}.{}", before, key_);
}

const JsonValue& Place::nearest() const {
    const Place* at = this;
    while (at->value_ == nullptr) at = at->parent_;
    return *at->value_;
}

void Complaints::add(const Place& place, std::string_view message, std::string_view hint) {
    if (++count_ > kMostListed) return;
    const std::string path = place.path();
    list_.push_back({&place.nearest(), 0, path.empty() ? std::string(message) : fmt::format("{}: {}", path, message),
                     std::string(hint)});
}

void Complaints::add(std::size_t offset, std::string_view message, std::string_view hint) {
    if (++count_ > kMostListed) return;
    list_.push_back({nullptr, offset, std::string(message), std::string(hint)});
}

std::string Complaints::render(std::string_view file, std::string_view text) const {
    Diagnostics listed;
    for (const Complaint& c : list_) {
        const Extent extent = c.value != nullptr ? extent_of(*c.value, text) : Extent{c.offset, 1};
        listed.add(mark_of(text, extent), c.message, c.hint);
    }
    std::string out = listed.render(file, text, {});
    if (count_ > kMostListed) out += fmt::format("{}: error: {} more errors\n", file, count_ - kMostListed);
    return out;
}

}  // namespace tcplab::har
