#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "core/random.hpp"
#include "samples.hpp"
#include "wire/segment_text.hpp"

using namespace tcplab;

namespace {

constexpr InitialNumbers kInitial{SeqNum(1000), SeqNum(0xffffff00)};

/// What comes back from parsing a text.
std::string again(std::string_view text) {
    const ParsedSegment parsed = parse_segment(text, kInitial);
    return parsed.ok() ? to_text(parsed.segment, kInitial) : parsed.error;
}

struct Wrong {
    std::string_view text;
    std::size_t column;
    std::string_view error;
};

}  // namespace

TEST_CASE("segments as text") {
    CHECK(to_text(samples::syn(), kInitial) == "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>");
    Segment s = samples::plain();
    CHECK(to_text(s, InitialNumbers{}) == "- 0:0(0) win 0");
    s.flags = flag::psh | flag::ack;
    s.seq = SeqNum(1001);
    s.ack = SeqNum(0xffffff01);
    s.window = 64;
    s.payload.length = 300;
    CHECK(to_text(s, kInitial) == "P. 1:301(300) ack 1 win 64");
    s.ecn = 3;
    s.flags |= flag::ece | flag::cwr | flag::fin;
    CHECK(to_text(s, kInitial) == "[ce] FP.EW 1:301(300) ack 1 win 64");
}

TEST_CASE("SACK blocks count from the receiver's initial number") {
    Segment s = samples::plain();
    s.flags = flag::ack;
    s.seq = SeqNum(1001);
    s.ack = SeqNum(0xffffff00) + 301;
    s.window = 502;
    s.sack.push_back({SeqNum(0xffffff00) + 1449, SeqNum(0xffffff00) + 2897});
    s.sack.push_back({SeqNum(0xffffff00) + 4345, SeqNum(0xffffff00) + 5793});
    CHECK(to_text(s, kInitial) == ". 1:1(0) ack 301 win 502 <nop,nop,sack 1449:2897 4345:5793>");
}

TEST_CASE("texts that are written as we write them come back unchanged") {
    for (const std::string_view text :
         {"S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10>",
          "S. 0:0(0) ack 1 win 65160 <mss 1460,nop,nop,sackOK,nop,wscale 7>",
          "S 0:0(0) win 64240 <mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 10,FO,nop,nop>",
          "S 0:500(500) win 64240 <mss 1460,FO 0123456789abcdef,nop,nop>",
          "S 0:0(0) win 64240 <mss 1460,FO 0123456789ab>", "S. 0:0(0) ack 1 win 5 <FOEXP>",
          "S 0:0(0) win 64240 <mss 1460,FOEXP 0123456789ab,nop,nop>", "P. 1:301(300) ack 1 win 64",
          ". 1:1(0) ack 301 win 502 <nop,nop,TS val 4294967295 ecr 1,nop,nop,sack 1449:2897 1:2 3:4>",
          "[ect0] F. 301:301(0) ack 4294967295 win 0", "[ect1] R 5:5(0) win 0", "[ce] - 4294967295:9(10) win 1",
          "FSRP.UEW 0:0(0) ack 0 win 65535"}) {
        CHECK(again(text) == text);
    }
}

TEST_CASE("other spellings of the same segment") {
    CHECK(again("  .P  1 : 301 ( 300 )  ack  1  win  64  ") == "P. 1:301(300) ack 1 win 64");
    CHECK(again("S 0:0(0) win 1 <wscale 7 , nop, nop,nop,sackOK,mss 536,eol>") ==
          "S 0:0(0) win 1 <mss 536,nop,nop,sackOK,nop,wscale 7>");
    CHECK(again("[noecn] . 1:1(0) ack 1 win 5 <>") == ". 1:1(0) ack 1 win 5");
}

TEST_CASE("what a script leaves open") {
    const ParsedSegment open = parse_segment("S. 0:0(0) ack 1 <...>", kInitial);
    REQUIRE(open.ok());
    CHECK(open.any_window);
    CHECK(open.any_options);
    const ParsedSegment closed = parse_segment("S. 0:0(0) ack 1 win 0", kInitial);
    REQUIRE(closed.ok());
    CHECK_FALSE(closed.any_window);
    CHECK_FALSE(closed.any_options);
}

TEST_CASE("numbers become absolute") {
    const ParsedSegment parsed = parse_segment("P. 1:301(300) ack 512 win 64 <sack 600:700>", kInitial);
    REQUIRE(parsed.ok());
    CHECK(parsed.segment.seq == SeqNum(1001));
    CHECK(parsed.segment.ack == SeqNum(0x100));
    CHECK(parsed.segment.sack[0] == SeqRange{SeqNum(0x158), SeqNum(0x1bc)});
    CHECK(parsed.segment.payload.length == 300);
    CHECK(parsed.segment.payload.bytes() == std::string(300, '\0'));
}

TEST_CASE("any segment comes back from its text") {
    RandomStream random(4);
    for (int i = 0; i < 2000; ++i) {
        Segment s = samples::any(random, 1460);
        s.source = s.destination = Endpoint();
        const std::string text = to_text(s, kInitial);
        const ParsedSegment parsed = parse_segment(text, kInitial);
        CAPTURE(text);
        REQUIRE(parsed.error == "");
        REQUIRE(samples::same_header(parsed.segment, s));
    }
}

TEST_CASE("an error says what and where") {
    for (const Wrong& wrong : {
             Wrong{"", 1, "expected flags, letters of \"FSRP.UEW\" or \"-\""},
             Wrong{"X 0:0(0) win 1", 1, "expected flags, letters of \"FSRP.UEW\" or \"-\""},
             Wrong{"Sx 0:0(0) win 1", 2, "expected flags, letters of \"FSRP.UEW\" or \"-\""},
             Wrong{"SS 0:0(0) win 1", 2, "this flag is there twice"},
             Wrong{"[ect3] S 0:0(0) win 1", 2, "expected noecn, ect0, ect1, ect01 or ce"},
             Wrong{"S", 2, "expected a sequence number"},
             Wrong{"S 0 0(0) win 1", 5, "expected \":\""},
             Wrong{"S 4294967296:0(0) win 1", 3, "a sequence number is at most 4294967295"},
             Wrong{"P. 1:300(300) ack 1 win 1", 6, "with 300 bytes this ends at 301"},
             Wrong{"P. 1:70001(70000) ack 1", 12, "a payload's length is at most 65495"},
             Wrong{". 1:1(0) win 5", 10, "the flag \".\" needs \"ack N\""},
             Wrong{"S 0:0(0) ack 1 win 5", 10, "an ack needs the flag \".\""},
             Wrong{". 1:1(0) ack win 5", 14, "expected an acknowledgement number"},
             Wrong{". 1:1(0) ack 1 win 65536", 20, "a window is at most 65535"},
             Wrong{". 1:1(0) ack 1 window 5", 16, "nothing more was expected here"},
             Wrong{"S 0:0(0) win 5 <mss 1460", 25, "expected \">\""},
             Wrong{"S 0:0(0) win 5 <mms 1460>", 17,
                   "expected an option: mss, sackOK, TS, wscale, sack, FO, FOEXP, nop or eol"},
             Wrong{"S 0:0(0) win 5 <FO abc>", 20, "a Fast Open cookie has 4 to 16 bytes, an even number, in hex"},
             Wrong{"S 0:0(0) win 5 <FO 000102030405060708090a0b0c0d0e0f10>", 20,
                   "a Fast Open cookie has 4 to 16 bytes, an even number, in hex"},
             Wrong{"S 0:0(0) win 5 <FO,FOEXP>", 20, "this option is there twice"},
             Wrong{". 0:0(0) ack 1 win 5 <FO>", 23,
                   "this option does not belong on this segment (RFC 9293, 2018, 7323)"},
             Wrong{"S 0:0(0) win 5 <mss 0>", 17, "an MSS is at least 1"},
             Wrong{"S 0:0(0) win 5 <mss 5,mss 6>", 23, "this option is there twice"},
             Wrong{"S 0:0(0) win 5 <TS val 5>", 25, "expected \"ecr\""},
             Wrong{". 1:1(0) ack 1 win 5 <sack 1:2 3:4 5:6 7:8 9:10>", 44,
                   "there is room for four SACK blocks at most"},
             Wrong{". 1:1(0) ack 1 win 5 <TS val 1 ecr 1,sack 1:2 3:4 5:6 7:8>", 22, "options take more than 40 bytes"},
             Wrong{". 1:65496(65495) ack 1 win 5 <TS val 1 ecr 1>", 30, "the packet is larger than 65535 bytes"},
             Wrong{". 1:1(0) ack 1 win 5 <mss 5>", 23,
                   "this option does not belong on this segment (RFC 9293, 2018, 7323)"},
             Wrong{"S 0:0(0) win 5 <sack 1:2>", 17,
                   "this option does not belong on this segment (RFC 9293, 2018, 7323)"},
             Wrong{"S 0:0(0) win 5 tail", 16, "nothing more was expected here"},
         }) {
        CAPTURE(wrong.text);
        const ParsedSegment parsed = parse_segment(wrong.text, kInitial);
        CHECK_FALSE(parsed.ok());
        CHECK(parsed.error == wrong.error);
        CHECK(parsed.column == wrong.column);
        CHECK(parsed.segment.flags == 0);
    }
}
