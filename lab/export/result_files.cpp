#include "export/result_files.hpp"

#include <fmt/format.h>

#include "export/text.hpp"

namespace tcplab {
namespace {

void append_list(std::string& out, const std::vector<std::string>& words) {
    out += '[';
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(out, words[i]);
    }
    out += ']';
}

}  // namespace

std::string manifest_json(const Manifest& m) {
    std::string out = "{\n  \"version\": ";
    append_json_string(out, m.version);
    out += ",\n  \"command\": ";
    append_list(out, m.command_line);
    for (std::size_t i = 0; i < m.parts.size(); ++i) {
        out += i == 0 ? ",\n  \"parts\": [\n    " : ",\n    ";
        append_list(out, m.parts[i]);
    }
    if (!m.parts.empty()) out += "\n  ]";
    out += fmt::format(",\n  \"runs\": {}", m.runs);
    if (!m.shard.empty()) out += fmt::format(",\n  \"shard\": \"{}\",\n  \"shard_runs\": {}", m.shard, m.shard_runs);
    out += fmt::format(",\n  \"complete\": {},\n  \"file\": ", m.complete);
    append_json_string(out, m.scenario_file);
    out += ",\n  \"hash\": ";
    append_json_string(out, m.scenario_hash);
    out += ",\n  \"scenario\": ";
    append_json_string(out, m.scenario_text);
    return out + "\n}\n";
}

}  // namespace tcplab
