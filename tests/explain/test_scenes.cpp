#include <doctest/doctest.h>

#include "explain/scenes.hpp"

using namespace tcplab;
using explain::Scene;
using explain::scenes_of;

namespace {

using Path = std::vector<PathStep>;
constexpr std::size_t kRoom = 100;

/// A transaction on a connection of its own.
void add_transaction(Path& path, std::uint32_t row, Duration server = 0ns) {
    path.push_back({100ms, Cause::handshake, PathPlace::client, row});
    path.push_back({2ms, Cause::transmission, PathPlace::request, row});
    path.push_back({50ms, Cause::propagation, PathPlace::request, row});
    path.push_back({server, Cause::server, PathPlace::server, row});
    path.push_back({30ms, Cause::transmission, PathPlace::response, row});
    path.push_back({50ms, Cause::propagation, PathPlace::response, row});
}

Duration total(const Path& path) {
    Duration sum{0};
    for (const PathStep& step : path) sum += step.length;
    return sum;
}

void check_whole(const Path& path, const std::vector<Scene>& scenes) {
    Duration at{0};
    for (const Scene& s : scenes) {
        CHECK(s.at == at);
        CHECK(s.length() > 0ns);
        at = s.end();
    }
    CHECK(at == total(path));
}

}  // namespace

TEST_CASE("a message on its way is one scene, however its causes alternate") {
    Path path;
    path.push_back({50ms, Cause::propagation, PathPlace::request, 0});
    for (int i = 0; i < 5; ++i) {
        path.push_back({10ms, Cause::transmission, PathPlace::response, 0});
        path.push_back({85ms, Cause::slow_start, PathPlace::response, 0});
    }
    path.push_back({10ms, Cause::transmission, PathPlace::response, 0});
    path.push_back({50ms, Cause::propagation, PathPlace::response, 0});
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    check_whole(path, scenes);
    REQUIRE(scenes.size() == 2);
    CHECK(scenes[0].place == PathPlace::request);
    CHECK(scenes[1].kind == Scene::Kind::transfer);
    CHECK(scenes[1].causes[Cause::slow_start] == 425ms);
    CHECK(scenes[1].causes[Cause::transmission] == 60ms);
    CHECK(scenes[1].begins);
    CHECK(scenes[1].ends);
}

TEST_CASE("a response that begins with what is short is not told with the request") {
    const Path path{{10ms, Cause::propagation, PathPlace::request, 0},  {1ms, Cause::server, PathPlace::server, 0},
                    {8ms, Cause::slow_start, PathPlace::response, 0},   {5ms, Cause::loss, PathPlace::response, 0},
                    {9s, Cause::congestion, PathPlace::response, 0},    {7ms, Cause::loss, PathPlace::response, 0},
                    {10ms, Cause::propagation, PathPlace::response, 0}, {1ms, Cause::close, PathPlace::response, 0}};
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    check_whole(path, scenes);
    REQUIRE(scenes.size() == 2);
    CHECK(scenes[0].place == PathPlace::request);
    CHECK(scenes[0].length() == 11ms);
    CHECK(scenes[1].place == PathPlace::response);
    CHECK(scenes[1].causes[Cause::loss] == 12ms);
}

TEST_CASE("what holds it up stands for itself, Nagle together with the delayed ACK") {
    const Path path{
        {1ms, Cause::transmission, PathPlace::response, 0}, {99ms, Cause::nagle, PathPlace::response, 0},
        {40ms, Cause::delayed_ack, PathPlace::response, 0}, {1ms, Cause::transmission, PathPlace::response, 0},
        {200ms, Cause::loss, PathPlace::response, 0},       {50ms, Cause::propagation, PathPlace::response, 0},
        {0ms, Cause::head_of_line, PathPlace::response, 0}, {7ms, Cause::reader, PathPlace::client, 0},
        {5ms, Cause::close, PathPlace::client, 0}};
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    check_whole(path, scenes);
    REQUIRE(scenes.size() == 7);
    CHECK(scenes[1].kind == Scene::Kind::stall);
    CHECK(scenes[1].length() == 139ms);
    CHECK(scenes[3].kind == Scene::Kind::single);
    CHECK(scenes[0].begins);
    CHECK(!scenes[0].ends);
    CHECK(!scenes[3].begins);
    CHECK(scenes[4].ends);
    CHECK(scenes[5].kind == Scene::Kind::single);
    CHECK(scenes[6].kind == Scene::Kind::single);
}

TEST_CASE("transactions that are alike are told once in detail") {
    Path path;
    for (std::uint32_t row = 0; row < 12; ++row) add_transaction(path, row);
    CHECK(scenes_of(path, 36).size() == 36);
    const std::vector<Scene> scenes = scenes_of(path, 20);
    check_whole(path, scenes);
    REQUIRE(scenes.size() == 4);
    CHECK(scenes[2].kind == Scene::Kind::transfer);
    CHECK(scenes[3].kind == Scene::Kind::series);
    CHECK(scenes[3].like_before);
    CHECK(scenes[3].count == 11);
    CHECK(scenes[3].row == 1);
    CHECK(scenes[3].last_row == 11);
    CHECK(scenes[3].causes[Cause::handshake] == 1100ms);
}

TEST_CASE("one that is not alike stands between them") {
    Path path;
    for (std::uint32_t row = 0; row < 12; ++row) add_transaction(path, row, row == 6 ? 500ms : 0ns);
    SUBCASE("the longest series has its detail, others are a line each") {
        const std::vector<Scene> scenes = scenes_of(path, 7);
        check_whole(path, scenes);
        REQUIRE(scenes.size() == 6);
        CHECK(scenes[3].count == 5);
        CHECK(scenes[3].like_before);
        CHECK(scenes[4].kind == Scene::Kind::transaction);
        CHECK(scenes[4].row == 6);
        CHECK(scenes[5].kind == Scene::Kind::series);
        CHECK(scenes[5].count == 5);
        CHECK(!scenes[5].like_before);
    }
    SUBCASE("alone, where there is no room") {
        const std::vector<Scene> scenes = scenes_of(path, 3);
        check_whole(path, scenes);
        REQUIRE(scenes.size() == 3);
        CHECK(scenes[1].kind == Scene::Kind::transaction);
    }
    SUBCASE("what is short is not told where even that is too much") {
        const std::vector<Scene> scenes = scenes_of(path, 2);
        check_whole(path, scenes);
        REQUIRE(scenes.size() == 2);
        CHECK(scenes[0].kind == Scene::Kind::series);
        CHECK(scenes[1].kind == Scene::Kind::rest);
        CHECK(scenes[1].count == 6);
    }
}

TEST_CASE("a long transfer with much to tell is told by message") {
    Path path;
    add_transaction(path, 0);
    path.pop_back();
    for (int i = 0; i < 30; ++i) {
        path.push_back({100ms, Cause::loss, PathPlace::response, 0});
        path.push_back({10ms, Cause::transmission, PathPlace::response, 0});
    }
    path.push_back({50ms, Cause::propagation, PathPlace::response, 0});
    const std::vector<Scene> scenes = scenes_of(path, 20);
    check_whole(path, scenes);
    REQUIRE(scenes.size() == 3);
    CHECK(scenes[2].kind == Scene::Kind::transfer);
    CHECK(scenes[2].causes[Cause::loss] == 3s);
    CHECK(scenes[2].begins);
    CHECK(scenes[2].ends);
}

TEST_CASE("an empty path has no scenes") {
    CHECK(scenes_of({}, kRoom).empty());
    CHECK(scenes_of({{0ns, Cause::handshake, PathPlace::client, 0}}, kRoom).empty());
}

TEST_CASE("what a proxy opens is no part of the message that it waits with, however short it is") {
    Path path;
    path.push_back({10ms, Cause::propagation, PathPlace::request, 0});
    path.push_back({40ms, Cause::handshake, PathPlace::server, 0});
    path.push_back({1ms, Cause::proxy, PathPlace::server, 0});
    path.push_back({20ms, Cause::propagation, PathPlace::request, 0, 1});
    path.push_back({60s, Cause::server, PathPlace::server, 0, 1});
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    check_whole(path, scenes);
    REQUIRE(scenes.size() >= 4);
    CHECK(scenes[0].length() == 10ms);
    CHECK(scenes[1].causes[Cause::handshake] == 40ms);
}

TEST_CASE("messages on two hops are two scenes") {
    Path path;
    path.push_back({20ms, Cause::propagation, PathPlace::response, 0, 1});
    path.push_back({10ms, Cause::propagation, PathPlace::response, 0, 0});
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    REQUIRE(scenes.size() == 2);
    CHECK(scenes[0].hop == 1);
    CHECK(scenes[1].hop == 0);
    CHECK(scenes[1].begins);
}

TEST_CASE("what follows a loss of the same message completes it") {
    Path path;
    path.push_back({100ms, Cause::loss, PathPlace::response, 0});
    path.push_back({50ms, Cause::propagation, PathPlace::response, 0});
    const std::vector<Scene> scenes = scenes_of(path, kRoom);
    REQUIRE(scenes.size() == 2);
    CHECK(scenes[1].repaired);
    CHECK_FALSE(scenes[0].repaired);
}
