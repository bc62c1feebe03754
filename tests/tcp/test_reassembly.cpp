#include <doctest/doctest.h>

#include <boost/random/uniform_int_distribution.hpp>

#include "core/random.hpp"
#include "tcp/reassembly.hpp"

using namespace tcplab;

namespace {
ReceivedSegment piece(const ContentRef& content, std::uint64_t pos, std::uint32_t length) {
    return {pos, Payload{content, pos, length}, 1000};
}
/// A reassembly and what it borrows.
struct Held {
    std::uint32_t insert(ReceivedSegment s) {
        StreamRange duplicate;
        return data.insert(std::move(s), duplicate, memory);
    }
    Reassembly::Memory memory;
    Reassembly data;
};

}  // namespace

TEST_CASE("random pieces in random order come out once, in order, whatever overlaps") {
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        RandomStream random = make_stream(seed, 1, Purpose::link_reorder, 0);
        const auto draw = [&](std::uint64_t n) {
            return boost::random::uniform_int_distribution<std::uint64_t>(0, n - 1)(random);
        };
        const ContentRef content(new Content);
        content->append(Piece::body(5000));
        Held held;
        std::uint64_t next = 0;
        std::uint64_t charged = 0;
        std::uint64_t freed = 0;
        for (int i = 0; i < 200 || next < 5000; ++i) {
            // In the end whatever is missing arrives, else anything.
            const std::uint64_t pos = i < 200 ? draw(5000) : next;
            const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(1 + draw(400), 5000 - pos));
            charged += held.insert(piece(content, pos, length));
            ReceivedSegment out;
            while (held.data.take(next, out, freed)) {
                REQUIRE(out.pos == next);
                REQUIRE(out.payload.offset == next);
                REQUIRE(out.payload.length > 0);
                next = out.end();
                freed += out.cost;
            }
        }
        CHECK(next == 5000);
        CHECK(held.data.empty());
        CHECK(charged == freed);
    }
}

TEST_CASE("SACK blocks: the latest arrival first, merged where they touch (RFC 2018 4)") {
    const ContentRef content(new Content);
    content->append(Piece::body(10000));
    Held held;
    held.insert(piece(content, 1000, 100));
    held.insert(piece(content, 3000, 100));
    held.insert(piece(content, 5000, 100));
    SackBlocks b = held.data.report(SeqNum(0), 3);
    REQUIRE(b.size() == 3);
    CHECK(b[0] == SeqRange{SeqNum(5000), SeqNum(5100)});
    CHECK(b[1] == SeqRange{SeqNum(3000), SeqNum(3100)});
    CHECK(b[2] == SeqRange{SeqNum(1000), SeqNum(1100)});
    held.insert(piece(content, 3100, 200));
    held.insert(piece(content, 7000, 100));
    held.insert(piece(content, 900, 100));
    b = held.data.report(SeqNum(0), 3);
    REQUIRE(b.size() == 3);
    CHECK(b[0] == SeqRange{SeqNum(900), SeqNum(1100)});
    CHECK(b[1] == SeqRange{SeqNum(7000), SeqNum(7100)});
    CHECK(b[2] == SeqRange{SeqNum(3000), SeqNum(3300)});
    CHECK(held.data.report(SeqNum(0), 4).size() == 4);
}

TEST_CASE("a FIN beyond a hole waits for its turn") {
    const ContentRef content(new Content);
    content->append(Piece::body(100));
    Held held;
    held.insert(piece(content, 50, 50));
    held.data.set_fin(100, held.memory);
    CHECK_FALSE(held.data.fin_at(50));
    ReceivedSegment out;
    std::uint64_t freed = 0;
    CHECK_FALSE(held.data.take(0, out, freed));
    CHECK(held.data.take(50, out, freed));
    CHECK(held.data.fin_at(out.end()));
}
