// What another implementation says: bytes recorded on a loopback interface from nghttp2 1.52.0 (Debian 12).
#include <doctest/doctest.h>

#include "frames.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Kind = Http2Event::Kind;
using Role = Http2Session::Role;

// nghttp -n http://127.0.0.1:8090/a http://127.0.0.1:8090/b http://127.0.0.1:8090/c: its first segment. A tree of
// priorities on streams that are never opened, then requests with the PRIORITY flag.
constexpr std::string_view kRequests =
    "505249202a20485454502f322e300d0a0d0a534d0d0a0d0a"
    "00000c040000000000 000300000064 00040000ffff"
    "0000050200 00000003 00000000c8 0000050200 00000005 0000000064 0000050200 00000007 0000000000"
    "0000050200 00000009 0000000700 0000050200 0000000b 0000000300"
    "0000290125 0000000d 0000000b0f 8204022f6186418a089d5c0b8170dc780f8353032a2f2a907a8aaa69d29ac4c0576c4b8300000f"
    "0125 0000000f 0000000b0f 8204022f6286c0bf90be"
    "00000f0125 00000011 0000000b0f 8204022f6386c0bf90be";

// nghttpd --no-tls: the heads of its first two responses, and the first one's body, three bytes.
constexpr std::string_view kResponses =
    "000006040000000000 000300000064 000000040100000000"
    "0000520104 00000001 887690aa69d29ae452a9a74a6b13015db12e0f5889a47e561cc58197000f6196c361be941014d27eea080271410a"
    "e09db8cbea62d1bf0f0d01336c96c361be941014d27eea080271410ae09db807d4c5a37f"
    "00000c0104 00000003 88c1c0bf0f0d8464000001be"
    "0000030001 00000001 68690a";

}  // namespace

TEST_CASE("requests of nghttp") {
    Http2Session server(Role::server, {});
    const std::vector<Http2Event> events = receive(server, from_hex(kRequests));
    REQUIRE(events.size() == 7);
    CHECK(events[0].kind == Kind::settings);
    const std::string paths = "abc";
    for (std::uint32_t i = 0; i < 3; ++i) {
        const Http2Event& head = events[1 + 2 * i];
        CHECK(head.kind == Kind::head);
        CHECK(head.stream == 13 + 2 * i);
        CHECK(fields_of(head.fields) == Fields{{":method", "GET"},
                                               {":path", std::string("/") + paths[i]},
                                               {":scheme", "http"},
                                               {":authority", "127.0.0.1:8090"},
                                               {"accept", "*/*"},
                                               {"accept-encoding", "gzip, deflate"},
                                               {"user-agent", "nghttp2/1.52.0"}});
        CHECK(events[2 + 2 * i].kind == Kind::end);
    }
}

TEST_CASE("responses of nghttpd") {
    Http2Session client(Role::client, {});
    client.open(request("/small"), 0);
    client.open(request("/big"), 0);
    const std::vector<Http2Event> events = receive(client, from_hex(kResponses));
    REQUIRE(events.size() == 5);
    CHECK(fields_of(events[1].fields) == Fields{{":status", "200"},
                                                {"server", "nghttpd nghttp2/1.52.0"},
                                                {"cache-control", "max-age=3600"},
                                                {"date", "Fri, 20 Nov 2026 22:27:39 GMT"},
                                                {"content-length", "3"},
                                                {"last-modified", "Fri, 20 Nov 2026 22:27:09 GMT"}});
    CHECK(events[2].stream == 3);
    CHECK(events[2].fields.find("content-length") == "300000");
    CHECK(events[2].fields.find("server") == "nghttpd nghttp2/1.52.0");
    CHECK(events[3].kind == Kind::data);
    CHECK(events[3].stream == 1);
    CHECK(events[3].bytes == 3);
    CHECK(events[4].kind == Kind::end);
}
