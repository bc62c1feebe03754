#include "export/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "export/causes.hpp"
#include "export/text.hpp"
#include "metrics/page.hpp"

namespace tcplab {
namespace {

FieldValue count(std::uint64_t n) { return static_cast<std::int64_t>(n); }

FieldValue instant(Time t) {
    if (t == kNever) return std::nullopt;
    return t.time_since_epoch().count();
}

FieldValue overhead(const Summary& s) {
    const std::uint64_t all = s.bytes_up + s.bytes_down;
    if (all == 0) return std::nullopt;
    const double share = static_cast<double>(s.header_bytes) / static_cast<double>(all);
    return std::llround(share * 1e8);
}

void append(std::string& out, std::uint64_t number) {
    const fmt::format_int digits(number);
    out += ',';
    out.append(digits.data(), digits.size());
}

std::string markdown_field(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '|') out += '\\';
        out += c == '\n' || c == '\r' ? ' ' : c;
    }
    return out;
}

}  // namespace

void append_value(std::string& out, FieldKind kind, FieldValue value) {
    if (!value) return;
    if (kind == FieldKind::count) {
        const fmt::format_int digits(*value);
        out.append(digits.data(), digits.size());
    } else {
        append_decimal(out, *value);
    }
}

Summary summarise(const Results& r) {
    Summary s;
    const PageMetrics page = summarise_pages(r.pages);
    s.page = instant(page.page);
    s.first_byte = instant(page.first_byte);
    s.html = instant(page.html);
    s.first_object = instant(page.first_object);
    s.layout = instant(page.layout);
    if (page.speed_index) s.speed_index = page.speed_index->count();
    if (page.mean_object) s.mean_object = page.mean_object->count();
    s.transactions = r.transactions.size();
    s.failed = r.failed;
    s.retried = r.retried;
    s.duplicates_at_server = r.duplicates_at_server;
    s.connections = r.connections.size();
    s.max_open_connections = r.max_open_connections;
    s.packets_up = r.up.packets;
    s.packets_down = r.down.packets;
    s.bytes_up = r.up.bytes;
    s.bytes_down = r.down.bytes;
    s.header_bytes = r.up.header_bytes + r.down.header_bytes;
    s.retransmitted = r.retransmitted;
    s.dropped_queue = r.up.dropped_queue + r.down.dropped_queue;
    s.marked_ce = r.up.marked_ce + r.down.marked_ce;
    s.dropped_loss = r.up.dropped_loss + r.down.dropped_loss;
    s.corrupted = r.up.corrupted + r.down.corrupted;
    s.bytes_destroyed = r.bytes_destroyed;
    s.time_wait_peak = r.time_wait_peak;
    s.connect_refused_ports = r.connect_refused_ports;
    s.server_connections_peak = r.server_connections_peak;
    s.server_memory_peak = r.server_memory_peak;
    s.pages = r.pages.size();
    if (page.mean_page) s.mean_page = page.mean_page->count();
    s.causes = critical_path(r.pages);
    if (page.slowest_page) s.slowest_page = page.slowest_page->count();
    return s;
}

namespace {

template <std::size_t I>
FieldValue cause_of(const Summary& s) {
    return cause_value(s.causes ? &*s.causes : nullptr, static_cast<Cause>(I));
}

// A name that lives for ever.
std::string_view cause_column(std::size_t i) {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (std::size_t cause = 0; cause < kCauses; ++cause) {
            out.push_back("a_" + std::string(name(static_cast<Cause>(cause))));
        }
        return out;
    }();
    return names[i];
}

template <std::size_t... I>
void add_causes(std::vector<SummaryColumn>& columns, std::index_sequence<I...>) {
    (columns.push_back({cause_column(I), FieldKind::milliseconds, cause_of<I>}), ...);
}

std::vector<SummaryColumn> make_columns() {
    using S = const Summary&;
    std::vector<SummaryColumn> columns{
        {"page_ms", FieldKind::milliseconds, [](S s) { return s.page; }},
        {"first_byte_ms", FieldKind::milliseconds, [](S s) { return s.first_byte; }},
        {"html_ms", FieldKind::milliseconds, [](S s) { return s.html; }},
        {"first_object_ms", FieldKind::milliseconds, [](S s) { return s.first_object; }},
        {"layout_ms", FieldKind::milliseconds, [](S s) { return s.layout; }},
        {"mean_object_ms", FieldKind::milliseconds, [](S s) { return s.mean_object; }},
        {"speed_index_ms", FieldKind::milliseconds, [](S s) { return s.speed_index; }},
        {"transactions", FieldKind::count, [](S s) { return count(s.transactions); }},
        {"failed", FieldKind::count, [](S s) { return count(s.failed); }},
        {"retried", FieldKind::count, [](S s) { return count(s.retried); }},
        {"duplicates_at_server", FieldKind::count, [](S s) { return count(s.duplicates_at_server); }},
        {"connections", FieldKind::count, [](S s) { return count(s.connections); }},
        {"max_open_connections", FieldKind::count, [](S s) { return count(s.max_open_connections); }},
        {"packets_up", FieldKind::count, [](S s) { return count(s.packets_up); }},
        {"packets_down", FieldKind::count, [](S s) { return count(s.packets_down); }},
        {"bytes_up", FieldKind::count, [](S s) { return count(s.bytes_up); }},
        {"bytes_down", FieldKind::count, [](S s) { return count(s.bytes_down); }},
        {"overhead_percent", FieldKind::percent, overhead},
        {"retransmitted", FieldKind::count, [](S s) { return count(s.retransmitted); }},
        {"dropped_queue", FieldKind::count, [](S s) { return count(s.dropped_queue); }},
        {"marked_ce", FieldKind::count, [](S s) { return count(s.marked_ce); }},
        {"dropped_loss", FieldKind::count, [](S s) { return count(s.dropped_loss); }},
        {"corrupted", FieldKind::count, [](S s) { return count(s.corrupted); }},
        {"bytes_destroyed", FieldKind::count, [](S s) { return count(s.bytes_destroyed); }},
        {"time_wait_peak", FieldKind::count, [](S s) { return count(s.time_wait_peak); }},
        {"connect_refused_ports", FieldKind::count, [](S s) { return count(s.connect_refused_ports); }},
        {"server_connections_peak", FieldKind::count, [](S s) { return count(s.server_connections_peak); }},
        {"server_memory_peak", FieldKind::count, [](S s) { return count(s.server_memory_peak); }},
        {"pages", FieldKind::count, [](S s) { return count(s.pages); }},
        {"mean_page_ms", FieldKind::milliseconds, [](S s) { return s.mean_page; }},
        {"slowest_page_ms", FieldKind::milliseconds, [](S s) { return s.slowest_page; }},
    };
    add_causes(columns, std::make_index_sequence<kCauses>());
    return columns;
}

}  // namespace

const std::vector<SummaryColumn>& summary_columns() {
    static const std::vector<SummaryColumn> columns = make_columns();
    return columns;
}

const SummaryColumn* find_summary_column(std::string_view name) {
    const auto& all = summary_columns();
    const auto it = std::find_if(all.begin(), all.end(), [&](const SummaryColumn& c) { return c.name == name; });
    return it == all.end() ? nullptr : &*it;
}

std::string label_header(const RunLabel& label) {
    std::string out = "scenario,variant,run,seed";
    for (const auto& axis : label.axes) {
        out += ',';
        append_csv_field(out, axis.first);
    }
    return out;
}

std::string label_fields(const RunLabel& label) {
    std::string out;
    append_csv_field(out, label.scenario);
    out += ',';
    append_csv_field(out, label.variant);
    append(out, label.run);
    append(out, label.seed);
    for (const auto& axis : label.axes) {
        out += ',';
        append_csv_field(out, axis.second);
    }
    return out;
}

std::string summary_csv_header(const RunLabel& label) {
    std::string out = label_header(label);
    for (const SummaryColumn& c : summary_columns()) {
        out += ',';
        out += c.name;
    }
    return out + "\n";
}

std::string summary_csv_row(const SummaryRow& row) {
    std::string out = label_fields(row.label);
    for (const SummaryColumn& c : summary_columns()) {
        out += ',';
        append_value(out, c.kind, c.value(row.numbers));
    }
    return out + "\n";
}

namespace {

constexpr std::size_t kLabels = 4;  // scenario, variant, run, seed: the last two are numbers

}  // namespace

std::string summary_json(const std::vector<std::string>& header, const std::vector<std::string>& row) {
    const std::size_t numbers = header.size() - summary_columns().size();
    std::string out = "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(out, header[i]);
        out += ": ";
        const bool is_text = i < 2 || (i >= kLabels && i < numbers);
        if (is_text) {
            append_json_string(out, row[i]);
        } else {
            out += row[i].empty() ? "null" : row[i];
        }
    }
    return out + "}";
}

std::string summary_markdown_head(const std::vector<std::string>& header) {
    std::string out = summary_markdown(header) + "|";
    for (std::size_t i = 0; i < header.size(); ++i) out += i < 2 ? "---|" : "--:|";
    return out + "\n";
}

std::string summary_markdown(const std::vector<std::string>& row) {
    std::string out = "|";
    for (const std::string& field : row) out += " " + markdown_field(field) + " |";
    return out + "\n";
}

}  // namespace tcplab
