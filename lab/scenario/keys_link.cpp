#include <algorithm>

#include "scenario/field.hpp"

namespace tcplab {

namespace {

void set_rtt(Place& p, const Value& v) {
    const auto rtt = static_cast<std::int64_t>(v.number);
    p.link->delay = Duration(p.down ? rtt / 2 : rtt - rtt / 2);
}

void set_rate(Place& p, const Value& v) {
    p.link->rate = {v.number};
    p.link->trace.reset();
}

void set_trace(Place& p, const Value& v) {
    p.link->trace = v.trace;
    p.link->rate = {};
}

void set_loss(Place& p, const Value& v) {
    p.link->loss = v.real;
    p.link->bursts.reset();
}

GilbertElliott& bursts(Place& p) {
    if (!p.link->bursts) p.link->bursts.emplace();
    return *p.link->bursts;
}

void set_loss_model(Place& p, const Value&) { bursts(p); }

template <auto Member>
Access burst_field() {
    return {[](Place& p, const Value& v) { bursts(p).*Member = v.real; }, nullptr};
}

std::vector<Key> loss_keys() {
    return {
        {.name = "loss",
         .type = Type::percent,
         .access = {set_loss, nullptr},
         .max = kWhole,
         .example = "1 %",
         .fallback = "0 %",
         .meaning = "packets lost at random, each independently; or { model, p, r, good, bad }"},
        {.name = "loss.model",
         .type = Type::choice,
         .access = {set_loss_model, nullptr},
         .choices = "gilbert-elliott",
         .example = "gilbert-elliott",
         .fallback = "independent",
         .meaning = "losses in bursts: a good and a bad state",
         .source = "Gilbert 1960, Elliott 1963"},
        {.name = "loss.p",
         .type = Type::percent,
         .access = burst_field<&GilbertElliott::p>(),
         .max = kWhole,
         .example = "1 %",
         .meaning = "from good to bad, after each packet",
         .source = "tc-netem(8): gemodel p"},
        {.name = "loss.r",
         .type = Type::percent,
         .access = burst_field<&GilbertElliott::r>(),
         .max = kWhole,
         .example = "10 %",
         .fallback = "100 % - p",
         .meaning = "from bad to good, after each packet",
         .source = "tc-netem(8): gemodel r"},
        {.name = "loss.good",
         .type = Type::percent,
         .access = burst_field<&GilbertElliott::good>(),
         .max = kWhole,
         .example = "0.1 %",
         .fallback = "0 %",
         .meaning = "loss in the good state",
         .source = "tc-netem(8): gemodel 1-k"},
        {.name = "loss.bad",
         .type = Type::percent,
         .access = burst_field<&GilbertElliott::bad>(),
         .max = kWhole,
         .example = "50 %",
         .fallback = "100 %",
         .meaning = "loss in the bad state",
         .source = "tc-netem(8): gemodel 1-h"},
    };
}

std::vector<Key> script_keys() {
    return {
        {.name = "drop",
         .type = Type::drops,
         .access = field<&LinkConfig::drop>(),
         .example = "[\"data 3\"]",
         .fallback = "[]",
         .meaning = "scripted loss, counted per direction from 1: any, syn, data, segment, ack, fin, finack; "
                    "\"data 11..20\", \"segment 20 x2\""},
        {.name = "hold",
         .type = Type::holds,
         .access = field<&LinkConfig::hold>(),
         .max = kLongest,
         .example = "[\"data 3 by 61 s\"]",
         .fallback = "[]",
         .meaning = "scripted extra delay; packets are named as in drop"},
        {.name = "duplicate_data",
         .type = Type::drops,
         .access = field<&LinkConfig::duplicate_data>(),
         .example = "[\"data 3\"]",
         .fallback = "[]",
         .meaning = "scripted duplicates; packets are named as in drop. A hold concerns the original alone"},
    };
}

std::vector<Key> line_keys() {
    return {
        {.name = "delay",
         .type = Type::duration,
         .access = field<&LinkConfig::delay>(),
         .max = kLongest,
         .example = "50 ms",
         .meaning = "one-way propagation delay, of each direction"},
        {.name = "rate",
         .type = Type::rate,
         .access = {set_rate, nullptr},
         .min = 1,
         .max = kFastest,
         .example = "1.5 Mbit/s",
         .fallback = "infinite",
         .meaning = "an IP packet of n bytes takes (n + overhead) / rate"},
        {.name = "trace",
         .type = Type::trace,
         .access = {set_trace, nullptr},
         .example = "lte-down.trace",
         .fallback = "none",
         .meaning = "instead of rate, a file beside the scenario: each line a millisecond at which 1500 B can go; it "
                    "repeats",
         .source = "mm-link(1)"},
        {.name = "overhead",
         .type = Type::size,
         .access = field<&LinkConfig::overhead>(),
         .max = 65'535,
         .example = "18 B",
         .meaning = "framing per packet"},
        {.name = "mtu",
         .type = Type::count,
         .access = field<&LinkConfig::mtu>(),
         .min = 128,  // Linux's TCP_MIN_MSS of 88 and two headers
         .max = 65'535,
         .unit = "bytes",
         .example = "1500",
         .meaning = "the largest IP packet",
         .source = "RFC 791"},
    };
}

std::vector<Key> disturbance_keys() {
    return {
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
    };
}

}  // namespace

const std::vector<Key>& direction_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all;
        for (const std::vector<Key>& part :
             {line_keys(), queue_keys(), loss_keys(), script_keys(), disturbance_keys()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
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
