// The small language of "%{ ... }%": statements `assert EXPRESSION[, MESSAGE]` and `print EXPRESSION[, ...]`, one a
// line or separated by ";". Expressions are Python's over whole numbers.
#include "script/code.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "scenario/text.hpp"
#include "script/cursor.hpp"
#include "script/info_fields.hpp"

namespace tcplab::script {

namespace {

using Constant = std::pair<std::string_view, std::int64_t>;

/// linux/tcp.h and net/tcp_states.h.
constexpr std::array kNames{
    Constant{"TCP_ESTABLISHED", 1},
    Constant{"TCP_SYN_SENT", 2},
    Constant{"TCP_SYN_RECV", 3},
    Constant{"TCP_FIN_WAIT1", 4},
    Constant{"TCP_FIN_WAIT2", 5},
    Constant{"TCP_TIME_WAIT", 6},
    Constant{"TCP_CLOSE", 7},
    Constant{"TCP_CLOSE_WAIT", 8},
    Constant{"TCP_LAST_ACK", 9},
    Constant{"TCP_LISTEN", 10},
    Constant{"TCP_CLOSING", 11},
    Constant{"TCP_CA_Open", 0},
    Constant{"TCP_CA_Disorder", 1},
    Constant{"TCP_CA_CWR", 2},
    Constant{"TCP_CA_Recovery", 3},
    Constant{"TCP_CA_Loss", 4},
    Constant{"TCPI_OPT_TIMESTAMPS", 1},
    Constant{"TCPI_OPT_SACK", 2},
    Constant{"TCPI_OPT_WSCALE", 4},
    Constant{"TCPI_OPT_ECN", 8},
    Constant{"TCPI_OPT_ECN_SEEN", 16},
    Constant{"TCPI_OPT_SYN_DATA", 32},
    Constant{"True", 1},
    Constant{"False", 0},
};

constexpr unsigned kDeepest = 64;

class Evaluator {
  public:
    /// Without `info` only syntax and names are checked.
    Evaluator(std::string_view text, const TcpInfo* info, std::vector<std::string>* printed)
        : text_(text), info_(info), printed_(printed) {}

    std::optional<CodeProblem> run() {
        try {
            for (;;) {
                while (space() || peek() == '\n' || peek() == ';') ++at_;
                if (at_ >= text_.size()) return std::nullopt;
                statement();
                while (space()) ++at_;
                if (at_ < text_.size() && peek() != '\n' && peek() != ';') fail("expected the statement's end");
            }
        } catch (CodeProblem& problem) {
            return std::move(problem);
        }
    }

  private:
    [[noreturn]] void fail(std::string message, std::string hint = {}) const {
        fail_at(at_, std::move(message), std::move(hint));
    }
    [[noreturn]] static void fail_at(std::size_t at, std::string message, std::string hint = {}) {
        throw CodeProblem{at, std::move(message), std::move(hint)};
    }
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    [[nodiscard]] bool space() const {
        // Inside parentheses a line end is no end.
        return peek() == ' ' || peek() == '\t' || (open_ > 0 && peek() == '\n');
    }
    void skip() {
        while (space()) ++at_;
    }
    std::string_view word() {
        skip();
        const std::size_t begin = at_;
        while (is_word_character(peek())) ++at_;
        return text_.substr(begin, at_ - begin);
    }
    bool accept_word(std::string_view expected) {
        skip();
        const std::size_t begin = at_;
        if (word() == expected) return true;
        at_ = begin;
        return false;
    }
    bool accept(std::string_view sign) {
        skip();
        if (text_.substr(at_, sign.size()) != sign) return false;
        at_ += sign.size();
        return true;
    }

    void statement() {
        const std::size_t begin = at_;
        if (accept_word("assert")) {
            assertion(begin);
        } else if (accept_word("print")) {
            std::string line = shown();
            while (accept(",")) line += " " + shown();
            if (printed_ != nullptr) printed_->push_back(std::move(line));
        } else {
            fail_at(begin, "expected \"assert EXPRESSION\" or \"print EXPRESSION\"");
        }
    }

    void assertion(std::size_t begin) {
        skip();
        const std::size_t from = at_;
        used_.clear();
        const std::int64_t holds = any_of();
        const std::string_view condition = trimmed(text_.substr(from, at_ - from));
        const std::string names = values();
        std::string message;
        if (accept(",")) message = shown();
        if (info_ == nullptr || holds != 0) return;
        fail_at(begin, fmt::format("{} does not hold{}{}", condition, message.empty() ? "" : ": ", message), names);
    }

    /// "tcpi_rtt is 100000": what the names of the condition stood for.
    [[nodiscard]] std::string values() const {
        std::string out;
        for (const auto& [name, value] : used_) {
            if (out.find(std::string(name) + " is") != std::string::npos) continue;
            out += fmt::format("{}{} is {}", out.empty() ? "" : ", ", name, value);
        }
        return out;
    }

    /// A text or the value of an expression.
    std::string shown() {
        skip();
        const char quote = peek();
        if (quote != '"' && quote != '\'') return std::to_string(any_of());
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) fail("this text has no end");
        std::string text(text_.substr(at_ + 1, end - at_ - 1));
        at_ = end + 1;
        if (!accept("%")) return text;
        const std::string value = std::to_string(sign());  // 'cwnd=%d' % tcpi_snd_cwnd
        const std::size_t place = text.find("%d");
        return place == std::string::npos ? text : text.replace(place, 2, value);
    }

    std::int64_t any_of() {
        if (++depth_ > kDeepest) fail("this is nested too deeply");
        std::int64_t value = all_of();
        while (accept_word("or")) {
            const std::int64_t more = all_of();
            value = value != 0 ? value : more;
        }
        --depth_;
        return value;
    }
    std::int64_t all_of() {
        std::int64_t value = negation();
        while (accept_word("and")) {
            const std::int64_t more = negation();
            value = value == 0 ? value : more;
        }
        return value;
    }
    std::int64_t negation() {
        bool negated = false;
        bool any = false;
        while (accept_word("not")) {
            negated = !negated;
            any = true;
        }
        const std::int64_t value = comparison();
        if (!any) return value;
        return (value == 0) == negated ? 1 : 0;
    }
    std::int64_t comparison() {
        std::int64_t left = bits();
        bool compared = false;
        bool holds = true;
        for (;;) {
            skip();
            bool result = false;
            std::int64_t right = 0;
            if (accept("==")) {
                result = left == (right = bits());
            } else if (accept("!=")) {
                result = left != (right = bits());
            } else if (accept("<=")) {
                result = left <= (right = bits());
            } else if (accept(">=")) {
                result = left >= (right = bits());
            } else if (accept("<")) {
                result = left < (right = bits());
            } else if (accept(">")) {
                result = left > (right = bits());
            } else {
                break;
            }
            compared = true;
            holds = holds && result;
            left = right;  // a < b < c, as Python has it
        }
        return compared ? (holds ? 1 : 0) : left;
    }
    std::int64_t bits() {
        std::int64_t value = sum();
        for (;;) {
            if (accept("&")) {
                value &= sum();
            } else if (accept("|")) {
                value |= sum();
            } else {
                return value;
            }
        }
    }
    // Wraps instead of overflowing: nothing here comes near.
    static std::int64_t wrap(std::uint64_t v) { return static_cast<std::int64_t>(v); }
    static std::uint64_t raw(std::int64_t v) { return static_cast<std::uint64_t>(v); }

    std::int64_t sum() {
        std::int64_t value = product();
        for (;;) {
            if (accept("+")) {
                value = wrap(raw(value) + raw(product()));
            } else if (accept("-")) {
                value = wrap(raw(value) - raw(product()));
            } else {
                return value;
            }
        }
    }
    std::int64_t product() {
        std::int64_t value = sign();
        for (;;) {
            skip();
            const std::size_t begin = at_;
            if (accept("*")) {
                value = wrap(raw(value) * raw(sign()));
            } else if (accept("//") || accept("/")) {
                value = divided(value, sign(), begin).first;
            } else if (accept("%")) {
                value = divided(value, sign(), begin).second;
            } else {
                return value;
            }
        }
    }
    /// Quotient and remainder, rounded down as Python has them.
    [[nodiscard]] std::pair<std::int64_t, std::int64_t> divided(std::int64_t a, std::int64_t b, std::size_t at) const {
        if (info_ == nullptr) return {1, 1};
        if (b == 0) fail_at(at, "division by zero");
        if (b == -1) return {wrap(0U - raw(a)), 0};
        const bool down = a % b != 0 && ((a < 0) != (b < 0));
        return {a / b - (down ? 1 : 0), a % b + (down ? b : 0)};
    }
    std::int64_t sign() {
        bool negative = false;
        for (;;) {
            if (accept("-")) {
                negative = !negative;
            } else if (!accept("+")) {
                break;
            }
        }
        const std::int64_t value = primary();
        return negative ? wrap(0U - raw(value)) : value;
    }
    std::int64_t primary() {
        if (accept("(")) {
            ++open_;
            const std::int64_t value = any_of();
            if (!accept(")")) fail("expected \")\"");
            --open_;
            return value;
        }
        skip();
        const std::size_t begin = at_;
        const std::string_view name = word();
        if (name.empty()) fail_at(begin, "expected a number or a name such as tcpi_snd_cwnd");
        if (is_digit(name[0])) return number(name, begin);
        for (const auto& [constant, value] : kNames) {
            if (name == constant) return value;
        }
        const InfoField* field = find_info_field(name);
        if (field == nullptr) unknown(name, begin);
        if (info_ == nullptr) return 1;
        const std::int64_t value = field->get(*info_);
        used_.emplace_back(name, value);
        return value;
    }
    static std::int64_t number(std::string_view text, std::size_t at) {
        const bool hex = text.substr(0, 2) == "0x";
        const std::string_view digits = hex ? text.substr(2) : text;
        std::int64_t n = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n, hex ? 16 : 10);
        if (error != std::errc() || stop != digits.data() + digits.size()) fail_at(at, "this is no whole number");
        return n;
    }
    [[noreturn]] static void unknown(std::string_view name, std::size_t at) {
        std::vector<std::string_view> names;
        for (const InfoField& f : info_fields()) names.push_back(f.name);
        for (const auto& [constant, value] : kNames) names.push_back(constant);
        fail_at(at, fmt::format("{} is not known", name), did_you_mean(name, names));
    }

    std::string_view text_;
    const TcpInfo* info_;
    std::vector<std::string>* printed_;
    std::size_t at_ = 0;
    unsigned open_ = 0;
    unsigned depth_ = 0;
    std::vector<std::pair<std::string_view, std::int64_t>> used_;
};

}  // namespace

std::optional<CodeProblem> check_code(std::string_view text) { return Evaluator(text, nullptr, nullptr).run(); }

std::optional<CodeProblem> run_code(std::string_view text, const TcpInfo& info, std::vector<std::string>& printed) {
    return Evaluator(text, &info, &printed).run();
}

}  // namespace tcplab::script
