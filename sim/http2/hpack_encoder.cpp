#include <algorithm>

#include "http2/hpack.hpp"
#include "http2/huffman.hpp"

namespace tcplab {

namespace {

// The first byte of each representation (RFC 7541 6), and how many of its bits belong to the index.
constexpr std::uint8_t kIndexed = 0x80;
constexpr unsigned kIndexedPrefix = 7;
constexpr std::uint8_t kAdded = 0x40;
constexpr unsigned kAddedPrefix = 6;
constexpr std::uint8_t kTableSize = 0x20;
constexpr unsigned kTableSizePrefix = 5;
constexpr std::uint8_t kNotAdded = 0x00;
constexpr unsigned kNotAddedPrefix = 4;
constexpr std::uint8_t kHuffman = 0x80;
constexpr unsigned kStringPrefix = 7;

void append_string(std::string& out, std::string_view text, bool compression) {
    const std::size_t coded = compression && !text.empty() ? huffman_size(text) : text.size() + 1;
    const bool huffman = coded <= text.size();  // also where nothing is gained, as in RFC 7541 C.6.2
    append_hpack_integer(out, huffman ? kHuffman : 0, kStringPrefix,
                         static_cast<std::uint32_t>(huffman ? coded : text.size()));
    if (huffman) {
        append_huffman(out, text);
    } else {
        out.append(text);
    }
}

/// Fields whose value is another one each time would only evict those that come again.
bool is_worth_adding(std::string_view name, std::string_view value, std::uint32_t limit) {
    for (const std::string_view varying :
         {":path", "age", "content-length", "etag", "if-modified-since", "if-none-match"}) {
        if (name == varying) return false;
    }
    return name.size() + value.size() + kFieldOverhead <= limit / 4 * 3;
}

}  // namespace

void append_hpack_integer(std::string& out, std::uint8_t flags, unsigned prefix, std::uint32_t value) {
    const std::uint32_t full = (1U << prefix) - 1;
    if (value < full) {
        out.push_back(static_cast<char>(flags | value));
        return;
    }
    out.push_back(static_cast<char>(flags | full));
    for (value -= full; value >= 0x80; value >>= 7U) out.push_back(static_cast<char>(0x80U | (value & 0x7fU)));
    out.push_back(static_cast<char>(value));
}

void HpackEncoder::set_peer_limit(std::uint32_t limit) {
    limit = std::min(limit, kDefaultTableSize);
    if (limit == table_.limit() && least_limit_ == kUnchanged) return;
    least_limit_ = std::min(least_limit_, limit);
    table_.set_limit(limit);
}

void HpackEncoder::begin_block(std::string& out) {
    if (least_limit_ == kUnchanged) return;
    // RFC 7541 4.2: when the limit went down and up again, both are told, as the first one evicted something.
    if (least_limit_ < table_.limit()) append_hpack_integer(out, kTableSize, kTableSizePrefix, least_limit_);
    append_hpack_integer(out, kTableSize, kTableSizePrefix, table_.limit());
    least_limit_ = kUnchanged;
}

TableMatch HpackEncoder::find(std::string_view name, std::string_view value) const {
    const DynamicTable::Found known = table_.find(name, value);
    if (known.field < table_.size()) return {kStaticFields + 1 + known.field, 0};
    TableMatch match = find_static(name, value);
    if (match.name == 0 && known.name < table_.size()) match.name = kStaticFields + 1 + known.name;
    return match;
}

void HpackEncoder::field(std::string& out, std::string_view name, std::string_view value) {
    const TableMatch match = compression_ ? find(name, value) : TableMatch{};
    if (match.field != 0) {
        append_hpack_integer(out, kIndexed, kIndexedPrefix, match.field);
        return;
    }
    const bool add = compression_ && is_worth_adding(name, value, table_.limit());
    if (add) {
        append_hpack_integer(out, kAdded, kAddedPrefix, match.name);
    } else {
        append_hpack_integer(out, kNotAdded, kNotAddedPrefix, match.name);
    }
    if (match.name == 0) append_string(out, name, compression_);
    append_string(out, value, compression_);
    if (add) table_.add(name, value);
}

}  // namespace tcplab
