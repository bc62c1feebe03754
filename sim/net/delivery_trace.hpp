#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// When a link of varying speed can send (Mahimahi, mm-link(1)). Each entry lets kBytes go at that instant, as whole
/// packets or parts of them; what finds nothing to send is lost. After the last entry it begins again.
struct DeliveryTrace {
    static constexpr std::uint32_t kBytes = 1500;
    std::vector<std::uint64_t> milliseconds;  ///< since the start, never falling; the last is the period, above 0
};

/// A trace that was read, or what is wrong with it.
struct ReadTrace {
    std::shared_ptr<const DeliveryTrace> trace;  ///< nullptr: it is wrong
    std::size_t line = 0;                        ///< from 1; 0: the file as a whole
    std::string error;
};

/// Reads a trace file's text: a whole number of milliseconds a line.
ReadTrace read_delivery_trace(std::string_view text);

/// The opportunities of a trace, one after the other.
class Opportunities {
  public:
    explicit Opportunities(std::shared_ptr<const DeliveryTrace> trace) : trace_(std::move(trace)) {}

    /// When the next one is.
    [[nodiscard]] Time next() const;
    /// Goes on to the one behind it.
    void pop();
    /// Goes on to the first one after `now`. Takes no longer for a long time than for a short one.
    void skip_past(Time now);

  private:
    std::shared_ptr<const DeliveryTrace> trace_;
    Time round_ = kStart;  // when this pass of the trace began
    std::size_t place_ = 0;
};

}  // namespace tcplab
