#include "http/chunk_reader.hpp"

#include "http/message.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kLongestExtension = 4096;
constexpr std::uint8_t kMostDigits = 15;  // so that 64 bits hold every size

/// The value of a hexadecimal digit; 16 for what is none.
constexpr unsigned hex_value(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

}  // namespace

ChunkReader::At ChunkReader::take(std::string_view& text) {
    while (at_ == At::framing && !text.empty()) {
        take(text.front());
        text.remove_prefix(1);
    }
    return at_;
}

void ChunkReader::took_data(std::uint64_t n) {
    left_ -= n;
    if (left_ > 0) return;
    at_ = At::framing;
    expect_ = Expect::data_cr;
}

void ChunkReader::take(char c) {
    const auto must_be = [&](char wanted, Expect next) {
        expect_ = next;
        if (c != wanted) at_ = At::failed;
    };
    switch (expect_) {
        case Expect::size: take_size(c); break;
        case Expect::extension:
            if (c == '\r') {
                expect_ = Expect::size_end;
            } else if (c == '\n' || ++skipped_ > kLongestExtension) {
                at_ = At::failed;
            }
            break;
        case Expect::size_end:
            must_be('\n', Expect::line);
            skipped_ = 0;
            line_empty_ = true;
            if (at_ == At::framing && left_ > 0) at_ = At::data;
            break;
        case Expect::data_cr: must_be('\r', Expect::data_lf); break;
        case Expect::data_lf:
            must_be('\n', Expect::size);
            digits_ = 0;
            break;
        case Expect::line:
        case Expect::line_end:
        case Expect::last_lf: take_trailer(c); break;
    }
}

void ChunkReader::take_size(char c) {
    const unsigned value = hex_value(c);
    if (value < 16 && digits_ < kMostDigits) {
        left_ = left_ * 16 + value;
        ++digits_;
    } else if (digits_ > 0 && c == '\r') {
        expect_ = Expect::size_end;
    } else if (digits_ > 0 && (c == ';' || c == ' ' || c == '\t')) {
        skipped_ = 0;
        expect_ = Expect::extension;
    } else {
        at_ = At::failed;
    }
}

void ChunkReader::take_trailer(char c) {
    if (++skipped_ > kMaxHead) {
        at_ = At::failed;
        return;
    }
    switch (expect_) {
        case Expect::line:
            if (c == '\r') {
                expect_ = line_empty_ ? Expect::last_lf : Expect::line_end;
            } else if (c == '\n') {
                at_ = At::failed;
            }
            line_empty_ = false;
            break;
        case Expect::line_end:
            expect_ = Expect::line;
            line_empty_ = true;
            if (c != '\n') at_ = At::failed;
            break;
        default: at_ = c == '\n' ? At::end : At::failed; break;
    }
}

}  // namespace tcplab
