#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "sweep/digest.hpp"
#include "sweep/fields.hpp"
#include "sweep/journal.hpp"
#include "sweep/own_files.hpp"

using namespace tcplab;

TEST_CASE("a digest does not depend on how the bytes are cut, and sees every bit") {
    std::mt19937 random(1);
    std::string bytes(1000, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    Digest whole;
    whole.add(bytes);
    for (int i = 0; i < 100; ++i) {
        Digest parts;
        for (std::string_view left = bytes; !left.empty();) {
            const std::size_t n = std::min<std::size_t>(random() % 40, left.size());
            parts.add(left.substr(0, n));
            left.remove_prefix(n);
        }
        CHECK(parts.value() == whole.value());
    }
    for (std::size_t bit = 0; bit < 8 * 100; ++bit) {
        std::string other = bytes;
        other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << (bit % 8)));
        Digest digest;
        digest.add(other);
        CHECK(digest.value() != whole.value());
    }
    Digest shorter, zeros;
    shorter.add({bytes.data(), 999});
    CHECK(shorter.value() != whole.value());
    zeros.add(std::string(3, '\0'));
    CHECK(zeros.value() != Digest().value());
}

TEST_CASE("fields come back as they were") {
    std::string line = "first";
    const std::vector<std::string> fields{"", "a\tb", "\n", "\\", "\\t", "plain"};
    for (const std::string& f : fields) append_field(line, f);
    CHECK(line.find('\n') == std::string::npos);
    std::vector<std::string> again = split_fields(line);
    CHECK(again.front() == "first");
    again.erase(again.begin());
    CHECK(again == fields);
    CHECK(field_number("18446744073709551615") == UINT64_MAX);
    for (const char* bad : {"", "-1", "1 ", "18446744073709551616", "x"}) CHECK_FALSE(field_number(bad).has_value());
}

TEST_CASE("shards follow each other and are all of the runs") {
    for (const std::uint64_t runs : {0ULL, 1ULL, 6ULL, 7ULL, 1'000'003ULL, 10'000'000ULL}) {
        for (const std::uint64_t of : {1ULL, 2ULL, 3ULL, 7ULL, 1'000'000ULL}) {
            std::uint64_t next = 0;
            for (std::uint64_t i = 1; i <= of; ++i) {
                const RunBlock block = block_of(Shard{i, of}, runs);
                if (block.first != next) FAIL("a gap");
                if (block.count > runs / of + 1) FAIL("more than its share");
                next += block.count;
            }
            CHECK(next == runs);
        }
    }
    CHECK(block_of(std::nullopt, 5).count == 5);
    CHECK(block_of(Shard{2, 3}, 10).first == 3);
    CHECK(block_of(Shard{2, 3}, 10).count == 3);
}

TEST_CASE("files of runs are listed with what they are") {
    const OwnFile own{12, "run-013/proxy-2.pcapng", {77, 0xffffffffffffffff}};
    std::string line = own_file_line(own);
    REQUIRE(line.back() == '\n');
    line.pop_back();
    const auto again = own_file_of(line);
    REQUIRE(again.has_value());
    CHECK(again->index == 12);
    CHECK(again->name == own.name);
    CHECK(again->mark.size == 77);
    CHECK(again->mark.digest == own.mark.digest);
    for (const char* bad : {"", "1\trun-001/page.har\t1", "1\t../page.har\t1\t1", "1\trun-001/../x\t1\t1",
                            "1\trun-001/proxy-/../x.pcapng\t1\t1", "x\trun-001/page.har\t1\t1"}) {
        CHECK_MESSAGE(!own_file_of(bad).has_value(), bad);
    }
}
