#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "http/object_index.hpp"
#include "http/site.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

PageObject object(const std::string& path, std::uint32_t count, std::optional<std::uint32_t> number) {
    PageObject o;
    o.path = path;
    o.count = count;
    o.number = number;
    o.size = 1000;
    return o;
}

}  // namespace

TEST_CASE("objects that are described together have numbers of their own") {
    Page page;
    page.objects = {object("/", 1, {}), object("/img/", 12, 5), object("/same", 3, {}), object("/img/", 2, 17)};
    const ObjectIndex index(page);
    CHECK(index.size() == 18);
    CHECK(index.first(3) == 16);
    CHECK(index.find(0).entry == 0);
    CHECK(index.find(12).entry == 1);
    CHECK(index.find(12).k == 11);
    CHECK(index.find(13).entry == 2);
    CHECK(index.find(17).entry == 3);
    CHECK(index.find(17).k == 1);
    CHECK(page.objects[1].path_of(11) == "/img/16");
    CHECK(page.objects[2].path_of(2) == "/same");

    const ServerConfig config;
    const Site site(config, page, 0);
    CHECK(site.size() == 18);
    CHECK(site.find("/") == 0);
    CHECK(site.find("/img/5") == 1);
    CHECK(site.find("http://www.example.com/img/16") == 12);
    CHECK(site.find("/img/18") == 17);
    CHECK(site.find("/same") == 13);  // the first of several with one path
    for (const char* other : {"/img/4", "/img/19", "/img/05", "/img/", "/img/5x", "/img/99999999999", "/same0", ""}) {
        CAPTURE(other);
        CHECK(site.find(other) == Asked::kNothing);
    }
    CHECK(Site(config, page, 1).find("/img/5") == Asked::kNothing);
}

TEST_CASE("of two objects with one path the first counts, with a number or without") {
    const ServerConfig config;
    Page page;
    page.objects = {object("/a", 2, 1), object("/a2", 1, {}), object("/a3", 1, {}), object("/a", 3, 1)};
    const Site site(config, page, 0);
    CHECK(site.find("/a2") == 1);
    CHECK(site.find("/a3") == 3);
}

TEST_CASE("each of them is asked for and answered, what waits for one of them waits for it only") {
    Page page;
    page.objects = {object("/img/", 3, 1), object("/", 2, 1)};
    page.objects[1].after = {1};
    Load load(page);
    load.client.strategy = Strategy::persistent;
    load.run();
    CHECK(done_times(load) == std::vector<double>{200, 300, 400, 500, 600});
    CHECK(load.application->requests() == std::vector<std::uint32_t>(5, 1));
    std::vector<std::uint32_t> order;
    for (const Transaction& t : load.rows) order.push_back(t.object);
    CHECK(order == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
    CHECK(load.rows[3].wanted == load.rows[1].done);
}

TEST_CASE("heads that are not kept are made again") {
    constexpr std::uint32_t many = 5000;  // more than are kept
    Page page;
    page.objects = {object("/", many, 1)};
    const ClientConfig client;
    const std::vector<HostConfig> no_hosts;
    const PagePlan plan({&client, &no_hosts}, page);
    const TextRef first = plan.head(0);
    for (std::uint32_t i = 1; i < many; ++i) CHECK(plan.head(i)->bytes.size() == client.request_header);
    CHECK_FALSE(plan.head(0) == first);
    CHECK(plan.head(0)->bytes == first->bytes);
    CHECK(plan.head(many - 1)->bytes.substr(0, 10) == "GET /5000 ");
}

TEST_CASE("a request's head stays as it is for who has it, on a page with more objects than heads are kept for") {
    Page page;
    page.objects.push_back(object("/", 10'000, 1));
    page.objects.push_back(object("/a-path-that-is-longer-than-the-one-before-it", 1, std::nullopt));
    ClientConfig client;
    const std::vector<HostConfig> hosts;
    const PagePlan plan({&client, &hosts}, page);
    const auto starts_with = [](const TextRef& head, const std::string& line) {
        return head->bytes.substr(0, line.size()) == line;
    };
    const TextRef first = plan.head(0);
    const std::string text = first->bytes;
    CHECK(starts_with(first, "GET /1 HTTP/1.1\r\n"));
    CHECK(text.size() == client.request_header);
    for (std::uint32_t i = 0; i < plan.size(); ++i) {
        const TextRef head = plan.head(i);
        REQUIRE(starts_with(head, "GET " + plan.path(i) + " HTTP/1.1\r\n"));
        REQUIRE(head->bytes.size() == client.request_header);
    }
    CHECK(first->bytes == text);
    CHECK(plan.head(0)->bytes == text);
}
