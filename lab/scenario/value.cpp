#include "scenario/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "http/message.hpp"
#include "scenario/field.hpp"
#include "scenario/packet_rule.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

/// Reads one value; a member per way of writing one.
class ValueReader {
  public:
    ValueReader(const Table& table, const Key& key, Diagnostics& out) : table_(table), key_(key), out_(out) {}

    std::optional<Value> read(const Node& node);

  private:
    using Read = std::optional<Value>;

    std::nullopt_t fail(const Node& node, std::string_view message, std::string hint = {}) {
        out_.add(node.mark, fmt::format("{}: {}", subject(table_, key_), message), std::move(hint));
        return std::nullopt;
    }
    std::nullopt_t mismatch(const Node& node, std::string hint = {}) {
        return fail(node, fmt::format("expected {}, found {}", expected_text(key_), found_text(node)), std::move(hint));
    }

    std::optional<std::string> text_of(const Node& node) const;
    Read text(const Node& node);
    Read texts(const Node& node, bool one_is_fine);
    Read headers(const Node& node);
    Read choice(const Node& node);
    Read flag(const Node& node);
    Read count(const Node& node);
    Read quantity(const Node& node, Measure measure);
    Read in_range(const Node& node, std::uint64_t number, Measure measure);
    Read queue(const Node& node);
    Read sizes(const Node& node);
    Read ports(const Node& node);
    Read rules(const Node& node);
    Read linger(const Node& node);
    Read arrival(const Node& node);
    Read url(const Node& node);
    Read host_name(const Node& node);
    Read cancel_after(const Node& node);
    Read close_after(const Node& node);

    const Table& table_;
    const Key& key_;
    Diagnostics& out_;
};

std::optional<std::string> ValueReader::text_of(const Node& node) const {
    if (node.kind == Node::Kind::string) return node.text;
    // On the command line 1.1 is meant as text where text is due.
    const bool scalar = node.kind != Node::Kind::array && node.kind != Node::Kind::table;
    if (node.mark.option != 0 && scalar) return node.written;
    return std::nullopt;
}

ValueReader::Read ValueReader::text(const Node& node) {
    Value v;
    const std::optional<std::string> text = text_of(node);
    if (!text) return mismatch(node);
    v.text = *text;
    const bool control = std::any_of(v.text.begin(), v.text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (control) return fail(node, "has a control character");
    return v;
}

ValueReader::Read ValueReader::texts(const Node& node, bool one_is_fine) {
    Value v;
    if (one_is_fine) {
        if (const auto one = text_of(node)) {
            v.texts.push_back(*one);
            return v;
        }
    }
    if (node.kind != Node::Kind::array) return mismatch(node);
    for (const Node& item : node.items) {
        if (item.kind != Node::Kind::string) return mismatch(item);
        v.texts.push_back(item.text);
    }
    v.number = v.texts.size();
    return v;
}

ValueReader::Read ValueReader::headers(const Node& node) {
    Read v = texts(node, false);
    if (!v) return v;
    for (const Node& item : node.items) {
        MessageHead head;
        const std::string request = fmt::format("GET / HTTP/1.1\r\n{}\r\n\r\n", item.text);
        const bool one_line = item.text.find_first_of("\r\n") == std::string::npos;
        if (!one_line || parse_request_head(request, head) != MessageError::none) {
            return fail(item, fmt::format("{} is no header line", cited(item.text)), "such as \"Accept: text/html\"");
        }
        if (head.has_host || head.content_length || head.chunked) {
            return fail(item, fmt::format("{} is what the browser says itself", cited(item.text)), "leave it out");
        }
    }
    return v;
}

ValueReader::Read ValueReader::choice(const Node& node) {
    std::optional<std::string> text = text_of(node);
    if (node.kind == Node::Kind::boolean) text = node.flag ? "true" : "false";
    if (!text) return mismatch(node);
    const std::vector<std::string_view> words = split(key_.choices);
    const auto found = std::find(words.begin(), words.end(), *text);
    if (found == words.end()) return mismatch(node, did_you_mean(*text, words));
    Value v;
    v.text = *text;
    v.number = static_cast<std::uint64_t>(found - words.begin());
    return v;
}

ValueReader::Read ValueReader::flag(const Node& node) {
    if (node.kind != Node::Kind::boolean) {
        const bool in_quotes = node.kind == Node::Kind::string && (node.text == "true" || node.text == "false");
        return mismatch(node, in_quotes ? "without the quotes" : "");
    }
    Value v;
    v.number = node.flag ? 1 : 0;
    return v;
}

ValueReader::Read ValueReader::in_range(const Node& node, std::uint64_t number, Measure measure) {
    if (number < key_.min || number > key_.max) {
        const std::string most = format_quantity(key_.max, measure);
        const std::string range = key_.min == 0
                                      ? fmt::format("at most {}", most)
                                      : fmt::format("from {} to {}", format_quantity(key_.min, measure), most);
        const bool zero_rate = measure == Measure::rate && number == 0;
        return fail(node, fmt::format("must be {}, found {}", range, found_text(node)),
                    zero_rate ? "leave the key out for no limit" : "");
    }
    Value v;
    v.number = number;
    if (measure == Measure::percent) v.real = static_cast<double>(number) / static_cast<double>(kWhole);
    return v;
}

ValueReader::Read ValueReader::count(const Node& node) {
    if (node.kind != Node::Kind::integer) {
        const bool in_quotes = node.kind == Node::Kind::string && whole_number(node.text);
        return mismatch(node, in_quotes ? "without the quotes" : "");
    }
    if (node.integer < 0) {
        return fail(node, fmt::format("must be from {} to {}, found {}", key_.min, key_.max, found_text(node)));
    }
    return in_range(node, static_cast<std::uint64_t>(node.integer), Measure::plain);
}

ValueReader::Read ValueReader::quantity(const Node& node, Measure measure) {
    std::string text = node.text;
    if (node.kind != Node::Kind::string) {
        const bool zero_option = node.mark.option != 0 && node.kind == Node::Kind::integer && node.integer == 0;
        if (!zero_option) return mismatch(node);
        text = "0";
    }
    const Quantity q = parse_quantity(text, measure);
    switch (q.error) {
        case QuantityError::none: return in_range(node, q.value, measure);
        case QuantityError::not_a_number: return mismatch(node);
        case QuantityError::no_unit:
        case QuantityError::unknown_unit: return mismatch(node, fmt::format("units: {}", units_of(measure)));
        case QuantityError::negative:
        case QuantityError::too_large:
            return fail(node, fmt::format("must be from {} to {}, found {}", format_quantity(key_.min, measure),
                                          format_quantity(key_.max, measure), found_text(node)));
        case QuantityError::too_fine:
            return fail(node, fmt::format("{} is finer than {}", found_text(node),
                                          measure == Measure::percent ? "can be told" : format_quantity(1, measure)));
    }
    return std::nullopt;
}

ValueReader::Read ValueReader::queue(const Node& node) {
    if (node.kind == Node::Kind::string) {
        const Quantity packets = parse_quantity(node.text, Measure::packets);
        if (packets.error != QuantityError::not_a_number && !packets.unit.empty() &&
            packets.error != QuantityError::unknown_unit) {
            Read v = quantity(node, Measure::packets);
            if (v) v->text = "packets";
            return v;
        }
        const Quantity bytes = parse_quantity(node.text, Measure::size);
        if (bytes.error != QuantityError::not_a_number && bytes.error != QuantityError::no_unit &&
            bytes.error != QuantityError::unknown_unit) {
            Read v = quantity(node, Measure::size);
            if (v && bytes.unit.empty()) v->text = "packets";  // "0": no packet waits
            return v;
        }
        return mismatch(node, fmt::format("units: packets, {}", units_of(Measure::size)));
    }
    return mismatch(node);
}

ValueReader::Read ValueReader::sizes(const Node& node) {
    if (node.kind != Node::Kind::array) return mismatch(node);
    if (node.items.empty()) return fail(node, "the list is empty");
    Value v;
    bool good = true;
    for (const Node& item : node.items) {
        const Read one = quantity(item, Measure::size);
        good = good && one.has_value();
        if (one) v.numbers.push_back(one->number);
    }
    return good ? Read(v) : std::nullopt;
}

ValueReader::Read ValueReader::ports(const Node& node) {
    if (node.kind != Node::Kind::array || node.items.size() != 2) return mismatch(node);
    const Read first = count(node.items[0]);
    const Read last = count(node.items[1]);
    if (!first || !last) return std::nullopt;
    if (first->number > last->number) {
        return fail(node, fmt::format("{} lies above {}", first->number, last->number),
                    fmt::format("[{}, {}]", last->number, first->number));
    }
    Value v;
    v.number = first->number;
    v.second = last->number;
    return v;
}

ValueReader::Read ValueReader::rules(const Node& node) {
    if (node.kind != Node::Kind::array) return mismatch(node);
    Value v;
    bool good = true;
    for (const Node& item : node.items) {
        ReadRule read;
        if (item.kind == Node::Kind::string) {
            read = key_.type == Type::holds ? read_hold_rule(item.text, key_.max) : read_packet_rule(item.text);
        }
        good = good && read.rule.has_value();
        if (!read.rule && read.problem.empty()) mismatch(item, std::move(read.hint));
        if (!read.rule && !read.problem.empty()) fail(item, fmt::format("{}: {}", cited(item.text), read.problem));
        if (!read.rule) continue;
        v.drops.push_back(read.rule->packets);
        v.holds.push_back(*read.rule);
    }
    v.number = v.drops.size();
    return good ? Read(v) : std::nullopt;
}

ValueReader::Read ValueReader::linger(const Node& node) {
    if (node.kind == Node::Kind::string && node.text == "off") {
        Value v;
        v.text = "off";
        return v;
    }
    return quantity(node, Measure::duration);
}

ValueReader::Read ValueReader::arrival(const Node& node) {
    const std::optional<std::string> text = text_of(node);
    if (!text) return mismatch(node);
    Value v;
    constexpr std::string_view every = "every ", poisson = "poisson ";
    if (*text == "all at once") return v;
    if (text->rfind(every, 0) == 0) {
        Node rest = node;
        rest.kind = Node::Kind::string;
        rest.text = text->substr(every.size());
        Read read = quantity(rest, Measure::duration);
        if (read) read->second = static_cast<std::uint64_t>(ArrivalKind::every);
        return read;
    }
    const std::size_t slash = text->find("/s");
    if (text->rfind(poisson, 0) == 0 && slash != std::string::npos && slash + 2 == text->size()) {
        const std::string number(trimmed(std::string_view(*text).substr(poisson.size(), slash - poisson.size())));
        const char* end = number.data() + number.size();
        const auto [rest, error] = std::from_chars(number.data(), end, v.real, std::chars_format::fixed);
        constexpr double most = 1e9;
        if (error == std::errc{} && rest == end && v.real > 0 && v.real <= most) {
            v.second = static_cast<std::uint64_t>(ArrivalKind::poisson);
            return v;
        }
    }
    return mismatch(node);
}

bool is_host_name(std::string_view text) {
    constexpr std::size_t longest = 253;  // RFC 1035 2.3.4, as text
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_';
    };
    return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

/// A URL without a port has the number 0; one of https has 1 as its second number.
ValueReader::Read ValueReader::url(const Node& node) {
    const std::optional<std::string> text = text_of(node);
    if (!text) return mismatch(node);
    constexpr std::string_view http = "http://", https = "https://";
    std::string_view rest = *text;
    Value v;
    v.second = rest.substr(0, https.size()) == https ? 1 : 0;
    const std::string_view scheme = v.second != 0 ? https : http;
    if (rest.substr(0, scheme.size()) != scheme) return mismatch(node);
    rest.remove_prefix(scheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view path = rest.substr(slash);
    std::string_view host = rest.substr(0, slash);
    if (host.substr(0, 1) == "[") return fail(node, "there is no IPv6 here", "write a host's name");
    if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
        const auto port = whole_number(host.substr(colon + 1));
        if (!port || *port == 0 || *port > 65'535) return fail(node, "the port must be from 1 to 65535");
        v.number = *port;
        host = host.substr(0, colon);
    }
    if (!is_host_name(host)) return mismatch(node);
    if (!std::all_of(path.begin(), path.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
        return fail(node, "the path may not have blanks or letters beyond ASCII", "write them as %XX");
    }
    v.texts = {std::string(host), path.empty() ? "/" : std::string(path)};
    return v;
}

ValueReader::Read ValueReader::host_name(const Node& node) {
    const std::optional<std::string> text = text_of(node);
    if (!text) return mismatch(node);
    if (!is_host_name(*text)) return mismatch(node, "letters, digits, '-', '_' and '.', at most 253");
    Value v;
    v.text = *text;
    return v;
}

/// Whether the text is a number in a unit of that measure, in range or not.
bool is_quantity(std::string_view text, Measure measure) {
    const QuantityError error = parse_quantity(text, measure).error;
    return error != QuantityError::not_a_number && error != QuantityError::no_unit &&
           error != QuantityError::unknown_unit;
}

/// The value's text says what its number counts: "time" or "bytes"; or it is "never".
ValueReader::Read ValueReader::cancel_after(const Node& node) {
    if (node.kind != Node::Kind::string) return mismatch(node);
    Value v;
    v.text = node.text;
    if (v.text == "never") return v;
    const bool time = is_quantity(node.text, Measure::duration);
    if (!time && !is_quantity(node.text, Measure::size)) return mismatch(node);
    Read read = quantity(node, time ? Measure::duration : Measure::size);
    if (read) read->text = time ? "time" : "bytes";
    return read;
}

/// The same; "responses", "bytes", "header" or "never".
ValueReader::Read ValueReader::close_after(const Node& node) {
    if (node.kind != Node::Kind::string) return mismatch(node);
    Value v;
    v.text = node.text;
    if (v.text == "never" || v.text == "header") return v;
    const std::size_t word = node.text.find("response");
    if (word == std::string::npos) {
        if (!is_quantity(node.text, Measure::size)) return mismatch(node);
        Read read = quantity(node, Measure::size);
        if (read) read->text = "bytes";
        return read;
    }
    const auto number = whole_number(trimmed(std::string_view(node.text).substr(0, word)));
    const std::string_view unit = std::string_view(node.text).substr(word);
    constexpr std::uint64_t most = 1'000'000'000;
    if (!number || (unit != "response" && unit != "responses")) return mismatch(node);
    if (*number < 1 || *number > most) return fail(node, fmt::format("must be from 1 to {} responses", most));
    v.text = "responses";
    v.number = *number;
    return v;
}

std::optional<Value> ValueReader::read(const Node& node) {
    switch (key_.type) {
        case Type::duration: return quantity(node, Measure::duration);
        case Type::rate: return quantity(node, Measure::rate);
        case Type::size: return quantity(node, Measure::size);
        case Type::percent: return quantity(node, Measure::percent);
        case Type::count: return count(node);
        case Type::flag: return flag(node);
        case Type::choice: return choice(node);
        case Type::text:
        case Type::trace:
        case Type::recording: return text(node);
        case Type::texts: return texts(node, false);
        case Type::names: return texts(node, true);
        case Type::headers: return headers(node);
        case Type::url: return url(node);
        case Type::host_name: return host_name(node);
        case Type::cancel_after: return cancel_after(node);
        case Type::close_after: return close_after(node);
        case Type::queue: return queue(node);
        case Type::drops:
        case Type::holds: return rules(node);
        case Type::ports: return ports(node);
        case Type::linger: return linger(node);
        case Type::arrival: return arrival(node);
        case Type::sizes: return sizes(node);
        case Type::body_size: {
            if (node.kind != Node::Kind::string || node.text != "endless") return quantity(node, Measure::size);
            Value v;
            v.text = "endless";
            return v;
        }
        case Type::objects:
        case Type::entries:
        case Type::tables: break;
    }
    return std::nullopt;
}

}  // namespace

std::optional<Value> read_value(const Table& table, const Key& key, const Node& node, Diagnostics& out) {
    return ValueReader(table, key, out).read(node);
}

}  // namespace tcplab
