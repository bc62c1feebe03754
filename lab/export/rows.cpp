#include <algorithm>
#include <array>

#include "export/causes.hpp"
#include "export/result_files.hpp"
#include "export/text.hpp"

namespace tcplab {
namespace {

FieldValue instant(Time t) {
    if (t == kNever) return std::nullopt;
    return t.time_since_epoch().count();
}

FieldValue between(Time from, Time to) {
    if (from == kNever || to == kNever) return std::nullopt;
    return (to - from).count();
}

FieldValue length(Duration d) { return d.count(); }

// A phase that was not reached is empty. A run's end in its middle leaves it without a length.
FieldValue phase_from(const Transaction& t, Time reached, Duration Phases::*length_of) {
    if (reached == kNever || t.done == kNever) return std::nullopt;
    return length(phases(t).*length_of);
}

// Of the phases before the request. The run's end leaves those without a length that it may have cut short: up to the
// connection's first packet all of them, then those behind it.
FieldValue phase_before(const Transaction& t, Duration Phases::*length_of, bool before_connection) {
    const bool cut_short = t.done == kNever && t.send_begin == kNever;
    if (cut_short && !(before_connection && t.connection > 0)) return std::nullopt;
    return length(phases(t).*length_of);
}

FieldValue count(std::uint64_t n) { return static_cast<std::int64_t>(n); }
FieldValue count_or_none(std::uint64_t n) { return n == 0 ? FieldValue{} : count(n); }

constexpr FieldKind kMs = FieldKind::milliseconds;
using T = const Transaction&;
using C = const ConnectionRow&;
using P = const PageResult&;

constexpr std::array<RowColumn<Transaction>, 21> kTransactionColumns{{
    {"id", FieldKind::count, [](T t) { return count(t.id); }},
    {"connection", FieldKind::count, [](T t) { return count_or_none(t.connection); }},
    {"user", FieldKind::count, [](T t) { return count(t.user); }},
    {"status", FieldKind::count, [](T t) { return count_or_none(t.status); }},
    {"retries", FieldKind::count, [](T t) { return count(t.retries); }},
    {"start_ms", kMs, [](T t) { return instant(t.wanted); }},
    {"blocked_ms", kMs, [](T t) { return phase_before(t, &Phases::blocked, true); }},
    {"dns_ms", kMs, [](T t) { return t.reused ? FieldValue{} : phase_before(t, &Phases::dns, true); }},
    {"connect_ms", kMs, [](T t) { return t.reused ? FieldValue{} : phase_before(t, &Phases::connect, false); }},
    {"tls_ms", kMs, [](T t) { return t.tls == Duration::zero() ? FieldValue{} : length(phases(t).tls); }},
    {"send_ms", kMs, [](T t) { return phase_from(t, t.send_begin, &Phases::send); }},
    {"wait_ms", kMs, [](T t) { return phase_from(t, t.request_sent, &Phases::wait); }},
    {"receive_ms", kMs, [](T t) { return phase_from(t, t.first_byte, &Phases::receive); }},
    {"total_ms", kMs, [](T t) { return between(t.wanted, t.done); }},
    {"connected_ms", kMs, [](T t) { return instant(connected(t)); }},
    {"request_sent_ms", kMs, [](T t) { return instant(t.request_sent); }},
    {"first_byte_ms", kMs, [](T t) { return instant(t.first_byte); }},
    {"done_ms", kMs, [](T t) { return instant(t.done); }},
    {"request_bytes", FieldKind::count, [](T t) { return count(t.request_bytes); }},
    {"response_bytes", FieldKind::count, [](T t) { return count(t.response_bytes); }},
    {"load", FieldKind::count, [](T t) { return count(t.load); }},
}};

constexpr std::array<RowColumn<ConnectionRow>, 16> kConnectionColumns{{
    {"id", FieldKind::count, [](C c) { return count(c.id); }},
    {"user", FieldKind::count, [](C c) { return count_or_none(c.user); }},
    {"client_ip", FieldKind::count, nullptr, [](C c) { return to_string(c.tuple.local.address); }},
    {"client_port", FieldKind::count, [](C c) { return count(c.tuple.local.port); }},
    {"server_ip", FieldKind::count, nullptr, [](C c) { return to_string(c.tuple.remote.address); }},
    {"server_port", FieldKind::count, [](C c) { return count(c.tuple.remote.port); }},
    {"opened_ms", kMs, [](C c) { return instant(c.opened); }},
    {"established_ms", kMs, [](C c) { return instant(c.established); }},
    {"closed_ms", kMs, [](C c) { return instant(c.closed); }},
    {"time_wait_until_ms", kMs, [](C c) { return instant(c.time_wait_until); }},
    {"transactions", FieldKind::count, [](C c) { return count(c.transactions); }},
    {"close_reason", FieldKind::count, nullptr, [](C c) { return std::string(name(c.close_reason)); }},
    {"bytes_up", FieldKind::count, [](C c) { return count(c.bytes_up); }},
    {"bytes_down", FieldKind::count, [](C c) { return count(c.bytes_down); }},
    {"retransmitted", FieldKind::count, [](C c) { return count(c.retransmitted); }},
    {"srtt_ms", kMs, [](C c) { return count_or_none(static_cast<std::uint64_t>(c.srtt.count())); }},
}};

constexpr std::array<RowColumn<PageResult>, 11> kPageColumns{{
    {"user", FieldKind::count, [](P p) { return count(p.user); }},
    {"load", FieldKind::count, [](P p) { return count(p.load); }},
    {"start_ms", kMs, [](P p) { return instant(p.started); }},
    {"page_ms", kMs, [](P p) { return instant(p.done); }},
    {"first_byte_ms", kMs, [](P p) { return instant(p.first_byte); }},
    {"html_ms", kMs, [](P p) { return instant(p.html_done); }},
    {"first_object_ms", kMs, [](P p) { return instant(p.first_object); }},
    {"layout_ms", kMs, [](P p) { return instant(p.layout); }},
    {"mean_object_ms", kMs, [](P p) { return p.first_object == kNever ? FieldValue{} : length(p.mean_object); }},
    {"speed_index_ms", kMs, [](P p) { return p.done == kNever ? FieldValue{} : length(p.speed_index); }},
    {"total_ms", kMs, [](P p) { return between(p.started, p.done); }},
}};

void append(std::string& out, FieldKind kind, FieldValue value) {
    out += ',';
    append_value(out, kind, value);
}

void append_text(std::string& out, std::string_view text) {
    out += ',';
    append_csv_field(out, text);
}

void append_transaction(std::string& out, const std::string& label, const RequestNames& names, const Transaction& t,
                        const Results& results) {
    out += label;
    append(out, FieldKind::count, count(t.id));
    append(out, FieldKind::count, count_or_none(t.connection));
    append(out, FieldKind::count, count(t.user));
    append(out, FieldKind::count, count(t.load));
    append_text(out, names.host);
    append_text(out, names.method);
    append_text(out, names.path);
    append(out, FieldKind::count, count_or_none(t.status));
    append(out, FieldKind::count, count(t.retries));
    const RowColumn<Transaction>* column = find_transaction_column("start_ms");
    for (; column->name != "load"; ++column) append(out, column->kind, column->value(t));
    if (t.causes == CauseLog::kNone) {
        append_causes(out, nullptr);
    } else {
        const Causes causes = causes_of(results, t);
        append_causes(out, &causes);
    }
    append_text(out, to_string(t.failure));
    out += '\n';
}

template <class Columns, class Row>
void append_row(std::string& out, const std::string& label, const Columns& columns, const Row& row) {
    out += label;
    for (const auto& column : columns) {
        if (column.text != nullptr) {
            append_text(out, column.text(row));
        } else {
            append(out, column.kind, column.value(row));
        }
    }
}

template <class Columns>
const typename Columns::value_type* find_column(const Columns& columns, std::string_view name) {
    const auto it = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    return it == columns.end() ? nullptr : &*it;
}

template <class T, class Visit>
void for_each_in(RowRange range, const std::vector<T>& all, const Visit& visit) {
    for (std::size_t i = range.begin; i < std::min(range.end, all.size()); ++i) visit(all[i]);
}

}  // namespace

const RowColumn<Transaction>* find_transaction_column(std::string_view name) {
    return find_column(kTransactionColumns, name);
}

const RowColumn<ConnectionRow>* find_connection_column(std::string_view name) {
    return find_column(kConnectionColumns, name);
}

const RowColumn<PageResult>* find_page_column(std::string_view name) { return find_column(kPageColumns, name); }

RequestNames names_of(const Scenario& s, const Transaction& t) { return names_of(s, ObjectIndex(s.page), t); }

RequestNames names_of(const Scenario& s, const ObjectIndex& index, const Transaction& t) {
    const auto [entry, k] = index.find(t.object);
    const PageObject& o = s.page.objects[entry];
    return {o.host == 0 ? s.client.url_host : s.hosts[o.host - 1].name, request_method(s.client, o), o.path_of(k)};
}

RunRows row_headers(const RunLabel& label) {
    const std::string fields = label_header(label);
    RunRows headers;
    headers.transactions = fields +
                           ",id,connection,user,load,host,method,path,status,retries,start_ms,blocked_ms,dns_ms,"
                           "connect_ms,tls_ms,send_ms,wait_ms,receive_ms,total_ms,connected_ms,request_sent_ms,"
                           "first_byte_ms,done_ms,request_bytes,response_bytes" +
                           cause_header() + ",error\n";
    headers.connections = fields +
                          ",id,user,client_ip,client_port,server_ip,server_port,opened_ms,established_ms,closed_ms,"
                          "time_wait_until_ms,transactions,close_reason,bytes_up,bytes_down,retransmitted,srtt_ms\n";
    headers.pages = fields +
                    ",user,load,start_ms,page_ms,first_byte_ms,html_ms,first_object_ms,layout_ms,mean_object_ms,"
                    "speed_index_ms,total_ms" +
                    cause_header() + "\n";
    return headers;
}

RunRows format_rows(const RunLabel& label, const Scenario& scenario, const Results& results, bool with_pages,
                    RowRange range) {
    RunRows rows;
    const std::string fields = label_fields(label);
    const ObjectIndex index(scenario.page);
    for_each_in(range, results.transactions, [&](const Transaction& t) {
        append_transaction(rows.transactions, fields, names_of(scenario, index, t), t, results);
    });
    for_each_in(range, results.connections, [&](const ConnectionRow& c) {
        append_row(rows.connections, fields, kConnectionColumns, c);
        rows.connections += '\n';
    });
    if (with_pages) {
        for_each_in(range, results.pages, [&](const PageResult& p) {
            append_row(rows.pages, fields, kPageColumns, p);
            append_causes(rows.pages, p.done == kNever || p.causes.size() == 0 ? nullptr : &p.causes);
            rows.pages += '\n';
        });
    }
    return rows;
}

}  // namespace tcplab
