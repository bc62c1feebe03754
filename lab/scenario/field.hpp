#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "scenario/key.hpp"

// How a key's row names the field it fills: .access = field<&Config::nagle>().

namespace tcplab::fields {

inline Config& owner(Place& p, const Config*) { return *p.tcp; }
inline LinkConfig& owner(Place& p, const LinkConfig*) { return *p.link; }
inline ClientConfig& owner(Place& p, const ClientConfig*) { return p.draft->scenario.client; }
inline ServerConfig& owner(Place& p, const ServerConfig*) { return *p.server; }
inline HostConfig& owner(Place& p, const HostConfig*) { return *p.host; }
inline ProxyConfig& owner(Place& p, const ProxyConfig*) { return *p.proxy; }
inline Scenario& owner(Place& p, const Scenario*) { return p.draft->scenario; }
inline Draft& owner(Place& p, const Draft*) { return *p.draft; }
// A table that may be absent is there as soon as one of its keys is set.
template <class T>
T& present(Switched<T>& table) {
    table.on = true;
    return table.value;
}
inline DnsConfig& owner(Place& p, const DnsConfig*) { return present(p.draft->dns); }
inline TlsConfig& owner(Place& p, const TlsConfig*) { return present(p.draft->tls); }
inline ObjectSpec& owner(Place& p, const ObjectSpec*) { return *p.object; }

inline void assign(bool& to, const Value& v) { to = v.number != 0; }
inline void assign(Duration& to, const Value& v) { to = Duration(static_cast<std::int64_t>(v.number)); }
inline void assign(BitRate& to, const Value& v) { to.bits_per_second = v.number; }
inline void assign(double& to, const Value& v) { to = v.real; }
inline void assign(std::string& to, const Value& v) { to = v.text; }
inline void assign(std::vector<std::string>& to, const Value& v) { to = v.texts; }
inline void assign(std::vector<std::uint64_t>& to, const Value& v) { to = v.numbers; }
inline void assign(std::vector<DropRule>& to, const Value& v) { to = v.drops; }
inline void assign(std::vector<HoldRule>& to, const Value& v) { to = v.holds; }
inline void assign(QueueLength& to, const Value& v) { to = {v.number, v.text != "packets"}; }
inline void assign(ObjectList& to, const Value& v) { to = v.objects; }
inline void assign(EntryList& to, const Value& v) { to = v.entries; }

template <class T>
requires(std::is_integral_v<T> || std::is_enum_v<T>) void assign(T& to, const Value& v) {
    to = static_cast<T>(v.number);
}

template <class T>
void assign(std::optional<T>& to, const Value& v) {
    T value{};
    assign(value, v);
    to = value;
}

template <class T>
std::optional<std::uint64_t> number_of(const T& from) {
    if constexpr (std::is_same_v<T, Duration>) {
        return static_cast<std::uint64_t>(from.count());
    } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        return static_cast<std::uint64_t>(from);
    } else if constexpr (std::is_same_v<T, double>) {
        return static_cast<std::uint64_t>(from * static_cast<double>(kWhole));
    } else {
        return std::nullopt;
    }
}

template <class T>
std::optional<std::uint64_t> number_of(const std::optional<T>& from) {
    return from ? number_of(*from) : std::nullopt;
}

template <class Class, class Type>
Class owner_type(Type Class::*);

template <auto Member>
using OwnerOf = decltype(owner_type(Member));

template <auto Member>
void set(Place& place, const Value& value) {
    const OwnerOf<Member>* type = nullptr;
    assign(owner(place, type).*Member, value);
}

template <auto Member>
std::optional<std::uint64_t> get(Place& place) {
    const OwnerOf<Member>* type = nullptr;
    return number_of(owner(place, type).*Member);
}

}  // namespace tcplab::fields

namespace tcplab {

/// Reads and writes one member of a configuration.
template <auto Member>
Access field() {
    return {fields::set<Member>, fields::get<Member>};
}

/// The same of a member's member.
template <auto Outer, auto Member>
Access field() {
    return {[](Place& place, const Value& value) {
                const fields::OwnerOf<Outer>* type = nullptr;
                fields::assign(fields::owner(place, type).*Outer.*Member, value);
            },
            [](Place& place) -> std::optional<std::uint64_t> {
                const fields::OwnerOf<Outer>* type = nullptr;
                return fields::number_of(fields::owner(place, type).*Outer.*Member);
            }};
}

// Ranges that several keys share.
inline constexpr std::uint64_t kLongest = 10'000'000ULL * 1'000'000'000ULL;  ///< ns: four months
inline constexpr std::uint64_t kLargestBody = 1'000'000'000'000'000ULL;      ///< bytes: a petabyte
inline constexpr std::uint64_t kFastest = 100'000'000'000'000;               ///< bit/s
inline constexpr std::uint64_t kLongestHeader = 65'536;                      ///< bytes
inline constexpr std::uint64_t kMostObjects = 1'000'000;
inline constexpr std::uint64_t kMostConnections = 65'535;

}  // namespace tcplab
