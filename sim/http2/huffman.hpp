#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tcplab {

/// The Huffman code for header text (RFC 7541 5.2 and Appendix B).

/// Bytes that `text` takes encoded.
std::size_t huffman_size(std::string_view text);
/// Appends `text` encoded, padded with ones to a whole byte.
void append_huffman(std::string& out, std::string_view text);
/// Appends what `bytes` encodes. False: they encode nothing, as they contain the end-of-string symbol, or padding
/// that is longer than 7 bits or not all ones.
bool decode_huffman(std::string_view bytes, std::string& out);

}  // namespace tcplab
