// Any bytes at all, cut anywhere, must come out of the HTTP reader the same way as in one piece.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/content.hpp"
#include "http/message_reader.hpp"

namespace {

using tcplab::MessageReader;

/// What a reader tells about a stream that comes in pieces of at most `cut` bytes.
struct Story {
    std::vector<std::uint64_t> complete;  ///< bytes of each body
    tcplab::MessageError error = tcplab::MessageError::none;
    bool may_end = false;
    bool operator==(const Story&) const = default;
};

Story read(MessageReader::Kind kind, const std::string& bytes, std::size_t cut) {
    Story story;
    MessageReader reader(kind);
    tcplab::MessageHead head;
    const tcplab::Payload whole = tcplab::Payload::of(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
        tcplab::Payload piece = whole;
        piece.offset = at;
        piece.length = static_cast<std::uint32_t>(std::min(cut, bytes.size() - at));
        while (true) {
            const std::uint32_t before = piece.length;
            const MessageReader::Step step = reader.step(piece, head);
            if (piece.length > before) std::abort();
            if (step == MessageReader::Step::complete) story.complete.push_back(reader.body_taken());
            if (step == MessageReader::Step::failed) {
                story.error = reader.error();
                if (story.error == tcplab::MessageError::none) std::abort();
                return story;
            }
            if (step == MessageReader::Step::more) break;
        }
        if (piece.length != 0) std::abort();
    }
    story.may_end = reader.end();
    return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const auto kind = data[0] % 2 == 0 ? MessageReader::Kind::request : MessageReader::Kind::response;
    const std::size_t cut = std::size_t{data[1]} + 1;
    const std::string bytes(data + 2, data + size);
    if (bytes.empty()) return 0;
    if (!(read(kind, bytes, bytes.size()) == read(kind, bytes, cut))) std::abort();
    return 0;
}
