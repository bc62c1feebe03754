// The program as one of several processes that mpirun started. Only this file knows MPI.

#include <fmt/format.h>
#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <deque>
#include <thread>
#include <utility>
#include <vector>

#include "cli/cli.hpp"
#include "cli/join_processes.hpp"
#include "cli/options.hpp"
#include "sweep/ranks.hpp"

namespace {

using tcplab::RankMessage;
using tcplab::RankWord;

// MPI's own error handler ends the whole job, so return codes say nothing.
class MpiRanks final : public tcplab::Ranks {
  public:
    MpiRanks() {
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &count_);
        begun_.resize(count());
    }
    [[nodiscard]] std::size_t rank() const override { return static_cast<std::size_t>(rank_); }
    [[nodiscard]] std::size_t count() const override { return static_cast<std::size_t>(count_); }

    void send(std::size_t to, RankWord word, std::string_view bytes) override {
        while (bytes.size() > kMost) {
            send_piece(to, kMore, bytes.substr(0, kMost));
            bytes.remove_prefix(kMost);
        }
        send_piece(to, static_cast<int>(word), bytes);
    }

    std::optional<RankMessage> poll() override {
        while (true) {
            int there = 0;
            MPI_Status status{};
            MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
            if (there == 0) return std::nullopt;
            int size = 0;
            MPI_Get_count(&status, MPI_BYTE, &size);
            const auto from = static_cast<std::size_t>(status.MPI_SOURCE);
            std::string& bytes = begun_[from];
            const std::size_t before = bytes.size();
            bytes.resize(before + static_cast<std::size_t>(size));
            MPI_Recv(bytes.data() + before, size, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
                     MPI_STATUS_IGNORE);
            if (status.MPI_TAG == kMore) continue;
            return RankMessage{from, static_cast<RankWord>(status.MPI_TAG), std::exchange(bytes, {})};
        }
    }

    /// Waits until no more than so many messages are on their way.
    void settle(std::size_t most) {
        while (!sent_.empty()) {
            int taken = 0;
            MPI_Test(&sent_.front().request, &taken, MPI_STATUS_IGNORE);
            if (taken != 0) {
                sent_.pop_front();
            } else if (sent_.size() > most) {
                std::this_thread::sleep_for(std::chrono::microseconds(50));
            } else {
                return;
            }
        }
    }

  private:
    static constexpr std::size_t kMost = 1 << 28;  // bytes at once: MPI counts with int
    static constexpr int kMore = 1000;             // a tag: the message goes on

    struct Sent {
        std::string bytes;
        MPI_Request request = MPI_REQUEST_NULL;
    };

    // MPI_Send would keep a core busy until the other one has taken what is more than a few kB.
    void send_piece(std::size_t to, int tag, std::string_view bytes) {
        constexpr std::size_t under_way = 4;
        Sent& sent = sent_.emplace_back(Sent{std::string(bytes)});
        MPI_Isend(sent.bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, static_cast<int>(to), tag,
                  MPI_COMM_WORLD, &sent.request);
        settle(under_way);
    }

    int rank_ = 0, count_ = 1;
    std::deque<Sent> sent_;
    std::vector<std::string> begun_;  // messages of which not all is there, by rank
};

// An exit code, or -1: the processes can work together.
int unfit(const MpiRanks& ranks, int threads) {
    const tcplab::StartedTogether started = tcplab::started_together();
    std::string why;
    if (threads < MPI_THREAD_SERIALIZED) why = "this MPI allows calls from one thread only";
    if (ranks.count() != started.count) {
        why = fmt::format("{} processes were started together, but MPI knows of {}: was it another MPI's mpirun?",
                          started.count, ranks.count());
    }
    if (why.empty()) return -1;
    if (started.rank == 0) std::fputs(fmt::format("tcplab: error: {}\n", why).c_str(), stderr);
    return tcplab::kSystem;
}

}  // namespace

int main(int argc, char** argv) {
    int threads = MPI_THREAD_SINGLE;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &threads);
    MpiRanks ranks;
    int exit_code = unfit(ranks, threads);
    if (exit_code < 0) exit_code = tcplab::run_program(argv[0], {argv + 1, argv + argc}, ranks);
    ranks.settle(0);
    MPI_Finalize();
    return exit_code;
}
