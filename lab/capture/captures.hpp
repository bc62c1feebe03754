#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capture/steps.hpp"
#include "export/result_files.hpp"
#include "trace/recording.hpp"

namespace tcplab::capture {

/// What tcpdump sees at each end of a run that was recorded with its payload: client.pcapng, with an interface for each
/// client's host, server.pcapng likewise, and proxy-N.pcapng for each proxy. Times are when the host sent or got the
/// packet. A packet's comment is what no capture tells: why it was sent, what it had waited for, and what became of it
/// on its way.
std::vector<RunFile> captures(const Recording& recording, std::string_view title, const Tell& tell = {});

}  // namespace tcplab::capture
