#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "export/summary.hpp"

namespace tcplab {

/// "Why serial is slowest: 1.31 s handshakes, 1.30 s propagation   (tcplab explain FILE --variant serial)", of at most
/// `width` columns, with a newline. `file` is the scenario's; empty where the command line has changed it. Empty unless
/// the rows are one run or compare variants, each with one page; of repetitions the one in the middle speaks.
std::string reason_line(const std::vector<SummaryRow>& rows, const std::string& file, std::size_t width);

}  // namespace tcplab
