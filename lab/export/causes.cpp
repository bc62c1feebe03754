#include "export/causes.hpp"

#include <algorithm>
#include <array>

namespace tcplab {

namespace {
constexpr std::string_view kPrefix = "a_";
}

const std::string& cause_header() {
    static const std::string header = [] {
        std::string out;
        for (std::size_t i = 0; i < kCauses; ++i) {
            out.append(",").append(kPrefix).append(name(static_cast<Cause>(i)));
        }
        return out;
    }();
    return header;
}

void append_causes(std::string& out, const Causes* causes) {
    std::array<Duration, kCauses> times{};
    for (std::size_t i = 0; causes != nullptr && i < causes->size(); ++i) {
        const Causes::Entry e = causes->entry(i);
        times.at(static_cast<std::size_t>(e.cause)) = e.time;
    }
    for (const Duration time : times) {
        out += ',';
        if (causes == nullptr) continue;
        if (time == Duration::zero()) {
            out += '0';
        } else {
            append_value(out, FieldKind::milliseconds, time.count());
        }
    }
}

std::optional<Cause> find_cause_column(std::string_view column) {
    if (column.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
    for (std::size_t i = 0; i < kCauses; ++i) {
        if (column.substr(kPrefix.size()) == name(static_cast<Cause>(i))) return static_cast<Cause>(i);
    }
    return std::nullopt;
}

std::string cause_words(std::string_view name) {
    if (name == "delayed_ack") return "delayed ACK";
    std::string words(name);
    std::replace(words.begin(), words.end(), '_', ' ');
    return words;
}

FieldValue cause_value(const Causes* causes, Cause cause) {
    if (causes == nullptr) return std::nullopt;
    return (*causes)[cause].count();
}

}  // namespace tcplab
