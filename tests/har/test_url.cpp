#include <doctest/doctest.h>

#include "har/url.hpp"

using namespace tcplab::har;

namespace {

std::string text_of(std::string_view url) {
    const auto parsed = parse_url(url);
    return parsed ? parsed->text() : "none";
}

std::string resolved(std::string_view base, std::string_view reference) {
    const auto url = resolve(*parse_url(base), reference);
    return url ? url->text() : "none";
}

}  // namespace

TEST_CASE("URLs are taken apart") {
    const auto url = parse_url("HTTPS://user:pw@WWW.Example.com:8443/a/b?c=d#e");
    REQUIRE(url);
    CHECK(url->scheme == "https");
    CHECK(url->host == "www.example.com");
    CHECK(url->port == 8443);
    CHECK(url->path == "/a/b?c=d");
    CHECK(url->origin() == "www.example.com:8443");
    CHECK(url->is_network());
}

TEST_CASE("one way to write a URL") {
    CHECK(text_of("http://a.example:80") == "http://a.example/");
    CHECK(text_of("http://a.example?x") == "http://a.example/?x");
    CHECK(text_of("http://a.example:/x") == "http://a.example/x");
    CHECK(text_of("https://a.example:80/x") == "https://a.example:80/x");
    CHECK(text_of("http://[::1]:8080/x") == "http://[::1]:8080/x");
    CHECK(text_of("http://a.example/ü x") == "http://a.example/%C3%BC%20x");
    CHECK(text_of("wss://a.example/socket") == "wss://a.example/socket");
    CHECK(text_of("data:text/plain,hello world") == "data:text/plain,hello%20world");
    CHECK(text_of("about:blank") == "about:blank");
}

TEST_CASE("what is no URL") {
    for (const char* text :
         {"", "index.html", "//a.example/", "http:/a.example", "http://", "http://:80/", "http://a.example:0/",
          "http://a.example:65536/", "http://a.example:8o/", "http://[::1/", "http://a b/", "1http://a.example/"}) {
        CAPTURE(text);
        CHECK(text_of(text) == "none");
    }
    CHECK_FALSE(parse_url("data:,x")->is_network());
    CHECK_FALSE(parse_url("blob:http://a.example/1")->is_network());
}

TEST_CASE("references are resolved as RFC 3986 5.4 has it") {
    const char* base = "http://a/b/c/d;p?q";
    CHECK(resolved(base, "g") == "http://a/b/c/g");
    CHECK(resolved(base, "./g") == "http://a/b/c/g");
    CHECK(resolved(base, "g/") == "http://a/b/c/g/");
    CHECK(resolved(base, "/g") == "http://a/g");
    CHECK(resolved(base, "//g") == "http://g/");
    CHECK(resolved(base, "?y") == "http://a/b/c/d;p?y");
    CHECK(resolved(base, "g?y") == "http://a/b/c/g?y");
    CHECK(resolved(base, "#s") == "http://a/b/c/d;p?q");
    CHECK(resolved(base, "g#s") == "http://a/b/c/g");
    CHECK(resolved(base, ".") == "http://a/b/c/");
    CHECK(resolved(base, "..") == "http://a/b/");
    CHECK(resolved(base, "../g") == "http://a/b/g");
    CHECK(resolved(base, "../../../g") == "http://a/g");
    CHECK(resolved(base, "https://x.example/y") == "https://x.example/y");
    CHECK(resolved(base, "") == "none");
    CHECK(resolved("data:,x", "g") == "none");
}
