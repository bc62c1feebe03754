#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tcp/tcp_info.hpp"

namespace tcplab::script {

/// A field of TCP_INFO under the kernel's name.
struct InfoField {
    std::string_view name;  ///< "tcpi_snd_cwnd"
    std::int64_t (*get)(const TcpInfo&);
};

/// Every field that the simulator has.
const std::vector<InfoField>& info_fields();
/// nullptr when there is none of that name.
const InfoField* find_info_field(std::string_view name);

}  // namespace tcplab::script
