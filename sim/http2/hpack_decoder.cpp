#include "http2/hpack.hpp"
#include "http2/huffman.hpp"

namespace tcplab {

namespace {

bool has_bit(std::string_view in, unsigned bit) { return (static_cast<std::uint8_t>(in.front()) >> bit & 1U) != 0; }

/// Takes a string off the front of `in` (RFC 7541 5.2): a part of `in`, or decoded in `buffer`.
bool take_string(std::string_view& in, std::string& buffer, std::string_view& out) {
    if (in.empty()) return false;
    const bool coded = has_bit(in, 7);
    std::uint32_t length = 0;
    if (!take_hpack_integer(in, 7, length) || length > in.size()) return false;
    out = in.substr(0, length);
    in.remove_prefix(length);
    if (!coded) return true;
    buffer.clear();
    if (!decode_huffman(out, buffer)) return false;
    out = buffer;
    return true;
}

}  // namespace

bool take_hpack_integer(std::string_view& in, unsigned prefix, std::uint32_t& value) {
    if (in.empty()) return false;
    const std::uint32_t full = (1U << prefix) - 1;
    std::uint64_t sum = static_cast<std::uint8_t>(in.front()) & full;
    in.remove_prefix(1);
    if (sum == full) {
        bool more = true;
        for (unsigned shift = 0; more; shift += 7) {
            if (in.empty() || shift > 28) return false;
            const auto byte = static_cast<std::uint8_t>(in.front());
            in.remove_prefix(1);
            sum += std::uint64_t{byte & 0x7fU} << shift;
            more = (byte & 0x80U) != 0;
        }
    }
    value = static_cast<std::uint32_t>(sum);
    return sum == value;
}

bool HpackDecoder::look_up(std::uint32_t index, FieldList::Field& out) const {
    if (index == 0 || index > kStaticFields + table_.size()) return false;
    out = index <= kStaticFields ? static_field(index) : table_[index - kStaticFields - 1];
    return true;
}

/// Takes a field off the front of `in` that is not yet in the table (RFC 7541 6.2).
bool HpackDecoder::take_literal(std::string_view& in, unsigned prefix, FieldList::Field& out) {
    std::uint32_t index = 0;
    if (!take_hpack_integer(in, prefix, index)) return false;
    if (index == 0 ? !take_string(in, name_, out.name) : !look_up(index, out)) return false;
    return take_string(in, value_, out.value);
}

bool HpackDecoder::take_table_size(std::string_view& in) {
    std::uint32_t limit = 0;
    if (!take_hpack_integer(in, 5, limit) || limit > table_limit_) return false;
    table_.set_limit(limit);
    return true;
}

HpackDecoder::Result HpackDecoder::decode(std::string_view in, FieldList& out) {
    out.clear();
    bool too_long = false;
    // RFC 7541 4.2: changes of the table's size come before the first field.
    while (!in.empty() && !has_bit(in, 7) && !has_bit(in, 6) && has_bit(in, 5)) {
        if (!take_table_size(in)) return Result::failed;
    }
    while (!in.empty()) {
        FieldList::Field field;
        bool taken = false;
        bool added = false;
        if (has_bit(in, 7)) {
            std::uint32_t index = 0;
            taken = take_hpack_integer(in, 7, index) && look_up(index, field);
        } else if (has_bit(in, 6)) {
            taken = added = take_literal(in, 6, field);
        } else if (!has_bit(in, 5)) {  // without indexing, or never indexed
            taken = take_literal(in, 4, field);
        }
        if (!taken) {
            out.clear();
            return Result::failed;
        }
        out.add(field.name, field.value);
        if (added) table_.add(field.name, field.value);
        // What follows must be read all the same, for the table's sake.
        too_long = too_long || out.total() > list_limit_;
        if (too_long) out.clear();
    }
    return too_long ? Result::too_long : Result::ok;
}

}  // namespace tcplab
