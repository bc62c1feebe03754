#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/ring.hpp"
#include "http2/field_list.hpp"

namespace tcplab {

/// Where a field stands in the two tables, counted as RFC 7541 2.3.3 does; 0: nowhere.
struct TableMatch {
    std::uint32_t field = 0;  ///< name and value
    std::uint32_t name = 0;
};

/// The fields that every connection knows (RFC 7541 Appendix A).
inline constexpr std::uint32_t kStaticFields = 61;
/// `index` is from 1 to kStaticFields.
FieldList::Field static_field(std::uint32_t index);
TableMatch find_static(std::string_view name, std::string_view value);

/// The fields that one end has told the other, the newest first (RFC 7541 2.3.2, 4). Indices begin at 0 here.
class DynamicTable {
  public:
    /// `limit`: bytes, as RFC 7541 4.1 counts them.
    explicit DynamicTable(std::uint32_t limit) : limit_(limit) {}

    /// Evicts what no longer fits.
    void set_limit(std::uint32_t limit);
    /// Evicts what `name` and `value` need, and adds them if there is room then; they may be in this table.
    void add(std::string_view name, std::string_view value);
    /// The indices of the newest matches, or size().
    struct Found {
        std::uint32_t field;
        std::uint32_t name;
    };
    [[nodiscard]] Found find(std::string_view name, std::string_view value) const;
    /// `index` is below size(). Valid until the table changes.
    [[nodiscard]] FieldList::Field operator[](std::uint32_t index) const;

    [[nodiscard]] std::uint32_t size() const { return entries_.size(); }
    [[nodiscard]] std::uint32_t limit() const { return limit_; }
    /// Bytes, as RFC 7541 4.1 counts them.
    [[nodiscard]] std::uint32_t bytes() const { return bytes_; }

  private:
    struct Entry {
        std::string text;  // name and value
        std::uint32_t name = 0;
    };
    void evict_down_to(std::uint32_t bytes);
    [[nodiscard]] const Entry& entry(std::uint32_t index) const { return entries_[entries_.size() - 1 - index]; }

    Ring<Entry> entries_;  // the newest at the back
    std::uint32_t limit_;
    std::uint32_t bytes_ = 0;
};

}  // namespace tcplab
