#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/content.hpp"
#include "core/ring.hpp"
#include "http2/field_list.hpp"
#include "http2/frame.hpp"
#include "http2/frame_reader.hpp"
#include "http2/hpack.hpp"
#include "http2/message_rules.hpp"
#include "http2/priority.hpp"

namespace tcplab {

/// What an end allows the other, and how it sends.
struct Http2Settings {
    /// At once: as many a server accepts (SETTINGS_MAX_CONCURRENT_STREAMS), and a client opens, if the server lets it.
    std::uint32_t streams = 100;
    std::uint32_t window = kDefaultWindow;             ///< bytes a stream (SETTINGS_INITIAL_WINDOW_SIZE)
    std::uint32_t connection_window = kDefaultWindow;  ///< bytes; cannot be less than kDefaultWindow (RFC 9113 6.9.2)
    /// Bytes of the largest DATA frame sent, at least 1; if that is more than 16384 it may be received, too
    /// (SETTINGS_MAX_FRAME_SIZE).
    std::uint32_t frame = kLeastMaxFrame;
    bool header_compression = true;  ///< false: fields go as literals, without Huffman codes
};

/// What a session tells.
struct Http2Event {
    enum class Kind : std::uint8_t {
        head,      ///< the head of a request or a response, not an interim one: `fields`, from `bytes` of field block.
                   ///< `ended`: Kind::end is next
        data,      ///< `bytes` of the message's body, which have to be consumed()
        end,       ///< the message is complete; trailers are not told
        reset,     ///< the stream is over: the peer gave it up, refused it, or broke a rule on it; `error`
        settings,  ///< the peer's have come: can_open() may say something else
        go_away,   ///< the peer takes no streams any more after number `stream`; a reset follows for each that it
                   ///< refuses
        failed,    ///< all streams are over: write what next_write() still has, and close. `error` and `reason`
    };
    Kind kind = Kind::head;
    bool ended = false;
    Http2Error error = Http2Error::no_error;  ///< of reset, go_away and failed
    std::uint32_t stream = 0;
    std::uint64_t bytes = 0;
    std::string_view reason;  ///< in words
    Http2Head head;           ///< what `fields` say
    FieldList fields;
};

/// Bytes for the transport: the first `count` of `pieces`, in order.
struct Http2Write {
    std::array<Piece, 2> pieces;
    std::size_t count = 0;
    std::uint32_t stream = 0;  ///< whose DATA frame ends them; 0: none does
    bool ended = false;        ///< that frame ends the message; one without body ends with its head
};

/// One end of an HTTP/2 connection (RFC 9113): frames, header compression (RFC 7541), streams, flow control and
/// priorities (RFC 9218). It has no socket and no clock. The contract:
///  1. Inputs never call back: receive(), and the calls (open, respond, reset, consumed, go_away).
///  2. Outputs are pulled after every input: an event from each receive() that says true; then next_write() and
///     wrote(), until there is nothing to write or the transport is full. Who sends next is decided in next_write().
///  3. Same inputs, same outputs.
/// Bodies are made up (Piece::body), and only counted when they arrive. A stream that is over is forgotten: calls for
/// it do nothing.
class Http2Session {
  public:
    enum class Role : std::uint8_t { client, server };
    static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

    /// The preface is ready to be written.
    Http2Session(Role role, const Http2Settings& settings);

    // --- inputs ---
    /// Takes bytes off the front of `in`, the next ones of the peer's stream, up to the next thing to tell. False:
    /// they were all taken, and there is none.
    bool receive(Payload& in, Http2Event& event);
    /// Client: sends a request that has so many bytes of body, or kEndless. A priority that is not the default goes
    /// into a field of its own. The stream's number; 0 unless can_open().
    std::uint32_t open(const FieldList& fields, std::uint64_t body, Priority priority = {});
    /// Server: answers a request, once. The body goes when it is its turn, by the request's priority. False: the stream
    /// is over.
    bool respond(std::uint32_t stream, const FieldList& fields, std::uint64_t body);
    /// Gives a stream up.
    void reset(std::uint32_t stream, Http2Error code);
    /// The application has used so many bytes of Kind::data. Also to be called when the stream is over, as they count
    /// against the connection's window.
    void consumed(std::uint32_t stream, std::uint64_t bytes);
    /// Takes no more streams of the peer, and opens none; those that are open go on.
    void go_away(Http2Error code = Http2Error::no_error);

    // --- outputs ---
    /// Whether there is something to write: all control frames that wait, and one DATA frame. To be asked when the
    /// transport has room, as it decides whose frame that is.
    bool next_write(Http2Write& out);
    /// The transport took so many of them. What it left comes again from next_write().
    void wrote(std::uint64_t bytes);

    // --- state ---
    /// Client: another stream may be opened now.
    [[nodiscard]] bool can_open() const;
    /// Those that are not over.
    [[nodiscard]] std::size_t streams() const { return streams_.size(); }
    /// Event failed has been, or will be told next.
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    /// What the peer may still send.
    struct Inbound {
        std::int64_t left = 0;       // bytes; below 0 when it began with more than it was to have
        std::uint64_t consumed = 0;  // bytes that are free again, and the peer does not know
    };
    struct Stream {
        std::uint32_t id = 0;
        Priority priority;
        bool head_sent = false;
        bool head_received = false;
        bool local_ended = false;   // sent END_STREAM
        bool remote_ended = false;  // received END_STREAM
        bool bodiless = false;      // the answer to HEAD: Content-Length is not the body's
        std::int64_t window = 0;    // bytes that the peer lets us send; may be below 0 (RFC 9113 6.9.2)
        Inbound inbound;
        std::uint64_t body = 0;  // bytes to send
        std::uint64_t sent = 0;
        std::uint64_t turn = 0;  // incremental: when it last sent
        std::uint64_t received = 0;
        std::optional<std::uint64_t> content_length;
    };
    /// An event to be told; what a head says is in head_ and fields_.
    struct Notice {
        Http2Event::Kind kind = Http2Event::Kind::head;
        bool ended = false;
        Http2Error error = Http2Error::no_error;
        std::uint32_t stream = 0;
        std::uint64_t bytes = 0;
    };
    /// A field block that comes in several frames (RFC 9113 4.3).
    struct Block {
        std::uint32_t stream = 0;  // 0: none
        bool ended = false;
        std::uint32_t continuations = 0;
        std::string text;
    };
    using Frame = FrameReader::Frame;

    // session.cpp
    Stream* find(std::uint32_t stream);
    void forget(std::uint32_t stream);
    void forget_if_over(const Stream& s);
    Stream& add_stream(std::uint32_t id);
    void queue_settings();
    void queue_head(Stream& s, const FieldList& fields, std::uint64_t body, std::string_view priority);
    void queue_block(std::uint32_t stream, bool ended, std::size_t begin);
    Stream* next_to_send();
    TextRef header_text();
    void begin_write();
    Piece begin_data_frame(Stream& s, std::string& header);
    void refill(std::uint32_t stream, Inbound& window, std::uint32_t size);

    // receive.cpp
    void give(Http2Event& event);
    void fail(Http2Error code, std::string_view reason);
    void stream_error(std::uint32_t stream, Http2Error code);
    void count_answer();
    [[nodiscard]] bool is_idle(std::uint32_t stream) const;
    [[nodiscard]] bool in_order(const FrameHeader& header) const;
    void begin_data(const Frame& frame);
    void take_data(const Frame& frame);
    void end_message(Stream& s);
    void take_frame(const Frame& frame);
    void take_settings(const Frame& frame);
    void take_setting(SettingId id, std::uint32_t value);
    void take_initial_window(std::uint32_t value);
    void take_window_update(const Frame& frame);
    void take_rst_stream(const Frame& frame);
    void take_ping(const Frame& frame);
    void take_go_away(const Frame& frame);

    // receive_head.cpp
    void take_headers(const Frame& frame);
    void take_continuation(const Frame& frame);
    void take_block(std::uint32_t stream, bool ended, std::string_view block);
    void take_request(std::uint32_t stream, bool ended, bool fits);
    void take_response(Stream& s, bool ended, bool fits);
    void take_trailers(Stream& s, bool ended, bool fits);
    void tell_head(Stream& s, bool ended);

    Role role_;
    Http2Settings settings_;
    std::vector<Stream> streams_;      // in the order of their numbers
    std::uint32_t next_stream_ = 1;    // of a client
    std::uint32_t last_received_ = 0;  // of a server: the highest number that the client has used
    std::uint32_t last_accepted_ = 0;  // and the highest that the application has heard of
    bool failed_ = false;
    bool went_away_ = false;  // said GOAWAY
    bool peer_went_away_ = false;

    // the peer's settings
    std::uint32_t peer_streams_;
    std::uint32_t peer_window_ = kDefaultWindow;
    std::uint32_t peer_frame_ = kLeastMaxFrame;
    bool settings_received_ = false;
    bool settings_acknowledged_ = false;  // ours, by the peer

    // receiving
    FrameReader reader_;
    HpackDecoder decoder_;
    Inbound inbound_;
    Block block_;
    Ring<Notice> notices_;
    Http2Head head_;
    std::uint64_t head_bytes_ = 0;  // as it came, compressed
    FieldList fields_;
    std::string_view reason_;

    // sending
    HpackEncoder encoder_;
    std::int64_t window_ = kDefaultWindow;  // bytes of DATA that the peer lets us send in all
    std::uint64_t turns_ = 0;
    std::array<std::uint64_t, 8> in_order_turns_{};  // by urgency: when a stream that is not incremental last sent
    std::string control_;                            // frames that wait
    std::uint32_t answers_ = 0;                      // frames of it that the peer made us send
    Http2Write writing_;                             // what is left of it
    Ring<TextRef> header_texts_;                     // of DATA frames: to be used again
};

}  // namespace tcplab
