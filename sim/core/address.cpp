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

std::string to_string(const Endpoint& e) { return to_string(e.address) + ':' + std::to_string(e.port); }

}  // namespace tcplab
