// What the ns-3 programs share: links, TCP as the workloads have it, counting, and the line of results.
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"
#include "ns3/point-to-point-module.h"

namespace peers {

/// Reno with MSS 1460, an initial window of 10, an ACK for two segments or after 200 ms, SACK, and no timestamps: with
/// them ns-3 still fills segments with 1460 bytes, and IP breaks each in two.
inline void set_tcp() {
    using ns3::Config::SetDefault;
    SetDefault("ns3::TcpL4Protocol::SocketType", ns3::StringValue("ns3::TcpNewReno"));
    SetDefault("ns3::TcpSocket::SegmentSize", ns3::UintegerValue(1460));
    SetDefault("ns3::TcpSocket::InitialCwnd", ns3::UintegerValue(10));
    SetDefault("ns3::TcpSocket::DelAckCount", ns3::UintegerValue(2));
    SetDefault("ns3::TcpSocket::DelAckTimeout", ns3::TimeValue(ns3::MilliSeconds(200)));
    SetDefault("ns3::TcpSocketBase::Sack", ns3::BooleanValue(true));
    SetDefault("ns3::TcpSocketBase::Timestamp", ns3::BooleanValue(false));
}

/// Links whose only queue is the device's own drop-tail queue.
inline ns3::PointToPointHelper links(const std::string& rate, const std::string& delay, std::uint32_t packets) {
    ns3::PointToPointHelper helper;
    helper.SetDeviceAttribute("DataRate", ns3::StringValue(rate));
    helper.SetChannelAttribute("Delay", ns3::StringValue(delay));
    helper.SetQueue("ns3::DropTailQueue", "MaxSize", ns3::StringValue(std::to_string(packets) + "p"));
    helper.DisableFlowControl();
    return helper;
}

inline std::uint64_t data_packets = 0;  ///< that the watched devices sent

/// Counts what has payload: it is longer than 2 bytes of framing, IP's header and TCP's with all options, 82 bytes, as
/// the workloads have no payload of less than 300.
inline void count_if_data(ns3::Ptr<const ns3::Packet> packet) { data_packets += packet->GetSize() > 82 ? 1 : 0; }

inline void watch(const ns3::NetDeviceContainer& devices) {
    for (auto device = devices.Begin(); device != devices.End(); ++device) {
        (*device)->TraceConnectWithoutContext("PhyTxEnd", ns3::MakeCallback(&count_if_data));
    }
}

/// Of this process; getrusage() would tell the most that the program which started it had, if that was more.
inline std::uint64_t peak_rss_bytes() {
    std::ifstream status("/proc/self/status");
    std::string word;
    std::uint64_t kilobytes = 0;
    while (status >> word && word != "VmHWM:") {
    }
    status >> kilobytes;
    return kilobytes * 1024;
}

inline void print_results(std::uint64_t transactions) {
    std::printf("{\"data_packets\": %" PRIu64 ", \"transactions\": %" PRIu64 ", \"peak_rss_bytes\": %" PRIu64 "}\n",
                data_packets, transactions, peak_rss_bytes());
}

}  // namespace peers
