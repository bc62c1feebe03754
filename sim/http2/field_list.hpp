#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

/// What a field costs besides its text, in a list's size and in a compression table (RFC 7541 4.1).
inline constexpr std::uint32_t kFieldOverhead = 32;

/// The fields of a message's head in their order, pseudo-header fields such as ":method" first, names in lower case
/// (RFC 9113 8.2, 8.3). The text of all is in one buffer, so that a list that is used again does not allocate.
class FieldList {
  public:
    /// Valid until the list changes.
    struct Field {
        std::string_view name;
        std::string_view value;
        friend bool operator==(const Field&, const Field&) = default;
    };

    /// Neither `name` nor `value` may point into this list.
    void add(std::string_view name, std::string_view value) {
        fields_.push_back({text_.size(), name.size(), value.size()});
        text_.append(name).append(value);
    }
    void clear() {
        text_.clear();
        fields_.clear();
    }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] bool empty() const { return fields_.empty(); }
    [[nodiscard]] Field operator[](std::size_t i) const {
        const Place& p = fields_[i];
        const std::string_view all = text_;
        return {all.substr(p.begin, p.name), all.substr(p.begin + p.name, p.value)};
    }
    /// The value of the first field of that name.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const {
        for (std::size_t i = 0; i < size(); ++i) {
            if ((*this)[i].name == name) return (*this)[i].value;
        }
        return std::nullopt;
    }
    /// What SETTINGS_MAX_HEADER_LIST_SIZE limits: all names and values, and kFieldOverhead for each field.
    [[nodiscard]] std::uint64_t total() const { return text_.size() + std::uint64_t{kFieldOverhead} * size(); }

  private:
    struct Place {
        std::size_t begin;
        std::size_t name;
        std::size_t value;
    };
    std::string text_;
    std::vector<Place> fields_;
};

}  // namespace tcplab
