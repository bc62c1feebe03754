#pragma once

#include <cstdint>
#include <vector>

#include "experiment/results.hpp"

namespace tcplab {

/// Which row of connections.csv a recorded packet or state belongs to.
class ConnectionNumbers {
  public:
    explicit ConnectionNumbers(const std::vector<ConnectionRow>& connections);

    struct End {
        std::uint32_t id = 0;  ///< 0: no connection had that four-tuple yet
        bool client = false;   ///< the tuple's local end opened it
    };
    /// The connection of that four-tuple, as either end sees it, that was opened last before `at` or then.
    [[nodiscard]] End find(const FourTuple& tuple, Time at) const;

  private:
    struct Opened {
        FourTuple tuple;
        Time at;
        std::uint32_t id = 0;
    };
    [[nodiscard]] std::uint32_t find_client(const FourTuple& tuple, Time at) const;
    std::vector<Opened> opened_;  // by tuple and time
};

}  // namespace tcplab
