#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "line.hpp"
#include "net/drop_script.hpp"

using namespace tcplab;
using line::ack;
using line::segment;

namespace {

constexpr FourTuple kOther{{Ipv4Address{1}, 1001}, {Ipv4Address{2}, 80}};

/// 'x' for each segment that is dropped, '.' for the others.
std::string fates(DropScript& script, const std::vector<Segment>& segments) {
    std::string text;
    for (const Segment& s : segments) text += script.drops(s) ? 'x' : '.';
    return text;
}

std::string fates(std::vector<DropRule> rules, const std::vector<Segment>& segments) {
    DropScript script(std::move(rules), nullptr);
    return fates(script, segments);
}

/// A connection's packets in one direction: SYN, ACK, two of data, a pure ACK, data, FIN with data, RST.
std::vector<Segment> conversation() {
    std::vector<Segment> all;
    all.push_back(segment(flag::syn, 0, 0));
    all.push_back(ack(1));
    all.push_back(segment(flag::ack, 1, 100));
    all.push_back(segment(flag::ack | flag::psh, 101, 50));
    all.push_back(ack(500));
    all.push_back(segment(flag::ack, 151, 100));
    all.push_back(segment(flag::ack | flag::fin, 251, 10));
    all.push_back(segment(flag::ack | flag::rst, 262, 0));
    return all;
}

}  // namespace

TEST_CASE("without rules nothing is dropped") { CHECK(fates({}, conversation()) == "........"); }

TEST_CASE("any counts every packet") {
    CHECK(fates({{DropKind::any, 3, 3, 1}}, conversation()) == "..x.....");
    CHECK(fates({{DropKind::any, 1, 8, 1}}, conversation()) == "xxxxxxxx");
}

TEST_CASE("syn counts SYN and SYN-ACK") {
    auto all = conversation();
    all.push_back(segment(flag::syn | flag::ack, 0, 0, kOther));
    CHECK(fates({{DropKind::syn, 1, 1, 1}}, all) == "x........");
    CHECK(fates({{DropKind::syn, 2, 2, 1}}, all) == "........x");
}

TEST_CASE("data counts packets with payload, retransmissions too") {
    CHECK(fates({{DropKind::data, 2, 3, 1}}, conversation()) == "...x.x..");
    CHECK(fates({{DropKind::data, 4, 4, 1}}, conversation()) == "......x.");
    const Segment s = segment(flag::ack, 1, 100);
    CHECK(fates({{DropKind::data, 2, 2, 1}}, {s, s, s}) == ".x.");
}

TEST_CASE("ack counts pure acknowledgements, not SYN, FIN, RST or data") {
    CHECK(fates({{DropKind::ack, 1, 1, 1}}, conversation()) == ".x......");
    CHECK(fates({{DropKind::ack, 1, 99, 1}}, conversation()) == ".x..x...");
}

TEST_CASE("fin counts FINs with data or without") {
    auto all = conversation();
    all.push_back(segment(flag::ack | flag::fin, 261, 0));
    CHECK(fates({{DropKind::fin, 1, 1, 1}}, all) == "......x..");
    CHECK(fates({{DropKind::fin, 2, 2, 1}}, all) == "........x");
}

TEST_CASE("segment counts distinct first sequence numbers with payload") {
    const Segment a = segment(flag::ack, 1, 100);
    const Segment b = segment(flag::ack, 101, 100);
    const Segment c = segment(flag::ack, 201, 100);
    CHECK(fates({{DropKind::segment, 2, 2, 1}}, {ack(1), a, a, b, b, c}) == "...x..");
    CHECK(fates({{DropKind::segment, 2, 2, 2}}, {a, b, c, b, b}) == ".x.x.");
    CHECK(fates({{DropKind::segment, 2, 3, 1}}, {a, b, c, b, c}) == ".xx..");
}

TEST_CASE("segment tells connections apart, and directions") {
    const Segment a = segment(flag::ack, 1, 100);
    const Segment other = segment(flag::ack, 1, 100, kOther);
    CHECK(fates({{DropKind::segment, 2, 2, 1}}, {a, other, a, other}) == ".x..");
}

TEST_CASE("a segment that is cut differently later is the same while it begins alike") {
    CHECK(fates({{DropKind::segment, 1, 1, 2}},
                {segment(flag::ack, 1, 100), segment(flag::ack, 1, 50), segment(flag::ack, 51, 50)}) == "xx.");
}

TEST_CASE("rules for early segments still hold after many others") {
    DropScript script({{DropKind::segment, 3, 3, 2}}, nullptr);
    for (std::uint32_t i = 0; i < 1000; ++i) CHECK(script.drops(segment(flag::ack, i, 1)) == (i == 2));
    CHECK_FALSE(script.drops(segment(flag::ack, 999, 1)));
    CHECK(script.drops(segment(flag::ack, 2, 1)));
    CHECK_FALSE(script.drops(segment(flag::ack, 2, 1)));
}

TEST_CASE("rules add up, each with its own count") {
    CHECK(fates({{DropKind::syn, 1, 1, 1}, {DropKind::data, 1, 1, 1}, {DropKind::any, 8, 8, 1}}, conversation()) ==
          "x.x....x");
    CHECK(fates({{DropKind::data, 1, 1, 1}, {DropKind::data, 3, 3, 1}}, conversation()) == "..x..x..");
}

TEST_CASE("finack is the pure ACK of the other direction's FIN") {
    FinLog fins;
    DropScript down({}, &fins);
    DropScript up({{DropKind::fin_ack, 1, 1, 1}}, &fins);
    const Segment fin = segment(flag::ack | flag::fin, 1000, 20, line::kBack);  // takes 1000 to 1020
    CHECK_FALSE(up.drops(ack(1021)));                                           // before there is a FIN
    CHECK_FALSE(down.drops(fin));
    CHECK_FALSE(up.drops(ack(1000)));
    CHECK_FALSE(up.drops(ack(1020)));
    CHECK_FALSE(up.drops(ack(1021, kOther)));
    Segment with_data = segment(flag::ack, 5, 10);
    with_data.ack = SeqNum(1021);
    CHECK_FALSE(up.drops(with_data));
    Segment own_fin = segment(flag::ack | flag::fin, 15, 0);
    own_fin.ack = SeqNum(1021);
    CHECK_FALSE(up.drops(own_fin));
    CHECK(up.drops(ack(1021)));
    CHECK_FALSE(up.drops(ack(1021)));  // the second one
}

TEST_CASE("the ACK of a FIN counts in either direction, and of a FIN that was lost") {
    FinLog fins;
    DropScript up({{DropKind::fin, 1, 1, 1}, {DropKind::fin_ack, 2, 2, 1}}, &fins);
    DropScript down({{DropKind::fin_ack, 1, 1, 1}}, &fins);
    CHECK(up.drops(segment(flag::ack | flag::fin, 10, 0)));
    CHECK(down.drops(ack(11, line::kBack)));
    CHECK_FALSE(down.drops(segment(flag::ack | flag::fin, 70, 0, line::kBack)));
    CHECK_FALSE(up.drops(ack(71)));
    CHECK(up.drops(ack(71)));
}
