#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/address.hpp"

namespace tcplab {

/// A set of ephemeral ports, as indices 0 to size - 1. A handful is a list, more is a bitmap, so that a host with
/// one connection pays bytes and one with 60,000 finds a free port by looking at whole words.
class PortSet {
  public:
    PortSet(std::uint32_t size, std::uint32_t start) : size_(size), cursor_(start) {}

    [[nodiscard]] bool contains(std::uint32_t i) const;
    void insert(std::uint32_t i);
    /// Nothing happens when it was not in the set.
    void erase(std::uint32_t i);
    [[nodiscard]] std::uint32_t free_count() const { return size_ - used_; }
    /// The first index not in the set at or after `from`, wrapping. Only when free_count() > 0.
    [[nodiscard]] std::uint32_t next_free(std::uint32_t from) const;

    /// Where the next search begins.
    [[nodiscard]] std::uint32_t cursor() const { return cursor_; }
    void set_cursor(std::uint32_t i) { cursor_ = i; }
    [[nodiscard]] std::uint32_t after(std::uint32_t i) const { return i + 1 == size_ ? 0 : i + 1; }

  private:
    static constexpr std::size_t kFew = 16;
    void make_bitmap();

    std::uint32_t size_;
    std::uint32_t used_ = 0;
    std::uint32_t cursor_;
    std::array<std::uint16_t, kFew> few_{};  // the first `used_` of them, while there is no bitmap
    std::vector<std::uint64_t> bits_;        // set: in use, or beyond the last index
};

/// The ephemeral ports of a host: which are in use towards which remote endpoint, connections in TIME_WAIT included.
/// The search starts at an offset that depends on the addresses and a seed, and goes on from the port found last
/// (RFC 6056 3.3.3; ip_local_port_range).
class EphemeralPorts {
  public:
    /// Ports `first` to `last`, both included.
    EphemeralPorts(std::uint16_t first, std::uint16_t last, std::uint64_t seed)
        : first_(first), size_(last >= first ? last - first + 1U : 0U), seed_(seed) {}

    /// Takes the next port that is not in use towards `remote` and for which `usable(port)` is true.
    template <class Usable>
    std::optional<std::uint16_t> take(Ipv4Address local, Endpoint remote, Usable usable) {
        PortSet& set = of(local, remote);
        std::uint32_t i = set.cursor();
        for (std::uint32_t left = set.free_count(); left > 0; --left) {
            i = set.next_free(i);
            if (usable(port(i))) {
                set.insert(i);
                set.set_cursor(set.after(i));
                return port(i);
            }
            i = set.after(i);
        }
        return std::nullopt;
    }

    /// Takes over a port that is in use, the first for which `reusable(port)` is true. It looks at every port in the
    /// worst case.
    template <class Reusable>
    std::optional<std::uint16_t> take_over(Ipv4Address local, Endpoint remote, Reusable reusable) {
        PortSet& set = of(local, remote);
        std::uint32_t i = set.cursor();
        for (std::uint32_t left = size_; left > 0; --left, i = set.after(i)) {
            if (!reusable(port(i))) continue;
            set.insert(i);
            set.set_cursor(set.after(i));
            return port(i);
        }
        return std::nullopt;
    }

    /// A connection has this four-tuple without having asked here.
    void occupy(const FourTuple& tuple);
    /// The connection with this four-tuple is gone. Nothing happens when its port was not in use.
    void release(const FourTuple& tuple);

  private:
    PortSet& of(Ipv4Address local, Endpoint remote);
    [[nodiscard]] auto place_of(std::uint64_t remote) {
        return std::lower_bound(sets_.begin(), sets_.end(), remote,
                                [](const auto& set, std::uint64_t k) { return set.first < k; });
    }
    [[nodiscard]] std::uint16_t port(std::uint32_t i) const { return static_cast<std::uint16_t>(first_ + i); }

    std::uint16_t first_;
    std::uint32_t size_;
    std::uint64_t seed_;
    std::vector<std::pair<std::uint64_t, PortSet>> sets_;  // by remote address and port, in their order
};

}  // namespace tcplab
