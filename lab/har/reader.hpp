#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "har/place.hpp"
#include "har/recording.hpp"

namespace tcplab::har {

/// Takes values of the types that the format gives them. What is missing or null is fine; what has another type is a
/// complaint.
class Reader {
  public:
    explicit Reader(Complaints& out) : out_(&out) {}

    std::string text(const Place& place);
    std::optional<double> number(const Place& place);
    /// A size in bytes, nothing when it is negative: not known.
    std::optional<std::uint64_t> size(const Place& place);
    /// Milliseconds, nothing when they are negative: -1 says that it does not apply.
    std::optional<Duration> milliseconds(const Place& place);
    /// How many of these were negative, but not -1.
    [[nodiscard]] std::size_t negative_times() const { return negative_times_; }
    /// How many a list has; none when it is missing.
    std::size_t items(const Place& list);
    /// Whether it is there and an object.
    bool object(const Place& place);

    void fail(const Place& place, std::string_view message, std::string_view hint = {}) {
        out_->add(place, message, hint);
    }

  private:
    void mismatch(const Place& place, std::string_view expected);

    Complaints* out_;
    std::size_t negative_times_ = 0;
};

/// Fields that are no part of the format: whoever wrote them meant what he meant.
std::string vendor_text(const Place& place);
std::optional<std::uint64_t> vendor_size(const Place& place);
bool vendor_flag(const Place& place);

/// An entry of log.entries, but for its start: `started` is what the entry says.
struct ReadExchange {
    Exchange exchange;
    std::optional<Date> started;
};
ReadExchange read_exchange(const Place& entry, Reader& reader);

}  // namespace tcplab::har
