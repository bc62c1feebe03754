#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tcplab {

class StreamJournal;

/// A count of owners that is not shared between threads: a run is single-threaded.
/// `T` has an `unsigned owners` that starts at 0.
template <class T>
class Ref {
  public:
    Ref() = default;
    explicit Ref(T* p) : p_(p) { retain(); }
    Ref(const Ref& o) : p_(o.p_) { retain(); }
    Ref(Ref&& o) noexcept : p_(std::exchange(o.p_, nullptr)) {}
    Ref& operator=(Ref o) noexcept {
        std::swap(p_, o.p_);
        return *this;
    }
    ~Ref() {
        if (p_ != nullptr && --p_->owners == 0) destroy(p_);
    }

    T* get() const { return p_; }
    T* operator->() const { return p_; }
    T& operator*() const { return *p_; }
    explicit operator bool() const { return p_ != nullptr; }
    friend bool operator==(const Ref& a, const Ref& b) { return a.p_ == b.p_; }

  private:
    void retain() {
        if (p_ != nullptr) ++p_->owners;
    }
    // Apart, so that the common case is small enough to be inlined everywhere.
    [[gnu::noinline]] static void destroy(T* p) { delete p; }

    T* p_ = nullptr;
};

/// Immutable text that several owners share, such as a request's header.
struct Text {
    explicit Text(std::string s) : bytes(std::move(s)) {}
    std::string bytes;
    unsigned owners = 0;
};
using TextRef = Ref<Text>;

inline TextRef make_text(std::string bytes) { return TextRef(new Text(std::move(bytes))); }

/// A run of bytes to write: either text, or `length` bytes of a body made on demand (a simulated gigabyte costs
/// no gigabyte). Byte i of every body is body_byte(i).
struct Piece {
    TextRef text;              ///< absent: a body
    std::uint64_t begin = 0;   ///< first byte: an index into the text, or an offset in the body
    std::uint64_t length = 0;  ///< bytes

    static Piece of(TextRef t) {
        const std::uint64_t n = t->bytes.size();
        return Piece{std::move(t), 0, n};
    }
    static Piece body(std::uint64_t length, std::uint64_t begin = 0) { return Piece{TextRef(), begin, length}; }
};

/// The i-th byte of a made-up body: printable, and different from its neighbours.
char body_byte(std::uint64_t i);

/// Everything one end of a connection has written, as pieces at 64-bit offsets. Segments in flight and the
/// receiver's queue refer to ranges of it; nothing is copied. Freed when the last of them is gone.
class Content {
  public:
    Content();
    Content(const Content&) = delete;
    Content& operator=(const Content&) = delete;
    ~Content();

    unsigned owners = 0;
    std::unique_ptr<StreamJournal> journal;  ///< why its bytes arrive when they do; absent: nobody wants to know now

    /// Appends; the first byte written has offset 0.
    void append(const Piece& piece);
    /// Bytes appended so far.
    [[nodiscard]] std::uint64_t size() const { return end_; }
    /// Neither end needs bytes below `offset` any more: `acknowledged` by the peer and `consumed` by the reader
    /// are told apart because a retransmission may still need what was read. Released bytes read as body bytes.
    void release_acknowledged(std::uint64_t offset);
    void release_consumed(std::uint64_t offset);
    /// The reader still needs what it has consumed, from `offset` on: until it names a later one.
    void hold(std::uint64_t offset);

    /// The longest piece of one kind at `offset`, at most `limit` bytes. `text.data() == nullptr` for a body.
    struct View {
        std::string_view text;
        std::uint64_t body_begin = 0;
        std::uint64_t length = 0;
    };
    [[nodiscard]] View view(std::uint64_t offset, std::uint64_t limit) const;
    /// Copies bytes [offset, offset + n) to `out`.
    void copy(std::uint64_t offset, std::size_t n, char* out) const;

  private:
    struct Placed {
        std::uint64_t offset = 0;
        Piece piece;
    };
    void trim();

    std::vector<Placed> pieces_;
    std::size_t first_ = 0;  // pieces before it are released
    std::uint64_t end_ = 0;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t consumed_ = 0;
    std::uint64_t held_ = std::numeric_limits<std::uint64_t>::max();  // nothing is
};
using ContentRef = Ref<Content>;

/// A range of a content: what a segment carries and what read() returns.
struct Payload {
    ContentRef content;
    std::uint64_t offset = 0;
    std::uint32_t length = 0;

    /// The bytes themselves; for tests, captures and real peers.
    [[nodiscard]] std::string bytes() const;
    /// A payload that holds `bytes` itself, for segments that come from outside.
    static Payload of(std::string bytes);
};

}  // namespace tcplab
