#include "har/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <nlohmann/json.hpp>

#include "scenario/text.hpp"

namespace tcplab::har {

namespace {

using Kind = JsonValue::Kind;

constexpr std::size_t kDeepest = 64;  // containers that are kept; destroying them recurses

/// A pointer that tells how far it came: the parser has no positions of its own to give.
class Counted {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Counted(const char* at, const char** reached) : at_(at), reached_(reached) {}
    reference operator*() const { return *at_; }
    Counted& operator++() {
        *reached_ = ++at_;
        return *this;
    }
    Counted operator++(int) {
        const Counted before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Counted& other) const { return at_ == other.at_; }
    bool operator!=(const Counted& other) const { return at_ != other.at_; }

  private:
    const char* at_;
    const char** reached_;
};

bool is_number_char(char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/// The parser's words without what it was reading, which may be megabytes: "[...] syntax error while parsing value -
/// invalid literal; last read: '...'; expected ...".
std::string plain_message(std::string_view message) {
    constexpr std::string_view dash = " - ", last_read = "; last read: '", expected = "; expected ";
    const std::size_t reason = message.find(dash);
    if (reason == std::string_view::npos) {
        const bool overflow = message.find("number overflow") != std::string_view::npos;
        return overflow ? "a number that is too large" : "this is no JSON text";
    }
    std::string_view rest = message.substr(reason + dash.size());
    const std::size_t cut = rest.find(last_read);
    const std::size_t wish = rest.rfind(expected);
    std::string out(rest.substr(0, std::min(cut, wish)));
    if (wish != std::string_view::npos && (cut == std::string_view::npos || wish > cut)) out += rest.substr(wish);
    return out;
}

/// Makes the tree from the parser's events. Pointers to open containers stay good: a container's vector grows only
/// while none of its items is open.
class Builder {
  public:
    using number_integer_t = nlohmann::json::number_integer_t;
    using number_unsigned_t = nlohmann::json::number_unsigned_t;
    using number_float_t = nlohmann::json::number_float_t;
    using string_t = nlohmann::json::string_t;
    using binary_t = nlohmann::json::binary_t;

    Builder(const char* begin, const char* const* reached, Wanted wanted)
        : begin_(begin), reached_(reached), wanted_(wanted) {}

    bool null() { return scalar(Kind::null); }
    bool boolean(bool flag) {
        if (JsonValue* v = place(Kind::boolean)) v->flag = flag;
        return true;
    }
    bool number_integer(number_integer_t n) { return number(static_cast<double>(n)); }
    bool number_unsigned(number_unsigned_t n) { return number(static_cast<double>(n)); }
    bool number_float(number_float_t n, const string_t& /*written*/) { return number(n); }
    bool string(string_t& text) {
        if (JsonValue* v = place(Kind::string)) {
            if (text.size() > kLongestText) text.resize(whole_characters(text, kLongestText));
            v->text = text;
        }
        return true;
    }
    bool binary(binary_t& /*bytes*/) { return true; }  // of other formats than JSON
    bool start_object(std::size_t /*elements*/) { return open(Kind::object); }
    bool start_array(std::size_t /*elements*/) { return open(Kind::array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(string_t& name) {
        if (skipped_depth_ > 0) return true;
        skip_next_ = !wanted_(name);
        if (!skip_next_) open_.back()->members.push_back({name, {}});
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*token*/, const std::exception& error) {
        message_ = error.what();
        return false;
    }

    std::optional<JsonValue> take() { return std::move(root_); }
    [[nodiscard]] const std::string& message() const { return message_; }

  private:
    /// The value that begins here; nullptr when nobody wants it.
    JsonValue* place(Kind kind) {
        if (skipped_depth_ > 0) return nullptr;
        if (skip_next_) {
            skip_next_ = false;
            return nullptr;
        }
        JsonValue* v = nullptr;
        if (open_.empty()) {
            v = &root_.emplace();
        } else if (open_.back()->kind == Kind::array) {
            v = &open_.back()->items.emplace_back();
        } else {
            v = &open_.back()->members.back().value;
        }
        v->kind = kind;
        v->end = static_cast<std::size_t>(*reached_ - begin_);
        return v;
    }
    bool scalar(Kind kind) {
        place(kind);
        return true;
    }
    bool number(double n) {
        if (JsonValue* v = place(Kind::number)) {
            v->number = n;
            // The parser has read one character more to see that the number ends, unless the text ended.
            if (v->end > 0 && !is_number_char(begin_[v->end - 1])) --v->end;
        }
        return true;
    }
    bool open(Kind kind) {
        const bool skipped = skipped_depth_ > 0 || skip_next_ || open_.size() >= kDeepest;
        if (!skipped) {
            open_.push_back(place(kind));
            return true;
        }
        if (skipped_depth_ == 0) place(Kind::null);
        ++skipped_depth_;
        return true;
    }
    bool close() {
        if (skipped_depth_ > 0) {
            --skipped_depth_;
        } else {
            open_.pop_back();
        }
        return true;
    }
    /// At most `most` bytes, and no character cut.
    static std::size_t whole_characters(const std::string& text, std::size_t most) {
        while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
        return most;
    }

    const char* begin_;
    const char* const* reached_;
    Wanted wanted_;
    std::optional<JsonValue> root_;
    std::vector<JsonValue*> open_;
    std::size_t skipped_depth_ = 0;  // open containers that are forgotten
    bool skip_next_ = false;         // the value of a member that is not wanted
    std::string message_;
};

/// The value of four hexadecimal digits of a \u escape at `at`; nothing when it is none.
std::optional<unsigned> escape_at(std::string_view text, std::size_t at) {
    if (text.substr(at, 2) != "\\u" || at + 6 > text.size()) return std::nullopt;
    unsigned code = 0;
    for (const char c : text.substr(at + 2, 4)) {
        const bool digit = c >= '0' && c <= '9';
        const bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        if (!digit && !letter) return std::nullopt;
        code = code * 16 + static_cast<unsigned>(digit ? c - '0' : (c & ~0x20) - 'A' + 10);
    }
    return code;
}

/// Where the token stands that the parser complains of, having read up to `reached`.
std::size_t error_offset(std::string_view message, std::string_view text, std::size_t reached) {
    const auto says = [message](std::string_view words) { return message.find(words) != std::string_view::npos; };
    if (reached == 0 || says("unexpected end of input") || says("missing closing quote")) return reached;
    JsonValue token;
    token.end = reached;
    if (says("unexpected number")) {
        token.kind = Kind::number;
        if (!is_number_char(text[reached - 1])) --token.end;
    } else if (says("unexpected string")) {
        token.kind = Kind::string;
    } else if (says("unexpected true") || says("unexpected false")) {
        token.kind = Kind::boolean;
        token.flag = says("unexpected true");
    } else if (!says("unexpected null")) {
        return reached - 1;  // a character
    }
    return extent_of(token, text).offset;
}

bool is_high(unsigned code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low(unsigned code) { return code >= 0xdc00 && code < 0xe000; }

/// Where escapes of surrogates stand without their other half.
std::vector<std::size_t> lone_surrogates(std::string_view text) {
    std::vector<std::size_t> found;
    for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const std::optional<unsigned> code = escape_at(text, at);
        if (!code) {
            at += 2;
        } else if (is_high(*code) && is_low(escape_at(text, at + 6).value_or(0))) {
            at += 12;
        } else {
            if (is_high(*code) || is_low(*code)) found.push_back(at);
            at += 6;
        }
    }
    return found;
}

}  // namespace

ParsedJson parse_json(std::string_view text, Wanted wanted) {
    std::string mended;  // of the same length, so that positions hold
    const std::vector<std::size_t> lone = lone_surrogates(text);
    if (!lone.empty()) {
        mended = text;
        for (const std::size_t at : lone) mended.replace(at, 6, "\\ufffd");
        text = mended;
    }
    const char* begin = text.data();
    const char* end = begin + text.size();
    const char* reached = begin;
    Builder builder(begin, &reached, wanted);
    ParsedJson parsed;
    if (nlohmann::json::sax_parse(Counted(begin, &reached), Counted(end, &reached), &builder)) {
        parsed.value = builder.take();
        return parsed;
    }
    const std::string message = plain_message(builder.message());
    parsed.error = {error_offset(message, text, static_cast<std::size_t>(reached - begin)), "not JSON: " + message};
    return parsed;
}

const JsonValue* find(const JsonValue& object, std::string_view key) {
    const auto found = std::find_if(object.members.rbegin(), object.members.rend(),
                                    [key](const JsonMember& m) { return m.key == key; });
    if (found == object.members.rend() || found->value.kind == Kind::null) return nullptr;
    return &found->value;
}

Extent extent_of(const JsonValue& value, std::string_view text) {
    const std::size_t end = std::min(value.end, text.size());
    std::size_t begin = end > 0 ? end - 1 : 0;
    switch (value.kind) {
        case Kind::array:
        case Kind::object: break;
        case Kind::null:
        case Kind::boolean: begin = end - (value.kind == Kind::boolean && !value.flag ? 5 : 4); break;
        case Kind::number:
            while (begin > 0 && is_number_char(text[begin - 1])) --begin;
            break;
        case Kind::string:
            // Quotes inside are escaped: an odd number of backslashes stands before them.
            for (bool escaped = true; escaped && begin > 0;) {
                begin = text.rfind('"', begin - 1);
                const std::size_t other = text.substr(0, begin).find_last_not_of('\\');
                escaped = (begin - (other + 1)) % 2 == 1;
            }
            break;
    }
    return {begin, std::max<std::size_t>(end - begin, 1)};
}

std::string found_text(const JsonValue& value) {
    switch (value.kind) {
        case Kind::null: return "null";
        case Kind::boolean: return value.flag ? "true" : "false";
        case Kind::number: return fmt::format("the number {}", value.number);
        case Kind::string: return cited(value.text);
        case Kind::array: return "a list";
        case Kind::object: return "an object";
    }
    return "";
}

}  // namespace tcplab::har
