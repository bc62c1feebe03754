// One end between its two kinds of bytes, without TCP.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "tls/session.hpp"

using namespace tcplab;

namespace {

using Side = TlsSession::Side;

TlsConfig all_on(TlsVersion v) {
    TlsConfig c;
    c.version = v;
    c.resumption = c.early_data = true;
    return c;
}

std::string take_output(TlsSession& session) {
    Content content;
    for (const Piece& p : session.output()) content.append(p);
    session.output().clear();
    std::string out(static_cast<std::size_t>(content.size()), '?');
    content.copy(0, out.size(), out.data());
    return out;
}

void give(TlsSession& session, const std::string& bytes, std::size_t step = 100'000) {
    for (std::size_t at = 0; at < bytes.size(); at += step) session.receive(Payload::of(bytes.substr(at, step)));
}

std::string read_all(TlsSession& session) {
    std::string out;
    while (session.has_plaintext()) out += session.read(1000).bytes();
    return out;
}

/// The description of the only record of its output, an alert; -1 if it is something else.
int alert_of(TlsSession& session) {
    const std::string out = take_output(session);
    if (out.size() == 7 && out[0] == 21) return out[6];
    if (out.size() == 24 && out[0] == 23 && out[7] == 21) return out[6];
    if (out.size() == 31 && out[0] == 21) return out[14];
    return -1;
}

struct Ends {
    explicit Ends(const TlsConfig& config)
        : flights(config), client(Side::client, flights), server(Side::server, flights) {}

    /// Hands over what there is, in pieces of `step` bytes, until both are silent.
    void talk(std::size_t step = 100'000) {
        for (bool busy = true; busy;) {
            const std::string up = take_output(client);
            give(server, up, step);
            const std::string down = take_output(server);
            give(client, down, step);
            busy = !up.empty() || !down.empty();
        }
    }
    [[nodiscard]] std::string data(const std::string& plaintext) const {
        return tls_sealed_record(flights.config().version, TlsContent::application_data, plaintext);
    }

    TlsFlights flights;
    TlsSession client;
    TlsSession server;
};

constexpr std::initializer_list<TlsVersion> kVersions{TlsVersion::tls12, TlsVersion::tls13};
constexpr std::initializer_list<TlsHandshake> kHandshakes{TlsHandshake::full, TlsHandshake::resumed,
                                                          TlsHandshake::early_data};

}  // namespace

TEST_CASE("every handshake ends, however its bytes are cut") {
    for (const TlsVersion v : kVersions) {
        for (const TlsHandshake h : kHandshakes) {
            if (v == TlsVersion::tls12 && h == TlsHandshake::early_data) continue;
            for (const std::size_t step : {1U, 7U, 100U, 100'000U}) {
                Ends e(all_on(v));
                e.client.start(h);
                e.talk(step);
                CHECK(e.client.done());
                CHECK(e.server.done());
                CHECK(e.client.take_ticket() == (v == TlsVersion::tls13 || h == TlsHandshake::full));
                CHECK_FALSE(e.client.take_ticket());
                give(e.server, e.data("question"), step);
                give(e.client, e.data("answer"), step);
                CHECK(read_all(e.server) == "question");
                CHECK(read_all(e.client) == "answer");
            }
        }
    }
}

TEST_CASE("nothing of a record can be read before its last byte has come, not even of its tag") {
    for (const TlsVersion v : kVersions) {
        Ends e(all_on(v));
        e.client.start(TlsHandshake::full);
        e.talk();
        const std::string record = e.data(std::string(500, 'p'));
        give(e.client, record.substr(0, record.size() - 1), 10);
        CHECK_FALSE(e.client.has_plaintext());
        CHECK(e.client.buffered() == record.size() - 1);
        give(e.client, record.substr(record.size() - 1));
        CHECK(e.client.has_plaintext());
        CHECK(read_all(e.client) == std::string(500, 'p'));
        CHECK(e.client.buffered() == 0);
    }
}

TEST_CASE("no data before the handshake is over, but early data and its answer") {
    Ends full(all_on(TlsVersion::tls13));
    CHECK_FALSE(full.client.may_write());
    full.client.start(TlsHandshake::full);
    CHECK_FALSE(full.client.may_write());
    CHECK(full.client.write_room() == 0);
    give(full.server, take_output(full.client));
    CHECK_FALSE(full.server.may_write());
    CHECK_FALSE(full.server.may_read());
    full.server.output().clear();
    give(full.server, full.data("too early"));
    CHECK(full.server.failed());
    CHECK(alert_of(full.server) == 10);

    Ends early(all_on(TlsVersion::tls13));
    early.client.start(TlsHandshake::early_data);
    CHECK(early.client.write_room() == 16384);
    early.client.wrote(16000);
    CHECK(early.client.write_room() == 384);
    CHECK_FALSE(early.client.may_read());
    give(early.server, take_output(early.client) + early.data("question"));
    CHECK(read_all(early.server) == "question");
    CHECK(early.server.may_write());
    CHECK_FALSE(early.server.done());
    give(early.client, take_output(early.server) + early.data("answer"));
    CHECK(read_all(early.client) == "answer");
    CHECK(early.client.write_room() > 16384);
    early.talk();
    CHECK(early.server.done());
}

TEST_CASE("without resumption a ticket is of no use: the server answers with a full handshake") {
    TlsConfig config;
    TlsFlights with(all_on(TlsVersion::tls13));
    TlsFlights without(config);
    TlsSession client(Side::client, with);
    TlsSession server(Side::server, without);
    client.start(TlsHandshake::resumed);
    give(server, take_output(client));
    CHECK(take_output(server) == without.bytes(TlsHandshake::full, 1)->bytes);
}

TEST_CASE("a server does not speak a version that is not offered") {
    TlsConfig old;
    old.version = TlsVersion::tls12;
    TlsFlights flights12(old);
    TlsFlights flights13({});
    TlsSession client(Side::client, flights12);
    TlsSession server(Side::server, flights13);
    client.start(TlsHandshake::full);
    give(server, take_output(client));
    CHECK(server.failed());
    CHECK(alert_of(server) == 70);  // protocol_version
}

TEST_CASE("close_notify ends the peer's stream; what follows is ignored (RFC 8446 6.1)") {
    for (const TlsVersion v : kVersions) {
        Ends e(all_on(v));
        e.client.start(TlsHandshake::full);
        e.talk();
        e.client.close_notify();
        const std::string alert = take_output(e.client);
        CHECK(alert.size() == (v == TlsVersion::tls13 ? 24 : 31));
        give(e.server, e.data("last") + alert + e.data("ignored"));
        CHECK_FALSE(e.server.peer_closed());  // not yet looked at
        CHECK(read_all(e.server) == "last");
        CHECK(e.server.peer_closed());
        give(e.server, "no TLS at all");
        CHECK_FALSE(e.server.failed());
        CHECK_FALSE(e.server.has_plaintext());
    }
}

TEST_CASE("a close_notify in the middle of a handshake ends it") {
    Ends e(all_on(TlsVersion::tls13));
    give(e.server, tls_clear_record(TlsContent::alert, std::string("\x01\x00", 2)));
    CHECK(e.server.failed());
    CHECK(e.server.output().empty());
}

TEST_CASE("a fatal alert of the peer is not answered") {
    for (const TlsVersion v : kVersions) {
        Ends e(all_on(v));
        e.client.start(TlsHandshake::full);
        e.talk();
        give(e.client, tls_sealed_record(v, TlsContent::alert, "\x02\x28"));
        CHECK(e.client.failed());
        CHECK_FALSE(e.client.may_write());
        CHECK(e.client.output().empty());
    }
}

TEST_CASE("a warning matters in TLS 1.3 only (RFC 8446 6)") {
    for (const TlsVersion v : kVersions) {
        Ends e(all_on(v));
        e.client.start(TlsHandshake::full);
        e.talk();
        give(e.client, tls_sealed_record(v, TlsContent::alert, "\x01\x5a"));
        CHECK(e.client.failed() == (v == TlsVersion::tls13));
    }
}

TEST_CASE("what no peer may send is answered with an alert") {
    struct Case {
        const char* what;
        TlsVersion version;
        bool after_handshake;
        std::string bytes;
        int alert;
    };
    const TlsVersion k12 = TlsVersion::tls12;
    const TlsVersion k13 = TlsVersion::tls13;
    const auto clear = [](TlsContent type, const std::string& bytes) { return tls_clear_record(type, bytes); };
    const auto sealed = [](TlsVersion v, TlsContent type, const std::string& bytes) {
        return tls_sealed_record(v, type, bytes);
    };
    const std::string finished("\x14\x00\x00\x00", 4);
    const std::vector<Case> cases{
        {"HTTP", k13, false, "GET / HTTP/1.1\r\n\r\n", 10},
        {"a record of another protocol's version", k13, false, std::string("\x16\x02\x00\x00\x01\x01", 6), 70},
        {"a record that is too long", k13, true, std::string("\x17\x03\x03\x41\x01", 5), 22},
        {"a record that is too long", k12, true, std::string("\x17\x03\x03\x48\x01", 5), 22},
        {"an empty fragment", k13, false, clear(TlsContent::handshake, ""), 10},
        {"an empty protected message", k13, true, sealed(k13, TlsContent::handshake, ""), 10},
        {"another message than a ClientHello", k13, false, clear(TlsContent::handshake, finished), 10},
        {"a ClientHello that is too long", k13, false, clear(TlsContent::handshake, std::string("\x01\x00\x40\x01", 4)),
         50},
        {"a ClientHello that is nonsense", k13, false,
         clear(TlsContent::handshake, std::string("\x01\x00\x00\x01x", 5)), 50},
        {"change_cipher_spec as the first thing", k13, false, clear(TlsContent::change_cipher_spec, "\x01"), 10},
        {"change_cipher_spec at the end", k13, true, clear(TlsContent::change_cipher_spec, "\x01"), 10},
        {"change_cipher_spec at the end", k12, true, clear(TlsContent::change_cipher_spec, "\x01"), 10},
        {"change_cipher_spec of another value", k13, false,
         clear(TlsContent::change_cipher_spec, std::string("\x02", 1)), 10},
        {"a renegotiation", k12, true, sealed(k12, TlsContent::handshake, std::string("\x01\x00\x00\x00", 4)), 10},
        {"a ticket for a server", k13, true, sealed(k13, TlsContent::handshake, std::string("\x04\x00\x00\x00", 4)),
         10},
        {"a message in the clear", k13, true, clear(TlsContent::handshake, finished), 10},
        {"a protected record without its overhead", k13, true,
         clear(TlsContent::application_data, std::string(16, '\0')), 20},
        {"a protected record without its overhead", k12, true,
         clear(TlsContent::application_data, std::string(23, '\0')), 20},
        {"a record of no type inside", k13, true, clear(TlsContent::application_data, std::string(17, '\0')), 10},
        {"an alert of three bytes", k13, true, sealed(k13, TlsContent::alert, "abc"), 50},
        {"data in the clear", k13, false, clear(TlsContent::application_data, "data"), 10},
    };
    for (const Case& c : cases) {
        for (const std::size_t step : {1U, 100'000U}) {
            INFO(std::string(c.what));
            Ends e(all_on(c.version));
            if (c.after_handshake) {
                e.client.start(TlsHandshake::full);
                e.talk();
            }
            give(e.server, c.bytes, step);
            CHECK(e.server.failed());
            CHECK(alert_of(e.server) == c.alert);
            give(e.server, "more of it");
            CHECK(e.server.output().empty());
        }
    }
}

TEST_CASE("data between the parts of a handshake message is an error (RFC 8446 5.1)") {
    Ends e(all_on(TlsVersion::tls13));
    e.client.start(TlsHandshake::full);
    e.talk();
    give(e.client, tls_sealed_record(TlsVersion::tls13, TlsContent::handshake, "\x04"));
    CHECK_FALSE(e.client.failed());
    give(e.client, e.data("data"));
    CHECK(e.client.failed());
}

TEST_CASE("a record without data means nothing") {
    Ends e(all_on(TlsVersion::tls13));
    e.client.start(TlsHandshake::full);
    e.talk();
    give(e.client, e.data("") + e.data("x"));
    CHECK(read_all(e.client) == "x");
}

TEST_CASE("a TLS 1.3 peer may leave out change_cipher_spec, or say more of them (RFC 8446 D.4)") {
    Ends e(all_on(TlsVersion::tls13));
    e.client.start(TlsHandshake::full);
    const std::string hello = take_output(e.client);
    const std::string change = tls_clear_record(TlsContent::change_cipher_spec, "\x01");
    give(e.server, hello + change + change);
    std::string flight = take_output(e.server);
    flight.erase(flight.find(change), change.size());
    give(e.client, flight);
    CHECK(e.client.done());
    e.talk();
    CHECK(e.server.done());
}

TEST_CASE("TLS 1.2 cannot do without change_cipher_spec") {
    Ends e(all_on(TlsVersion::tls12));
    e.client.start(TlsHandshake::resumed);
    give(e.server, take_output(e.client));
    std::string flight = take_output(e.server);
    const std::string change = tls_clear_record(TlsContent::change_cipher_spec, "\x01");
    flight.erase(flight.find(change), change.size());
    give(e.client, flight);
    CHECK(e.client.failed());
}
