#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "http2/field_list.hpp"
#include "http2/hpack_table.hpp"

namespace tcplab {

/// SETTINGS_HEADER_TABLE_SIZE: initial value, in bytes. No end here uses a larger table.
inline constexpr std::uint32_t kDefaultTableSize = 4096;

/// Writes field blocks (RFC 7541). Each block must reach the decoder, in the order in which they were begun.
class HpackEncoder {
  public:
    /// Without compression fields are literals that are neither indexed nor Huffman-coded.
    explicit HpackEncoder(bool compression) : compression_(compression) {}

    /// The peer's SETTINGS_HEADER_TABLE_SIZE, in bytes; the next block tells that it was heard.
    void set_peer_limit(std::uint32_t limit);
    /// A block begins: before its first field().
    void begin_block(std::string& out);
    void field(std::string& out, std::string_view name, std::string_view value);

    [[nodiscard]] const DynamicTable& table() const { return table_; }

  private:
    static constexpr std::uint32_t kUnchanged = std::numeric_limits<std::uint32_t>::max();

    [[nodiscard]] TableMatch find(std::string_view name, std::string_view value) const;

    DynamicTable table_{kDefaultTableSize};
    std::uint32_t least_limit_ = kUnchanged;  // since the last block
    bool compression_;
};

/// Reads field blocks.
class HpackDecoder {
  public:
    enum class Result : std::uint8_t {
        ok,
        too_long,  ///< the list has more bytes than allowed, as FieldList::total() counts; the next block can be read
        failed,    ///< RFC 7541 3.1 and 5: no block can be read any more (COMPRESSION_ERROR)
    };

    /// `table_limit`: bytes, our SETTINGS_HEADER_TABLE_SIZE. `list_limit`: bytes of one list.
    HpackDecoder(std::uint32_t table_limit, std::uint64_t list_limit)
        : table_(table_limit), table_limit_(table_limit), list_limit_(list_limit) {}

    /// Reads a whole block, `in`. Unless it is ok, `out` is empty.
    Result decode(std::string_view in, FieldList& out);

    [[nodiscard]] const DynamicTable& table() const { return table_; }

  private:
    bool take_table_size(std::string_view& in);
    bool take_literal(std::string_view& in, unsigned prefix, FieldList::Field& out);
    bool look_up(std::uint32_t index, FieldList::Field& out) const;

    DynamicTable table_;
    std::uint32_t table_limit_;
    std::uint64_t list_limit_;
    std::string name_;  // of a literal that was Huffman-coded
    std::string value_;
};

/// A number whose first byte keeps its high 8 - `prefix` bits for `flags` (RFC 7541 5.1).
void append_hpack_integer(std::string& out, std::uint8_t flags, unsigned prefix, std::uint32_t value);
/// Takes such a number off the front of `in`. False: it ends too early, or needs more than 32 bits.
bool take_hpack_integer(std::string_view& in, unsigned prefix, std::uint32_t& value);

}  // namespace tcplab
