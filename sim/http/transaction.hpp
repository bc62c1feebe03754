#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "core/causes.hpp"
#include "core/time.hpp"

namespace tcplab {

/// Text that lives for ever and ends in a NUL, as literals do; a million transactions may have one.
class LastingText {
  public:
    constexpr LastingText() = default;
    // NOLINTBEGIN(google-explicit-constructor): it stands for the text itself
    constexpr LastingText(const char* text) : text_(text) {}
    constexpr LastingText(std::string_view text) : text_(text.empty() ? "" : text.data()) {}
    constexpr operator std::string_view() const { return text_; }
    // NOLINTEND(google-explicit-constructor)
    [[nodiscard]] constexpr bool empty() const { return *text_ == '\0'; }
    friend bool operator==(LastingText a, std::string_view b) { return std::string_view(a) == b; }

  private:
    const char* text_ = "";
};

/// Why a transaction failed.
struct Failure {
    static constexpr std::uint64_t kUnknown = std::numeric_limits<std::uint64_t>::max();

    LastingText what{};                 ///< empty: it did not fail
    std::uint64_t got = kUnknown;       ///< bytes of the body that came, where that matters
    std::uint64_t expected = kUnknown;  ///< of so many

    explicit operator bool() const { return !what.empty(); }
};

/// "truncated: 9750 of 20000 bytes"; empty without a failure.
std::string to_string(const Failure& f);

/// One request and its response: a row of transactions.csv. Instants are absolute; kNever: it did not happen. What a
/// failed attempt left behind is forgotten when it is retried: its time is in `blocked` then.
struct Transaction {
    std::uint32_t id = 0;                ///< from 1, in the order in which they were wanted
    std::uint32_t connection = 0;        ///< row of `connections`, from 1; 0: never had one
    std::uint32_t stack_connection = 0;  ///< what the client's Stack::connection_id() said; 0: never had one
    std::uint32_t object = 0;            ///< of the page (ObjectIndex): host, method and path are there
    std::uint32_t user = 1;
    std::uint32_t load = 1;    ///< the user's page, from 1
    std::uint16_t status = 0;  ///< 0: no response
    std::uint16_t retries = 0;
    std::uint32_t causes : 31 = 0x7fffffff;  ///< its place in the run's CauseLog (causes_of()); all ones: unknown
    bool reused : 1 = false;                 ///< the connection was there: it has no dns, connect and tls

    // Phases follow each other: wanted, then blocked, dns, connect, tls, then the request. In the CSV as they are here.
    Time wanted = kNever;  ///< the client wanted it (start_ms)
    Duration blocked{0};   ///< waited for a free connection or port, `gap`, or leave to pipeline
    Duration dns{0};
    Duration connect{0};
    Duration tls{0};
    Time send_begin = kNever;    ///< first byte of the request given to write()
    Time request_sent = kNever;  ///< last byte of the request accepted by write()
    Time first_byte = kNever;    ///< first byte of the response read
    Time done = kNever;          ///< last byte read, or the failure
    std::uint64_t request_bytes = 0;
    std::uint64_t response_bytes = 0;  ///< read, header included
    Failure failure;
};
static_assert(sizeof(Transaction) <= 144, "a run may have a million of them");

/// When connect() returned; kNever if the connection was there already, or the request was not begun.
Time connected(const Transaction& t);

/// Where a transaction's time went. They sum to done - wanted exactly, and none is negative.
struct Phases {
    Duration blocked{0};
    Duration dns{0};
    Duration connect{0};
    Duration tls{0};
    Duration send{0};
    Duration wait{0};
    Duration receive{0};
};

/// The phases of a transaction that is done. Where it failed on the way, what was not reached is zero; a response
/// that begins before the request is written ends `send`.
Phases phases(const Transaction& t);

/// One user's page.
struct PageResult {
    std::uint32_t user = 1;
    std::uint32_t load = 1;
    Time started = kNever;
    Time done = kNever;  ///< last byte of the last object read; kNever: not all arrived
    Time first_byte = kNever;
    Time html_done = kNever;     ///< kNever: no html
    Time first_object = kNever;  ///< the first object beside the html that is complete
    Time layout = kNever;        ///< the size of every object on the page is known; kNever: not of all
    Duration mean_object{0};     ///< mean over objects beside the html of (done - page started)
    /// The mean over the page's body bytes of (when their object was complete - page started): what is not seen yet,
    /// integrated over time, where an object is seen when it is complete
    Duration speed_index{0};
    Causes causes;  ///< of the critical path from `started` to `done`
};

}  // namespace tcplab
