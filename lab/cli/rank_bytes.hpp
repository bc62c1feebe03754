#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/make_run.hpp"

namespace tcplab {

// What processes of one sweep tell each other, as bytes. All of them are the same program.

/// Values one after the other.
class BytesOut {
  public:
    void put(std::uint64_t number);
    void put(std::string_view text);
    std::string bytes;
};

/// The same, read again. Throws std::runtime_error where they end too early.
class BytesIn {
  public:
    explicit BytesIn(std::string_view bytes) : left_(bytes) {}
    std::uint64_t number();
    std::string text();
    [[nodiscard]] bool at_end() const { return left_.empty(); }

  private:
    std::string_view take(std::size_t size);
    std::string_view left_;
};

/// Appends the run. One with very many rows is cut: `part` gets what has come together now and then, and empties it.
void put_run(BytesOut& out, MadeRun& made, bool several_pages, const std::function<void(BytesOut&)>& part);

/// Runs as they arrive from one process. The bytes may end between the parts of a run.
class RunsIn {
  public:
    /// `made` gets each run that is complete with these bytes.
    void take(std::string_view bytes, const std::function<void(RunBytes&&)>& made);

  private:
    RunRows rows_;  // of a run whose end has not come yet
};

}  // namespace tcplab
