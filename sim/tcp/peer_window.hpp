#pragma once

#include <algorithm>
#include <cstdint>

#include "wire/segment.hpp"

namespace tcplab {

/// The window that the peer offers, in bytes (SND.WND), and what is known of its size.
class PeerWindow {
  public:
    /// The shift of the windows after the handshake (RFC 7323 2.3: at most 14).
    void set_scale(std::uint8_t shift) { scale_ = std::min<std::uint8_t>(shift, 14); }
    [[nodiscard]] std::uint8_t scale() const { return scale_; }
    /// What a segment offers; on a SYN the window is not scaled (RFC 7323 2.2).
    [[nodiscard]] std::uint32_t offered(const Segment& s) const {
        return std::uint32_t{s.window} << (s.has(flag::syn) ? 0U : scale_);
    }
    /// Uses this window, of the handshake.
    void set(std::uint32_t offered) { bytes_ = offered; }
    /// Uses what a segment at `seq` offers, which may `advance` SND.UNA, unless an earlier one was newer (RFC 9293
    /// 3.10.7.4: SND.WL1; tcp_may_update_window). Whether it does.
    bool update(std::uint32_t offered, std::uint64_t seq, bool advances) {
        const bool larger = seq == seq_ && (offered > bytes_ || offered == 0);
        if (!advances && seq <= seq_ && !larger) return false;
        seq_ = seq;
        bytes_ = offered;
        return true;
    }
    /// The window in use counts for largest(). True when it is larger than any before.
    bool note_largest() {
        if (bytes_ <= largest_) return false;
        largest_ = bytes_;
        return true;
    }
    void forget_largest() { largest_ = 0; }
    /// Payload of a full segment, where the window does not bound it.
    void set_most_segment(std::uint16_t bytes) { most_segment_ = bytes; }

    [[nodiscard]] std::uint32_t bytes() const { return bytes_; }
    /// The largest window so far (max_window).
    [[nodiscard]] std::uint32_t largest() const { return largest_; }
    /// Bytes that may still go, when SND.UNA and SND.NXT are these.
    [[nodiscard]] std::uint64_t room(std::uint64_t una, std::uint64_t next) const {
        return una + bytes_ > next ? una + bytes_ - next : 0;
    }
    /// Of `bytes` in a segment at most half of the largest window, so that it need not wait for all of it, but no less
    /// than `least` (tcp_bound_to_half_wnd).
    [[nodiscard]] std::uint32_t bound(std::uint32_t bytes, std::uint32_t least) const {
        constexpr std::uint32_t small = 536;  // TCP_MSS_DEFAULT
        const std::uint32_t most = largest_ > small ? largest_ / 2 : largest_;
        return most > 0 && bytes > most ? std::max(most, least) : bytes;
    }
    /// Payload of a full segment, bound() to the window.
    [[nodiscard]] std::uint16_t segment(std::uint32_t least) const {
        return static_cast<std::uint16_t>(bound(most_segment_, least));
    }

  private:
    std::uint64_t seq_ = 0;  // SND.WL1
    std::uint32_t bytes_ = 0;
    std::uint32_t largest_ = 0;
    std::uint16_t most_segment_ = 536;
    std::uint8_t scale_ = 0;
};

}  // namespace tcplab
