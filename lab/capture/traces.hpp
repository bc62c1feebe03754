#pragma once

#include <string>
#include <vector>

#include "capture/steps.hpp"
#include "experiment/results.hpp"
#include "export/result_files.hpp"
#include "trace/recording.hpp"

namespace tcplab::capture {

/// tcp.csv: a row for each change of an end of a connection.
std::string tcp_csv(const RunLabel& label, const Recording& recording, const Results& results, const Tell& tell = {});
/// packets.csv: a row for each packet, copies that links made too.
std::string packets_csv(const RunLabel& label, const Recording& recording, const Results& results,
                        const Tell& tell = {});
/// trace.qlog: version 0.3 of qlog (draft-ietf-quic-qlog-main-schema-02) with a trace for each end of each connection,
/// in the dialect for TCP that qvis reads: a packet's TCP numbers beside QUIC's names.
std::string qlog(const Recording& recording, const Results& results, std::string_view title, const Tell& tell = {});

}  // namespace tcplab::capture
