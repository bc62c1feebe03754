#include "http2/huffman.hpp"

#include <array>
#include <cstdint>

namespace tcplab {

namespace {

constexpr std::size_t kSymbols = 257;
constexpr std::size_t kEndOfString = 256;
constexpr unsigned kLongest = 30;  // bits

// Bits of each symbol's code, RFC 7541 Appendix B. The code is canonical: codes ascend with their length and, within
// a length, with the symbol. So the lengths say it all.
constexpr std::array<std::uint8_t, kSymbols> kLengths{
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,  // 0x00
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,  // 0x10
    6,  10, 10, 12, 13, 6,  8,  11, 10, 10, 8,  11, 8,  6,  6,  6,   // ' '
    5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8,  15, 6,  12, 10,  // '0'
    13, 6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,   // '@'
    7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8,  13, 19, 13, 14, 6,   // 'P'
    15, 5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,   // '`'
    6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7,  15, 11, 14, 13, 28,  // 'p'
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,  // 0x80
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,  // 0x90
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,  // 0xa0
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,  // 0xb0
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,  // 0xc0
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,  // 0xd0
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,  // 0xe0
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,  // 0xf0
    30,                                                              // end of string
};

/// The codes of one length, and where their symbols are.
struct Length {
    std::uint32_t first_code = 0;
    std::uint16_t first_symbol = 0;  // in Code::symbols
    std::uint16_t count = 0;
};

/// What the next byte begins with, if its code is that short; else no bits.
struct Short {
    std::uint8_t symbol = 0;
    std::uint8_t bits = 0;
};

struct Code {
    std::array<std::uint32_t, kSymbols> codes{};
    std::array<std::uint16_t, kSymbols> symbols{};  // by code
    std::array<Length, kLongest + 1> lengths{};
    std::array<Short, 256> shorts{};
};

constexpr Code make_code() {
    Code c{};
    std::uint32_t next = 0;
    std::uint16_t placed = 0;
    for (unsigned bits = 1; bits <= kLongest; ++bits) {
        next <<= 1U;
        Length& length = c.lengths[bits];
        length = {next, placed, 0};
        for (std::size_t symbol = 0; symbol < kSymbols; ++symbol) {
            if (kLengths[symbol] != bits) continue;
            c.codes[symbol] = next++;
            c.symbols[placed++] = static_cast<std::uint16_t>(symbol);
            ++length.count;
            if (bits > 8) continue;
            for (std::uint32_t rest = 0; rest < 1U << (8 - bits); ++rest) {
                c.shorts[c.codes[symbol] << (8 - bits) | rest] = {static_cast<std::uint8_t>(symbol),
                                                                  static_cast<std::uint8_t>(bits)};
            }
        }
    }
    return c;
}

constexpr Code kCode = make_code();
static_assert(kCode.codes[kEndOfString] == 0x3fffffff);  // a complete code ends in all ones

std::size_t symbol_of(char c) { return static_cast<std::uint8_t>(c); }

struct Symbol {
    std::size_t symbol;
    unsigned bits;
};

/// The symbol whose code `window` begins with; the code is complete, so there is one.
Symbol first_symbol(std::uint64_t window) {
    const Short quick = kCode.shorts[window >> 56U];
    if (quick.bits > 0) return {quick.symbol, quick.bits};
    unsigned bits = 9;
    while (true) {
        const Length& length = kCode.lengths[bits];
        // No code of this length is below the first one: what is longer begins with more.
        const auto i = static_cast<std::uint32_t>(window >> (64 - bits)) - length.first_code;
        if (i < length.count) return {kCode.symbols[length.first_symbol + i], bits};
        ++bits;
    }
}

}  // namespace

std::size_t huffman_size(std::string_view text) {
    std::size_t bits = 0;
    for (const char c : text) bits += kLengths[symbol_of(c)];
    return (bits + 7) / 8;
}

void append_huffman(std::string& out, std::string_view text) {
    std::uint64_t bits = 0;  // the low `count` bits are still to be written: below 8 between two symbols
    unsigned count = 0;
    for (const char c : text) {
        const std::size_t symbol = symbol_of(c);
        bits = bits << kLengths[symbol] | kCode.codes[symbol];
        count += kLengths[symbol];
        while (count >= 8) {
            count -= 8;
            out.push_back(static_cast<char>(bits >> count & 0xffU));
        }
    }
    if (count > 0) out.push_back(static_cast<char>((bits << (8 - count) | 0xffU >> count) & 0xffU));
}

bool decode_huffman(std::string_view bytes, std::string& out) {
    std::uint64_t window = 0;  // what comes next, in its highest `count` bits; zeros below
    unsigned count = 0;
    std::size_t taken = 0;
    while (true) {
        for (; count <= 56 && taken < bytes.size(); ++taken, count += 8) {
            window |= std::uint64_t{symbol_of(bytes[taken])} << (56 - count);
        }
        const Symbol next = first_symbol(window);
        if (next.bits > count) break;
        if (next.symbol == kEndOfString) return false;
        out.push_back(static_cast<char>(next.symbol));
        window <<= next.bits;
        count -= next.bits;
    }
    return count < 8 && window == ~(~std::uint64_t{0} >> count);
}

}  // namespace tcplab
