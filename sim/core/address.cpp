#include "core/address.hpp"

namespace tcplab {

std::string to_string(Ipv4Address a) {
    std::string text;
    for (unsigned shift = 32; shift > 0;) {
        shift -= 8;
        text += std::to_string((a.value >> shift) & 0xffU);
        if (shift > 0) text += '.';
    }
    return text;
}

bool is_ipv4_address(std::string_view host) {
    unsigned numbers = 0;
    while (true) {
        const std::string_view number = host.substr(0, host.find('.'));
        const bool digits = number.find_first_not_of("0123456789") == std::string_view::npos;
        if (number.empty() || number.size() > 3 || !digits) return false;
        if (number.size() > 1 && number.front() == '0') return false;
        if (number.size() == 3 && number > "255") return false;
        ++numbers;
        if (number.size() == host.size()) return numbers == 4;
        host.remove_prefix(number.size() + 1);
    }
}

std::string to_string(const Endpoint& e) { return to_string(e.address) + ':' + std::to_string(e.port); }

}  // namespace tcplab
