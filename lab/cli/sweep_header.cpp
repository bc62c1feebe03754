#include "cli/sweep_header.hpp"

namespace tcplab {

SweepHeader header_of(const Plan& plan, const RunOptions& options, const std::vector<std::string>& command_line) {
    SweepHeader header;
    header.version = TCPLAB_VERSION;
    header.file = plan.path;
    header.text = plan.file.text;
    header.hash = plan.file.hash;
    header.inputs = plan.file.inputs;
    header.name = plan.file.name;
    header.title = plan.file.title;
    header.conditions = plan.conditions;
    header.variants = plan.file.variants;
    header.changes = options.changes;
    if (options.har) header.own_files.emplace_back("--har");
    if (options.pcap) header.own_files.emplace_back("--pcap");
    if (options.trace) header.own_files.emplace_back("--trace");
    if (options.report) header.own_files.emplace_back("--report");
    header.command_line = command_line;
    header.with_pages = plan.several_pages;
    header.runs = plan.runs.size();
    header.shard = options.shard;
    return header;
}

}  // namespace tcplab
