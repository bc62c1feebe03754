#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/pool.hpp"
#include "core/time.hpp"

namespace tcplab {

/// The timers of a connection. `retransmit` also serves zero-window probes, `close` FIN-WAIT-2 and TIME-WAIT:
/// no connection needs both at once.
enum class Timer : std::uint8_t { retransmit, delayed_ack, close, keepalive, pacing };

/// A table of optional deadlines, and since when what the retransmission timer stands for is being tried. While none is
/// set it has no memory after rest().
class Timers {
  public:
    /// What the pool lends.
    struct Table {
        std::array<Time, 5> at{kNever, kNever, kNever, kNever, kNever};
        Time trying_since = kNever;

        void clear() { *this = Table(); }
    };
    using Memory = Pool<Table>;

    void set(Timer t, Time at, Memory& memory) { table(memory).at[index(t)] = at; }
    void stop(Timer t) {
        if (table_) table_->at[index(t)] = kNever;
    }
    void stop_all() { table_.give_back(); }
    [[nodiscard]] bool running(Timer t) const { return at(t) != kNever; }
    [[nodiscard]] Time at(Timer t) const { return table_ ? table_->at[index(t)] : kNever; }
    /// Whether `t` is due; if so it is stopped.
    bool expired(Timer t, Time now) {
        if (at(t) > now) return false;
        stop(t);
        return true;
    }
    [[nodiscard]] Time next() const {
        if (!table_) return kNever;
        const auto& at = table_->at;
        return std::min(std::min(std::min(at[0], at[1]), std::min(at[2], at[3])), at[4]);
    }
    /// Of the handshake: its first SYN or SYN-ACK. Then: the first timeout or probe without progress. kNever: nothing
    /// is being tried.
    [[nodiscard]] Time trying_since() const { return table_ ? table_->trying_since : kNever; }
    void try_since(Time since, Memory& memory) { table(memory).trying_since = since; }
    /// Nothing may be set for long, nor is being tried.
    void rest() {
        if (next() == kNever) table_.give_back();
    }

  private:
    static constexpr std::size_t index(Timer t) { return static_cast<std::size_t>(t); }
    Table& table(Memory& memory) {
        if (!table_) table_ = memory.take();
        return *table_;
    }

    Memory::Lent table_;
};

}  // namespace tcplab
