// A peer that sends any bytes at all, in records or not, to either end of TLS, at any point of a handshake: no crash,
// the same outcome however the bytes are cut, an alert where it is we who give up, and nothing read before it is due.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tls/session.hpp"

using namespace tcplab;

namespace {

/// What an end tells about the bytes of its peer.
struct Story {
    std::string plaintext;
    std::string sent;
    bool done = false;
    bool closed = false;
    bool failed = false;
    bool ticket = false;
    bool operator==(const Story&) const = default;
};

/// What the first byte of the input chooses.
struct Setting {
    explicit Setting(unsigned bits)
        : handshake(static_cast<TlsHandshake>(bits / 4 % 3)), is_client(bits % 2 != 0), joins_late(bits / 16 % 2 != 0) {
        config.version = bits / 2 % 2 != 0 ? TlsVersion::tls13 : TlsVersion::tls12;
        if (config.version == TlsVersion::tls12 && handshake == TlsHandshake::early_data) {
            handshake = TlsHandshake::resumed;
        }
        config.resumption = config.early_data = true;
        config.certificate = 0;
    }
    TlsConfig config;
    TlsHandshake handshake;
    bool is_client;
    bool joins_late;  // when the handshake is over
};

void take_output(TlsSession& session, Story& story) {
    for (const Piece& p : session.output()) {
        const std::size_t had = story.sent.size();
        story.sent.resize(had + static_cast<std::size_t>(p.length));
        Content content;
        content.append(p);
        content.copy(0, story.sent.size() - had, story.sent.data() + had);
    }
    session.output().clear();
}

void read_all(TlsSession& session, Story& story) {
    while (session.has_plaintext()) {
        if (!session.may_read()) std::abort();
        const Payload got = session.read(777);
        if (got.length == 0) std::abort();
        story.plaintext += got.bytes();
    }
}

/// A proper handshake with a proper peer.
void shake_hands(TlsSession& session, const Setting& setting, TlsFlights& flights) {
    const std::size_t first = setting.is_client ? 1 : 0;
    for (std::size_t i = first; i < flights.count(setting.handshake); i += 2) {
        session.receive(Payload::of(flights.bytes(setting.handshake, i)->bytes));
    }
    if (!session.done()) std::abort();
    session.output().clear();
}

Story tell(const Setting& setting, const std::string& bytes, std::size_t cut) {
    TlsFlights flights(setting.config);
    TlsSession session(setting.is_client ? TlsSession::Side::client : TlsSession::Side::server, flights);
    if (setting.is_client) session.start(setting.handshake);
    if (setting.joins_late) shake_hands(session, setting, flights);
    Story story;
    take_output(session, story);
    const Payload whole = Payload::of(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
        Payload piece = whole;
        piece.offset = at;
        piece.length = static_cast<std::uint32_t>(std::min(cut, bytes.size() - at));
        session.receive(piece);
        read_all(session, story);
        take_output(session, story);
        if (session.buffered() >= TlsSession::kMostBuffered) std::abort();
    }
    story.done = session.done();
    story.closed = session.peer_closed();
    story.failed = session.failed();
    story.ticket = session.take_ticket();
    if (story.plaintext.size() > bytes.size()) std::abort();
    if (story.failed && session.may_write()) std::abort();
    if (story.closed && !story.done) std::abort();
    return story;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const Setting setting(data[0]);
    const std::size_t cut = std::size_t{data[1]} + 1;
    const std::string bytes(data + 2, data + size);
    // What arrives is read a record's worth at a time (TlsSession::kMostBuffered).
    if (!(tell(setting, bytes, std::min<std::size_t>(bytes.size(), 1000)) == tell(setting, bytes, cut))) std::abort();
    return 0;
}
