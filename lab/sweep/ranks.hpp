#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcplab {

/// What one of several processes tells another.
enum class RankWord : std::uint8_t {
    hello,   ///< to the first: what I would make runs of, or why I cannot
    make,    ///< from the first: these runs
    part,    ///< to the first: of a run that is too large for one message
    runs,    ///< to the first: those that it asked for
    failed,  ///< to the first: why I make no more
    signal,  ///< to the first: I was asked to end
    end,     ///< from the first: it is over, with this exit code
    bye,     ///< to the first: the last word
};

struct RankMessage {
    std::size_t from = 0;
    RankWord word{};
    std::string bytes;
};

/// The processes that a starter such as mpirun started together, and how they talk. Words between two of them arrive
/// in order. Not to be called by two threads at once.
class Ranks {
  public:
    virtual ~Ranks() = default;
    /// This process, from 0. The first has the folder and speaks for all.
    [[nodiscard]] virtual std::size_t rank() const = 0;
    [[nodiscard]] virtual std::size_t count() const = 0;
    /// May wait until the other one listens.
    virtual void send(std::size_t to, RankWord word, std::string_view bytes) = 0;
    /// The next message, if there is one; does not wait.
    virtual std::optional<RankMessage> poll() = 0;
};

}  // namespace tcplab
