#pragma once

#include <cstdint>
#include <vector>

#include "core/time.hpp"
#include "http/config.hpp"

namespace tcplab {

/// What a host knows of the addresses behind some names, which are numbered from 0. An answer is good for the ttl
/// (RFC 1035 3.2.1) since it came; a look-up that is under way is not begun a second time.
class NameCache {
  public:
    /// Keeps a reference to `dns`; nullptr: all addresses are known.
    NameCache(const DnsConfig* dns, std::uint32_t names) : dns_(dns), entries_(dns != nullptr ? names : 0) {}

    /// It is an address itself.
    void know(std::uint32_t name) {
        if (dns_ != nullptr) entries_[name].until = kNever;
    }
    /// The address is known now.
    [[nodiscard]] bool knows(Time now, std::uint32_t name) const {
        return dns_ == nullptr || dns_->delay == Duration::zero() || now < entries_[name].until;
    }
    [[nodiscard]] bool resolving(std::uint32_t name) const { return dns_ != nullptr && entries_[name].resolving; }
    /// Begins a look-up: when its answer comes. Only if it is not known and not being looked up.
    Time look_up(Time now, std::uint32_t name) {
        entries_[name].resolving = true;
        return now + dns_->delay;
    }
    /// The answer is here. It serves those who waited for it, even if it may not be kept.
    void answer(Time now, std::uint32_t name) { entries_[name] = {now + dns_->ttl, false}; }

  private:
    struct Entry {
        Time until = kStart;
        bool resolving = false;
    };
    const DnsConfig* dns_;
    std::vector<Entry> entries_;
};

}  // namespace tcplab
