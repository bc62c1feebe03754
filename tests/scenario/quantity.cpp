#include "scenario/quantity.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tcplab;

TEST_CASE("a quantity is read exactly, to the last nanosecond, bit and byte") {
    struct Case {
        const char* text;
        Measure measure;
        std::uint64_t value;
    };
    const std::vector<Case> cases = {
        {"100 ms", Measure::duration, 100'000'000},
        {"100ms", Measure::duration, 100'000'000},
        {" 1.5  s ", Measure::duration, 1'500'000'000},
        {"0.1 s", Measure::duration, 100'000'000},
        {"0.000000001 s", Measure::duration, 1},
        {"1.234567891 s", Measure::duration, 1'234'567'891},
        {"7 ns", Measure::duration, 7},
        {"0.25 us", Measure::duration, 250},
        {"2 min", Measure::duration, 120'000'000'000},
        {"0.5 min", Measure::duration, 30'000'000'000},
        {"1e3 ms", Measure::duration, 1'000'000'000},
        {"2.5E-3 s", Measure::duration, 2'500'000},
        {"+3 ms", Measure::duration, 3'000'000},
        {"1.500000000000000000000000 ms", Measure::duration, 1'500'000},
        {"0", Measure::duration, 0},
        {"0.0", Measure::size, 0},
        {"-0 ms", Measure::duration, 0},
        {"1.5 Mbit/s", Measure::rate, 1'500'000},
        {"1.5 Mbps", Measure::rate, 1'500'000},
        {"1.5mbit", Measure::rate, 1'500'000},
        {"56 kbit/s", Measure::rate, 56'000},
        {"56kbps", Measure::rate, 56'000},
        {"10 Gbps", Measure::rate, 10'000'000'000},
        {"9600 bit/s", Measure::rate, 9'600},
        {"9600 bps", Measure::rate, 9'600},
        {"300 B", Measure::size, 300},
        {"20 kB", Measure::size, 20'000},
        {"64 KiB", Measure::size, 65'536},
        {"0.5 KiB", Measure::size, 512},
        {"0.125 KiB", Measure::size, 128},
        {"1.5 MiB", Measure::size, 1'572'864},
        {"3 MB", Measure::size, 3'000'000},
        {"2 GiB", Measure::size, 2'147'483'648},
        {"1 GB", Measure::size, 1'000'000'000},
        {"100 packets", Measure::packets, 100},
        {"1 packet", Measure::packets, 1},
        {"0.1 %", Measure::percent, kWhole / 1000},
        {"100%", Measure::percent, kWhole},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        const Quantity q = parse_quantity(c.text, c.measure);
        CHECK(q.error == QuantityError::none);
        CHECK(q.value == c.value);
    }
}

TEST_CASE("what is no quantity says why") {
    struct Case {
        const char* text;
        Measure measure;
        QuantityError error;
    };
    const std::vector<Case> cases = {
        {"", Measure::duration, QuantityError::not_a_number},
        {"fast", Measure::duration, QuantityError::not_a_number},
        {".5 s", Measure::duration, QuantityError::not_a_number},
        {"5. s", Measure::duration, QuantityError::not_a_number},
        {"- 5 s", Measure::duration, QuantityError::not_a_number},
        {"100", Measure::duration, QuantityError::no_unit},
        {"100 sec", Measure::duration, QuantityError::unknown_unit},
        {"100 MS", Measure::duration, QuantityError::unknown_unit},
        {"1.2.3 s", Measure::duration, QuantityError::unknown_unit},
        {"1 s 5 ms", Measure::duration, QuantityError::unknown_unit},
        {"1e ms", Measure::duration, QuantityError::unknown_unit},
        {"-5 ms", Measure::duration, QuantityError::negative},
        {"0.5 ns", Measure::duration, QuantityError::too_fine},
        {"1e-30 s", Measure::duration, QuantityError::too_fine},
        {"1.00000000000000000000000001 s", Measure::duration, QuantityError::too_fine},
        {"1e30 s", Measure::duration, QuantityError::too_large},
        {"99999999999999999999999 s", Measure::duration, QuantityError::too_large},
        {"18446744073709551616 ns", Measure::duration, QuantityError::too_large},
        {"1e999999999999 s", Measure::duration, QuantityError::too_large},
        {"1 MB/s", Measure::rate, QuantityError::unknown_unit},
        {"1 MBps", Measure::rate, QuantityError::unknown_unit},
        {"1 KB", Measure::size, QuantityError::unknown_unit},
        {"1.5 B", Measure::size, QuantityError::too_fine},
        {"5", Measure::percent, QuantityError::no_unit},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(parse_quantity(c.text, c.measure).error == c.error);
    }
}

TEST_CASE("a quantity is shown in the largest unit that fits") {
    CHECK(format_quantity(40'000'000, Measure::duration) == "40 ms");
    CHECK(format_quantity(120'000'000'000, Measure::duration) == "120 s");
    CHECK(format_quantity(0, Measure::duration) == "0 s");
    CHECK(format_duration(100'100us) == "100.1 ms");
    CHECK(format_duration(1500ms) == "1.5 s");
    CHECK(format_duration(120s) == "120 s");
    CHECK(format_duration(1'000'000'001ns) == "1.000000001 s");
    CHECK(format_duration(999ns) == "999 ns");
    CHECK(format_duration(20us) == "20 us");
    CHECK(format_duration(0s) == "0 s");
    CHECK(format_quantity(1'500'001, Measure::duration) == "1500001 ns");
    CHECK(format_quantity(131'072, Measure::size) == "128 KiB");
    CHECK(format_quantity(3'000, Measure::size) == "3 kB");
    CHECK(format_quantity(0, Measure::size) == "0 B");
    CHECK(format_quantity(1'500'000, Measure::rate) == "1500 kbit/s");
    CHECK(format_quantity(kWhole / 40, Measure::percent) == "2.5 %");
    CHECK(format_quantity(10, Measure::plain) == "10");
}

TEST_CASE("a quantity is shown in a unit that was asked for") {
    CHECK(format_in(31'620'000, Measure::duration, "ms") == "31.62 ms");
    CHECK(format_in(3'162, Measure::size, "kB") == "3.162 kB");
    CHECK(format_in(1'500'000, Measure::rate, "Mbps") == "1.5 Mbps");
    CHECK(format_in(1'000'000'000, Measure::duration, "min") == "1 s");  // no end in minutes
    for (const std::uint64_t n : {1ULL, 999ULL, 123'456'789ULL, 10'000'000'000ULL}) {
        CHECK(parse_quantity(format_in(n, Measure::duration, "ms"), Measure::duration).value == n);
        CHECK(parse_quantity(format_in(n, Measure::size, "MiB"), Measure::size).value == n);
    }
}
