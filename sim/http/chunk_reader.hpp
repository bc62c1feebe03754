#pragma once

#include <cstdint>
#include <string_view>

namespace tcplab {

/// The framing of a chunked body (RFC 9112 7.1): where data is, and where the body ends. Extensions and the trailer
/// are skipped.
class ChunkReader {
  public:
    enum class At : std::uint8_t {
        framing,  ///< everything was taken; more framing follows
        data,     ///< left() bytes of data follow
        end,      ///< the body has ended
        failed,   ///< not as it has to be: for ever
    };

    /// Takes framing off the front of `text`, up to data or the end. Not to be called where there is data.
    At take(std::string_view& text);
    [[nodiscard]] At at() const { return at_; }
    /// Bytes of the current chunk's data that have not been taken.
    [[nodiscard]] std::uint64_t left() const { return left_; }
    /// `n` bytes of data were taken, at most left().
    void took_data(std::uint64_t n);

  private:
    enum class Expect : std::uint8_t { size, extension, size_end, data_cr, data_lf, line, line_end, last_lf };

    void take(char c);
    void take_size(char c);
    void take_trailer(char c);

    std::uint64_t left_ = 0;
    std::uint32_t skipped_ = 0;  // bytes of the extension, or of the trailer
    std::uint8_t digits_ = 0;    // of the size
    At at_ = At::framing;
    Expect expect_ = Expect::size;
    bool line_empty_ = true;  // of the trailer
};

}  // namespace tcplab
