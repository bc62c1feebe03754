#include <algorithm>

#include "scenario/field.hpp"

namespace tcplab {

namespace {

void set_rtt(Place& p, const Value& v) {
    const auto rtt = static_cast<std::int64_t>(v.number);
    p.link->delay = Duration(p.down ? rtt / 2 : rtt - rtt / 2);
}

void set_queue(Place& p, const Value& v) {
    p.link->queue.reset();
    p.link->queue_bytes.reset();
    (v.text == "packets" ? p.link->queue : p.link->queue_bytes) = v.number;
}

void set_nothing(Place&, const Value&) {}

constexpr std::uint64_t kMostQueue = 1'000'000'000'000;

std::vector<Key> make_direction_keys() {
    return {
        {.name = "delay",
         .type = Type::duration,
         .access = field<&LinkConfig::delay>(),
         .max = kLongest,
         .example = "50 ms",
         .meaning = "one-way propagation delay, of each direction"},
        {.name = "rate",
         .type = Type::rate,
         .access = field<&LinkConfig::rate>(),
         .min = 1,
         .max = 100'000'000'000'000,
         .example = "1.5 Mbit/s",
         .fallback = "infinite",
         .meaning = "an IP packet of n bytes takes (n + overhead) / rate"},
        {.name = "overhead",
         .type = Type::size,
         .access = field<&LinkConfig::overhead>(),
         .max = 65'535,
         .example = "18 B",
         .meaning = "framing per packet"},
        {.name = "queue",
         .type = Type::queue,
         .access = {set_queue, nullptr},
         .max = kMostQueue,
         .example = "100 packets",
         .fallback = "unlimited",
         .meaning = "waiting packets, the one in service not counted; or a size; or { limit, discipline }"},
        {.name = "queue.limit",
         .type = Type::queue,
         .access = {set_queue, nullptr},
         .max = kMostQueue,
         .example = "100 packets",
         .fallback = "unlimited",
         .meaning = "the same as queue"},
        {.name = "queue.discipline",
         .type = Type::choice,
         .access = {set_nothing, nullptr},
         .choices = "droptail|red|codel|fq_codel",
         .later_choices = "red|codel|fq_codel",
         .example = "droptail",
         .fallback = "droptail",
         .meaning = "which packet is dropped, and when",
         .source = "RFC 2309, 8289, 8290"},
        {.name = "mtu",
         .type = Type::count,
         .access = field<&LinkConfig::mtu>(),
         .min = 128,  // Linux's TCP_MIN_MSS of 88 and two headers
         .max = 65'535,
         .unit = "bytes",
         .example = "1500",
         .meaning = "the largest IP packet",
         .source = "RFC 791"},
        {.name = "loss",
         .type = Type::percent,
         .access = field<&LinkConfig::loss>(),
         .max = kWhole,
         .example = "1 %",
         .meaning = "packets lost at random, each independently"},
        {.name = "loss.model",
         .type = Type::choice,
         .choices = "gilbert-elliott",
         .later = true,
         .example = "gilbert-elliott",
         .fallback = "independent",
         .meaning = "losses in bursts"},
        {.name = "loss.p",
         .type = Type::percent,
         .max = kWhole,
         .later = true,
         .example = "1 %",
         .meaning = "from the good state to the bad"},
        {.name = "loss.r",
         .type = Type::percent,
         .max = kWhole,
         .later = true,
         .example = "10 %",
         .meaning = "from the bad state to the good"},
        {.name = "loss.good",
         .type = Type::percent,
         .max = kWhole,
         .later = true,
         .example = "0 %",
         .meaning = "loss in the good state"},
        {.name = "loss.bad",
         .type = Type::percent,
         .max = kWhole,
         .later = true,
         .example = "50 %",
         .meaning = "loss in the bad state"},
        {.name = "drop",
         .type = Type::drops,
         .access = field<&LinkConfig::drop>(),
         .example = "[\"data 3\"]",
         .fallback = "[]",
         .meaning = "scripted loss, counted per direction from 1: any, syn, data, segment, ack, fin, finack; "
                    "\"data 11..20\", \"segment 20 x2\""},
        {.name = "hold",
         .type = Type::texts,
         .later = true,
         .neutral = 0,
         .example = "[\"data 3 by 61 s\"]",
         .fallback = "[]",
         .meaning = "scripted extra delay"},
        {.name = "duplicate_data",
         .type = Type::texts,
         .later = true,
         .neutral = 0,
         .example = "[\"data 3\"]",
         .fallback = "[]",
         .meaning = "scripted duplicates"},
        {.name = "reorder",
         .type = Type::percent,
         .access = field<&LinkConfig::reorder>(),
         .max = kWhole,
         .example = "1 %",
         .meaning = "packets that are delayed by reorder_delay"},
        {.name = "reorder_delay",
         .type = Type::duration,
         .access = field<&LinkConfig::reorder_delay>(),
         .max = kLongest,
         .example = "10 ms",
         .meaning = "how late a reordered packet is"},
        {.name = "duplicate",
         .type = Type::percent,
         .access = field<&LinkConfig::duplicate>(),
         .max = kWhole,
         .example = "1 %",
         .meaning = "packets that arrive twice"},
        {.name = "corrupt",
         .type = Type::percent,
         .access = field<&LinkConfig::corrupt>(),
         .max = kWhole,
         .example = "1 %",
         .meaning = "packets damaged in transit; the checksum catches them"},
        {.name = "jitter",
         .type = Type::duration,
         .access = field<&LinkConfig::jitter>(),
         .max = kLongest,
         .example = "5 ms",
         .meaning = "uniform extra delay up to this; packets may overtake each other"},
        {.name = "trace",
         .type = Type::text,
         .later = true,
         .example = "file",
         .meaning = "Mahimahi packet-delivery trace, instead of rate"},
    };
}

}  // namespace

const std::vector<Key>& direction_keys() {
    static const std::vector<Key> keys = make_direction_keys();
    return keys;
}

const std::vector<Key>& link_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all = {{.name = "rtt",
                                 .type = Type::duration,
                                 .access = {set_rtt, nullptr},
                                 .max = 2 * kLongest,
                                 .example = "100 ms",
                                 .fallback = "0 s",
                                 .meaning = "two-way propagation delay, split evenly"}};
        const std::vector<Key>& more = direction_keys();
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }();
    return keys;
}

}  // namespace tcplab
