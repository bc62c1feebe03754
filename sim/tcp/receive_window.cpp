#include "tcp/receive_window.hpp"

#include <algorithm>

namespace tcplab {

namespace {

constexpr std::uint32_t kMaxUnscaled = 65535;
constexpr std::uint64_t kLeastBuffer = 2304;       // SOCK_MIN_RCVBUF
constexpr std::uint64_t kMostBuffer = 0xffffffff;  // four times what a window can be
constexpr std::uint32_t kInitialSegments = 10;     // TCP_INIT_CWND

std::uint32_t buffer_of(std::uint64_t bytes, bool by_cost) {
    return static_cast<std::uint32_t>(std::clamp(bytes, by_cost ? kLeastBuffer : 0, kMostBuffer));
}

/// To units of 2^scale.
std::uint32_t round_down(std::uint32_t n, std::uint8_t scale) { return n >> scale << scale; }
std::uint32_t round_up(std::uint32_t n, std::uint8_t scale) {
    return round_down(n + (std::uint32_t{1} << scale) - 1, scale);
}

/// The shift that lets `space` be offered in 16 bits (RFC 7323 2.3; tcp_select_initial_window).
std::uint8_t scale_for(std::uint64_t space) {
    std::uint8_t scale = 0;
    while (scale < 14 && (std::uint64_t{kMaxUnscaled} << scale) < space) ++scale;
    return scale;
}

}  // namespace

void ReceiveWindow::reset(const Config& config, bool stamped) {
    *this = ReceiveWindow();
    by_cost_ = config.linux_receive_window;
    buffer_ = buffer_of(config.receive_buffer, by_cost_);
    buffer_max_ = std::max(buffer_, buffer_of(config.receive_buffer_max, by_cost_));
    tuned_ = buffer_max_ > buffer_;
    ratio_ = by_cost_ ? 128 : 256;  // TCP_DEFAULT_SCALING_RATIO, until a full segment shows the real one
    limit_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(config.window_clamp.value_or(kMost), kMost));
    clamp_ = limit_;
    const std::uint32_t window = std::min({from_buffer(buffer_), kMaxUnscaled, clamp_});
    const std::uint32_t step = config.mss - (stamped ? 12U : 0U);
    offered_ = by_cost_ && window > step ? window / step * step : window;
    threshold_ = offered_;
    if (config.window_scaling) scale_ = scale_for(std::min(buffer_max_, clamp_));
}

void ReceiveWindow::set_buffer(std::uint64_t bytes) {
    buffer_ = buffer_of(bytes, by_cost_);
    buffer_max_ = buffer_;
    tuned_ = false;
}

void ReceiveWindow::establish(std::uint16_t advertised_mss, bool scaling, std::uint64_t next) {
    scaling_ = scaling;
    if (!scaling) scale_ = 0;
    advertised_mss_ = advertised_mss;
    offered_at_ = next;
    const std::uint32_t space = from_buffer(buffer_);
    if (by_cost_) {
        // One segment stays in reserve for the application (tcp_init_buffer_space).
        clamp_ = std::min(limit_, space);
        const std::uint32_t two = 2 * std::uint32_t{advertised_mss_};
        if (clamp_ > two && clamp_ + advertised_mss_ > space) {
            clamp_ = std::max(two, space - advertised_mss_);
        }
        threshold_ = std::min(threshold_, clamp_);
    } else {
        clamp_ = std::min(limit_, space);
        threshold_ = clamp_;
    }
    round_bytes_ = std::min({threshold_, offered_, kInitialSegments * advertised_mss_});
}

std::uint32_t ReceiveWindow::cost(std::uint32_t payload, std::uint32_t ip_size) const {
    if (!by_cost_) return payload;
    // A packet buffer: headroom and bookkeeping, rounded up as kmalloc does, and its descriptor.
    constexpr std::uint32_t kOverhead = 384;
    constexpr std::uint32_t kDescriptor = 256;
    std::uint32_t block = 512;
    while (block < ip_size + kOverhead) block *= 2;
    return block + kDescriptor;
}

std::uint32_t ReceiveWindow::select(std::uint32_t segment) const {
    const std::uint32_t all = from_buffer(buffer_);
    const std::uint32_t full = std::min(clamp_, all);
    std::uint32_t space = free();
    const std::uint32_t most = std::min(full, threshold_);
    const std::uint32_t least = std::min(segment, most);
    if (space < full / 2) {
        space = round_down(space, scale_);
        if (space < all / 16 || space < least) return 0;
    }
    space = std::min({space, threshold_, kMaxUnscaled << scale_});
    if (scaling_ && scale_ > 0) return round_up(space, scale_);
    // Without scaling move the edge by whole segments only.
    if (offered_ + least <= space || offered_ > space) return least > 0 && by_cost_ ? space / least * least : space;
    if (least == most && space > offered_ + most / 2) return space;  // a buffer that hardly holds one
    return offered_;
}

std::uint16_t ReceiveWindow::advertise(std::uint64_t next, std::uint32_t segment, bool syn) {
    if (syn) {
        offered_at_ = next;
        return static_cast<std::uint16_t>(std::min(offered_, kMaxUnscaled));
    }
    const auto current = static_cast<std::uint32_t>(left(next));
    std::uint32_t window = select(segment);
    window = round_up(std::max(window, current), scale_);
    window = std::min(window, kMaxUnscaled << scale_);
    offered_ = window;
    offered_at_ = next;
    return static_cast<std::uint16_t>(window >> scale_);
}

bool ReceiveWindow::grow(std::uint32_t payload, std::uint32_t cost, std::uint32_t segment) {
    constexpr std::uint32_t kWorthwhile = 128;
    if (!by_cost_ || payload < kWorthwhile) return false;
    const std::uint32_t limit = std::min(clamp_, free());
    if (limit <= threshold_) return false;
    std::uint32_t step = 0;
    if (from_buffer(cost) <= payload) {
        step = 2 * std::uint32_t{advertised_mss_};
    } else {
        // Small packets waste buffer: open only as far as the largest buffer could bear it (__tcp_grow_window).
        std::uint32_t size = from_buffer(cost) / 2;
        std::uint32_t window = from_buffer(buffer_max_) / 2;
        while (threshold_ <= window) {
            if (size <= payload) {
                step = 2 * segment;
                break;
            }
            size /= 2;
            window /= 2;
        }
    }
    if (step == 0) return false;
    step = std::max(step, 2 * payload);
    threshold_ += std::min(limit - threshold_, step);
    return true;
}

void ReceiveWindow::learn_cost(std::uint32_t payload, std::uint32_t cost) {
    if (!by_cost_) return;
    const auto ratio = static_cast<std::uint16_t>(std::clamp<std::uint32_t>(payload * 256 / cost, 1, 256));
    if (ratio == ratio_) return;
    ratio_ = ratio;
    const std::uint32_t window = std::min(limit_, from_buffer(buffer_));
    if (window < clamp_) {
        threshold_ = std::min(threshold_, window);
    } else {
        threshold_ = std::max(threshold_, std::min(offered_, window));
    }
    clamp_ = window;
    round_bytes_ = std::min(round_bytes_, clamp_);
}

void ReceiveWindow::on_data(Time now, std::uint64_t next) {
    Tuning& t = *tuning_;
    if (t.measured_since != kNever) {
        if (next < t.measured_until) return;
        const Duration taken = std::max(now - t.measured_since, Duration(1000));
        if (t.rtt == Duration::zero() || taken < t.rtt) t.rtt = taken;
    }
    t.measured_until = next + offered_;
    t.measured_since = now;
}

void ReceiveWindow::on_rtt(Duration rtt, bool queue_empty) {
    // A shorter one counts at once, a longer one only while the reader keeps up (tcp_rcv_rtt_update).
    Tuning& t = *tuning_;
    if (t.rtt == Duration::zero() || rtt < t.rtt) {
        t.rtt = rtt;
    } else if (queue_empty) {
        t.rtt += (rtt - t.rtt) / 8;
    }
}

void ReceiveWindow::on_out_of_order(std::uint64_t next, std::uint64_t beyond) {
    // What waits behind a hole must not eat the window up (tcp_rcvbuf_grow from tcp_data_queue_ofo).
    if (tuned_ && by_cost_) grow_buffer(2 * std::uint64_t{round_bytes_} + (beyond - next));
}

void ReceiveWindow::grow_buffer(std::uint64_t window) {
    const std::uint64_t wanted = std::min<std::uint64_t>(to_buffer(window), buffer_max_);
    if (wanted <= buffer_) return;
    buffer_ = static_cast<std::uint32_t>(wanted);
    clamp_ = std::min(limit_, from_buffer(buffer_));
    if (!by_cost_) threshold_ = clamp_;
}

void ReceiveWindow::on_read(Time now, std::uint64_t copied, std::uint64_t next, std::uint64_t beyond) {
    if (rtt() == Duration::zero() || now - tuning_->round_start < rtt()) return;
    const std::uint64_t read = copied - tuning_->round_copied;
    const std::uint64_t queued = next - copied;
    const std::uint64_t bytes = read > queued ? read - queued : 0;
    if (bytes > round_bytes_) {
        if (tuned_) {
            // Twice what was read, and twice again what the growth foretells, as the sender may be in slow start.
            std::uint64_t window = 2 * bytes;
            window += 2 * (window * (bytes - round_bytes_) / round_bytes_);
            if (beyond > next) window += beyond - next;
            grow_buffer(window);
        }
        round_bytes_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes, kMost));
    }
    tuning_->round_copied = copied;
    tuning_->round_start = now;
}

}  // namespace tcplab
