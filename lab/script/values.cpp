#include "script/values.hpp"

#include <fmt/format.h>

#include <charconv>

#include "scenario/text.hpp"

namespace tcplab::script {

namespace {

constexpr unsigned kDeepest = 16;

Value read_value_within(Cursor& in, unsigned depth);

std::vector<Value> read_list(Cursor& in, std::string_view close, unsigned depth) {
    std::vector<Value> items;
    if (in.accept(close)) return items;
    do {
        items.push_back(read_value_within(in, depth));
    } while (in.accept(","));
    in.expect(close, fmt::format("\",\" or \"{}\"", close));
    return items;
}

/// "{onoff=1, linger=0}"; a field may have something in parentheses behind its name: msg_iov(1)=[...].
std::vector<Value> read_fields(Cursor& in, unsigned depth) {
    std::vector<Value> items;
    do {
        const std::size_t begin = in.at();
        const std::string name(in.word());
        in.skip_space();
        if (!name.empty()) skip_note(in);
        if (!name.empty() && in.accept("=")) {
            items.push_back(read_value_within(in, depth));
            items.back().name = name;
        } else {
            in.move_to(begin);
            items.push_back(read_value_within(in, depth));
        }
    } while (in.accept(","));
    in.expect("}", "\",\" or \"}\"");
    return items;
}

Value read_word(Cursor& in, unsigned depth) {
    Value v;
    v.kind = Value::Kind::word;
    v.text = std::string(in.word());
    const auto defined = in.defines().find(v.text);
    if (defined != in.defines().end()) {
        v.text = defined->second;
        const auto [stop, error] = std::from_chars(v.text.data(), v.text.data() + v.text.size(), v.number);
        v.has_number = error == std::errc() && stop == v.text.data() + v.text.size();
    }
    if (const auto number = constant(v.text)) {
        v.number = *number;
        v.has_number = true;
    }
    in.skip_space();
    if (in.accept("(")) v.items = read_list(in, ")", depth);
    return v;
}

Value read_simple(Cursor& in, unsigned depth) {
    if (depth > kDeepest) in.fail("this is nested too deeply");
    Value v;
    const char c = in.peek();
    if (in.accept("...")) return v;
    if (is_digit(c) || c == '-' || c == '+') {
        v.kind = Value::Kind::number;
        v.number = in.number();
        v.has_number = true;
    } else if (c == '"') {
        v.kind = Value::Kind::text;
        v.text = in.quoted();
    } else if (in.accept("[")) {
        v.kind = Value::Kind::list;
        v.items = read_list(in, "]", depth + 1);
    } else if (in.accept("{")) {
        v.kind = Value::Kind::record;
        v.items = read_fields(in, depth + 1);
    } else if (is_word_character(c)) {
        v = read_word(in, depth + 1);
    } else {
        in.fail("expected an argument: a number, a name, \"text\", [list], {fields} or \"...\"");
    }
    in.skip_space();
    return v;
}

Value read_value_within(Cursor& in, unsigned depth) {
    const std::size_t begin = in.at();
    Value v = read_simple(in, depth);
    v.mark = in.source().mark(begin, std::max<std::size_t>(in.at(), begin + 1) - begin);
    while (in.accept("|")) {
        const Value more = read_simple(in, depth);
        if (!v.has_number || !more.has_number) {
            Cursor::fail_at(begin, in.at() - begin, "only numbers and known constants can be joined by \"|\"");
        }
        v.number |= more.number;
    }
    return v;
}

}  // namespace

Value read_value(Cursor& in) { return read_value_within(in, 0); }

std::vector<Value> read_arguments(Cursor& in) {
    in.expect("(", "\"(\"");
    return read_list(in, ")", 0);
}

void skip_note(Cursor& in) {
    if (in.peek() != '(') return;
    const std::size_t begin = in.at();
    unsigned open = 0;
    do {
        if (in.at_end()) Cursor::fail_at(begin, 1, "this note has no end");
        if (in.peek() == '(') ++open;
        if (in.peek() == ')') --open;
        in.move_to(in.at() + 1);
    } while (open > 0);
    in.skip_space();
}

}  // namespace tcplab::script
