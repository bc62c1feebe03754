#include "explain/layout.hpp"

#include <algorithm>
#include <utility>

#include "terminal/width.hpp"

namespace tcplab::explain {

void append_wrapped(std::string& out, std::string head, std::size_t indent, std::string_view text, std::size_t width) {
    std::string line = std::move(head);
    std::size_t used = display_width(line);
    bool empty = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t columns = display_width(word);
        if (!empty && used + 1 + columns > width) {
            out += line + "\n";
            line.assign(indent, ' ');
            used = indent;
            empty = true;
        }
        line += (empty ? "" : " ");
        line += empty ? cut_to_width(word, width - used) : std::string(word);
        used += columns + (empty ? 0 : 1);
        empty = false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out += line + "\n";
}

std::string paragraph(std::string_view text, std::size_t width) {
    std::string out;
    append_wrapped(out, "", 0, text, width);
    return out;
}

}  // namespace tcplab::explain
