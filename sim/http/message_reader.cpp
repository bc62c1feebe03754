#include "http/message_reader.hpp"

#include <algorithm>
#include <array>

namespace tcplab {

namespace {

void advance(Payload& in, std::uint64_t n) {
    in.offset += n;
    in.length -= static_cast<std::uint32_t>(n);
}

/// The front of `in` as text. Body bytes where text is due have values, too: they are written into `made_up`.
/// Without content they are zeros, as in a segment that a script describes. `real`: the text outlives `made_up`.
std::string_view front_text(const Payload& in, std::array<char, 256>& made_up, bool& real) {
    const Content::View view = in.content ? in.content->view(in.offset, in.length) : Content::View{{}, 0, in.length};
    real = view.text.data() != nullptr;
    if (real) return view.text;
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(view.length, made_up.size()));
    if (in.content) {
        in.content->copy(in.offset, n, made_up.data());
    } else {
        std::fill_n(made_up.begin(), n, '\0');
    }
    return {made_up.data(), n};
}

bool has_no_body(std::uint16_t status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

MessageReader::Step MessageReader::step(Payload& in, MessageHead& head) {
    switch (state_) {
        case State::done: begin(); return step_head(in, head);
        case State::head: return step_head(in, head);
        case State::body: return step_body(in);
        case State::failed: break;
    }
    return Step::failed;
}

bool MessageReader::end() const { return between_messages() || until_close(); }

void MessageReader::no_body() {
    if (state_ != State::body) return;
    length_ = 0;
    chunked_ = false;
}

void MessageReader::begin() {
    state_ = State::head;
    fresh_ = true;
    taken_ = 0;
    length_ = 0;
    line_ = 0;
    seen_ = 0;
}

MessageReader::Step MessageReader::fail(MessageError e) {
    state_ = State::failed;
    error_ = e;
    return Step::failed;
}

MessageReader::Step MessageReader::step_head(Payload& in, MessageHead& head) {
    std::array<char, 256> made_up{};
    while (in.length > 0) {
        bool real = false;
        std::string_view text = front_text(in, made_up, real);
        fresh_ = false;
        const std::size_t before = buffer_.size();
        const bool whole = before == 0;
        if (!whole) text = buffer_.append(text);

        std::size_t end = 0;
        const bool found = find_end(text, end);
        if (state_ == State::failed) return Step::failed;
        if ((found ? end : text.size()) > kMaxHead) return fail(MessageError::too_long);
        if (!found) {
            advance(in, text.size() - before);
            if (whole) buffer_ = text;
            continue;
        }
        advance(in, end - before);
        if (end == 2 && kind_ == Kind::request) {  // RFC 9112 2.2: empty lines before a request are skipped
            std::string().swap(buffer_);
            begin();
            continue;
        }
        if (whole && !real) {
            buffer_ = text;  // what `head` points at must outlive this call
            text = buffer_;
        }
        return parse(text.substr(0, end), head);
    }
    return Step::more;
}

/// Whether the empty line that ends a head is there, and where it ends. A line that does not end in CRLF fails.
bool MessageReader::find_end(std::string_view text, std::size_t& end) {
    while (true) {
        const std::size_t newline = text.find('\n', seen_);
        if (newline == std::string_view::npos) {
            seen_ = static_cast<std::uint32_t>(text.size());
            return false;
        }
        if (newline == line_ || text[newline - 1] != '\r') {
            fail(line_ == 0 ? MessageError::bad_start_line : MessageError::bad_field);
            return false;
        }
        end = newline + 1;
        if (newline == line_ + 1) return true;
        line_ = seen_ = static_cast<std::uint32_t>(end);
    }
}

MessageReader::Step MessageReader::parse(std::string_view text, MessageHead& head) {
    const bool request = kind_ == Kind::request;
    const MessageError e = request ? parse_request_head(text, head) : parse_response_head(text, head);
    if (e != MessageError::none) return fail(e);
    chunked_ = head.chunked && (request || !has_no_body(head.status));
    if (chunked_) {
        length_ = kUntilClose;
        chunks_ = ChunkReader();
    } else if (request) {
        length_ = head.content_length.value_or(0);
    } else if (has_no_body(head.status)) {
        length_ = 0;
    } else {
        length_ = head.content_length.value_or(kUntilClose);
    }
    state_ = State::body;
    return Step::head;
}

MessageReader::Step MessageReader::step_body(Payload& in) {
    if (!buffer_.empty()) std::string().swap(buffer_);  // the head was looked at
    if (chunked_) return step_chunks(in);
    if (taken_ == length_) {
        state_ = State::done;
        return Step::complete;
    }
    return in.length == 0 ? Step::more : take_body(in, length_ - taken_);
}

MessageReader::Step MessageReader::step_chunks(Payload& in) {
    std::array<char, 256> made_up{};
    while (in.length > 0) {
        if (chunks_.at() == ChunkReader::At::data) {
            const Step step = take_body(in, chunks_.left());
            chunks_.took_data(step_bytes_);
            return step;
        }
        bool real = false;
        const std::string_view text = front_text(in, made_up, real);
        std::string_view rest = text;
        const ChunkReader::At at = chunks_.take(rest);
        advance(in, text.size() - rest.size());
        if (at == ChunkReader::At::failed) return fail(MessageError::bad_chunk);
        if (at == ChunkReader::At::end) {
            state_ = State::done;
            return Step::complete;
        }
    }
    return Step::more;
}

MessageReader::Step MessageReader::take_body(Payload& in, std::uint64_t most) {
    step_bytes_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(in.length, most));
    advance(in, step_bytes_);
    taken_ += step_bytes_;
    return Step::body;
}

}  // namespace tcplab
