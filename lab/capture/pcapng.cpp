#include "capture/pcapng.hpp"

#include <cstddef>

namespace tcplab::capture {
namespace {

// Section numbers are of draft-ietf-opsawg-pcapng-01.
constexpr std::uint32_t kSectionHeader = 0x0a0d0d0a;  // 4.1
constexpr std::uint32_t kInterface = 1;               // 4.2
constexpr std::uint32_t kNames = 4;                   // 4.5
constexpr std::uint32_t kPacket = 6;                  // 4.3, the enhanced one
constexpr std::uint32_t kByteOrder = 0x1a2b3c4d;
constexpr std::uint16_t kRawIpv4 = 228;  // LINKTYPE_IPV4
constexpr std::uint8_t kNanoseconds = 9;

namespace option {
constexpr std::uint16_t end = 0;
constexpr std::uint16_t comment = 1;
constexpr std::uint16_t application = 4;  // of a section
constexpr std::uint16_t name = 2;         // of an interface
constexpr std::uint16_t address = 4;
constexpr std::uint16_t resolution = 9;
constexpr std::uint16_t flags = 2;  // of a packet
constexpr std::uint16_t id = 5;
}  // namespace option
constexpr std::uint16_t kIpv4Name = 1;

/// Always little-endian, whatever the machine.
template <class Number>
void put(std::string& out, Number n) {
    for (std::size_t i = 0; i < sizeof n; ++i) out += static_cast<char>(n >> (8 * i));
}

void put_padding(std::string& out, std::size_t length) { out.append((4 - length % 4) % 4, '\0'); }

void put_option(std::string& out, std::uint16_t code, std::string_view value) {
    constexpr std::size_t most = 0xffff;
    value = value.substr(0, most);
    put(out, code);
    put(out, static_cast<std::uint16_t>(value.size()));
    out += value;
    put_padding(out, value.size());
}

template <class Number>
std::string bytes_of(Number n) {
    std::string out;
    put(out, n);
    return out;
}

std::string network_bytes(Ipv4Address a) {
    std::string out;
    for (unsigned shift = 32; shift > 0; shift -= 8) out += static_cast<char>(a.value >> (shift - 8));
    return out;
}

/// A block in the making: its length stands before it and behind it.
class Block {
  public:
    Block(std::string& out, std::uint32_t type) : out_(out), begin_(out.size()) {
        put(out_, type);
        put(out_, std::uint32_t{0});
    }
    void end_with_options() {
        put_option(out_, option::end, "");
        end();
    }
    void end() {
        const std::string length = bytes_of(static_cast<std::uint32_t>(out_.size() - begin_ + 4));
        out_.replace(begin_ + 4, 4, length);
        out_ += length;
    }

  private:
    std::string& out_;
    std::size_t begin_;
};

}  // namespace

PcapngWriter::PcapngWriter(std::string_view application, std::string_view comment) {
    Block block(out_, kSectionHeader);
    put(out_, kByteOrder);
    put(out_, std::uint16_t{1});  // version 1.0
    put(out_, std::uint16_t{0});
    put(out_, ~std::uint64_t{0});  // the section's length: not said
    put_option(out_, option::comment, comment);
    put_option(out_, option::application, application);
    block.end_with_options();
}

std::uint32_t PcapngWriter::add_interface(std::string_view name, Ipv4Address address) {
    Block block(out_, kInterface);
    put(out_, kRawIpv4);
    put(out_, std::uint16_t{0});
    put(out_, std::uint32_t{0});  // packets are whole
    put_option(out_, option::name, name);
    put_option(out_, option::address, network_bytes(address) + std::string(4, '\xff'));
    put_option(out_, option::resolution, bytes_of(kNanoseconds));
    block.end_with_options();
    return interfaces_++;
}

void PcapngWriter::add_names(const std::vector<std::pair<Ipv4Address, std::string>>& names) {
    Block block(out_, kNames);
    for (const auto& [address, name] : names) {
        put_option(out_, kIpv4Name, network_bytes(address) + name + '\0');
    }
    put_option(out_, option::end, "");  // of the names
    block.end();
}

void PcapngWriter::add_packet(const Packet& packet, const std::vector<std::uint8_t>& bytes) {
    const auto time = static_cast<std::uint64_t>(packet.since_1970.count());
    const auto length = static_cast<std::uint32_t>(bytes.size());
    Block block(out_, kPacket);
    put(out_, packet.interface);
    put(out_, static_cast<std::uint32_t>(time >> 32U));
    put(out_, static_cast<std::uint32_t>(time));
    put(out_, length);
    put(out_, length);
    out_.append(bytes.begin(), bytes.end());
    put_padding(out_, bytes.size());
    if (!packet.comment.empty()) put_option(out_, option::comment, packet.comment);
    put_option(out_, option::flags, bytes_of(static_cast<std::uint32_t>(packet.way)));
    put_option(out_, option::id, bytes_of(packet.id));
    block.end_with_options();
}

}  // namespace tcplab::capture
