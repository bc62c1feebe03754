// Transfers that a Linux kernel made, packet by packet. README.md says where they come from and what is compared.

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "difference.hpp"
#include "recording.hpp"

using namespace tcplab;
using namespace tcplab::kernel;

namespace {

std::string folder() {
    const char* source = std::getenv("TCPLAB_SOURCE");
    return std::string(source != nullptr ? source : ".") + "/tests/kernel/";
}

double rtt_of(const Scenario& scenario) { return to_ms(scenario.link.up.delay + scenario.link.down.delay); }

/// A recording and its simulation, which a test spoils.
struct Transfer {
    explicit Transfer(const std::string& name) : kernel(read_recording(folder() + name + ".txt")) {
        const Scenario scenario = scenario_of(kernel);
        rtt = rtt_of(scenario);
        ours = simulated_packets(scenario);
    }
    [[nodiscard]] std::string compared() const { return difference(kernel, ours, rtt); }
    [[nodiscard]] Packet& from_client(std::uint32_t ack) {
        return *std::find_if(ours.begin(), ours.end(), [&](const Packet& p) { return p.up && p.ack == ack; });
    }
    Recording kernel;
    std::vector<Packet> ours;
    double rtt = 0;
};

bool says(const std::string& report, const std::string& text) { return report.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("every recorded transfer is simulated packet by packet") {
    std::vector<std::string> names;
    std::size_t lossy = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
        if (entry.path().extension() == ".txt") names.push_back(entry.path().stem().string());
    }
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
        const Transfer transfer(name);
        CHECK(transfer.kernel.packets.size() >= 10);
        lossy += std::any_of(transfer.kernel.packets.begin(), transfer.kernel.packets.end(),
                             [](const Packet& p) { return !p.fate.empty(); });
        const std::string report = transfer.compared();
        CHECK_MESSAGE(report.empty(), report);
    }
    CHECK(names.size() >= 24);
    CHECK(lossy >= 8);
}

TEST_CASE("what a simulation does differently is found and shown") {
    Transfer t("loss_cubic_sack1_tail69_70");
    REQUIRE(t.compared() == "");

    SUBCASE("a field") {
        t.from_client(20273).window += 1024;
        CHECK(says(t.compared(), "win 80896, simulated 81920"));
        CHECK(says(t.compared(), "kernel"));
        CHECK(says(t.compared(), "\n->"));
    }
    SUBCASE("a field that is not compared") {
        t.kernel.compared = {"flags", "seq", "len", "fate"};
        t.from_client(20273).window += 1024;
        CHECK(t.compared() == "");
        t.from_client(20273).flags = "P.";
        CHECK(says(t.compared(), "flags ., simulated P."));
    }
    SUBCASE("a packet that is missing") {
        t.ours.pop_back();
        CHECK(says(t.compared(), "only the kernel sends it"));
    }
    SUBCASE("a packet too many") {
        t.ours.push_back(t.ours.back());
        CHECK(says(t.compared(), "only the simulation sends it"));
        t.kernel.first = true;
        CHECK(t.compared() == "");
    }
    SUBCASE("a connection too many") {
        t.ours.push_back(t.ours.front());
        t.ours.back().connection = 2;
        CHECK(says(t.compared(), "only the simulation sends it"));
    }
    SUBCASE("a packet that is late or early") {
        t.from_client(1449).sent += 2;
        CHECK(says(t.compared(), "ms later, allowed 0.90"));
        t.from_client(1449).sent -= 5;
        CHECK(says(t.compared(), "ms earlier, allowed 1.31"));
    }
    SUBCASE("a packet that is sent before its cause arrives") {
        // Early enough for its time, as a timer was late before.
        t.from_client(100202).sent -= 1;
        CHECK(says(t.compared(), "order: sent after hearing "));
        t.kernel.compared.pop_back();
        CHECK(t.compared() == "");
    }
}
