#include "wire/segment_text.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace tcplab {

namespace {

struct FlagLetter {
    char letter;
    std::uint8_t bit;
};
/// In packetdrill's order.
constexpr std::array<FlagLetter, 8> kFlags{{{'F', flag::fin},
                                            {'S', flag::syn},
                                            {'R', flag::rst},
                                            {'P', flag::psh},
                                            {'.', flag::ack},
                                            {'U', flag::urg},
                                            {'E', flag::ece},
                                            {'W', flag::cwr}}};

/// By the codepoint in the IP header.
constexpr std::array<std::string_view, 4> kEcn{"noecn", "ect1", "ect0", "ce"};

std::string number(std::uint32_t n) { return std::to_string(n); }
std::string relative(SeqNum seq, SeqNum initial) { return number(seq.raw() - initial.raw()); }

std::string flags_text(std::uint8_t flags) {
    std::string text;
    for (const FlagLetter& f : kFlags) {
        if ((flags & f.bit) != 0) text += f.letter;
    }
    return text.empty() ? "-" : text;
}

std::string fast_open_text(const FastOpenOption& o) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = o.kind == FastOpenOption::Kind::experimental ? "FOEXP" : "FO";
    if (o.length > 0) text += ' ';
    for (unsigned i = 0; i < o.length; ++i) {
        text += digits[o.cookie[i] >> 4U];
        text += digits[o.cookie[i] & 15U];
    }
    text += ',';
    if (o.length % 4 == (o.kind == FastOpenOption::Kind::experimental ? 2 : 0)) text += "nop,nop,";
    return text;
}

std::string options_text(const Segment& s, SeqNum peer_initial) {
    std::string text;
    if (s.mss != 0) text += "mss " + number(s.mss) + ',';
    if (s.sack_permitted && s.has_timestamps) {
        text += "sackOK,";
    } else if (s.sack_permitted || s.has_timestamps) {
        text += "nop,nop,";
    }
    if (s.has_timestamps) {
        text += "TS val " + number(s.ts_value) + " ecr " + number(s.ts_echo) + ',';
    } else if (s.sack_permitted) {
        text += "sackOK,";
    }
    if (s.has_window_scale) text += "nop,wscale " + number(s.window_scale) + ',';
    if (s.sack.has_fast_open()) text += fast_open_text(s.fast_open());
    if (!s.sack.empty()) {
        text += "nop,nop,sack";
        for (const SeqRange& block : s.sack) {
            text += ' ' + relative(block.left, peer_initial) + ':' + relative(block.right, peer_initial);
        }
        text += ',';
    }
    if (!text.empty()) text.pop_back();
    return text;
}

/// Reads a text from left to right. The first error stays; after it every step fails.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : text_(text) { skip_spaces(); }

    [[nodiscard]] bool failed() const { return !error_.empty(); }
    [[nodiscard]] const std::string& error() const { return error_; }
    [[nodiscard]] std::size_t column() const { return error_at_ + 1; }
    [[nodiscard]] std::size_t position() const { return at_; }
    [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
    [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

    void fail(std::string why) { fail_at(at_, std::move(why)); }
    void fail_at(std::size_t position, std::string why) {
        if (failed()) return;
        error_ = std::move(why);
        error_at_ = position;
        at_ = text_.size();
    }

    /// The next character; nothing is skipped.
    char take() { return at_end() ? '\0' : text_[at_++]; }

    /// Takes `word` if it comes next and no letter or digit follows it, and the spaces behind it.
    bool accept(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        const std::size_t after = at_ + word.size();
        const bool ends_in_a_word = is_word(word.back()) && after < text_.size() && is_word(text_[after]);
        if (ends_in_a_word) return false;
        at_ = after;
        skip_spaces();
        return true;
    }
    void expect(std::string_view word) {
        if (!accept(word)) fail("expected \"" + std::string(word) + '"');
    }

    std::uint32_t number(std::uint32_t most, std::string_view what) {
        const std::size_t begin = at_;
        std::uint64_t value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = value * 10 + static_cast<std::uint64_t>(take() - '0');
            if (value > most) {
                fail_at(begin, std::string(what) + " is at most " + std::to_string(most));
                return 0;
            }
        }
        if (at_ == begin) fail("expected " + std::string(what));
        skip_spaces();
        return static_cast<std::uint32_t>(value);
    }
    std::uint32_t number(std::string_view what) { return number(std::numeric_limits<std::uint32_t>::max(), what); }

    void skip_spaces() {
        while (peek() == ' ' || peek() == '\t') ++at_;
    }

  private:
    static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string error_;
    std::size_t error_at_ = 0;
};

void parse_ecn(Scanner& in, ParsedSegment& parsed) {
    Segment& s = parsed.segment;
    if (!in.accept("[")) {
        parsed.any_ecn = true;
        return;
    }
    if (in.accept("ect01")) {
        parsed.either_ect = true;
        s.ecn = 2;
        in.expect("]");
        return;
    }
    for (std::size_t codepoint = 0; codepoint < kEcn.size(); ++codepoint) {
        if (in.accept(kEcn[codepoint])) {
            s.ecn = static_cast<std::uint8_t>(codepoint);
            in.expect("]");
            return;
        }
    }
    in.fail("expected noecn, ect0, ect1, ect01 or ce");
}

void parse_ports(Scanner& in, Segment& s) {
    constexpr std::uint32_t most = 65535;
    if (in.peek() < '0' || in.peek() > '9') return;
    s.source.port = static_cast<std::uint16_t>(in.number(most, "a port"));
    in.expect(">");
    s.destination.port = static_cast<std::uint16_t>(in.number(most, "a port"));
}

void parse_flags(Scanner& in, Segment& s) {
    if (in.accept("-")) return;
    const std::size_t begin = in.position();
    for (;; in.take()) {
        std::uint8_t bit = 0;
        for (const FlagLetter& f : kFlags) {
            if (f.letter == in.peek()) bit = f.bit;
        }
        if (bit == 0) break;
        if (s.has(bit)) in.fail("this flag is there twice");
        s.flags |= bit;
    }
    const bool separated = in.at_end() || in.peek() == ' ' || in.peek() == '\t';
    if (in.position() == begin || !separated) in.fail("expected flags, letters of \"FSRP.UEW\" or \"-\"");
    in.skip_spaces();
}

void parse_range(Scanner& in, Segment& s, SeqNum initial) {
    const std::uint32_t first = in.number("a sequence number");
    in.expect(":");
    const std::size_t last_at = in.position();
    const std::uint32_t last = in.number("a sequence number");
    in.expect("(");
    const std::uint32_t length = in.number(65535 - Segment::kIpHeader - Segment::kTcpHeader, "a payload's length");
    in.expect(")");
    if (last != first + length) {
        in.fail_at(last_at, "with " + number(length) + " bytes this ends at " + number(first + length));
    }
    s.seq = initial + first;
    s.payload.length = length;
}

void parse_ack(Scanner& in, Segment& s, SeqNum peer_initial) {
    const std::size_t at = in.position();
    const bool there = in.accept("ack");
    if (there) s.ack = peer_initial + in.number("an acknowledgement number");
    if (there && !s.has(flag::ack)) in.fail_at(at, "an ack needs the flag \".\"");
    if (!there && s.has(flag::ack)) in.fail_at(at, "the flag \".\" needs \"ack N\"");
}

void parse_sack(Scanner& in, Segment& s, SeqNum peer_initial) {
    do {
        if (s.sack.size() == SackBlocks::kMost) in.fail("there is room for four SACK blocks at most");
        const std::uint32_t left = in.number("a sequence number");
        in.expect(":");
        const std::uint32_t right = in.number("a sequence number");
        s.sack.push_back({peer_initial + left, peer_initial + right});
    } while (in.peek() >= '0' && in.peek() <= '9');
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

FastOpenOption parse_fast_open(Scanner& in, FastOpenOption::Kind kind) {
    FastOpenOption o;
    o.kind = kind;
    const std::size_t at = in.position();
    std::size_t digits = 0;
    for (; hex_digit(in.peek()) >= 0; ++digits) {
        const int digit = hex_digit(in.take());
        if (digits >= 2 * std::size_t{FastOpenOption::kMost}) continue;
        o.cookie[digits / 2] = static_cast<std::uint8_t>(o.cookie[digits / 2] * 16 + digit);
    }
    const bool right = digits == 0 || (digits >= 2 * std::size_t{FastOpenOption::kLeast} &&
                                       digits <= 2 * std::size_t{FastOpenOption::kMost} && digits % 4 == 0);
    if (right) {
        o.length = static_cast<std::uint8_t>(digits / 2);
    } else {
        in.fail_at(at, "a Fast Open cookie has 4 to 16 bytes, an even number, in hex");
    }
    in.skip_spaces();
    return o;
}

/// Whether the option was there already; it fails if so, or if it belongs on a SYN and this is none, or conversely.
void check_place(Scanner& in, std::size_t at, bool repeated, bool fits) {
    if (repeated) in.fail_at(at, "this option is there twice");
    if (!fits) in.fail_at(at, "this option does not belong on this segment (RFC 9293, 2018, 7323)");
}

void parse_option(Scanner& in, Segment& s, SeqNum peer_initial) {
    const std::size_t at = in.position();
    const bool syn = s.has(flag::syn);
    if (in.accept("nop") || in.accept("eol")) return;
    if (in.accept("mss")) {
        check_place(in, at, s.mss != 0, syn);
        s.mss = static_cast<std::uint16_t>(in.number(65535, "an MSS"));
        if (s.mss == 0) in.fail_at(at, "an MSS is at least 1");
    } else if (in.accept("sackOK")) {
        check_place(in, at, s.sack_permitted, syn);
        s.sack_permitted = true;
    } else if (in.accept("wscale")) {
        check_place(in, at, s.has_window_scale, syn);
        s.has_window_scale = true;
        s.window_scale = static_cast<std::uint8_t>(in.number(255, "a window scale"));
    } else if (in.accept("TS")) {
        check_place(in, at, s.has_timestamps, true);
        s.has_timestamps = true;
        in.expect("val");
        s.ts_value = in.number("a timestamp");
        in.expect("ecr");
        s.ts_echo = in.number("a timestamp");
    } else if (in.accept("FO")) {
        check_place(in, at, s.sack.has_fast_open(), syn);
        s.set_fast_open(parse_fast_open(in, FastOpenOption::Kind::standard));
    } else if (in.accept("FOEXP")) {
        check_place(in, at, s.sack.has_fast_open(), syn);
        s.set_fast_open(parse_fast_open(in, FastOpenOption::Kind::experimental));
    } else if (in.accept("sack")) {
        check_place(in, at, !s.sack.empty(), !syn);
        parse_sack(in, s, peer_initial);
    } else {
        in.fail("expected an option: mss, sackOK, TS, wscale, sack, FO, FOEXP, nop or eol");
    }
}

void parse_options(Scanner& in, ParsedSegment& parsed, SeqNum peer_initial) {
    const std::size_t at = in.position();
    if (!in.accept("<")) return;
    if (in.accept("...")) {
        parsed.any_options = true;
    } else if (in.peek() != '>') {
        do {
            parse_option(in, parsed.segment, peer_initial);
        } while (in.accept(","));
    }
    in.expect(">");
    if (parsed.segment.options_size() > 40) in.fail_at(at, "options take more than 40 bytes");
    if (parsed.segment.ip_size() > 65535) in.fail_at(at, "the packet is larger than 65535 bytes");
}

}  // namespace

namespace {

/// From the flags to the acknowledgement.
std::string numbers_text(const Segment& segment, InitialNumbers initial) {
    std::string text;
    text += flags_text(segment.flags) + ' ';
    text += relative(segment.seq, initial.sender) + ':';
    text += relative(segment.seq + segment.payload.length, initial.sender);
    text += '(' + number(segment.payload.length) + ')';
    if (segment.has(flag::ack)) text += " ack " + relative(segment.ack, initial.receiver);
    return text;
}

std::string bracketed_options(const Segment& segment, InitialNumbers initial) {
    const std::string options = options_text(segment, initial.receiver);
    return options.empty() ? options : " <" + options + '>';
}

}  // namespace

std::string to_text(const Segment& segment, InitialNumbers initial) {
    std::string text;
    if (segment.ecn != 0) text += '[' + std::string(kEcn[segment.ecn & 3U]) + "] ";
    text += numbers_text(segment, initial) + " win " + number(segment.window);
    return text + bracketed_options(segment, initial);
}

std::string to_text(const ParsedSegment& parsed, InitialNumbers initial) {
    const Segment& s = parsed.segment;
    std::string text;
    if (parsed.either_ect) {
        text += "[ect01] ";
    } else if (!parsed.any_ecn) {
        text += '[' + std::string(kEcn[s.ecn & 3U]) + "] ";
    }
    if (s.source.port != 0) text += number(s.source.port) + " > " + number(s.destination.port) + ' ';
    text += numbers_text(s, initial);
    if (!parsed.any_window) text += " win " + number(s.window);
    return text + (parsed.any_options ? " <...>" : bracketed_options(s, initial));
}

ParsedSegment parse_segment(std::string_view text, InitialNumbers initial) {
    ParsedSegment parsed;
    Scanner in(text);
    parse_ecn(in, parsed);
    parse_ports(in, parsed.segment);
    parse_flags(in, parsed.segment);
    parse_range(in, parsed.segment, initial.sender);
    parse_ack(in, parsed.segment, initial.receiver);
    if (in.accept("win")) {
        parsed.segment.window = static_cast<std::uint16_t>(in.number(65535, "a window"));
    } else {
        parsed.any_window = true;
    }
    parse_options(in, parsed, initial.receiver);
    if (!in.at_end()) in.fail("nothing more was expected here");
    if (in.failed()) {
        parsed = ParsedSegment();
        parsed.error = in.error();
        parsed.column = in.column();
    }
    return parsed;
}

}  // namespace tcplab
