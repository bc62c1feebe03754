#include "http/page_plan.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/address.hpp"
#include "http/head_fields.hpp"
#include "http/message.hpp"

namespace tcplab {

namespace {

/// So many heads are kept for whoever asks next.
constexpr std::uint32_t kMostHeads = 4096;

std::uint64_t request_body(const ClientConfig& client, const PageObject& object) {
    return object.request_body > 0 ? object.request_body : client.request_body;
}

bool is_persistent(Strategy s) { return s != Strategy::serial && s != Strategy::parallel; }

/// What the Connection field asks for.
ConnectionOption wished(const RequestContext& c) {
    const ClientConfig& client = *c.client;
    if (is_persistent(client.strategy)) {
        const bool says_so = client.keep_alive || (client.proxy_connection && c.to_proxy);
        return says_so ? ConnectionOption::keep_alive : ConnectionOption::none;
    }
    // A server that reads "close" closes first; HTTP/1.0 means it without saying so.
    const bool says_so = client.close == CloseFirst::server && client.http == HttpVersion::http11;
    return says_so ? ConnectionOption::close : ConnectionOption::none;
}

/// In the memory of `out`.
std::string natural_head(const RequestContext& c, const PageObject& object, const std::string& path,
                         std::string out = {}) {
    const ClientConfig& client = *c.client;
    const std::string method = request_method(client, object);
    const std::string host = authority(c, object.host);
    // RFC 9112 3.2.2: a proxy has to be told where to go on to; through TLS there is none that reads requests.
    const bool whole = c.to_proxy && !c.tls;
    const std::string url = whole ? "http://" + host + path : "";
    RequestText r;
    r.method = method;
    r.target = whole ? url : path;
    r.authority = host;
    r.version = client.http;
    r.connection = wished(c);
    r.to_proxy = c.to_proxy && client.proxy_connection && r.connection == ConnectionOption::keep_alive;
    r.headers = &client.headers;
    const std::uint64_t body = request_body(client, object);
    // RFC 9110 8.6: of methods that usually have a body the server waits for one, unless it is told.
    if (body > 0 || method == "POST" || method == "PUT") r.content_length = body;
    return write_request_head(r, std::move(out));
}

std::string name_of(const RequestContext& c, std::uint32_t host) {
    return host == 0 ? c.client->url_host : (*c.hosts)[host - 1].name;
}

std::uint16_t port_of(const RequestContext& c, std::uint32_t host) {
    return host == 0 ? c.client->port : (*c.hosts)[host - 1].port;
}

std::string tunnel_head(const RequestContext& c, std::uint32_t host) {
    const std::string target = name_of(c, host) + ":" + std::to_string(port_of(c, host));
    RequestText r;
    r.method = "CONNECT";
    r.target = target;
    r.authority = target;
    return write_request_head(r);
}

}  // namespace

std::string request_method(const ClientConfig& client, const PageObject& object) {
    return request_body(client, object) > 0 && object.method == "GET" ? "POST" : object.method;
}

std::string authority(const RequestContext& c, std::uint32_t host) {
    const std::uint16_t port = port_of(c, host);
    const std::string name = name_of(c, host);
    return port == (c.tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

std::size_t smallest_request_header(const RequestContext& c, const PageObject& object) {
    return natural_head(c, object, object.path_of(object.count - 1)).size();
}

PagePlan::PagePlan(const RequestContext& context, const Page& page)
    : context_(context), page_(&page), index_(page), heads_(std::min(index_.size(), kMostHeads)) {
    const ClientConfig& client = *context.client;
    const bool one_for_all = context.to_proxy && !context.tls;
    pools_ = one_for_all ? 1 : 1 + static_cast<std::uint32_t>(context.hosts->size());
    tunnels_.resize(pools_);
    if (context.to_proxy && context.tls) {
        for (std::uint32_t pool = 0; pool < pools_; ++pool) tunnels_[pool] = make_text(tunnel_head(context, pool));
    }
    free_slots_ = client.strategy == Strategy::serial ? 1 : std::max(client.connections, 1U);
    slots_ = free_slots_;
    requests_.reserve(page.objects.size());
    for (const PageObject& o : page.objects) {
        Request r;
        r.method = request_method(client, o);
        r.body = request_body(client, o);
        const bool idempotent = is_idempotent(r.method);
        r.may_share = !o.connection && (multiplexed() || (client.strategy == Strategy::pipelined && idempotent));
        r.may_retry = client.retry && (idempotent || client.retry_post);
        r.may_go_early = is_safe(r.method);
        requests_.push_back(std::move(r));
        if (o.connection) {
            slots_ = std::max(slots_, *o.connection + 1);
            has_pinned_ = true;
        }
    }
    turn_dependencies_round();
}

const PagePlan::Head& PagePlan::made_head(std::uint32_t i) const {
    Head& head = heads_[i % heads_.size()];
    if (head.object == i) return head;
    const auto [entry, k] = index_.find(i);
    const PageObject& o = page_->objects[entry];
    const std::size_t wanted = o.request_header.value_or(client().request_header);
    if (!head.text || head.text->owners > 1) head.text = make_text({});  // else it is free to be written over
    head.text->bytes.reserve(wanted);
    std::string natural = natural_head(context_, o, o.path_of(k), std::move(head.text->bytes));
    const std::size_t size = std::max(wanted, natural.size());
    head.object = i;
    head.text->bytes = *pad_head(std::move(natural), size);
    if (multiplexed()) head.fields = request_fields(head.text->bytes, context_.tls ? "https" : "http");
    return head;
}

void PagePlan::turn_dependencies_round() {
    const auto waits = [](const PageObject& o) { return !o.after.empty(); };
    if (std::none_of(page_->objects.begin(), page_->objects.end(), waits)) return;
    first_dependent_.assign(size() + std::size_t{1}, 0);
    for (const PageObject& o : page_->objects) {
        for (const std::uint32_t needed : o.after) {
            first_dependent_[needed + std::size_t{1}] += o.count;
            if (!o.after_bytes) continue;
            requests_[index_.find(needed).entry].has_early_dependents = true;
            has_early_dependents_ = true;
        }
    }
    std::partial_sum(first_dependent_.begin(), first_dependent_.end(), first_dependent_.begin());
    dependents_.resize(first_dependent_.back());
    std::vector<std::uint32_t> next(first_dependent_.begin(), first_dependent_.end() - 1);
    for (std::uint32_t i = 0; i < size(); ++i) {
        for (const std::uint32_t needed : object(i).after) dependents_[next[needed]++] = i;
    }
}

PagePlan::Range PagePlan::dependents(std::uint32_t i) const {
    if (first_dependent_.empty()) return {nullptr, nullptr};
    const std::uint32_t* all = dependents_.data();
    return {all + first_dependent_[i], all + first_dependent_[i + std::size_t{1}]};
}

bool PagePlan::is_address(std::uint32_t pool) const { return is_ipv4_address(name_of(context_, pool)); }

bool PagePlan::persistent() const { return is_persistent(client().strategy); }

std::uint64_t PagePlan::layout_bytes(std::uint32_t i) const {
    constexpr std::uint64_t enough = 200;  // the dimensions stand in a picture's first bytes
    const PageObject& o = object(i);
    const bool html = page_->has_html && i == 0;
    return std::min(o.layout_bytes.value_or(html ? o.size : enough), o.size);
}

}  // namespace tcplab
