#include "http2/priority.hpp"

#include <doctest/doctest.h>

using namespace tcplab;

TEST_CASE("a priority as a field's value, and back (RFC 9218 4)") {
    CHECK(priority_text({}) == "");
    CHECK(priority_text({0, false}) == "u=0");
    CHECK(priority_text({3, true}) == "i");
    CHECK(priority_text({5, true}) == "u=5, i");
    for (std::uint8_t urgency = 0; urgency < 8; ++urgency) {
        for (const bool incremental : {false, true}) {
            const Priority p{urgency, incremental};
            CHECK(parse_priority(priority_text(p)) == p);
        }
    }
}

TEST_CASE("what a client may say besides (RFC 9218 4, RFC 8941 3.2)") {
    CHECK(parse_priority("i=?1") == Priority{3, true});
    CHECK(parse_priority("i, i=?0") == Priority{3, false});  // the last one counts
    CHECK(parse_priority("u=1,u=2") == Priority{2, false});
    CHECK(parse_priority("u=5;x=1 , \tfoo=\"a b\", i;y") == Priority{5, true});
    // Ignored, as out of range or of another type.
    CHECK(parse_priority("u=8") == Priority{});
    CHECK(parse_priority("u=-1") == Priority{});
    CHECK(parse_priority("u=1.5, i=1") == Priority{});
    CHECK(parse_priority("U=1, I") == Priority{});
    CHECK(parse_priority(" ,, ;,") == Priority{});
}
