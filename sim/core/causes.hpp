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

/// "delayed_ack": the column without its "a_".
std::string_view name(Cause cause);

/// How much time each cause took: few of them took any.
class Causes {
  public:
    struct Entry {
        Cause cause;
        Duration time;
    };

    Causes() = default;
    Causes(const Causes& o);
    Causes& operator=(const Causes& o);
    Causes(Causes&&) noexcept = default;
    Causes& operator=(Causes&&) noexcept = default;
    ~Causes() = default;

    /// Nothing happens for a time of zero; it must not be less.
    void add(Cause cause, Duration time);
    void add(const Causes& o);
    [[nodiscard]] Duration operator[](Cause cause) const;
    [[nodiscard]] Duration total() const;
    [[nodiscard]] std::size_t size() const { return size_; }
    /// In no order; all of them took time.
    [[nodiscard]] Entry entry(std::size_t i) const { return unpack(i < kInside ? inside_[i] : (*more_)[i - kInside]); }
    friend bool operator==(const Causes& a, const Causes& b);

  private:
    // An entry is a word: the cause in its upper bits, nanoseconds below; a run may have a million of these lists.
    static constexpr std::size_t kInside = 4;
    static constexpr unsigned kTimeBits = 58;
    static std::uint64_t pack(Cause cause, Duration time) {
        return (static_cast<std::uint64_t>(cause) << kTimeBits) | static_cast<std::uint64_t>(time.count());
    }
    static Entry unpack(std::uint64_t word) {
        constexpr std::uint64_t mask = (std::uint64_t{1} << kTimeBits) - 1;
        return {static_cast<Cause>(word >> kTimeBits), Duration(static_cast<std::int64_t>(word & mask))};
    }
    std::uint64_t& word(std::size_t i) { return i < kInside ? inside_[i] : (*more_)[i - kInside]; }

    std::array<std::uint64_t, kInside> inside_{};
    std::unique_ptr<std::vector<std::uint64_t>> more_;
    std::uint32_t size_ = 0;
};

/// What has happened to a message, or to what it answers, since its first sender began with it: the same time twice.
struct History {
    Causes own;   ///< for itself: what others on its connections did is `blocked`
    Causes path;  ///< on the critical path: what they did, by its own cause

    void add(Cause cause, Duration time) {
        own.add(cause, time);
        path.add(cause, time);
    }
    void add(const History& o) {
        own.add(o.own);
        path.add(o.path);
    }
};

}  // namespace tcplab
