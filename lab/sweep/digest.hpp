#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace tcplab {

/// A check sum of bytes that come in parts, the same however they are cut: FNV-1a's step over words of eight bytes,
/// with a shift, as high bits would never reach low ones. It finds damage, not malice.
class Digest {
  public:
    void add(std::string_view bytes) {
        while (filled_ > 0 && !bytes.empty()) {
            add_byte(bytes.front());
            bytes.remove_prefix(1);
        }
        for (; bytes.size() >= kWord; bytes.remove_prefix(kWord)) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data(), kWord);
            step(word);
        }
        for (const char c : bytes) add_byte(c);
    }

    [[nodiscard]] std::uint64_t value() const {
        Digest end = *this;
        end.step(word_);
        end.step(filled_);
        return end.state_;
    }

  private:
    static constexpr std::size_t kWord = sizeof(std::uint64_t);

    void step(std::uint64_t word) {
        constexpr std::uint64_t prime = 0x100000001b3;
        state_ = (state_ ^ word) * prime;
        state_ ^= state_ >> 32U;
    }
    void add_byte(char c) {
        // As memcpy would have put it there.
        std::memcpy(reinterpret_cast<char*>(&word_) + filled_, &c, 1);
        if (++filled_ < kWord) return;
        step(word_);
        word_ = 0;
        filled_ = 0;
    }

    std::uint64_t state_ = 0xcbf29ce484222325;
    std::uint64_t word_ = 0;  // bytes that make no word yet
    std::size_t filled_ = 0;
};

}  // namespace tcplab
