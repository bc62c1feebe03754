#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/link_config.hpp"
#include "scenario/document.hpp"
#include "scenario/draft.hpp"
#include "scenario/quantity.hpp"

namespace tcplab {

/// How a key's value is written.
enum class Type : std::uint8_t {
    duration,
    rate,
    size,
    percent,
    count,   ///< a bare whole number
    flag,    ///< true or false
    choice,  ///< one of some words
    text,
    texts,    ///< a list of texts
    names,    ///< a text or a list of texts
    headers,  ///< a list of HTTP header lines
    url,
    host_name,
    queue,      ///< packets or a size
    drops,      ///< a list of packets by kind and number
    holds,      ///< the same, each with a delay
    trace,      ///< the name of a packet-delivery trace
    recording,  ///< the name of a browser's recording
    ports,      ///< [first, last]
    linger,     ///< "off" or a duration
    arrival,
    cancel_after,  ///< a duration or a size
    close_after,   ///< so many responses, a size or "header"
    body_size,     ///< a size or "endless"
    sizes,         ///< a list of sizes
    objects,       ///< a list of tables: page.objects
    entries,       ///< a list of tables of settings: [[host]]
    tables,        ///< tables of another kind, which the reader takes apart itself
};

/// A value that was read.
struct Value {
    std::uint64_t number =
        0;  ///< in what its Measure counts; of a flag 0 or 1; of a choice its index; of a list its length
    std::uint64_t second = 0;  ///< the other end of a range
    double real = 0;
    std::string text;
    std::vector<std::string> texts;
    std::vector<std::uint64_t> numbers;
    std::vector<DropRule> drops;
    std::vector<HoldRule> holds;
    std::shared_ptr<const DeliveryTrace> trace;  ///< read_value() leaves it to TraceFiles
    RecordedSettings recorded;                   ///< read_value() leaves it to RecordingFiles
    ObjectList objects;
    EntryList entries;
};

/// How a key reaches its field. `get` gives the field's number for showing a default; no number: not set.
struct Access {
    void (*set)(Place&, const Value&) = nullptr;
    std::optional<std::uint64_t> (*get)(Place&) = nullptr;
};

/// One key of a table.
struct Key {
    std::string_view name{};  ///< within its table; may have a dot
    Type type = Type::text;
    Access access{};
    std::uint64_t min = 0;
    std::uint64_t max = std::numeric_limits<std::uint64_t>::max();
    std::string_view choices{};   ///< of Type::choice, separated by '|', in the order of the enumeration
    bool file_only = false;       ///< what a file has once: no variant or axis changes it
    std::string_view unit{};      ///< of a count, for showing
    std::string_view example{};   ///< a good value, as it is written
    std::string_view fallback{};  ///< the default in words, where there is no field to ask
    std::string_view meaning{};
    std::string_view source{};  ///< RFC section or kernel name
};

/// Which part of a scenario a table's keys change.
enum class Target : std::uint8_t {
    draft,
    link,
    link_up,
    link_down,
    access,
    access_up,
    access_down,
    server_access,
    server_access_up,
    server_access_down,
    tcp,
    client_tcp,
    server_tcp,
    server,
    host,
    proxy,
    proxy_link,
    proxy_link_up,
    proxy_link_down,
    proxy_tcp,
    object,
};

/// A table of scenario files. Several may have the same keys.
struct Table {
    std::string_view name;   ///< dotted; empty: the top of the file
    std::string_view title;  ///< as messages call it: "[link.up]"
    const std::vector<Key>* keys = nullptr;
    Target target = Target::draft;
    bool specific = false;  ///< overrides another table: [link.up], [client.tcp]
    std::string_view meaning;
    std::string_view like;  ///< where its keys are shown: another table's name
    bool in_list = false;   ///< of a list's entries: its keys are set inside one, or with the list as a whole
};

// The keys, a function per group. Each list lives as long as the program.
const std::vector<Key>& top_keys();
const std::vector<Key>& list_keys();  ///< at the top of a file, too: [[request]], [[host]] and [[proxy]] as a whole
const std::vector<Key>& link_keys();
const std::vector<Key>& direction_keys();
const std::vector<Key>& queue_keys();  ///< of direction_keys(), those of its queue
const std::vector<Key>& tcp_keys();
const std::vector<Key>& dns_keys();
const std::vector<Key>& tls_keys();
const std::vector<Key>& client_keys();
const std::vector<Key>& server_keys();
const std::vector<Key>& host_keys();
const std::vector<Key>& proxy_keys();
const std::vector<Key>& page_keys();
const std::vector<Key>& object_keys();
const std::vector<Key>& request_keys();
const std::vector<Key>& variant_keys();
const std::vector<Key>& vary_keys();
const std::vector<Key>& expect_keys();

/// Every table, in the order in which they are shown.
const std::vector<Table>& tables();
/// nullptr when there is none of that name.
const Table* find_table(std::string_view name);

struct FoundKey {
    const Table* table = nullptr;
    const Key* key = nullptr;
    explicit operator bool() const { return key != nullptr; }
};
/// The key of a full dotted name such as "link.up.rate" or "host.port" that settings may change.
FoundKey find_key(std::string_view dotted);
/// Whether keys begin with "NAME.".
bool is_table_name(std::string_view dotted);
/// The names of a table's keys, the first part of each, and of the tables inside it.
std::vector<std::string_view> names_in(std::string_view table);
/// Full names of keys that end in ".NAME".
std::vector<std::string_view> keys_called(std::string_view name);
/// The full names of all keys that find_key() knows, sorted.
const std::vector<std::string_view>& all_key_names();
std::string full_name(const Table& table, const Key& key);

/// "duration": its short name in listings.
std::string_view type_name(Type type);
/// What its text measures; nothing for a type that is no quantity.
std::optional<Measure> measure_of(Type type);

}  // namespace tcplab
