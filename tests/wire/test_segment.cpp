#include <doctest/doctest.h>

#include "samples.hpp"

using namespace tcplab;

TEST_CASE("the sizes of Linux's packets") {
    CHECK(samples::syn().ip_size() == 60);
    Segment ack = samples::plain();
    ack.flags = flag::ack;
    CHECK(ack.ip_size() == 40);
    ack.has_timestamps = true;
    CHECK(ack.ip_size() == 52);
    ack.payload.length = 1448;
    CHECK(ack.ip_size() == 1500);
}

TEST_CASE("SYN and FIN occupy a sequence number each") {
    Segment s = samples::plain();
    CHECK(s.sequence_length() == 0);
    s.payload.length = 10;
    CHECK(s.sequence_length() == 10);
    s.flags = flag::fin | flag::ack;
    CHECK(s.sequence_length() == 11);
    s.flags = flag::syn | flag::fin;
    CHECK(s.sequence_length() == 12);
}

TEST_CASE("SACK blocks hold four and copy what is there") {
    SackBlocks blocks;
    for (std::uint32_t i = 0; i < 6; ++i) blocks.push_back({SeqNum(i), SeqNum(i + 1)});
    CHECK(blocks.size() == 4);
    const SackBlocks copy = blocks;
    CHECK(copy[3] == SeqRange{SeqNum(3), SeqNum(4)});
    blocks.clear();
    CHECK(blocks.empty());
    CHECK(copy.size() == 4);
}
