#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiment/scenario.hpp"
#include "scenario/diagnostics.hpp"

namespace tcplab {

/// An entry of page.objects or a [[request]], as written.
struct ObjectSpec {
    std::string name;    ///< empty: none given
    std::string method;  ///< empty: none given
    std::string path;
    std::string host;  ///< name; empty: the page's own
    std::uint64_t count = 1;
    std::vector<std::uint64_t> sizes;  ///< one for all, or one per object
    bool endless = false;
    std::optional<std::vector<std::string>> after;  ///< names
    std::optional<std::uint64_t> after_bytes;
    std::optional<std::uint32_t> connection;
    std::optional<Duration> think_time;
    std::optional<std::uint32_t> request_header, response_header;
    std::optional<Duration> delay;
    std::uint8_t priority = 3;
    std::optional<std::uint64_t> layout_bytes;
    // of a [[request]] only
    std::optional<std::uint32_t> after_request;  ///< from 1
    std::optional<Duration> at;
    std::optional<std::uint64_t> request_size;

    Mark mark;                                             ///< of the whole entry
    std::vector<std::pair<std::string_view, Mark>> marks;  ///< of the values of its keys

    /// How many objects it stands for.
    [[nodiscard]] std::uint64_t objects() const { return sizes.size() > 1 ? sizes.size() : count; }
    /// Where a key's value stands; without it, the entry.
    [[nodiscard]] Mark where(std::string_view key) const;
};
using ObjectList = std::shared_ptr<const std::vector<ObjectSpec>>;

struct Setting;  // settings.hpp
struct Entry;    // settings.hpp
/// What a browser's recording sets.
using RecordedSettings = std::shared_ptr<const std::vector<Setting>>;
/// [[host]] or [[proxy]], as written.
using EntryList = std::shared_ptr<const std::vector<Entry>>;

/// A table that a scenario may do without. What was said of it is kept while it is off.
template <class T>
struct Switched {
    T value;
    std::optional<bool> on;  ///< absent: nobody said
};

/// client.url, as written.
struct UrlSpec {
    bool https = false;
    std::uint16_t port = 0;  ///< 0: the scheme's
};

/// A scenario while it is put together: defaults, then one setting after the other.
struct Draft {
    Scenario scenario;
    std::optional<std::uint32_t> connections;  ///< absent: the strategy's default
    std::optional<UrlSpec> url;                ///< its host and path are the client's already
    Switched<DnsConfig> dns;
    Switched<TlsConfig> tls;
    EntryList hosts, proxies;                                        ///< nullptr: not given
    std::optional<std::uint64_t> html;                               ///< bytes
    ObjectList objects, requests;                                    ///< nullptr: not given
    std::string recording;                                           ///< file; empty: none
    std::map<std::string, std::uint32_t, std::less<>> host_numbers;  ///< as PageObject::host, by name
    // What a file has once.
    std::string name, title;
    std::uint64_t repeat = 1;
};

/// What a key changes.
struct Place {
    Draft* draft = nullptr;
    LinkConfig* link = nullptr;
    Config* tcp = nullptr;
    ServerConfig* server = nullptr;
    HostConfig* host = nullptr;
    ProxyConfig* proxy = nullptr;
    ObjectSpec* object = nullptr;
    bool down = false;  ///< `link` is a link's direction to the client
};

}  // namespace tcplab
