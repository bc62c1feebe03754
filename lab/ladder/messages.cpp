#include "ladder/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tcplab::ladder {
namespace {

std::uint32_t byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

std::string listed(const std::vector<std::string>& words) {
    constexpr std::size_t kMost = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) text += (i == 0 ? "" : ", ") + words[i];
    return words.size() > kMost ? fmt::format("{} and {} more", text, words.size() - kMost) : text;
}

// RFC 9112 3 and 4: "GET /a HTTP/1.1", "HTTP/1.1 200 OK".
std::string http1(std::string_view text) {
    const std::string_view line = text.substr(0, text.find("\r\n"));
    if (line.size() == text.size()) return "";
    constexpr std::string_view kVersion = "HTTP/1.x ";
    if (line.rfind("HTTP/1.", 0) == 0) return std::string(line.substr(std::min(kVersion.size(), line.size())));
    const std::size_t target = line.find(' ');
    const std::size_t version = line.find(" HTTP/1.");
    const bool is_method = line.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == target && target > 0;
    if (!is_method || version == std::string_view::npos || version <= target) return "";
    return std::string(line.substr(0, version));
}

// RFC 8446 5.1 and 4: a record, and the handshake message that it begins with. Protected records tell nothing.
std::string tls(std::string_view text) {
    constexpr std::size_t kRecordHeader = 5;
    if (text.size() <= kRecordHeader || byte_at(text, 1) != 3) return "";
    if (byte_at(text, 0) == 20) return "TLS ChangeCipherSpec";
    if (byte_at(text, 0) == 21) return "TLS alert";
    if (byte_at(text, 0) != 22) return "";
    switch (byte_at(text, kRecordHeader)) {
        case 1: return "TLS ClientHello";
        case 2: return "TLS ServerHello";
        case 4: return "TLS NewSessionTicket";
        case 16: return "TLS ClientKeyExchange";
        default: return "TLS handshake";
    }
}

// RFC 9113 3.4 and 4.1: the frames that begin, end or refuse messages. Nothing else begins like a frame: its first
// bytes would be a length beyond what is allowed, or its stream would be 0.
std::string http2(std::string_view text) {
    constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    constexpr std::size_t kFrameHeader = 9;
    constexpr std::uint32_t kLongest = 1U << 14U;  // SETTINGS_MAX_FRAME_SIZE, before anybody allows more
    std::vector<std::string> found;
    if (text.rfind(kPreface, 0) == 0) {
        found.emplace_back("HTTP/2 preface");
        text.remove_prefix(kPreface.size());
    }
    while (text.size() >= kFrameHeader) {
        const std::uint32_t length = (byte_at(text, 0) << 16U) | (byte_at(text, 1) << 8U) | byte_at(text, 2);
        const std::uint32_t type = byte_at(text, 3);
        const std::uint32_t stream =
            (byte_at(text, 5) << 24U) | (byte_at(text, 6) << 16U) | (byte_at(text, 7) << 8U) | byte_at(text, 8);
        if (length > kLongest || type > 9) break;
        if (type == 1 && stream > 0) found.push_back(fmt::format("HEADERS {}", stream));
        if (type == 3 && stream > 0) found.push_back(fmt::format("RST_STREAM {}", stream));
        if (type == 7 && length > 0) found.emplace_back("GOAWAY");
        text.remove_prefix(std::min<std::size_t>(text.size(), kFrameHeader + length));
    }
    return listed(found);
}

std::string message_at_start(std::string_view text) {
    for (const auto reader : {http2, http1, tls}) {
        if (std::string found = reader(text); !found.empty()) return found;
    }
    return "";
}

}  // namespace

std::string messages_in(const Payload& payload) {
    if (!payload.content) return "";
    std::vector<std::string> found;
    for (std::uint32_t done = 0; done < payload.length;) {
        const Content::View view = payload.content->view(payload.offset + done, payload.length - done);
        std::string message = view.text.data() == nullptr ? "" : message_at_start(view.text);
        if (!message.empty()) found.push_back(std::move(message));
        done += static_cast<std::uint32_t>(view.length);
    }
    return listed(found);
}

}  // namespace tcplab::ladder
