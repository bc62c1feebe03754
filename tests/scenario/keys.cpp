#include "scenario/keys.hpp"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "reading.hpp"
#include "scenario/key.hpp"
#include "scenario/text.hpp"

using namespace tcplab;

namespace {

/// --set with the key's example; of a key of a list's entries, a list of one.
std::string set_to_example(const Table& table, const Key& key) {
    const bool bare = key.type == Type::count || key.type == Type::flag || key.example.front() == '[';
    const std::string value = bare ? std::string(key.example) : "\"" + std::string(key.example) + "\"";
    const std::string name = full_name(table, key);
    if (!table.in_list) return name + "=" + value;
    const std::size_t dot = name.find('.');
    const std::string needed = name.rfind("host.", 0) == 0 && key.name != "name" ? "name = \"cdn\", " : "";
    return name.substr(0, dot) + "=[{ " + needed + name.substr(dot + 1) + " = " + value + " }]";
}

}  // namespace

TEST_CASE("every key has a meaning, and a good example where it can be set") {
    for (const Table& table : tables()) {
        std::set<std::string_view> names;
        for (const Key& key : *table.keys) {
            CAPTURE(full_name(table, key));
            CHECK_FALSE(key.meaning.empty());
            CHECK(names.insert(key.name).second);
            CHECK(key.min <= key.max);
            if (key.access.set == nullptr || table.target == Target::object) continue;
            if (key.type == Type::trace || key.type == Type::recording) continue;  // they need a file
            CommandLine options;
            options.sets = {set_to_example(table, key)};
            const std::vector<std::string> errors = reading::errors_of(reading::kPage, options);
            // A timer's example may contradict the other's default, and some keys need another; not its own rules.
            for (const std::string& error : errors) {
                CAPTURE(error);
                const bool fine = error.find("which is more than") != std::string::npos ||
                                  error.find("the model needs p") != std::string::npos ||
                                  error.find("wrong_length goes with") != std::string::npos;
                CHECK(fine);
            }
        }
    }
}

TEST_CASE("keys are listed at no more than 100 columns") {
    const std::string text = keys_text();
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 100);
        CHECK((line.empty() || line.back() != ' '));
    }
    for (const char* part : {"[link]", "[tcp]", "delayed_ack", "tcp_slow_start_after_idle", "[[expect]]"}) {
        CHECK(text.find(part) != std::string::npos);
    }
}

TEST_CASE("each table is listed once, and what is both a table and a key as a table") {
    const std::string text = "\n" + keys_text();
    for (const Table& table : tables()) {
        if (table.name.empty()) continue;
        const std::string heading = "\n" + std::string(table.title) + "  ";
        CAPTURE(heading);
        const std::size_t first = text.find(heading);
        CHECK(first != std::string::npos);
        CHECK(text.find(heading, first + 1) == std::string::npos);
    }
    CHECK(key_text("tls").text.find("early_data") != std::string::npos);
    CHECK(key_text("proxy").text.find("visible") != std::string::npos);
    CHECK(key_text("proxy.link").text.find("overhead") != std::string::npos);
}

TEST_CASE("defaults are shown for each profile") {
    const std::string text = key_text("tcp.initial_rto").text;
    CHECK(text.find("1 s with profile = \"linux\"") != std::string::npos);
    CHECK(text.find("3 s with profile = \"classic\"") != std::string::npos);
    CHECK(key_text("tcp.ports").text.find("[1024, 5000] with profile = \"classic\"") != std::string::npos);
    CHECK(key_text("tcp.initial_ssthresh").text.find("infinite") != std::string::npos);
    CHECK(key_text("client.connections").text.find("6 for parallel, else 1") != std::string::npos);
}

TEST_CASE("one key in detail") {
    CHECK(key_text("link.rate").text ==
          "link.rate\n"
          "  meaning   an IP packet of n bytes takes (n + overhead) / rate\n"
          "  table     [link]: the path; [link.up] (client to server) and [link.down] override a direction\n"
          "  type      rate\n"
          "  units     bit/s, kbit/s, Mbit/s, Gbit/s\n"
          "  range     1 bit/s to 100 Tbit/s\n"
          "  default   infinite\n"
          "  example   rate = \"1.5 Mbit/s\"\n");
    CHECK(key_text("writes").text.find("client.writes") != std::string::npos);
    CHECK(key_text("writes").text.find("server.writes") != std::string::npos);
    // of what has members, these as well
    CHECK(key_text("client.multiplexed").text.find("client.multiplexed.window") != std::string::npos);
    CHECK(key_text("server.keep_alive").text.find("server.keep_alive\n") == 0);
    CHECK(key_text("server.keep_alive").text.find("server.keep_alive.max") != std::string::npos);
    CHECK(key_text("dns").text.find("delay") != std::string::npos);
    CHECK(key_text("har").text.find("  type      file\n") != std::string::npos);
    CHECK(key_text("host.port").text.find("80, with TLS 443") != std::string::npos);
    CHECK(key_text("proxy.kind").text.rfind("proxy.kind\n", 0) == 0);
    CHECK(key_text("http").text.find("default   1.1") != std::string::npos);
    CHECK(key_text("delayd_ack").error == "unknown key \"delayd_ack\"; did you mean \"delayed_ack\"?");
    CHECK(key_text("banana").error == "unknown key \"banana\"");
    CHECK(key_text("banana").text.empty());
}
