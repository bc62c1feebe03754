#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/content.hpp"
#include "http2/frame.hpp"

namespace tcplab {

/// Cuts a stream of bytes into frames (RFC 9113 4.1). It pulls: call step() until it answers `more`, then read more of
/// the stream. The body of a DATA frame is only counted, what is to be ignored is dropped.
class FrameReader {
  public:
    enum class Step : std::uint8_t {
        more,        ///< everything was taken
        frame,       ///< a frame that is not DATA
        data_begin,  ///< a DATA frame has begun; `bytes` of it are padding, and the padding's length
        data,        ///< `bytes` more of its body have come, perhaps none; when `last`, that is all
        failed,      ///< error() and reason() say why; the last step
    };
    struct Frame {
        FrameHeader header;
        std::string_view payload;  ///< Step::frame: valid until the next step; of HEADERS the field block alone, of
                                   ///< PRIORITY, PUSH_PROMISE and unknown types nothing
        std::uint32_t bytes = 0;
        bool last = false;
    };

    /// `preface`: the stream begins with a client's. `max_frame`: bytes of the largest payload that may come.
    FrameReader(bool preface, std::uint32_t max_frame)
        : max_frame_(max_frame), stage_(preface ? Stage::preface : Stage::header) {}

    /// Takes bytes off the front of `in`, up to the next thing to tell.
    Step step(Payload& in, Frame& out);

    [[nodiscard]] Http2Error error() const { return error_; }
    /// In words.
    [[nodiscard]] std::string_view reason() const { return reason_; }

  private:
    enum class Stage : std::uint8_t { preface, header, pad_length, body, payload, skip };

    Step fail(Http2Error error, std::string_view reason);
    bool collect(Payload& in, std::size_t size);
    Step begin_frame(Frame& out);
    Step begin_padded_body(Frame& out);
    Step take_body(Payload& in, Frame& out);
    Step take_payload(Frame& out);

    std::string buffer_;  // of what is to be looked at: the preface, a header, a padding's length, a payload
    bool used_ = false;   // the last step gave a view of it
    FrameHeader header_;
    std::uint32_t left_ = 0;  // bytes of a DATA frame's body
    std::uint32_t skip_ = 0;  // bytes to drop then: padding, or the payload of an ignored frame
    std::uint32_t max_frame_;
    Stage stage_;
    Http2Error error_ = Http2Error::no_error;
    std::string_view reason_;
};

}  // namespace tcplab
