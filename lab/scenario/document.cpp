#include "scenario/document.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <exception>
#include <sstream>

#include "scenario/text.hpp"

namespace tcplab {

namespace {

constexpr std::size_t kDeepestBrackets = 32;
constexpr std::size_t kDeepestKey = 16;

/// Where the text leaves what TOML and this reader allow, before the parser sees it. Its recursion, and ours, is as
/// deep as the text's nesting, so that is limited here.
class Prescan {
  public:
    Prescan(std::string_view text, Diagnostics& out) : text_(text), out_(out) {}

    bool good() {
        while (at_ < text_.size()) {
            if (!step()) return false;
        }
        return true;
    }

  private:
    bool fail(std::string message, std::string hint = {}) {
        out_.add({0, line_, column_, 1}, std::move(message), std::move(hint));
        return false;
    }

    bool step() {
        const Character c = character_at(text_, at_);
        if (!c.valid) return fail("this is not UTF-8 text", "save the file as UTF-8");
        if (c.code == 0) return fail("a NUL byte: this is not a text file");
        if (!(quote_ != 0 ? inside_string(c) : outside(c))) return false;
        advance(c);
        return true;
    }

    void advance(const Character& c) {
        at_ += c.bytes;
        ++column_;
        if (c.code == '\n') {
            ++line_;
            column_ = 1;
            comment_ = false;
            blank_line_ = true;
        }
    }

    bool inside_string(const Character& c) {
        const bool escape = quote_ == '"' && c.code == '\\' && at_ + 1 < text_.size();
        if (escape && !continuation_is_good()) return false;
        if (escape && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\')) {
            advance(c);  // the escaped character ends nothing
        } else if (long_string_ && text_.substr(at_, 3) == std::string(3, quote_)) {
            std::size_t quotes = 3;  // up to two more belong to the text
            while (quotes < 5 && text_.substr(at_ + quotes, 1) == std::string(1, quote_)) ++quotes;
            skip(quotes - 1);
            quote_ = 0;
        } else if (!long_string_ && (c.code == '\n' || c.code == static_cast<unsigned char>(quote_))) {
            quote_ = 0;
        }
        return true;
    }

    /// A backslash before letters beyond ASCII, or before blanks and these: the parser asks whether they are blanks,
    /// and its tables have no answer.
    bool continuation_is_good() {
        const std::size_t next = text_.find_first_not_of(" \t\r\n", at_ + 1);
        const bool good = next == std::string_view::npos || is_ascii(text_[next]);
        return good || fail("not TOML: a backslash before letters beyond ASCII");
    }

    static bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

    void skip(std::size_t characters) {
        at_ += characters;
        column_ += static_cast<std::uint32_t>(characters);
    }

    /// The parser takes for granted that a key begins a table's header.
    bool header_is_good() {
        std::size_t next = at_ + 1;
        if (text_.substr(next, 1) == "[") ++next;
        next = text_.find_first_not_of(" \t", next);
        const char c = next == std::string_view::npos ? '\n' : text_[next];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '"' || c == '\'') return true;
        return fail("not TOML: expected a table's name", "[link]");
    }

    bool outside(const Character& c) {
        if (comment_) return true;
        constexpr std::uint32_t byte_order_mark = 0xfeff;
        if (c.code >= 0x80 && !(c.code == byte_order_mark && at_ == 0)) {
            const std::string_view letter = text_.substr(at_, c.bytes);
            return fail(fmt::format("not TOML: {} outside quotes", cited(letter)), "quotes are straight: \"100 ms\"");
        }
        if (c.code == '[' && blank_line_ && open_.empty() && !header_is_good()) return false;
        if (c.code != ' ' && c.code != '\t') blank_line_ = false;
        switch (c.code) {
            case '#': comment_ = true; return true;
            case '"':
            case '\'': open_string(static_cast<char>(c.code)); return true;
            case '[':
            case '{':
                dots_ = 0;
                open_ += static_cast<char>(c.code);
                return open_.size() <= kDeepestBrackets || fail("brackets are nested too deeply");
            case ']': return close('[', "']' closes no '['");
            case '}': return close('{', "'}' closes no '{'");
            case '.':
                if (++dots_ > kDeepestKey) return fail("a key of too many parts");
                return true;
            case '=':
            case ',':
            case '\n': dots_ = 0; return true;
            default: return true;
        }
    }

    /// The parser takes for granted that no value begins with a bracket that closes another kind.
    bool close(char opening, std::string_view otherwise) {
        if (open_.empty() || open_.back() != opening) return fail(fmt::format("not TOML: {}", otherwise));
        open_.pop_back();
        return true;
    }

    void open_string(char quote) {
        quote_ = quote;
        long_string_ = text_.substr(at_, 3) == std::string(3, quote);
        if (long_string_) skip(2);
    }

    std::string_view text_;
    Diagnostics& out_;
    std::size_t at_ = 0;
    std::uint32_t line_ = 1, column_ = 1;
    char quote_ = 0;  // of the string we are in; 0: none
    bool long_string_ = false;
    bool comment_ = false;
    bool blank_line_ = true;  // so far
    std::string open_;        // brackets
    std::size_t dots_ = 0;
};

/// The text's lines, for what a value looks like in the source.
class Lines {
  public:
    explicit Lines(std::string_view text) : text_(text) {
        starts_.push_back(0);
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') starts_.push_back(i + 1);
        }
    }
    [[nodiscard]] std::string_view line(std::uint32_t number) const {
        if (number == 0 || number > starts_.size()) return {};
        const std::size_t from = starts_[number - 1];
        return text_.substr(from, text_.find('\n', from) - from);
    }
    /// The characters that a mark covers; empty when they stand too far to the right to be worth a search.
    [[nodiscard]] std::string_view covered(const Mark& mark) const {
        constexpr std::uint32_t rightmost = 2000;
        if (mark.column > rightmost || mark.length > rightmost) return {};
        const std::string_view whole = line(mark.line);
        const std::size_t from = skip(whole, 0, mark.column - 1);
        return whole.substr(from, skip(whole, from, mark.length) - from);
    }

  private:
    static std::size_t skip(std::string_view text, std::size_t at, std::uint32_t characters) {
        for (; characters > 0 && at < text.size(); --characters) at += character_at(text, at).bytes;
        return std::min(at, text.size());
    }
    std::string_view text_;
    std::vector<std::size_t> starts_;
};

Mark mark_of(const toml::source_region& region) {
    Mark m{0, region.begin.line, region.begin.column, 1};
    if (region.end.line == region.begin.line && region.end.column > region.begin.column) {
        m.length = region.end.column - region.begin.column;
    } else if (region.end.line > region.begin.line) {
        m.length = 1;  // it goes on in the next lines
    }
    return m;
}

Node node_of(const toml::node& from, const Lines& lines);

void fill_table(Node& to, const toml::table& from, const Lines& lines) {
    to.kind = Node::Kind::table;
    for (auto&& [key, value] : from) {
        to.members.push_back({std::string(key.str()), mark_of(key.source()), node_of(value, lines)});
    }
}

Node node_of(const toml::node& from, const Lines& lines) {
    Node to;
    to.mark = mark_of(from.source());
    if (const auto* table = from.as_table()) {
        fill_table(to, *table, lines);
        return to;
    }
    to.written = lines.covered(to.mark);
    if (const auto* array = from.as_array()) {
        to.kind = Node::Kind::array;
        for (const toml::node& item : *array) to.items.push_back(node_of(item, lines));
    } else if (const auto* text = from.as_string()) {
        to.kind = Node::Kind::string;
        to.text = text->get();
    } else if (const auto* integer = from.as_integer()) {
        to.kind = Node::Kind::integer;
        to.integer = integer->get();
    } else if (const auto* real = from.as_floating_point()) {
        to.kind = Node::Kind::real;
        to.real = real->get();
    } else if (const auto* flag = from.as_boolean()) {
        to.kind = Node::Kind::boolean;
        to.flag = flag->get();
    } else {
        to.kind = Node::Kind::date;
    }
    return to;
}

/// The parser's words without its preamble: "Error while parsing string: ...".
std::string_view plain_description(std::string_view description) {
    constexpr std::string_view preamble = "Error while parsing ";
    if (description.substr(0, preamble.size()) != preamble) return description;
    const std::size_t colon = description.find(": ");
    return colon == std::string_view::npos ? description : description.substr(colon + 2);
}

/// A line or the file ends inside of a string. The parser calls the one a control character.
bool lacks_quote(const toml::parse_error& error, std::string_view there) {
    const std::string_view description = error.description();
    const bool in_string = description.find("string: ") != std::string_view::npos;
    const bool at_control = description.find("control characters") != std::string_view::npos;
    const bool at_end = description.find("end-of-file") != std::string_view::npos;
    return in_string && (at_end || (at_control && trimmed(there).empty()));
}

/// Most broken files have a quantity without quotes: delayed_ack = 40 ms.
std::string quotes_hint(std::string_view line) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) return {};
    std::string_view value = line.substr(equals + 1);
    value = trimmed(value.substr(0, value.find('#')));
    const bool bare = value.find_first_of("\"'[]{},=") == std::string_view::npos &&
                      value.find_first_of("abcdefghijklmnopqrstuvwxyzBGKMT%") != std::string_view::npos;
    return bare ? fmt::format("text stands in quotes: {}", cited(value)) : std::string();
}

void report(const toml::parse_error& error, const Lines& lines, Diagnostics& out) {
    Mark mark = mark_of(error.source());
    mark.line = std::max(mark.line, 1U);
    mark.column = std::max(mark.column, 1U);
    const bool unclosed = lacks_quote(error, lines.covered(mark));
    out.add(
        mark,
        fmt::format("not TOML: {}", unclosed ? "the closing quote is missing" : plain_description(error.description())),
        quotes_hint(lines.line(mark.line)));
}

void set_option(Node& node, std::uint32_t option) {
    node.mark = {option, 0, 0, 1};
    for (Node& item : node.items) set_option(item, option);
    for (Member& member : node.members) {
        member.mark = {option, 0, 0, 1};
        set_option(member.value, option);
    }
}

Node bare_string(std::string_view text, std::uint32_t option) {
    Node node;
    node.kind = Node::Kind::string;
    node.text = node.written = text;
    set_option(node, option);
    return node;
}

}  // namespace

const Member* find(const Node& table, std::string_view key) {
    const auto found =
        std::find_if(table.members.begin(), table.members.end(), [key](const Member& m) { return m.key == key; });
    return found == table.members.end() ? nullptr : &*found;
}

std::optional<Node> parse_document(std::string_view text, Diagnostics& out) {
    if (!Prescan(text, out).good()) return std::nullopt;
    const Lines lines(text);
    try {
        const toml::table table = toml::parse(text);
        Node root;
        fill_table(root, table, lines);
        return root;
    } catch (const toml::parse_error& error) {
        report(error, lines, out);
    } catch (const std::exception& error) {
        out.add({}, fmt::format("not TOML: {}", error.what()));
    }
    return std::nullopt;
}

std::optional<Node> parse_option_value(std::string_view text, std::uint32_t option, Diagnostics& out) {
    const std::string_view value = trimmed(text);
    const bool structured = !value.empty() && std::string_view("[{\"'").find(value[0]) != std::string_view::npos;
    Diagnostics broken;
    std::optional<Node> root = parse_document(fmt::format("v = {}\n", value), broken);
    if (root && root->members.size() == 1 && root->members[0].key == "v") {
        Node node = std::move(root->members[0].value);
        set_option(node, option);
        if (node.written.empty()) node.written = value;
        return node;
    }
    if (!structured) return bare_string(value, option);
    out.add({option, 0, 0, 1}, broken.empty() ? "more than one value" : broken.list().front().message);
    return std::nullopt;
}

}  // namespace tcplab
