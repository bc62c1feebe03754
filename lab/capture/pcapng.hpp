#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/address.hpp"
#include "core/time.hpp"

namespace tcplab::capture {

/// A file in the format of Wireshark and tcpdump (draft-ietf-opsawg-pcapng): IPv4 packets of several interfaces, with
/// times in nanoseconds. Interfaces come before the packets they have.
class PcapngWriter {
  public:
    enum class Way : std::uint8_t { in = 1, out = 2 };  // as the flags of a packet have it

    explicit PcapngWriter(std::string_view application, std::string_view comment);
    /// Returns its number.
    std::uint32_t add_interface(std::string_view name, Ipv4Address address);
    /// What programs call these addresses.
    void add_names(const std::vector<std::pair<Ipv4Address, std::string>>& names);

    struct Packet {
        std::uint32_t interface = 0;
        Duration since_1970{};
        Way way = Way::in;
        std::uint64_t id = 0;  ///< the same where another interface saw it too
        std::string_view comment;
    };
    /// `bytes` from the IP header on.
    void add_packet(const Packet& packet, const std::vector<std::uint8_t>& bytes);
    [[nodiscard]] std::string take() { return std::move(out_); }

  private:
    std::string out_;
    std::uint32_t interfaces_ = 0;
};

}  // namespace tcplab::capture
