#include <doctest/doctest.h>

#include "report/charts.hpp"

using namespace tcplab::report;

namespace {

PagePoint point(const char* variant, const char* value, std::optional<double> ns) {
    return {variant, {{"link.rtt", value}}, 1, ns, 0, 0, {}};
}

}  // namespace

TEST_CASE("durations stand where their length puts them") {
    CHECK(axes_json({point("a", "20 ms", 1e6), point("a", "0.1 s", 2.5e6), point("b", "20 ms", std::nullopt)}) ==
          "{\"axes\":[{\"key\":\"link.rtt\",\"unit\":\"ms\",\"words\":false,\"at\":[20,100],\"labels\":[\"20 "
          "ms\",\"0.1 s\"]}],"
          "\"variants\":[\"a\",\"b\"],\"points\":[[0,0,1],\n[0,1,2.5],\n[1,0,null]],\"spread\":[null,null,null]}");
}

TEST_CASE("rates, sizes, shares, packets and plain numbers too") {
    const auto scale = [](const char* value) {
        const std::string json = axes_json({point("", value, 1e6)});
        const auto begin = json.find("\"unit\"");
        return json.substr(begin, json.find(",\"labels\"") - begin);
    };
    CHECK(scale("1.5 Mbit/s") == "\"unit\":\"Mbit/s\",\"words\":false,\"at\":[1.5]");
    CHECK(scale("64 KiB") == "\"unit\":\"kB\",\"words\":false,\"at\":[65.536]");
    CHECK(scale("0.1 %") == "\"unit\":\"%\",\"words\":false,\"at\":[0.1]");
    CHECK(scale("100 packets") == "\"unit\":\"packets\",\"words\":false,\"at\":[100]");
    CHECK(scale("6") == "\"unit\":\"\",\"words\":false,\"at\":[6]");
}

TEST_CASE("words stand one after the other") {
    const std::string json = axes_json({point("", "reno", 1e6), point("", "</script>", 2e6)});
    CHECK(json.find("\"unit\":\"\",\"words\":true,\"at\":[0,1],\"labels\":[\"reno\",\"</script>\"]") !=
          std::string::npos);
}

TEST_CASE("no axes") { CHECK(axes_json({}) == "{\"axes\":[],\"variants\":[],\"points\":[],\"spread\":[]}"); }

TEST_CASE("repetitions have a spread beside their median") {
    PagePoint p = point("a", "20 ms", 2e6);
    p.repetitions = 3;
    p.p5 = 1e6;
    p.p95 = 4.5e6;
    CHECK(axes_json({p}).find("\"points\":[[0,0,2]],\"spread\":[[1,4.5]]") != std::string::npos);
    p.page.reset();  // one failed
    CHECK(axes_json({p}).find("\"spread\":[null]") != std::string::npos);
}
