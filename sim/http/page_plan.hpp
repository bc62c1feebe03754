#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "http/config.hpp"
#include "http/object_index.hpp"
#include "http2/field_list.hpp"

namespace tcplab {

/// What a browser's requests depend on, beside the page. Refers to tables that outlive it.
struct RequestContext {
    const ClientConfig* client = nullptr;
    const std::vector<HostConfig>* hosts = nullptr;
    bool to_proxy = false;  ///< the first hop is a proxy, and the browser knows it
    bool tls = false;
};

/// What every user of a run does with the page: the requests' heads as text, made when they are needed, and the
/// objects' dependencies turned round. Shared by all browsers of a run; keeps references to the tables, which must
/// outlive it.
class PagePlan {
  public:
    /// The lists below are ranges [first, second) of pointers, in page order.
    using Range = std::pair<const std::uint32_t*, const std::uint32_t*>;

    PagePlan(const RequestContext& context, const Page& page);

    [[nodiscard]] const ClientConfig& client() const { return *context_.client; }
    [[nodiscard]] const Page& page() const { return *page_; }
    /// Objects on the page; below, `i` is one of them, from 0.
    [[nodiscard]] std::uint32_t size() const { return index_.size(); }
    /// What is known of object i, its path apart.
    [[nodiscard]] const PageObject& object(std::uint32_t i) const { return page_->objects[index_.find(i).entry]; }
    /// Its path.
    [[nodiscard]] std::string path(std::uint32_t i) const { return object(i).path_of(index_.find(i).k); }

    /// GET, or POST for a request that has a body, unless the object says otherwise.
    [[nodiscard]] std::string_view method(std::uint32_t i) const { return request(i).method; }
    [[nodiscard]] TextRef head(std::uint32_t i) const { return made_head(i).text; }
    /// The same as HTTP/2 has it, until the next call; multiplexed only.
    [[nodiscard]] const FieldList& fields(std::uint32_t i) const { return made_head(i).fields; }
    [[nodiscard]] std::uint64_t body(std::uint32_t i) const { return request(i).body; }
    /// May share a connection with requests that are not answered yet, pipelined or multiplexed.
    [[nodiscard]] bool may_share(std::uint32_t i) const { return request(i).may_share; }
    /// May be sent again when its connection is lost (RFC 9110 9.2.2, or as the client is told).
    [[nodiscard]] bool may_retry(std::uint32_t i) const { return request(i).may_retry; }
    /// May be sent in TLS's early data, which somebody could send again (RFC 8470 3).
    [[nodiscard]] bool may_go_early(std::uint32_t i) const { return request(i).may_go_early; }
    /// Bytes of the body that tell the object's size on the page.
    [[nodiscard]] std::uint64_t layout_bytes(std::uint32_t i) const;
    /// What waits for object i.
    [[nodiscard]] Range dependents(std::uint32_t i) const;
    /// Some of what waits for objects of its entry waits for a part only.
    [[nodiscard]] bool has_early_dependents(std::uint32_t i) const { return request(i).has_early_dependents; }
    /// Some object of the page waits for a part of another only.
    [[nodiscard]] bool has_early_dependents() const { return has_early_dependents_; }

    /// Serial and parallel: a connection carries one transaction.
    [[nodiscard]] bool persistent() const;
    [[nodiscard]] bool multiplexed() const { return client().strategy == Strategy::multiplexed; }
    /// Connections of one user are in so many pools: one for each server, or one to the proxy. Through TLS a connection
    /// is to one server even if a proxy is between.
    [[nodiscard]] std::uint32_t pools() const { return pools_; }
    [[nodiscard]] std::uint32_t pool(std::uint32_t i) const { return pools_ == 1 ? 0 : object(i).host; }
    /// A pool's server is named by its address.
    [[nodiscard]] bool is_address(std::uint32_t pool) const;
    /// Connections that a pool may have open: [client] connections (1 for serial), and room for pinned objects.
    [[nodiscard]] std::uint32_t slots() const { return slots_; }
    /// The slots that objects without a pin may use: [0, free_slots()).
    [[nodiscard]] std::uint32_t free_slots() const { return free_slots_; }
    [[nodiscard]] bool has_pinned() const { return has_pinned_; }
    /// The request for a tunnel to a pool's server (RFC 9110 9.3.6), which a connection begins with; none where there
    /// is no proxy, or it is told what to fetch.
    [[nodiscard]] const TextRef& tunnel(std::uint32_t pool) const { return tunnels_[pool]; }

  private:
    static constexpr std::uint32_t kNone = 0xffffffff;

    /// What the requests for an entry's objects have in common.
    struct Request {
        std::string method;
        std::uint64_t body = 0;
        bool may_share = false;
        bool may_retry = false;
        bool may_go_early = false;
        bool has_early_dependents = false;
    };
    struct Head {
        std::uint32_t object = kNone;  // whose it is
        TextRef text;
        FieldList fields;
    };
    [[nodiscard]] const Request& request(std::uint32_t i) const { return requests_[index_.find(i).entry]; }
    [[nodiscard]] const Head& made_head(std::uint32_t i) const;
    void turn_dependencies_round();

    RequestContext context_;
    const Page* page_;
    ObjectIndex index_;
    std::vector<Request> requests_;    // by entry
    mutable std::vector<Head> heads_;  // object i's in place i modulo their number: not all of a million are kept
    std::vector<std::uint32_t> first_dependent_;  // by object, then the end; empty: no object waits for another
    std::vector<std::uint32_t> dependents_;
    std::vector<TextRef> tunnels_;  // by pool
    std::uint32_t pools_ = 1;
    std::uint32_t slots_ = 1;
    std::uint32_t free_slots_ = 1;
    bool has_pinned_ = false;
    bool has_early_dependents_ = false;
};

/// "www.example.com", with the port where it is not the scheme's own: the Host field of requests to a server (0: the
/// page's own, else [[host]] number).
std::string authority(const RequestContext& context, std::uint32_t host);

/// The method of the request for `object`: its own, or POST where a GET would have a body.
std::string request_method(const ClientConfig& client, const PageObject& object);

/// Bytes of the shortest head that the request for `object` can have, of several the last one: a smaller
/// request_header cannot be met, and the plan then uses this one.
std::size_t smallest_request_header(const RequestContext& context, const PageObject& object);

}  // namespace tcplab
