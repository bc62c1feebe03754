#include "scenario/field.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kMostQueue = 1'000'000'000'000;

void set_queue(Place& p, const Value& v) {
    p.link->queue.reset();
    p.link->queue_bytes.reset();
    (v.text == "packets" ? p.link->queue : p.link->queue_bytes) = v.number;
}

std::vector<Key> common_keys() {
    return {
        {.name = "queue",
         .type = Type::queue,
         .access = {set_queue, nullptr},
         .max = kMostQueue,
         .example = "100 packets",
         .fallback = "unlimited",
         .meaning = "waiting packets, the one in service not counted; or a size; or { limit, discipline, ... }"},
        {.name = "queue.limit",
         .type = Type::queue,
         .access = {set_queue, nullptr},
         .max = kMostQueue,
         .example = "100 packets",
         .fallback = "unlimited",
         .meaning = "the same as queue; without it codel has 1000, fq_codel 10240 packets"},
        {.name = "queue.discipline",
         .type = Type::choice,
         .access = field<&LinkConfig::discipline>(),
         .choices = "droptail|red|codel|fq_codel",
         .example = "codel",
         .meaning = "who waits, who leaves next, who is dropped or marked; keys of the others do nothing",
         .source = "RFC 8289, 8290"},
        {.name = "queue.ecn",
         .type = Type::flag,
         .access = field<&LinkConfig::ecn>(),
         .example = "true",
         .fallback = "of fq_codel only",
         .meaning = "a discipline marks packets of connections with ECN instead of dropping them",
         .source = "RFC 3168"},
    };
}

std::vector<Key> red_keys() {
    return {
        {.name = "queue.min",
         .type = Type::queue,
         .access = field<&LinkConfig::red, &RedConfig::min>(),
         .max = kMostQueue,
         .example = "5 packets",
         .fallback = "max / 3",
         .meaning = "red: average length from which packets are marked or dropped",
         .source = "tc-red(8)"},
        {.name = "queue.max",
         .type = Type::queue,
         .access = field<&LinkConfig::red, &RedConfig::max>(),
         .max = kMostQueue,
         .example = "15 packets",
         .fallback = "limit / 4",
         .meaning = "red: average length at which this has its probability",
         .source = "tc-red(8)"},
        {.name = "queue.probability",
         .type = Type::percent,
         .access = field<&LinkConfig::red, &RedConfig::probability>(),
         .max = kWhole,
         .example = "10 %",
         .meaning = "red: of marking a packet at max",
         .source = "tc-red(8)"},
        {.name = "queue.gentle",
         .type = Type::flag,
         .access = field<&LinkConfig::red, &RedConfig::gentle>(),
         .example = "false",
         .meaning = "red: from max to 2 max the probability rises to 1; false: it jumps, as in Linux",
         .source = "Floyd 2000"},
    };
}

std::vector<Key> red_average_keys() {
    constexpr std::uint64_t most_packet = 65'535;
    return {
        {.name = "queue.weight",
         .type = Type::percent,
         .access = field<&LinkConfig::red, &RedConfig::weight>(),
         .min = 1,
         .max = kWhole,
         .example = "0.2 %",
         .fallback = "from burst",
         .meaning = "red: of the present length in the average",
         .source = "Floyd and Jacobson 1993: w_q"},
        {.name = "queue.burst",
         .type = Type::count,
         .access = field<&LinkConfig::red, &RedConfig::burst>(),
         .min = 1,
         .max = 1'000'000,
         .unit = "packets",
         .example = "55",
         .fallback = "from min and max",
         .meaning = "red: packets that pass an empty queue at once unmarked; decides the weight. Absent: (2 min + max) "
                    "/ (3 avpkt)",
         .source = "tc-red(8)"},
        {.name = "queue.avpkt",
         .type = Type::size,
         .access = field<&LinkConfig::red, &RedConfig::avpkt>(),
         .min = 1,
         .max = most_packet,
         .example = "1000 B",
         .meaning = "red: a usual packet",
         .source = "tc-red(8)"},
        {.name = "queue.bandwidth",
         .type = Type::rate,
         .access = field<&LinkConfig::red, &RedConfig::bandwidth>(),
         .min = 1,
         .max = kFastest,
         .example = "10 Mbit/s",
         .fallback = "the link's rate",
         .meaning = "red: how fast the average falls while the link is idle; over a trace 10 Mbit/s",
         .source = "tc-red(8)"},
    };
}

std::vector<Key> codel_keys() {
    return {
        {.name = "queue.target",
         .type = Type::duration,
         .access = field<&LinkConfig::codel, &CodelConfig::target>(),
         .max = kLongest,
         .example = "5 ms",
         .meaning = "codel, fq_codel: a standing queue that is acceptable",
         .source = "RFC 8289 4, tc-codel(8)"},
        {.name = "queue.interval",
         .type = Type::duration,
         .access = field<&LinkConfig::codel, &CodelConfig::interval>(),
         .min = 1,
         .max = kLongest,
         .example = "100 ms",
         .meaning = "codel, fq_codel: about the longest usual round trip",
         .source = "RFC 8289 4, tc-codel(8)"},
        {.name = "queue.ce_threshold",
         .type = Type::duration,
         .access = field<&LinkConfig::codel, &CodelConfig::ce_threshold>(),
         .max = kLongest,
         .example = "1 ms",
         .fallback = "none",
         .meaning = "codel, fq_codel: what waited longer is marked, whatever else",
         .source = "tc-codel(8)"},
    };
}

std::vector<Key> fq_codel_keys() {
    constexpr std::uint64_t most_quantum = 1'000'000'000;
    return {
        {.name = "queue.flows",
         .type = Type::count,
         .access = field<&LinkConfig::fq_codel, &FqCodelConfig::flows>(),
         .min = 1,
         .max = 65'536,
         .unit = "queues",
         .example = "1024",
         .meaning = "fq_codel: queues that connections are spread over, by a hash",
         .source = "RFC 8290 5.2, tc-fq_codel(8)"},
        {.name = "queue.quantum",
         .type = Type::size,
         .access = field<&LinkConfig::fq_codel, &FqCodelConfig::quantum>(),
         .min = 256,  // fq_codel_change()
         .max = most_quantum,
         .example = "300 B",
         .meaning = "fq_codel: what a queue sends in its turn; a packet counts with 14 B of Ethernet header",
         .source = "RFC 8290 5.2, tc-fq_codel(8)"},
        {.name = "queue.drop_batch",
         .type = Type::count,
         .access = field<&LinkConfig::fq_codel, &FqCodelConfig::drop_batch>(),
         .min = 1,
         .max = 1'000'000,
         .unit = "packets",
         .example = "64",
         .meaning = "fq_codel: dropped at most from the longest queue when the limit is passed",
         .source = "tc-fq_codel(8)"},
    };
}

}  // namespace

const std::vector<Key>& queue_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all;
        for (const std::vector<Key>& part :
             {common_keys(), red_keys(), red_average_keys(), codel_keys(), fq_codel_keys()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return keys;
}

}  // namespace tcplab
