#include "http/message_reader.hpp"

#include <algorithm>
#include <array>

namespace tcplab {

namespace {

void advance(Payload& in, std::uint64_t n) {
    in.offset += n;
    in.length -= static_cast<std::uint32_t>(n);
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
    if (state_ == State::body) length_ = 0;
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
        // Without content they are zeros, as in a segment that a script describes.
        const bool zeros = !in.content;
        const Content::View view = zeros ? Content::View{{}, 0, in.length} : in.content->view(in.offset, in.length);
        std::string_view text = view.text;
        if (text.data() == nullptr) {  // body bytes where a head is due: they have values, too
            const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(view.length, made_up.size()));
            if (!zeros) in.content->copy(in.offset, n, made_up.data());
            text = std::string_view(made_up.data(), n);
        }
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
        if (whole && view.text.data() == nullptr) {
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
    if (request) {
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
    std::string().swap(buffer_);  // the head was looked at
    if (taken_ == length_) {
        state_ = State::done;
        return Step::complete;
    }
    if (in.length == 0) return Step::more;
    const std::uint64_t n = std::min<std::uint64_t>(in.length, length_ - taken_);
    advance(in, n);
    taken_ += n;
    return Step::body;
}

}  // namespace tcplab
