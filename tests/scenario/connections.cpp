#include <doctest/doctest.h>

#include "reading.hpp"

// What [client], [server], [dns] and [tls] say about connections, and about losing them.

using namespace tcplab;
using namespace tcplab::reading;
using namespace std::chrono_literals;

TEST_CASE("the defaults of closing, retrying and loading") {
    const Scenario s = run_of(kPage);
    CHECK_FALSE(s.tls);
    CHECK(s.hosts.empty());
    CHECK(s.proxies.empty());
    CHECK(s.client.port == 80);
    CHECK_FALSE(s.client.keep_alive);
    CHECK(s.client.multiplexed.streams == 100);
    CHECK(s.client.multiplexed.window == 65536);
    CHECK(s.client.multiplexed.frame == 16384);
    CHECK(s.client.multiplexed.header_compression);
    CHECK(s.client.retry);
    CHECK_FALSE(s.client.retry_post);
    CHECK(s.client.retry_limit == 3);
    CHECK(s.client.read_rate.unlimited());
    CHECK_FALSE(s.client.cancel_after.time);
    CHECK_FALSE(s.client.cancel_after.bytes);
    CHECK(s.client.loads == 1);
    CHECK_FALSE(s.client.cache);
    CHECK(s.server.workers == 0);
    CHECK(s.server.memory == 0);
    CHECK(s.server.how == HowToClose::graceful);
    CHECK(s.server.drain_timeout == 2s);
    CHECK(s.server.close_after.responses == 0);
    CHECK(s.server.close_after.body == 0);
    CHECK_FALSE(s.server.close_after.in_header);
    CHECK(s.server.content_length == LengthField::right);
    CHECK_FALSE(s.server.chunked);
}

TEST_CASE("every key of [client] about connections") {
    const ClientConfig c = run_of(with_page(R"(
[client]
strategy = "multiplexed"
proxy_connection = true
multiplexed = { streams = 7, window = "1 MiB", frame = "1 KiB", header_compression = false }
retry = true
retry_post = true
retry_limit = 5
read_rate = "2 Mbit/s"
idle_timeout = "4 s"
loads = 3
page_gap = "30 s"
cache = true
)"))
                               .client;
    CHECK(c.strategy == Strategy::multiplexed);
    CHECK(c.connections == 1);
    CHECK(c.proxy_connection);
    CHECK(c.multiplexed.streams == 7);
    CHECK(c.multiplexed.window == 1'048'576);
    CHECK(c.multiplexed.frame == 1024);
    CHECK_FALSE(c.multiplexed.header_compression);
    CHECK(c.retry_post);
    CHECK(c.retry_limit == 5);
    CHECK(c.read_rate.bits_per_second == 2'000'000);
    CHECK(c.idle_timeout == 4s);
    CHECK(c.loads == 3);
    CHECK(c.page_gap == 30s);
    CHECK(c.cache);
    CHECK_FALSE(run_of(with_page("client.retry = false\n")).client.retry);
    CHECK(run_of(with_page("[client]\nmultiplexed.streams = 9\n")).client.multiplexed.streams == 9);
}

TEST_CASE("HTTP/1.0+ is 1.0 that asks for keep-alive") {
    const auto client = [](const char* version) {
        return run_of(with_page("[client]\nstrategy = \"persistent\"\nhttp = \"" + std::string(version) + "\"\n"))
            .client;
    };
    CHECK(client("1.0+").http == HttpVersion::http10);
    CHECK(client("1.0+").keep_alive);
    CHECK(client("1.1").http == HttpVersion::http11);
    CHECK_FALSE(client("1.1").keep_alive);
    const std::string text = with_page("[client]\nstrategy = \"persistent\"\nhttp = \"1.0+\"\n");
    CHECK_FALSE(run_of(text, with_set({"client.http=1.1"})).client.keep_alive);
    CHECK(run_of(text, with_set({"client.strategy=pipelined"})).client.keep_alive);
}

TEST_CASE("a client cancels after a time or a size") {
    const auto cancel = [](const char* value) {
        return run_of(with_page("client.cancel_after = \"" + std::string(value) + "\"\n")).client.cancel_after;
    };
    CHECK(cancel("1.5 s").time.value_or(0s) == 1500ms);
    CHECK_FALSE(cancel("1.5 s").bytes);
    CHECK(cancel("20 kB").bytes.value_or(0) == 20'000);
    CHECK_FALSE(cancel("20 kB").time);
    const std::string text = with_page("client.cancel_after = \"1 s\"\n");
    CHECK_FALSE(run_of(text, with_set({"client.cancel_after=never"})).client.cancel_after.time);
    CHECK_FALSE(run_of(text, with_set({"client.cancel_after=5 kB"})).client.cancel_after.time);
    const std::string expected =
        "error: [client] cancel_after: expected a duration such as \"2 s\", a size such as \"20 kB\" or \"never\", ";
    CHECK(errors_in("client.cancel_after = \"soon\"\n") == "1:23: " + expected + "found \"soon\"");
    CHECK(errors_in("client.cancel_after = \"5\"\n") == "1:23: " + expected + "found \"5\"");
    CHECK(errors_in("client.cancel_after = 5\n") == "1:23: " + expected + "found the number 5");
    CHECK(errors_in("client.cancel_after = \"0 B\"\n") ==
          "1:23: error: [client] cancel_after: must be from 1 B to 1000000 GB, found \"0 B\"");
}

TEST_CASE("every key of [server] about connections") {
    const ServerConfig s = run_of(with_page(R"(
[server]
workers = 4
connection_memory = "64 KiB"
memory = "1 GiB"
how = "abort"
drain_timeout = "5 s"
content_length = "wrong"
wrong_length = "0 B"
read_rate = "1 Mbit/s"
)"))
                               .server;
    CHECK(s.workers == 4);
    CHECK(s.connection_memory == 65'536);
    CHECK(s.memory == 1'073'741'824);
    CHECK(s.how == HowToClose::abort);
    CHECK(s.drain_timeout == 5s);
    CHECK(s.content_length == LengthField::wrong);
    CHECK(s.wrong_length == 0);
    CHECK(run_of(with_page("server.chunked = true\n")).server.chunked);
    CHECK(s.read_rate.bits_per_second == 1'000'000);
    CHECK(run_of(with_page("server.how = \"full\"\n")).server.how == HowToClose::full);
    CHECK(run_of(with_page("server.content_length = \"absent\"\n")).server.content_length == LengthField::absent);
    CHECK(run_of(with_page("server.keep_alive = false\n"), with_set({"server.keep_alive={}"})).server.keep_alive);
}

TEST_CASE("a server closes after responses, in a body or in a header") {
    const auto close = [](const char* value) {
        return run_of(with_page("server.close_after = \"" + std::string(value) + "\"\n")).server.close_after;
    };
    CHECK(close("5 responses").responses == 5);
    CHECK(close("1 response").responses == 1);
    CHECK(close("20 kB").body == 20'000);
    CHECK(close("20 kB").responses == 0);
    CHECK(close("header").in_header);
    const std::string text = with_page("server.close_after = \"header\"\n");
    CHECK_FALSE(run_of(text, with_set({"server.close_after=never"})).server.close_after.in_header);
    CHECK_FALSE(run_of(text, with_set({"server.close_after=2 responses"})).server.close_after.in_header);
    const std::string expected =
        "error: [server] close_after: expected \"5 responses\", a size such as \"20 kB\", \"header\" or \"never\", ";
    for (const char* bad : {"5", "5 ms", "5 responsess", "responses", "-5 responses", "body"}) {
        CAPTURE(bad);
        CHECK(errors_in("server.close_after = \"" + std::string(bad) + "\"\n") ==
              "1:22: " + expected + "found \"" + bad + "\"");
    }
    CHECK(errors_in("server.close_after = 5\n") == "1:22: " + expected + "found the number 5");
    CHECK(errors_in("server.close_after = \"0 responses\"\n") ==
          "1:22: error: [server] close_after: must be from 1 to 1000000000 responses");
    CHECK(errors_in("server.close_after = \"0 B\"\n") ==
          "1:22: error: [server] close_after: must be from 1 B to 1000000 GB, found \"0 B\"");
}

TEST_CASE("names have a delay and a life; a variant does without") {
    const std::string text = "[dns]\ndelay = \"20 ms\"\nttl = \"9 s\"\n";
    CHECK(run_of(with_page(text)).dns.value_or(DnsConfig{}).ttl == 9s);
    CHECK(run_of(with_page("[dns]\n")).dns.value_or(DnsConfig{}).ttl == 300s);
    const std::string varied = with_page(text + "[[variant]]\nname = \"v\"\ndns = false\n");
    CHECK_FALSE(run_of(varied).dns);
    CHECK(run_of(varied, with_set({"dns=true"})).dns.value_or(DnsConfig{}).delay == 20ms);
}

TEST_CASE("[tls] has defaults, and its keys") {
    const Scenario plain = run_of(with_page("[tls]\n"));
    REQUIRE(plain.tls);
    CHECK(plain.tls->version == TlsVersion::tls13);
    CHECK_FALSE(plain.tls->resumption);
    CHECK_FALSE(plain.tls->early_data);
    CHECK(plain.tls->certificate == 3000);
    CHECK(plain.tls->record == 16'384);
    CHECK(plain.client.url_host == "www.example.com");
    CHECK(plain.client.port == 443);
    const Scenario s = run_of(
        with_page("[tls]\nversion = \"1.3\"\nresumption = true\nearly_data = true\ncertificate = \"5 kB\"\nrecord = "
                  "\"1 KiB\"\n"));
    REQUIRE(s.tls);
    CHECK(s.tls->resumption);
    CHECK(s.tls->early_data);
    CHECK(s.tls->certificate == 5000);
    CHECK(s.tls->record == 1024);
    CHECK(run_of(kPage, with_set({"tls.version=1.2"})).tls.value_or(TlsConfig{}).version == TlsVersion::tls12);
    CHECK(run_of(kPage, with_set({"tls={}"})).tls.has_value());
    CHECK(errors_in("tls.record = \"17 KiB\"\n") ==
          "1:14: error: [tls] record: must be from 1 B to 16 KiB, found \"17 KiB\"");
    CHECK(errors_in("tls = \"1.3\"\n") == "1:7: error: tls: expected true or false, found \"1.3\"");
}

TEST_CASE("variants turn TLS on and off, and keep what the file says of it") {
    const std::string text = with_page(
        "[tls]\nversion = \"1.2\"\n[[variant]]\nname = \"plain\"\ntls = false\n[[variant]]\nname = \"old\"\n"
        "[[variant]]\nname = \"new\"\ntls.version = \"1.3\"\n[[variant]]\nname = \"empty\"\n[variant.tls]\n");
    CHECK_FALSE(run_of(text, {}, 0).tls);
    CHECK(run_of(text, {}, 0).client.port == 80);
    CHECK(run_of(text, {}, 1).tls.value_or(TlsConfig{}).version == TlsVersion::tls12);
    CHECK(run_of(text, {}, 1).client.port == 443);
    CHECK(run_of(text, {}, 2).tls.value_or(TlsConfig{}).version == TlsVersion::tls13);
    CHECK(run_of(text, {}, 3).tls.value_or(TlsConfig{}).version == TlsVersion::tls12);
    CHECK(run_of(text, with_set({"tls=true"}), 0).tls.value_or(TlsConfig{}).version == TlsVersion::tls12);
    const std::string varied = with_page("[vary]\ntls = [false, true]\n");
    CHECK_FALSE(run_of(varied, {}, 0).tls);
    CHECK(run_of(varied, {}, 1).tls.has_value());
}

TEST_CASE("a URL's scheme is TLS or not") {
    const Scenario s = run_of(with_page("client.url = \"https://example.org/a\"\n"));
    REQUIRE(s.tls);
    CHECK(s.tls->version == TlsVersion::tls13);
    CHECK(s.client.url_host == "example.org");
    CHECK(s.client.port == 443);
    CHECK(s.client.path == "/a");
    CHECK(run_of(with_page("client.url = \"https://example.org:8443/\"\n")).client.port == 8443);
    CHECK(run_of(with_page("client.url = \"http://example.org/\"\n")).client.port == 80);
    const std::string both =
        with_page("client.url = \"http://x/\"\n[[variant]]\nname = \"v\"\nclient.url = \"https://y/\"\n");
    CHECK(run_of(both).tls.has_value());
    CHECK(run_of(both).client.port == 443);

    CHECK(errors_in("client.url = \"http://x/a\"\n[tls]\n") == "1:14: error: client.url says http, but there is TLS");
    CHECK(hints("client.url = \"http://x/a\"\n[tls]\n", "\"https://x/a\", or tls = false"));
    CHECK(errors_in("client.url = \"https://x/\"\n[[variant]]\nname = \"v\"\ntls = false\n") ==
          "4:7: error: client.url says https, which is TLS");
    CHECK(errors_in("client.url = \"http://x/\"\n[[variant]]\nname = \"a\"\ntls = true\n[[variant]]\nname = \"b\"\n") ==
          "1:14: error: client.url says http, but there is TLS");
}

TEST_CASE("settings of a server that contradict each other, and headers that a browser writes itself") {
    CHECK(errors_in("[server]\nchunked = true\ncontent_length = \"wrong\"\nwrong_length = \"1 kB\"\n") ==
          "3:18: error: a chunked response has no Content-Length");
    CHECK(errors_in("server.memory = \"1 MiB\"\n") == "1:17: error: memory without connection_memory limits nothing");
    CHECK(errors_in("[server]\nmemory = \"1 kB\"\nconnection_memory = \"64 KiB\"\n") ==
          "2:10: error: memory has no room for one connection");
    for (const char* line : {"Host: x", "content-length: 5", "Transfer-Encoding: chunked"}) {
        CAPTURE(line);
        CHECK(errors_in("client.headers = [\"" + std::string(line) + "\"]\n") ==
              "1:19: error: [client] headers: \"" + std::string(line) + "\" is what the browser says itself");
    }
}

TEST_CASE("settings about connections that contradict each other") {
    const auto check = [](const std::string& text, const std::string& error, const char* hint) {
        CAPTURE(text);
        CHECK(errors_in(text) == error);
        CHECK(hints(text, hint));
    };
    check("[client]\nhttp = \"1.0\"\nstrategy = \"persistent\"\n",
          "2:8: error: HTTP/1.0 closes after each response: it cannot be persistent", "http = \"1.0+\" or \"1.1\"");
    check("[client]\nhttp = \"1.0+\"\n",
          "2:8: error: 1.0+ keeps connections, but a serial client needs a new one each time",
          "http = \"1.0\", or strategy = \"persistent\"");
    check("[client]\nhttp = \"1.0+\"\nstrategy = \"parallel\"\n",
          "2:8: error: 1.0+ keeps connections, but a parallel client needs a new one each time", "http = \"1.0\"");
    check("[client]\nhttp = \"1.0\"\nstrategy = \"multiplexed\"\n", "2:8: error: a multiplexed client speaks HTTP/2",
          "leave http out");
    check("[client]\nhttp = \"1.0+\"\nstrategy = \"multiplexed\"\n", "2:8: error: a multiplexed client speaks HTTP/2",
          "leave http out");
    check("client.strategy = \"multiplexed\"\n[[proxy]]\n",
          "1:19: error: proxies speak HTTP/1: no client can be multiplexed, but in a tunnel, with TLS", "proxy = []");
    check("[client]\nretry = false\nretry_post = true\n", "3:14: error: retry_post without retry", "retry = true");
    check("[tls]\nearly_data = true\n", "2:14: error: [tls] early_data needs a TLS 1.3 session that is resumed",
          "resumption = true");
    check("[tls]\nearly_data = true\nresumption = true\nversion = \"1.2\"\n",
          "2:14: error: [tls] early_data needs a TLS 1.3 session that is resumed", "version = \"1.3\"");
    check("server.content_length = \"wrong\"\n", "1:25: error: content_length = \"wrong\" needs wrong_length",
          "wrong_length = \"1 kB\"");
    check("server.wrong_length = \"1 kB\"\n", "1:23: error: wrong_length goes with content_length = \"wrong\"",
          "leave it out");
    check("[client]\nloads = 1000000\nusers = 1000\n",
          "3:9: error: 1000 users with 1 objects each in each of 1000000 loads are more than 100000000 transactions",
          "users = 1000");
    CHECK(errors_in("client.http = \"1.1\"\nclient.strategy = \"multiplexed\"\n").empty());
    CHECK(errors_in("[client]\ncache = true\nproxy_connection = true\n").empty());
    CHECK(joined(errors_of(
              "client.strategy = \"multiplexed\"\n[page]\nobjects = [{ size = \"1 B\", connection = 0 }]\n")) ==
          "3:41: error: [page] objects: connection says nothing to a multiplexed client");
}
