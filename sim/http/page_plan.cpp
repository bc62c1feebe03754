#include "http/page_plan.hpp"

#include <algorithm>

#include "http/message.hpp"

namespace tcplab {

namespace {

std::uint64_t request_body(const ClientConfig& client, const PageObject& object) {
    return object.request_body > 0 ? object.request_body : client.request_body;
}

std::string request_method(const ClientConfig& client, const PageObject& object) {
    return request_body(client, object) > 0 && object.method == "GET" ? "POST" : object.method;
}

bool is_persistent(Strategy s) { return s == Strategy::persistent || s == Strategy::pipelined; }

std::string natural_head(const ClientConfig& client, const PageObject& object) {
    const std::string method = request_method(client, object);
    RequestText r;
    r.method = method;
    r.path = object.path;
    r.host = client.url_host;
    r.port = client.port;
    r.version = client.http;
    // A server that reads "close" closes first; HTTP/1.0 means it without saying so.
    r.close = !is_persistent(client.strategy) && client.close == CloseFirst::server && r.version == HttpVersion::http11;
    r.headers = &client.headers;
    r.body = request_body(client, object);
    return write_request_head(r);
}

}  // namespace

std::size_t smallest_request_header(const ClientConfig& client, const PageObject& object) {
    return natural_head(client, object).size();
}

PagePlan::PagePlan(const ClientConfig& client, const Page& page) : client_(&client), page_(&page) {
    free_slots_ = client.strategy == Strategy::serial ? 1 : std::max(client.connections, 1U);
    slots_ = free_slots_;
    requests_.reserve(page.objects.size());
    for (const PageObject& o : page.objects) {
        Request r;
        r.method = request_method(client, o);
        r.body = request_body(client, o);
        r.may_pipeline = client.strategy == Strategy::pipelined && is_idempotent(r.method) && !o.connection;
        std::string natural = natural_head(client, o);
        const std::size_t size =
            std::max<std::size_t>(o.request_header.value_or(client.request_header), natural.size());
        r.head = make_text(*pad_head(std::move(natural), size));
        requests_.push_back(std::move(r));
        if (o.connection) {
            slots_ = std::max(slots_, *o.connection + 1);
            has_pinned_ = true;
        }
    }
    turn_dependencies_round();
}

void PagePlan::turn_dependencies_round() {
    std::vector<std::uint32_t> counts(requests_.size() + 1, 0);
    for (const PageObject& o : page_->objects) {
        for (const std::uint32_t needed : o.after) {
            ++counts[needed];
            if (o.after_bytes) requests_[needed].has_early_dependents = true;
        }
    }
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
        requests_[i].first_dependent = sum;
        sum += counts[i];
        counts[i] = requests_[i].first_dependent;  // from here on: where the next one goes
    }
    dependents_.resize(sum);
    for (std::uint32_t i = 0; i < size(); ++i) {
        for (const std::uint32_t needed : object(i).after) dependents_[counts[needed]++] = i;
    }
}

PagePlan::Range PagePlan::dependents(std::uint32_t i) const {
    const std::uint32_t* all = dependents_.data();
    const std::size_t end = i + 1 < size() ? requests_[i + 1].first_dependent : dependents_.size();
    return {all + requests_[i].first_dependent, all + end};
}

bool PagePlan::persistent() const { return is_persistent(client_->strategy); }

}  // namespace tcplab
