#include "course/formula.hpp"

#include <fmt/format.h>
#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

double transmission(double bytes, double rate) {
    constexpr double bits_per_byte = 8;
    constexpr double ms_per_s = 1000;
    return bytes * bits_per_byte / rate * ms_per_s;
}

mu::Parser make_parser() {
    mu::Parser parser;
    parser.DefineFun(
        "ceil", +[](double x) { return std::ceil(x); });
    parser.DefineFun(
        "floor", +[](double x) { return std::floor(x); });
    parser.DefineFun(
        "round", +[](double x) { return std::round(x); });
    parser.DefineFun("tx", transmission);
    return parser;
}

/// Where a comma stands that separates no arguments: muParser takes what is before it for a value of its own, and drops
/// it. A parenthesis is a function's where a name stands right before it.
std::optional<std::size_t> stray_comma(std::string_view formula) {
    const auto in_name = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    std::vector<bool> open;  // the parentheses around: whether a function's
    for (std::size_t i = 0; i < formula.size(); ++i) {
        if (formula[i] == '(') {
            open.push_back(i > 0 && in_name(formula[i - 1]));
        } else if (formula[i] == ')' && !open.empty()) {
            open.pop_back();
        } else if (formula[i] == ',' && (open.empty() || !open.back())) {
            return i;
        }
    }
    return std::nullopt;
}

std::string problem_of(const mu::ParserError& e, const Names& names) {
    const std::string& token = e.GetToken();
    switch (e.GetCode()) {
        case mu::ecUNASSIGNABLE_TOKEN: {
            std::vector<std::string_view> known;
            known.reserve(names.size());
            for (const auto& [name, value] : names) known.push_back(name);
            const std::string hint = did_you_mean(token, known);
            return fmt::format("there is no {}{}", cited(token), hint.empty() ? "" : ": " + hint);
        }
        case mu::ecUNEXPECTED_EOF: return "the formula ends too early";
        case mu::ecMISSING_PARENS: return "a parenthesis is not closed";
        case mu::ecUNEXPECTED_OPERATOR: return fmt::format("{} cannot stand here: a value is due", cited(token));
        case mu::ecTOO_MANY_PARAMS:
            return fmt::format("too many arguments for {}; a decimal point is a point: 1.5", cited(token));
        case mu::ecTOO_FEW_PARAMS: return fmt::format("too few arguments for {}", cited(token));
        default: return fmt::format("this is no formula{}", token.empty() ? "" : " at " + cited(token));
    }
}

}  // namespace

FormulaValue evaluate(const std::string& formula, const Names& names) {
    constexpr std::size_t longest = 1000;
    FormulaValue result;
    if (formula.size() > longest) {
        result.error = "the formula is too long";
        return result;
    }
    if (const auto comma = stray_comma(formula)) {
        result.error = "a decimal point is a point: 1.5; a comma separates the arguments of a function";
        result.at = *comma;
        return result;
    }
    try {
        mu::Parser parser = make_parser();
        for (const auto& [name, value] : names) parser.DefineConst(name, value);
        parser.SetExpr(formula);
        const double value = parser.Eval();
        result.readable = true;
        if (std::isfinite(value)) {
            result.value = value;
        } else {
            result.error = "this is no number: a division by zero, or too large";
        }
    } catch (const mu::ParserError& e) {
        result.error = problem_of(e, names);
        result.at = static_cast<std::size_t>(std::max(e.GetPos(), 0));
    }
    return result;
}

bool can_be_name(std::string_view name) {
    const auto good = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
    if (!std::all_of(name.begin(), name.end(), good)) return false;
    const mu::Parser parser = make_parser();
    return parser.GetFunDef().find(std::string(name)) == parser.GetFunDef().end();
}

}  // namespace tcplab::course
