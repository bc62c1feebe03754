#include <doctest/doctest.h>

#include "plot/scale.hpp"

using tcplab::plot::axis_scale;
using Numbers = std::vector<double>;

TEST_CASE("values with units become numbers in the unit that suits the smallest") {
    const auto rtt = axis_scale({"20 ms", "0.1 s", "200ms"});
    CHECK(rtt.numbers == Numbers{20, 100, 200});
    CHECK(rtt.unit == "ms");
    const auto rate = axis_scale({"1.5 Mbit/s", "3 Mbit/s"});
    CHECK(rate.numbers == Numbers{1.5, 3});
    CHECK(rate.unit == "Mbit/s");
    const auto size = axis_scale({"500 B", "2 kB"});
    CHECK(size.numbers == Numbers{500, 2000});
    CHECK(size.unit == "B");
    const auto loss = axis_scale({"0 %", "0.5 %"});
    CHECK(loss.numbers == Numbers{0, 0.5});
    CHECK(loss.unit == "%");
    const auto from_zero = axis_scale({"0 ms", "40 ms", "200 ms"});
    CHECK(from_zero.numbers == Numbers{0, 40, 200});
    CHECK(from_zero.unit == "ms");
    const auto window = axis_scale({"3", "10"});
    CHECK(window.numbers == Numbers{3, 10});
    CHECK(window.unit.empty());
}

TEST_CASE("what is no number stays a word, and so does a mixture") {
    CHECK(axis_scale({"reno", "cubic"}).numbers.empty());
    CHECK(axis_scale({"100 ms", "100 packets"}).numbers.empty());
    CHECK(axis_scale({"true", "false"}).numbers.empty());
}

TEST_CASE("values that grow by factors get a logarithmic axis") {
    CHECK(axis_scale({"1 ms", "10 ms", "100 ms"}).logarithmic);
    CHECK(axis_scale({"1", "2", "5", "10", "20", "50"}).logarithmic);
    CHECK(axis_scale({"500 ms", "5 ms", "50 ms"}).logarithmic);
    CHECK_FALSE(axis_scale({"10", "20", "30", "40", "50", "60", "70", "80", "90"}).logarithmic);
    CHECK_FALSE(axis_scale({"1", "2", "4"}).logarithmic);
    CHECK_FALSE(axis_scale({"1", "1000"}).logarithmic);
    CHECK_FALSE(axis_scale({"0 %", "0.1 %", "1 %", "10 %"}).logarithmic);
}
