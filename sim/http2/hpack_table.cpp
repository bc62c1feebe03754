#include "http2/hpack_table.hpp"

#include <array>
#include <utility>

namespace tcplab {

namespace {

using Field = FieldList::Field;

constexpr std::array<Field, kStaticFields> kStaticTable{{
    {":authority", ""},
    {":method", "GET"},
    {":method", "POST"},
    {":path", "/"},
    {":path", "/index.html"},
    {":scheme", "http"},
    {":scheme", "https"},
    {":status", "200"},
    {":status", "204"},
    {":status", "206"},
    {":status", "304"},
    {":status", "400"},
    {":status", "404"},
    {":status", "500"},
    {"accept-charset", ""},
    {"accept-encoding", "gzip, deflate"},
    {"accept-language", ""},
    {"accept-ranges", ""},
    {"accept", ""},
    {"access-control-allow-origin", ""},
    {"age", ""},
    {"allow", ""},
    {"authorization", ""},
    {"cache-control", ""},
    {"content-disposition", ""},
    {"content-encoding", ""},
    {"content-language", ""},
    {"content-length", ""},
    {"content-location", ""},
    {"content-range", ""},
    {"content-type", ""},
    {"cookie", ""},
    {"date", ""},
    {"etag", ""},
    {"expect", ""},
    {"expires", ""},
    {"from", ""},
    {"host", ""},
    {"if-match", ""},
    {"if-modified-since", ""},
    {"if-none-match", ""},
    {"if-range", ""},
    {"if-unmodified-since", ""},
    {"last-modified", ""},
    {"link", ""},
    {"location", ""},
    {"max-forwards", ""},
    {"proxy-authenticate", ""},
    {"proxy-authorization", ""},
    {"range", ""},
    {"referer", ""},
    {"refresh", ""},
    {"retry-after", ""},
    {"server", ""},
    {"set-cookie", ""},
    {"strict-transport-security", ""},
    {"transfer-encoding", ""},
    {"user-agent", ""},
    {"vary", ""},
    {"via", ""},
    {"www-authenticate", ""},
}};

std::uint32_t cost(std::size_t name, std::size_t value) {
    return static_cast<std::uint32_t>(name + value) + kFieldOverhead;
}

}  // namespace

Field static_field(std::uint32_t index) { return kStaticTable[index - 1]; }

TableMatch find_static(std::string_view name, std::string_view value) {
    TableMatch match;
    for (std::uint32_t i = 0; i < kStaticFields; ++i) {
        if (kStaticTable[i].name != name) {
            if (match.name != 0) break;  // fields of one name stand together
            continue;
        }
        if (match.name == 0) match.name = i + 1;
        if (kStaticTable[i].value == value) {
            match.field = i + 1;
            break;
        }
    }
    return match;
}

void DynamicTable::set_limit(std::uint32_t limit) {
    limit_ = limit;
    evict_down_to(limit);
}

void DynamicTable::evict_down_to(std::uint32_t bytes) {
    while (bytes_ > bytes) {
        const Entry& oldest = entries_.front();
        bytes_ -= cost(oldest.text.size(), 0);
        entries_.pop_front();
    }
}

void DynamicTable::add(std::string_view name, std::string_view value) {
    const std::size_t length = name.size() + value.size();
    if (length + kFieldOverhead > limit_) {  // RFC 7541 4.4: that is no error, and empties the table
        evict_down_to(0);
        return;
    }
    Entry added{{}, static_cast<std::uint32_t>(name.size())};
    added.text.reserve(length);
    added.text.append(name).append(value);  // before anything is evicted
    evict_down_to(limit_ - cost(length, 0));
    bytes_ += cost(length, 0);
    entries_.push_back(std::move(added));
}

DynamicTable::Found DynamicTable::find(std::string_view name, std::string_view value) const {
    Found found{size(), size()};
    for (std::uint32_t i = 0; i < size(); ++i) {
        const Entry& e = entry(i);
        if (e.name != name.size() || e.text.compare(0, e.name, name) != 0) continue;
        if (found.name == size()) found.name = i;
        if (e.text.compare(e.name, std::string::npos, value) == 0) {
            found.field = i;
            break;
        }
    }
    return found;
}

Field DynamicTable::operator[](std::uint32_t index) const {
    const Entry& e = entry(index);
    const std::string_view all = e.text;
    return {all.substr(0, e.name), all.substr(e.name)};
}

}  // namespace tcplab
