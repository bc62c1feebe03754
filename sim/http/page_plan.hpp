#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "http/config.hpp"

namespace tcplab {

/// What every user of a run does with the page, worked out once: the requests' heads as text, and the objects'
/// dependencies turned round. Shared by all browsers; keeps references to both tables, which must outlive it.
class PagePlan {
  public:
    /// The lists below are ranges [first, second) of pointers, in page order.
    using Range = std::pair<const std::uint32_t*, const std::uint32_t*>;

    PagePlan(const ClientConfig& client, const Page& page);

    [[nodiscard]] const ClientConfig& client() const { return *client_; }
    [[nodiscard]] const Page& page() const { return *page_; }
    [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(page_->objects.size()); }
    [[nodiscard]] const PageObject& object(std::uint32_t i) const { return page_->objects[i]; }

    /// GET, or POST for a request that has a body, unless the object says otherwise.
    [[nodiscard]] const std::string& method(std::uint32_t i) const { return requests_[i].method; }
    [[nodiscard]] const TextRef& head(std::uint32_t i) const { return requests_[i].head; }
    [[nodiscard]] std::uint64_t body(std::uint32_t i) const { return requests_[i].body; }
    /// May share a connection with requests that are not answered yet.
    [[nodiscard]] bool may_pipeline(std::uint32_t i) const { return requests_[i].may_pipeline; }
    /// What waits for object i.
    [[nodiscard]] Range dependents(std::uint32_t i) const;
    /// Some of them wait for a part of it only.
    [[nodiscard]] bool has_early_dependents(std::uint32_t i) const { return requests_[i].has_early_dependents; }

    /// Serial and parallel: a connection carries one transaction.
    [[nodiscard]] bool persistent() const;
    /// Connections that one user may have open: [client] connections (1 for serial), and room for pinned objects.
    [[nodiscard]] std::uint32_t slots() const { return slots_; }
    /// The slots that objects without a pin may use: [0, free_slots()).
    [[nodiscard]] std::uint32_t free_slots() const { return free_slots_; }
    [[nodiscard]] bool has_pinned() const { return has_pinned_; }

  private:
    struct Request {
        std::string method;
        TextRef head;
        std::uint64_t body = 0;
        std::uint32_t first_dependent = 0;
        bool may_pipeline = false;
        bool has_early_dependents = false;
    };
    void turn_dependencies_round();

    const ClientConfig* client_;
    const Page* page_;
    std::vector<Request> requests_;
    std::vector<std::uint32_t> dependents_;
    std::uint32_t slots_ = 1;
    std::uint32_t free_slots_ = 1;
    bool has_pinned_ = false;
};

/// Bytes of the shortest head that the request for `object` can have: a smaller request_header cannot be met, and the
/// plan then uses this one.
std::size_t smallest_request_header(const ClientConfig& client, const PageObject& object);

}  // namespace tcplab
