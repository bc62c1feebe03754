// Any text as a segment: an error lies within the text, and what is accepted comes back from its own text.
#include "wire/segment_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

using namespace tcplab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const InitialNumbers initial{SeqNum(1000), SeqNum(0xffffff00)};
    const ParsedSegment parsed = parse_segment(text, initial);
    if (!parsed.ok()) {
        if (parsed.column < 1 || parsed.column > text.size() + 1) std::abort();
        return 0;
    }
    const std::string written = to_text(parsed.segment, initial);
    const ParsedSegment again = parse_segment(written, initial);
    if (!again.ok() || to_text(again.segment, initial) != written) std::abort();
    return 0;
}
