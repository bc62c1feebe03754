#include "scenario/field.hpp"

// Who is there besides the client and its server, and what a connection to them begins with.

namespace tcplab {

const std::vector<Key>& list_keys() {
    static const std::vector<Key> keys = {
        {.name = "request",
         .type = Type::objects,
         .access = field<&Draft::requests>(),
         .example = "[{ path = \"/order\" }]",
         .fallback = "[]",
         .meaning = "the script"},
        {.name = "host",
         .type = Type::entries,
         .access = field<&Draft::hosts>(),
         .max = 1'000,
         .example = "[{ name = \"cdn\" }]",
         .fallback = "[]",
         .meaning = "further servers"},
        {.name = "proxy",
         .type = Type::entries,
         .access = field<&Draft::proxies>(),
         .max = 16,
         .example = "[{ kind = \"blind\" }]",
         .fallback = "[]",
         .meaning = "proxies, in order"},
    };
    return keys;
}

const std::vector<Key>& host_keys() {
    static const std::vector<Key> keys = {
        {.name = "name",
         .type = Type::host_name,
         .access = field<&HostConfig::name>(),
         .example = "cdn",
         .meaning = "what objects call it"},
        {.name = "rtt",
         .type = Type::duration,
         .access = field<&HostConfig::rtt>(),
         .max = 2 * kLongest,
         .example = "20 ms",
         .fallback = "as on [link]",
         .meaning = "two-way propagation delay of the whole path to it"},
        {.name = "port",
         .type = Type::count,
         .access = field<&HostConfig::port>(),
         .min = 1,
         .max = 65'535,
         .example = "80",
         .fallback = "80, with TLS 443",
         .meaning = "where it listens"},
    };
    return keys;
}

const std::vector<Key>& proxy_keys() {
    static const std::vector<Key> keys = {
        {.name = "kind",
         .type = Type::choice,
         .access = field<&ProxyConfig::kind>(),
         .choices = "aware|blind|smart",
         .example = "aware",
         .meaning = "removes Connection headers; relays them blindly; understands Proxy-Connection, too",
         .source = "RFC 9110 7.6.1; RFC 9112 C.2.2"},
        {.name = "visible",
         .type = Type::flag,
         .access = field<&ProxyConfig::visible>(),
         .example = "true",
         .meaning = "false: whoever comes before it does not know that it is there"},
        {.name = "timeout",
         .type = Type::duration,
         .access = field<&ProxyConfig::timeout>(),
         .min = 1,
         .max = kLongest,
         .example = "60 s",
         .meaning = "of a connection on either side on which nothing moves"},
        {.name = "connections",
         .type = Type::count,
         .access = field<&ProxyConfig::connections>(),
         .max = kMostConnections,
         .example = "0",
         .meaning = "to the next hop, at once; 0: no limit"},
    };
    return keys;
}

const std::vector<Key>& dns_keys() {
    static const std::vector<Key> keys = {
        {.name = "delay",
         .type = Type::duration,
         .access = field<&DnsConfig::delay>(),
         .max = kLongest,
         .example = "20 ms",
         .meaning = "of a look-up that no cache answers"},
        {.name = "ttl",
         .type = Type::duration,
         .access = field<&DnsConfig::ttl>(),
         .max = kLongest,
         .example = "300 s",
         .meaning = "how long a host keeps an answer",
         .source = "RFC 1035 3.2.1"},
    };
    return keys;
}

const std::vector<Key>& tls_keys() {
    constexpr std::uint64_t largest_certificate = 16'777'215;  // RFC 8446 4.4.2: certificate_list
    constexpr std::uint64_t largest_record = 16'384;           // RFC 8446 5.1
    static const std::vector<Key> keys = {
        {.name = "version",
         .type = Type::choice,
         .access = field<&TlsConfig::version>(),
         .choices = "1.2|1.3",
         .example = "1.3",
         .meaning = "of the protocol",
         .source = "RFC 5246, 8446"},
        {.name = "resumption",
         .type = Type::flag,
         .access = field<&TlsConfig::resumption>(),
         .example = "false",
         .meaning = "a shorter handshake with a server that is known from an earlier connection",
         .source = "RFC 5077; RFC 8446 2.2"},
        {.name = "early_data",
         .type = Type::flag,
         .access = field<&TlsConfig::early_data>(),
         .example = "false",
         .meaning = "the request goes with the first flight; needs resumption and version 1.3",
         .source = "RFC 8446 2.3"},
        {.name = "certificate",
         .type = Type::size,
         .access = field<&TlsConfig::certificate>(),
         .min = 1,
         .max = largest_certificate,
         .example = "3 kB",
         .meaning = "what the server sends to prove its name, with the whole chain",
         .source = "RFC 8446 4.4.2"},
        {.name = "record",
         .type = Type::size,
         .access = field<&TlsConfig::record>(),
         .min = 1,
         .max = largest_record,
         .example = "16 KiB",
         .meaning = "plaintext in the largest record",
         .source = "RFC 8446 5.1"},
    };
    return keys;
}

}  // namespace tcplab
