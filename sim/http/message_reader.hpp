#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "core/content.hpp"
#include "http/chunk_reader.hpp"
#include "http/message.hpp"

namespace tcplab {

/// Cuts a stream of bytes into messages (RFC 9112 6). It pulls: call step() until it answers `more`, then read more of
/// the stream; call end() when the stream has ended. Header text is looked at, body bytes are only counted.
class MessageReader {
  public:
    enum class Kind : std::uint8_t { request, response };
    enum class Step : std::uint8_t {
        more,      ///< everything was taken
        head,      ///< a head is complete; it may be looked at until the next call and while `in` lives
        body,      ///< some bytes of the body were taken
        complete,  ///< the message has ended; the next step begins another one
        failed,    ///< error() says why, and says so for ever
    };

    explicit MessageReader(Kind kind) : kind_(kind) {}

    /// Takes bytes off the front of `in`, up to the next thing to tell. Fills `head` with Step::head.
    Step step(Payload& in, MessageHead& head);
    /// The stream has ended. True if that is where a message may end: between two, or a body that lasts until the
    /// end.
    [[nodiscard]] bool end() const;
    /// After Step::head: no body follows whatever the head says, as in the answer to HEAD.
    void no_body();

    [[nodiscard]] MessageError error() const { return error_; }
    /// Nothing of the next message has come yet.
    [[nodiscard]] bool between_messages() const { return state_ == State::done || (state_ == State::head && fresh_); }
    /// The head has come and the body has not ended.
    [[nodiscard]] bool in_body() const { return state_ == State::body; }
    /// The end of the stream ends the body.
    [[nodiscard]] bool until_close() const { return state_ == State::body && length_ == kUntilClose && !chunked_; }
    /// Bytes of the current body so far, without chunks' framing; of the last one after Step::complete.
    [[nodiscard]] std::uint64_t body_taken() const { return taken_; }
    /// Of these, what the last Step::body took: the last bytes that came off the front of `in`.
    [[nodiscard]] std::uint32_t step_bytes() const { return step_bytes_; }
    /// Bytes that the current body has in all; nothing if that is not known.
    [[nodiscard]] std::optional<std::uint64_t> body_length() const {
        return length_ == kUntilClose ? std::nullopt : std::optional(length_);
    }

  private:
    enum class State : std::uint8_t { head, body, done, failed };
    static constexpr std::uint64_t kUntilClose = std::numeric_limits<std::uint64_t>::max();  // or until the last chunk

    Step fail(MessageError e);
    Step step_head(Payload& in, MessageHead& head);
    Step step_body(Payload& in);
    Step step_chunks(Payload& in);
    Step take_body(Payload& in, std::uint64_t most);
    Step parse(std::string_view text, MessageHead& head);
    bool find_end(std::string_view text, std::size_t& end);
    void begin();

    std::string buffer_;  // the head so far, when it came in several pieces
    ChunkReader chunks_;
    std::uint64_t taken_ = 0;   // bytes of the body
    std::uint64_t length_ = 0;  // of the body
    std::uint32_t step_bytes_ = 0;
    std::uint32_t line_ = 0;  // where the head's current line begins
    std::uint32_t seen_ = 0;  // looked for line ends up to here
    Kind kind_;
    State state_ = State::head;
    MessageError error_ = MessageError::none;
    bool fresh_ = true;  // no byte of the head has come
    bool chunked_ = false;
};

}  // namespace tcplab
