#include "terminal/ascii.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "terminal/width.hpp"

namespace tcplab {

std::string in_ascii(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, char>, 13> kLike{{{"─", '-'},
                                                                       {"│", '|'},
                                                                       {"├", '|'},
                                                                       {"┤", '|'},
                                                                       {"▸", '>'},
                                                                       {"◂", '<'},
                                                                       {"╌", '.'},
                                                                       {"✗", 'X'},
                                                                       {"⋮", ':'},
                                                                       {"…", '.'},
                                                                       {"·", '-'},
                                                                       {"–", '-'},
                                                                       {"−", '-'}}};
    std::string out;
    while (!text.empty()) {
        std::size_t bytes = 1;
        while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xc0U) == 0x80U) ++bytes;
        const std::string_view c = text.substr(0, bytes);
        const auto* like = std::find_if(kLike.begin(), kLike.end(), [&](const auto& l) { return l.first == c; });
        if (like != kLike.end()) {
            out += like->second;
        } else if (static_cast<unsigned char>(c.front()) < 0x80U) {
            out += c;
        } else {
            out.append(display_width(c), '?');
        }
        text.remove_prefix(bytes);
    }
    return out;
}

}  // namespace tcplab
