#include "net/queue_discipline.hpp"

#include "core/random.hpp"
#include "net/codel.hpp"
#include "net/fq_codel.hpp"
#include "net/red.hpp"

namespace tcplab {

namespace {

/// First come, first served; what finds no place is dropped.
class DropTail final : public QueueDiscipline {
  public:
    explicit DropTail(Backlog& backlog) : backlog_(backlog) {}

    void enqueue(Time, PacketIndex packet, bool waits) override {
        if (waits && backlog_.is_full_for(1, backlog_[packet].size)) {
            backlog_.drop(packet);
        } else {
            backlog_.put(fifo_, packet);
        }
    }
    PacketIndex dequeue(Time) override { return backlog_.take(fifo_); }
    void append_to(std::vector<PacketIndex>& list) const override { fifo_.append_to(list); }

  private:
    Backlog& backlog_;
    PacketFifo fifo_;
};

}  // namespace

std::unique_ptr<QueueDiscipline> make_discipline(const LinkConfig& config, Backlog& backlog, RunSeed seed,
                                                 std::uint32_t direction) {
    const Purpose purpose = Purpose::queue_discipline;
    switch (config.discipline) {
        case Discipline::droptail: break;
        case Discipline::red:
            return std::make_unique<Red>(config, backlog, make_stream(seed.seed, seed.repetition, purpose, direction));
        case Discipline::codel: return std::make_unique<CodelQueue>(config, backlog);
        case Discipline::fq_codel:
            return std::make_unique<FqCodel>(config, backlog,
                                             stream_seed(seed.seed, seed.repetition, purpose, direction));
    }
    return std::make_unique<DropTail>(backlog);
}

std::optional<std::string> queue_problem(const LinkConfig& config) {
    if (config.trace != nullptr && (config.queue == 0U || config.queue_bytes == 0U)) {
        return "over a trace every packet waits, and in this queue none can";
    }
    if (config.discipline == Discipline::red) return red_problem(config);
    return std::nullopt;
}

}  // namespace tcplab
