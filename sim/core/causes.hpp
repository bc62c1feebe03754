#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

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

/// "delayed_ack": the column without its "a_".
std::string_view name(Cause cause);

/// How much time each cause took: few of them took any.
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
    [[nodiscard]] std::size_t size() const { return words_ != nullptr ? words_[0] : 0; }
    /// In no order; all of them took time.
    [[nodiscard]] Entry entry(std::size_t i) const { return unpack(words_[i + 1]); }
    friend bool operator==(const Causes& a, const Causes& b);

  private:
    // A word says how many there are, then each is one: the cause in its upper bits, nanoseconds below. There is room
    // for a multiple of kStep. So a list is a pointer: a run may have a million of them.
    static constexpr std::size_t kStep = 4;
    static constexpr unsigned kTimeBits = 58;
    static std::uint64_t pack(Cause cause, Duration time) {
        return (static_cast<std::uint64_t>(cause) << kTimeBits) | static_cast<std::uint64_t>(time.count());
    }
    static Entry unpack(std::uint64_t word) {
        constexpr std::uint64_t mask = (std::uint64_t{1} << kTimeBits) - 1;
        return {static_cast<Cause>(word >> kTimeBits), Duration(static_cast<std::int64_t>(word & mask))};
    }
    static std::size_t room(std::size_t entries) { return (entries + kStep - 1) / kStep * kStep; }
    void append(std::uint64_t word);

    std::unique_ptr<std::uint64_t[]> words_;  // NOLINT(modernize-avoid-c-arrays): sized at run time
};

/// What has happened to a message, or to what it answers, since its first sender began with it: the same time twice.
class History {
  public:
    /// For itself: what others on its connections did is `blocked`.
    [[nodiscard]] const Causes& own() const { return own_; }
    /// On the critical path: what they did, by its own cause.
    [[nodiscard]] const Causes& path() const { return apart() ? path_ : own_; }

    void add(Cause cause, Duration time) {
        own_.add(cause, time);
        if (apart()) path_.add(cause, time);
    }
    void add(const Causes& both) {
        own_.add(both);
        if (apart()) path_.add(both);
    }
    /// As long as each other.
    void add(const Causes& own, const Causes& path) {
        if (!apart()) path_ = own_;
        own_.add(own);
        path_.add(path);
    }

  private:
    [[nodiscard]] bool apart() const { return path_.size() > 0; }

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
