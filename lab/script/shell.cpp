#include "script/shell.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "scenario/text.hpp"
#include "script/source.hpp"

namespace tcplab::script {

namespace {

constexpr std::string_view kSpace = " \t\r\n\\";
constexpr std::string_view kRestore = "/tmp/sysctl_restore_";

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t at = text.find_first_not_of(kSpace); at < text.size(); at = text.find_first_not_of(kSpace, at)) {
        const std::size_t end = std::min(text.find_first_of(kSpace, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

/// The product that stands in $((A*B*C)); nothing when something else does.
std::optional<std::uint64_t> product(std::string_view text) {
    std::uint64_t result = 1;
    for (const std::string_view factor : split(text, '*')) {
        const std::string_view digits = trimmed(factor);
        std::uint64_t n = 0;
        const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
        if (error != std::errc() || stop != digits.data() + digits.size()) return std::nullopt;
        result *= n;
    }
    return result;
}

/// A line of a shell script with its sums worked out and without its redirections.
std::string plain(std::string_view line) {
    std::string text(line.substr(0, line.find(" >")));
    for (std::size_t at = text.find("$(("); at != std::string::npos; at = text.find("$((", at + 1)) {
        const std::size_t end = text.find("))", at);
        if (end == std::string::npos) break;
        const auto n = product(std::string_view(text).substr(at + 3, end - at - 3));
        if (n) text.replace(at, end + 2 - at, std::to_string(*n));
    }
    return text;
}

std::string settings_of_shell_script(std::string_view text) {
    std::string settings;
    for (const std::string_view line : split(text, '\n')) {
        const std::string_view command = trimmed(line);
        const std::string_view name = command.substr(0, command.find(' '));
        if (name.empty() || name.front() == '#' || name == "ip" || name == "tc") continue;
        settings += (settings.empty() ? "" : "; ") + plain(command);
    }
    return settings;
}

std::string replaced(std::string_view command, const FileReader& read) {
    const std::vector<std::string_view> words = words_of(command);
    if (words.empty()) return std::string(command);
    const std::string_view name = words.front();
    std::string settings;
    if (ends_with(name, "/set_sysctls.py")) {
        constexpr std::string_view folder = "/proc/sys/net/ipv4/";
        settings = "sysctl -q";
        for (std::size_t i = 1; i < words.size(); ++i) {
            const bool known = words[i].substr(0, folder.size()) == folder;
            settings += known ? " net.ipv4." : " ";
            settings += words[i].substr(known ? folder.size() : 0);
        }
    } else if (name.substr(0, kRestore.size()) != kRestore) {
        const auto script = ends_with(name, ".sh") ? read(std::string(name)) : std::nullopt;
        if (!script) return std::string(command);
        settings = settings_of_shell_script(*script);
    }
    // The lines below stay where they are.
    return settings + std::string(static_cast<std::size_t>(std::count(command.begin(), command.end(), '\n')), '\n');
}

/// What stands in a pair of backquotes.
std::string replaced_commands(std::string_view commands, const FileReader& read) {
    std::string result;
    std::size_t begin = 0;
    for (std::size_t at = 0; at <= commands.size(); ++at) {
        const bool ends = at == commands.size() || commands[at] == ';' ||
                          (commands[at] == '\n' && (at == 0 || commands[at - 1] != '\\'));
        if (!ends) continue;
        result += replaced(commands.substr(begin, at - begin), read);
        if (at < commands.size()) result += commands[at];
        begin = at + 1;
    }
    return result;
}

}  // namespace

std::string with_helpers(std::string_view text, const FileReader& read) {
    const Source source(text);  // without comments, at the same places
    const std::string& bare = source.text();
    std::string result;
    std::size_t done = 0;
    for (std::size_t open = bare.find('`'); open != std::string::npos; open = bare.find('`', done)) {
        const std::size_t close = bare.find('`', open + 1);
        if (close == std::string::npos) break;
        const std::string settings = replaced_commands(text.substr(open + 1, close - open - 1), read);
        const bool nothing = settings.find_first_not_of(kSpace) == std::string::npos;
        result += text.substr(done, open - done);
        result += nothing ? settings : '`' + settings + '`';
        done = close + 1;
    }
    return result + std::string(text.substr(std::min(done, text.size())));
}

}  // namespace tcplab::script
