#include "stack/ports.hpp"

#include <algorithm>
#include <bit>

namespace tcplab {
namespace {

std::uint64_t key(Endpoint remote) { return (std::uint64_t{remote.address.value} << 16U) | remote.port; }

}  // namespace

bool PortSet::contains(std::uint32_t i) const {
    if (bits_.empty()) return std::find(few_.begin(), few_.begin() + used_, i) != few_.begin() + used_;
    return ((bits_[i / 64] >> (i % 64)) & 1U) != 0;
}

void PortSet::insert(std::uint32_t i) {
    if (contains(i)) return;
    if (bits_.empty() && used_ == kFew) make_bitmap();
    if (bits_.empty()) {
        few_[used_] = static_cast<std::uint16_t>(i);
    } else {
        bits_[i / 64] |= std::uint64_t{1} << (i % 64);
    }
    ++used_;
}

void PortSet::erase(std::uint32_t i) {
    if (!contains(i)) return;
    --used_;
    if (bits_.empty()) {
        *std::find(few_.begin(), few_.begin() + used_, i) = few_[used_];
    } else {
        bits_[i / 64] &= ~(std::uint64_t{1} << (i % 64));
    }
}

std::uint32_t PortSet::next_free(std::uint32_t from) const {
    if (bits_.empty()) {
        while (contains(from)) from = after(from);
        return from;
    }
    std::size_t w = from / 64;
    std::uint64_t free = ~bits_[w] & (~std::uint64_t{0} << (from % 64));
    while (free == 0) {
        w = w + 1 == bits_.size() ? 0 : w + 1;
        free = ~bits_[w];
    }
    return static_cast<std::uint32_t>(w * 64) + static_cast<std::uint32_t>(std::countr_zero(free));
}

void PortSet::make_bitmap() {
    bits_.assign((size_ + 63) / 64, 0);
    if (size_ % 64 != 0) bits_.back() = ~std::uint64_t{0} << (size_ % 64);
    for (std::uint32_t n = 0; n < used_; ++n) bits_[few_[n] / 64U] |= std::uint64_t{1} << (few_[n] % 64U);
}

PortSet& EphemeralPorts::of(Ipv4Address local, Endpoint remote) {
    const std::uint64_t k = key(remote);
    const auto place = place_of(k);
    if (place != sets_.end() && place->first == k) return place->second;
    const std::uint64_t offset = size_ == 0 ? 0 : mix64(seed_ ^ mix64(k) ^ local.value) % size_;
    return sets_.emplace(place, k, PortSet(size_, static_cast<std::uint32_t>(offset)))->second;
}

void EphemeralPorts::occupy(const FourTuple& tuple) {
    const std::uint32_t i = std::uint32_t{tuple.local.port} - first_;
    if (i < size_) of(tuple.local.address, tuple.remote).insert(i);
}

void EphemeralPorts::release(const FourTuple& tuple) {
    const std::uint32_t i = std::uint32_t{tuple.local.port} - first_;
    if (i >= size_) return;
    const std::uint64_t k = key(tuple.remote);
    const auto place = place_of(k);
    if (place != sets_.end() && place->first == k) place->second.erase(i);
}

}  // namespace tcplab
