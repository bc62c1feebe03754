#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// Why time passed: the attribution columns, in the order in which the result files have them.
enum class Cause : std::uint8_t {
    blocked,       ///< waited for a free connection, or behind other transactions on it
    ports,         ///< no ephemeral port
    dns,           ///< name look-up
    handshake,     ///< TCP's
    tls,           ///< TLS's
    propagation,   ///< the way itself
    transmission,  ///< serialisation at the links' rates
    queueing,      ///< behind other connections' packets
    server,        ///< it thought, or had no worker
    proxy,         ///< the same of a proxy
    slow_start,    ///< held by cwnd below ssthresh
    congestion,    ///< held by cwnd otherwise, or by a send buffer as small
    pacing,
    receive_window,  ///< held by the peer's window, or by a window of HTTP/2
    nagle,           ///< or TCP_CORK
    delayed_ack,     ///< held until an acknowledgement came that the peer had held back
    loss,            ///< timers and retransmissions, lost SYNs
    head_of_line,    ///< arrived, and waited for lost bytes of others
    reader,          ///< readable, not yet read
    close,           ///< waited for the end of the stream
    retry,           ///< attempts that failed
    other,           ///< a defect, if there is any
};
inline constexpr std::size_t kCauses = 22;

/// Where a message was, on a critical path that is told step by step.
enum class PathPlace : std::uint8_t {
    client,    ///< had not left it: waiting, name look-up, opening a connection
    request,   ///< on the way to the next hop, or waiting for it in a socket
    server,    ///< at the server or a proxy: being worked on
    response,  ///< on the way back, or waiting for it in a socket; and read at last
};

/// A stretch of a critical path.
struct PathStep {
    static constexpr std::uint32_t kNone = 0xffffffff;
    Duration length{0};
    Cause cause = Cause::other;
    PathPlace place = PathPlace::client;
    std::uint32_t row =
        kNone;  ///< of the transaction that it was about, from 0 in the order of the ids; kNone: of none
};

/// "delayed_ack": the column without its "a_".
std::string_view name(Cause cause);

/// How much time each cause took: few of them took any. Or, as a story, one after the other.
class Causes {
  public:
    struct Entry {
        Cause cause = Cause::other;
        Duration time{0};
    };

    Causes() = default;
    Causes(const Causes& o) { *this = o; }
    Causes& operator=(const Causes& o);
    Causes(Causes&&) noexcept = default;
    Causes& operator=(Causes&&) noexcept = default;
    ~Causes() = default;

    /// Nothing happens for a time of zero; it must not be less.
    void add(Cause cause, Duration time);
    void add(const Causes& o);
    [[nodiscard]] Duration operator[](Cause cause) const;
    [[nodiscard]] Duration total() const;
    [[nodiscard]] std::size_t size() const { return words_ != nullptr ? words_[0] & kCount : 0; }
    /// In no order, each once, unless it is a story.
    [[nodiscard]] Entry entry(std::size_t i) const { return unpack(words_[i + 1]); }
    friend bool operator==(const Causes& a, const Causes& b);

    /// Nothing yet, and what will be added keeps its order.
    static Causes begin_story(PathPlace place);
    [[nodiscard]] bool is_story() const { return words_ != nullptr && (words_[0] & kStory) != 0; }
    /// Of a story: what is added from here on happens there, or is about that transaction.
    void set_place(PathPlace place);
    void set_row(std::uint32_t row);
    /// Of a story: the first of those.
    [[nodiscard]] std::uint32_t first_row() const;
    [[nodiscard]] PathPlace place() const;
    [[nodiscard]] std::vector<PathStep> steps() const;

    /// A mark that History sets: they did not begin with its own message.
    void set_follows() { words_[0] |= kFollows; }
    [[nodiscard]] bool follows() const { return words_ != nullptr && (words_[0] & kFollows) != 0; }

  private:
    // A word says how many there are, then each is one: the cause in its upper bits, below it the place in a story,
    // then nanoseconds. There is room for a power of two. So a list is a pointer: a run may have a million of them.
    static constexpr unsigned kPlaceBits = 57;
    static constexpr unsigned kCauseBits = 59;
    static constexpr std::uint64_t kTime = (std::uint64_t{1} << kPlaceBits) - 1;
    static constexpr std::uint64_t kRow = 31;  // in the place of a cause: the number of a transaction
    static constexpr std::uint64_t kCount = 0xffffffff;
    static constexpr std::uint64_t kStory = std::uint64_t{1} << 32U;    // of the first word, which has the place, too
    static constexpr std::uint64_t kFollows = std::uint64_t{1} << 33U;  // the same
    static constexpr std::uint64_t kPlace = std::uint64_t{3} << kPlaceBits;
    static std::uint64_t pack(Cause cause, Duration time) {
        return (static_cast<std::uint64_t>(cause) << kCauseBits) | static_cast<std::uint64_t>(time.count());
    }
    static Entry unpack(std::uint64_t word) {
        if (word >> kCauseBits == kRow) return {};
        return {static_cast<Cause>(word >> kCauseBits), Duration(static_cast<std::int64_t>(word & kTime))};
    }
    static std::size_t room(std::size_t entries);
    void append(std::uint64_t word);

    std::unique_ptr<std::uint64_t[]> words_;  // NOLINT(modernize-avoid-c-arrays): sized at run time
};

/// What has happened to a message, or to what it answers, since its first sender began with it: the same time twice.
class History {
  public:
    /// For itself: what others on its connections did is `blocked`.
    [[nodiscard]] const Causes& own() const& { return own_; }
    [[nodiscard]] Causes own() && { return std::move(own_); }
    /// On the critical path: what they did, by its own cause. It begins with the message, or before it, see follow().
    [[nodiscard]] const Causes& path() const { return apart() ? path_ : own_; }
    /// path() begins with an earlier message on the client's connection, and is longer than own().
    [[nodiscard]] bool follows() const { return path_.follows(); }

    void add(Cause cause, Duration time) {
        own_.add(cause, time);
        if (apart()) path_.add(cause, time);
    }
    /// As long as each other.
    void add(const Causes& own, const Causes& path) {
        if (!apart()) path_ = own_;
        own_.add(own);
        path_.add(path);
    }

    /// Nobody worked on it for so long, until `other` was done with, which came before it on its connection. So its
    /// critical path is that of the other.
    void follow(const History& other, Duration time);

    /// From here on path() is a story, and about that transaction.
    void begin_story(PathPlace place, std::uint32_t row) {
        path_ = Causes::begin_story(place);
        path_.set_row(row);
    }
    [[nodiscard]] bool is_story() const { return path_.is_story(); }
    /// Of a story: where it goes on.
    void set_place(PathPlace place) {
        if (path_.is_story()) path_.set_place(place);
    }

  private:
    [[nodiscard]] bool apart() const { return path_.size() > 0 || path_.is_story(); }

    Causes own_;
    Causes path_;  // empty as long as it is the same
};

/// What is known of a message that has been read to its end.
struct Settled {
    History history;
    bool behind = false;  ///< it was written before all of the message before it on the connection had left
    Causes after;         ///< then: what happened since that one was read, but for what its way was longer
};

}  // namespace tcplab
