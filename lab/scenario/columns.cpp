#include "scenario/columns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "scenario/text.hpp"

namespace tcplab {

namespace {

constexpr std::string_view kAttribution =
    "a_blocked|a_ports|a_dns|a_handshake|a_tls|a_propagation|a_transmission|a_queueing|a_server|a_proxy|a_slow_start|"
    "a_congestion|a_pacing|a_receive_window|a_nagle|a_delayed_ack|a_loss|a_head_of_line|a_reader|a_close|a_retry|"
    "a_other";
constexpr std::string_view kSummary =
    "page_ms|first_byte_ms|html_ms|first_object_ms|layout_ms|mean_object_ms|speed_index_ms|transactions|failed|retried|"
    "duplicates_at_server|connections|max_open_connections|packets_up|packets_down|bytes_up|bytes_down|"
    "overhead_percent|retransmitted|dropped_queue|marked_ce|dropped_loss|corrupted|bytes_destroyed|"
    "time_wait_peak|connect_refused_ports|server_connections_peak|server_memory_peak|pages|mean_page_ms|"
    "slowest_page_ms";
constexpr std::string_view kTransactions =
    "id|connection|user|load|host|method|path|status|retries|start_ms|blocked_ms|dns_ms|connect_ms|tls_ms|send_ms|"
    "wait_ms|receive_ms|total_ms|connected_ms|request_sent_ms|first_byte_ms|done_ms|request_bytes|response_bytes|error";
constexpr std::string_view kConnections =
    "id|user|client_ip|client_port|server_ip|server_port|opened_ms|established_ms|closed_ms|time_wait_until_ms|"
    "transactions|close_reason|bytes_up|bytes_down|retransmitted|srtt_ms";
constexpr std::string_view kPages =
    "user|load|start_ms|page_ms|first_byte_ms|html_ms|first_object_ms|layout_ms|mean_object_ms|speed_index_ms|total_ms";

struct File {
    std::string_view name, row, columns;
    bool attribution;
};
constexpr std::array<File, 4> kFiles{{
    {"summary.csv", "", kSummary, true},
    {"transactions.csv", "transaction", kTransactions, true},
    {"connections.csv", "connection", kConnections, false},
    {"pages.csv", "page", kPages, true},
}};

const File& describe(ResultFile file) { return kFiles.at(static_cast<std::size_t>(file)); }

std::vector<std::string_view> all_columns(const File& file) {
    std::vector<std::string_view> all = split(file.columns);
    if (!file.attribution) return all;
    const std::vector<std::string_view> attribution = split(kAttribution);
    all.insert(all.end(), attribution.begin(), attribution.end());
    return all;
}

}  // namespace

std::string_view file_name(ResultFile file) { return describe(file).name; }

std::string_view row_name(ResultFile file) { return describe(file).row; }

const std::vector<std::string_view>& columns_of(ResultFile file) {
    static const std::array<std::vector<std::string_view>, kFiles.size()> columns{
        all_columns(kFiles[0]), all_columns(kFiles[1]), all_columns(kFiles[2]), all_columns(kFiles[3])};
    return columns.at(static_cast<std::size_t>(file));
}

std::optional<Measure> measure_of_column(std::string_view name) {
    constexpr std::array<std::string_view, 7> text{"host",      "method",    "path",        "error",
                                                   "client_ip", "server_ip", "close_reason"};
    const auto ends_in = [name](std::string_view end) {
        return name.size() >= end.size() && name.substr(name.size() - end.size()) == end;
    };
    if (std::find(text.begin(), text.end(), name) != text.end()) return std::nullopt;
    if (ends_in("_ms") || name.substr(0, 2) == "a_") return Measure::duration;
    if (ends_in("_percent")) return Measure::percent;
    if (name.substr(0, 6) == "bytes_" || ends_in("_bytes") || name == "server_memory_peak") return Measure::size;
    return Measure::plain;
}

}  // namespace tcplab
