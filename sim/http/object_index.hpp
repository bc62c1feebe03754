#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "http/config.hpp"

namespace tcplab {

/// Where each object of a page is described. Objects are numbered from 0, in page order.
class ObjectIndex {
  public:
    /// A page's entry, and which of its objects.
    struct Place {
        std::uint32_t entry = 0;  ///< of Page::objects
        std::uint32_t k = 0;      ///< from 0
    };

    explicit ObjectIndex(const Page& page) {
        first_.reserve(page.objects.size() + 1);
        std::uint32_t objects = 0;
        for (const PageObject& o : page.objects) {
            first_.push_back(objects);
            objects += o.count;
        }
        first_.push_back(objects);
    }

    /// Objects on the page.
    [[nodiscard]] std::uint32_t size() const { return first_.back(); }
    /// The first object of an entry.
    [[nodiscard]] std::uint32_t first(std::uint32_t entry) const { return first_[entry]; }
    /// `object` is less than size().
    [[nodiscard]] Place find(std::uint32_t object) const {
        if (first_.size() == size() + std::size_t{1}) return {object, 0};  // each entry is one object
        const auto next = std::upper_bound(first_.begin(), first_.end(), object);
        const auto entry = static_cast<std::uint32_t>(next - first_.begin() - 1);
        return {entry, object - first_[entry]};
    }

  private:
    std::vector<std::uint32_t> first_;  // by entry; then the end
};

}  // namespace tcplab
