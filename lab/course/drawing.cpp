#include "course/drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/address.hpp"
#include "course/units.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

/// FNV-1a, mixed: neighbouring IDs have nothing in common.
std::uint64_t number_of(std::string_view student, std::string_view exercise, std::string_view purpose) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const std::string_view part : {student, exercise, purpose}) {
        for (const char c : part) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        hash = (hash ^ 0x1fU) * 0x100000001b3ULL;  // between the parts
    }
    return mix64(hash);
}

/// Combining marks and the parts of Hangul syllables: the same letters could be written in two ways.
bool is_part_of_letter(std::uint32_t code) {
    return (code >= 0x300 && code <= 0x36f) || (code >= 0x1100 && code <= 0x11ff) ||
           (code >= 0xa960 && code <= 0xa97f) || (code >= 0xd7b0 && code <= 0xd7ff);
}

/// Blanks other than the usual one, and what has no width: nobody sees them, and who has one is somebody else.
bool is_invisible(std::uint32_t code) {
    constexpr std::array<std::uint32_t, 6> single{0xa0, 0xad, 0x1680, 0x202f, 0x3000, 0xfeff};
    return (code >= 0x2000 && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x205f && code <= 0x206f) || std::find(single.begin(), single.end(), code) != single.end();
}

/// The question's choices, shuffled (Fisher and Yates).
std::vector<std::size_t> order_of(const Question& question, const std::string& student, const std::string& exercise) {
    std::vector<std::size_t> order(question.choices.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::uint64_t random = number_of(student, exercise, "choices of " + question.id);
    for (std::size_t left = order.size(); left > 1; --left) {
        std::swap(order[left - 1], order[random % left]);
        random = mix64(random);
    }
    return order;
}

/// Everything that decides what is right.
std::string version_of(const Exercise& exercise, const std::string& scenario) {
    std::string all = scenario;
    for (const Measurement& m : exercise.measurements) {
        all += fmt::format("\n{} {} {} {} {}", m.name, m.variant, m.file, m.column, static_cast<int>(m.take));
        for (const Condition& c : m.where) {
            all += fmt::format(" {} {} {} {}", c.column, static_cast<int>(c.relation), c.text, c.number.value_or(0));
        }
    }
    for (const auto& [name, formula] : exercise.lets) all += "\n" + name + "=" + formula.text;
    for (const Question& q : exercise.questions) {
        all += fmt::format("\n{} {} {}", q.id, q.unit.name, q.answer.text);
        for (const Choice& c : q.choices) all += " " + c.right.text;
    }
    return hash_of(all);
}

std::string plain_number(double value) { return fmt::format("{:.10g}", value); }

/// With four digits, as people read it: "84 ms", "1.234 s", "33.3 %". Nothing: there is no such unit.
std::optional<std::string> with_unit(double value, std::string_view unit) {
    constexpr double thousand = 1000;
    const std::optional<Measure> measure = measure_of_unit(unit);
    if (!measure) return std::nullopt;
    if (!unit.empty()) {
        const Quantity one = parse_quantity("1 " + std::string(unit), *measure);
        value /= static_cast<double>(one.value) * formula_scale(*measure);
    }
    const std::string number =
        std::abs(value) >= thousand ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
    return unit.empty() ? number : fmt::format("{} {}", number, unit);
}

constexpr std::size_t kBraces = 2;

/// A {{...}} of a text.
struct Place {
    std::size_t at = 0;      // of the first brace
    std::string_view inner;  // of one that is not closed: the rest of the line
    bool is_closed = false;
};

/// All of them, to the first that is not closed before the next begins.
std::vector<Place> all_places(std::string_view text) {
    std::vector<Place> places;
    for (std::size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
        const std::string_view rest = text.substr(at + kBraces);
        const std::size_t close = rest.find("}}");
        if (close == std::string_view::npos || rest.find("{{") < close) {
            places.push_back({at, rest.substr(0, rest.find('\n')), false});
            break;
        }
        places.push_back({at, rest.substr(0, close), true});
        at += close + 2 * kBraces;
    }
    return places;
}

class Filler {
  public:
    Filler(const Exercise& exercise, const Personal& personal, const Names& names)
        : exercise_(exercise), personal_(personal), names_(names) {}

    std::string value(std::string_view inner) {
        const std::string what(trimmed(inner));
        for (std::size_t i = 0; i < exercise_.draws.size(); ++i) {
            if (exercise_.draws[i].name == what) return personal_.drawn[i].text;
        }
        constexpr std::string_view holds = "holds ";
        if (what.rfind(holds, 0) == 0) return claim(what.substr(holds.size()));
        const std::size_t bar = what.rfind('|');
        const bool has_unit = bar != std::string::npos && what.substr(bar - std::min(bar, std::size_t{1}), 2) != "||";
        const FormulaValue result = evaluate(has_unit ? what.substr(0, bar) : what, names_);
        if (!result.value) return fail(what, result.error);
        if (!has_unit) return plain_number(*result.value);
        const std::string_view unit = trimmed(std::string_view(what).substr(bar + 1));
        const std::optional<std::string> shown = with_unit(*result.value, unit);
        return shown ? *shown : fail(what, fmt::format("there is no unit {}", cited(unit)));
    }

    std::string error;

  private:
    std::string claim(const std::string& id) {
        const auto& claims = exercise_.claims;
        const auto it = std::find_if(claims.begin(), claims.end(), [&](const Claim& c) { return c.id == id; });
        if (it == claims.end()) return fail("holds " + id, "there is no such claim");
        const FormulaValue result = evaluate(it->holds.text, names_);
        if (!result.value) return fail("holds " + id, result.error);
        return *result.value != 0 ? "✓" : "✗";
    }

    std::string fail(const std::string& what, const std::string& why) {
        error = fmt::format("{{{{{}}}}}: {}", what, why);
        return "?";
    }

    const Exercise& exercise_;
    const Personal& personal_;
    const Names& names_;
};

}  // namespace

std::optional<std::string> problem_of_id(std::string_view student) {
    constexpr std::size_t longest = 100;
    constexpr std::string_view formula_signs = "=+-@";
    const std::string_view id = trimmed(student);
    if (id.empty()) return "is empty";
    if (formula_signs.find(id.front()) != std::string_view::npos) {
        return fmt::format("begins with {}: a spreadsheet would take it for a formula", cited(id.substr(0, 1)));
    }
    if (id.front() == '#') return "begins with \"#\", as a comment in a list of students does";
    std::size_t length = 0;
    for (std::size_t i = 0; i < id.size(); ++length) {
        const Character c = character_at(id, i);
        if (!c.valid) return "is no UTF-8 text";
        if (c.code < 0x20 || (c.code >= 0x7f && c.code < 0xa0)) return "has a control character in it";
        if (is_part_of_letter(c.code)) return "has letters in parts (Unicode NFD): type it anew";
        if (is_invisible(c.code))
            return fmt::format("has an invisible character in it (U+{:04X}): type it anew", c.code);
        i += c.bytes;
    }
    if (length > longest) return fmt::format("is longer than {} characters", longest);
    return std::nullopt;
}

std::string normal_id(std::string_view student) {
    std::string id(trimmed(student));
    for (char& c : id) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return id;
}

Personal personalise(const Exercise& exercise, std::string_view student) {
    Personal personal;
    personal.student = trimmed(student);
    const std::string id = normal_id(student);
    for (const Draw& draw : exercise.draws) {
        const std::uint64_t random = number_of(id, exercise.name, "value of " + draw.name);
        personal.drawn.push_back(draw.values[random % draw.values.size()]);
        personal.names[draw.name] = personal.drawn.back().number;
    }
    personal.scenario = fill_in(exercise.scenario, exercise, personal, personal.names).text;
    personal.version = version_of(exercise, personal.scenario);
    for (const Question& q : exercise.questions) personal.orders.push_back(order_of(q, id, exercise.name));
    return personal;
}

Filled fill_in(std::string_view text, const Exercise& exercise, const Personal& personal, const Names& names) {
    Filled filled;
    std::size_t behind = 0;
    const auto fail = [&](const Place& place, std::string error) {
        if (!filled.error.empty()) return;
        filled.error = std::move(error);
        filled.line = line_number(text, place.at);
    };
    for (const Place& place : all_places(text)) {
        if (!place.is_closed) {
            fail(place, fmt::format("{}: not closed with }}}}", cited("{{" + std::string(place.inner))));
            break;
        }
        Filler filler(exercise, personal, names);
        filled.text += text.substr(behind, place.at - behind);
        filled.text += filler.value(place.inner);
        if (!filler.error.empty()) fail(place, filler.error);
        behind = place.at + place.inner.size() + 2 * kBraces;
    }
    filled.text += text.substr(behind);
    return filled;
}

std::vector<std::string_view> places_in(std::string_view text) {
    std::vector<std::string_view> inners;
    for (const Place& place : all_places(text)) inners.push_back(place.inner);
    return inners;
}

std::size_t line_number(std::string_view text, std::size_t at) {
    const std::string_view before = text.substr(0, at);
    return static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
}

std::string numbers_text(const Exercise& exercise, const Personal& personal) {
    std::string text;
    for (std::size_t i = 0; i < personal.drawn.size(); ++i) {
        text += fmt::format("{}{} {}", i == 0 ? "" : " · ", exercise.draws[i].name, personal.drawn[i].text);
    }
    return text;
}

}  // namespace tcplab::course
