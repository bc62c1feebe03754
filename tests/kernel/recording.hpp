#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "experiment/scenario.hpp"

namespace tcplab::kernel {

/// A packet as the link between client and server saw it. Numbers are relative to the initial sequence numbers.
struct Packet {
    std::uint32_t connection = 1;  ///< numbered by their first packet
    bool up = true;                ///< client to server
    double sent = 0;               ///< ms, handed to the link
    double arrived = -1;           ///< ms; negative: it did not
    std::string flags;             ///< as tcpdump writes them
    std::uint32_t seq = 0;
    std::uint32_t length = 0;  ///< payload, bytes
    std::uint32_t ack = 0;     ///< 0 without the flag
    std::uint32_t window = 0;  ///< scaled up
    std::string sack;          ///< blocks in their order, "1449-2897,4345-5793"
    std::string fate;          ///< "": arrived, "lost" by script, "full" queue
    double rounding = 0;       ///< ms by which the timer that sent it may have been late; kernel only
};

/// A transfer over a real kernel, in the form that README.md describes.
struct Recording {
    std::string name;
    std::string scenario;               ///< TOML
    std::vector<std::string> compared;  ///< fields and "order"; times always are
    std::vector<Packet> packets;        ///< in the order of their sending
    bool first = false;                 ///< only the first packets of the transfer
};

/// Reads a file; throws std::runtime_error with "FILE:LINE: what is wrong".
Recording read_recording(const std::string& path);

/// The scenario of a recording; throws std::runtime_error with its errors.
Scenario scenario_of(const Recording& recording);

/// The packets of a simulation, in the order of their sending.
std::vector<Packet> simulated_packets(const Scenario& scenario);

}  // namespace tcplab::kernel
