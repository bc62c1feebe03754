#include <doctest/doctest.h>

#include "metrics/page.hpp"

using namespace tcplab;

namespace {

Time at(Duration d) { return kStart + d; }

PageResult loaded(Duration started, Duration first_byte, Duration html, Duration first_object, Duration done,
                  Duration mean) {
    PageResult p;
    p.started = at(started);
    p.first_byte = at(first_byte);
    p.html_done = at(html);
    p.first_object = at(first_object);
    p.done = at(done);
    p.mean_object = mean;
    return p;
}

}  // namespace

TEST_CASE("one page as it is") {
    const PageMetrics m = summarise_pages({loaded(0ms, 200ms, 210ms, 460ms, 500ms, 480ms)});
    CHECK(m.page == at(500ms));
    CHECK(m.first_byte == at(200ms));
    CHECK(m.html == at(210ms));
    CHECK(m.first_object == at(460ms));
    CHECK(m.mean_object == 480ms);
}

TEST_CASE("several users: instants from the run's start, means from each page's own") {
    const PageMetrics m = summarise_pages(
        {loaded(0ms, 100ms, 150ms, 200ms, 200ms, 200ms), loaded(1s, 1100ms, 1200ms, 1400ms, 1400ms, 400ms)});
    CHECK(m.page == at(1400ms));
    CHECK(m.first_byte == at(100ms));
    CHECK(m.html == at(1200ms));
    CHECK(m.first_object == at(200ms));
    CHECK(m.mean_object == 300ms);
    CHECK(m.mean_page == 300ms);
    CHECK(m.slowest_page == 400ms);
}

TEST_CASE("what one page lacks, the run lacks; what came first is known") {
    std::vector<PageResult> pages{loaded(0ms, 100ms, 150ms, 200ms, 200ms, 200ms),
                                  loaded(0ms, 110ms, 160ms, 210ms, 210ms, 210ms)};
    pages[1].done = kNever;
    const PageMetrics m = summarise_pages(pages);
    CHECK(m.page == kNever);
    CHECK_FALSE(m.mean_object.has_value());
    CHECK_FALSE(m.mean_page.has_value());
    CHECK_FALSE(m.slowest_page.has_value());
    CHECK(m.html == at(160ms));
    CHECK(m.first_object == at(200ms));
}

TEST_CASE("html alone has no objects; objects alone no html") {
    std::vector<PageResult> pages{loaded(0ms, 100ms, 150ms, 200ms, 150ms, 0ms)};
    pages[0].first_object = kNever;
    CHECK(summarise_pages(pages).page == at(150ms));
    CHECK_FALSE(summarise_pages(pages).mean_object.has_value());
    pages[0].html_done = kNever;
    CHECK(summarise_pages(pages).html == kNever);
}

TEST_CASE("nobody, nothing") {
    CHECK(summarise_pages({}).page == kNever);
    CHECK_FALSE(summarise_pages({}).mean_object.has_value());
    CHECK_FALSE(summarise_pages({}).mean_page.has_value());
}
