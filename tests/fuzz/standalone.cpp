// A small stand-in for libFuzzer, so that any compiler can run the fuzz targets: it replays the corpus and then runs
// mutations of it from a fixed seed, the same ones every time. It takes libFuzzer's options of the same name:
//   fuzz_TARGET [-runs=N] [-seed=N] [-max_len=N] [-max_total_time=SECONDS] [-timeout=SECONDS] [-artifact_prefix=P]
//   PATH...
// A PATH is an input or a folder of inputs. The input that crashes is written to P followed by "crash".
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());  // NOLINT

namespace {

using Input = std::vector<std::uint8_t>;

struct Options {
    std::uint64_t runs = 10'000;
    std::uint64_t seed = 1;
    std::uint64_t max_len = 4096;
    std::uint64_t max_total_time = 0;  ///< seconds; 0: no limit
    std::uint64_t timeout = 60;        ///< seconds for one input
    std::string artifact_prefix;
    std::vector<std::filesystem::path> paths;
};

// What the crash handler needs. It may only read these and call write().
std::span<const std::uint8_t> current_input;
std::string artifact;

void save_current_input() {
    const int file = ::open(artifact.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file < 0 || ::write(file, current_input.data(), current_input.size()) < 0) return;
    constexpr std::string_view before = "\nthe input is in ";
    for (const std::string_view text : {before, std::string_view(artifact), std::string_view("\n")}) {
        if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
    }
}

void on_signal(int number) {
    save_current_input();
    std::signal(number, SIG_DFL);
    std::raise(number);
}

void catch_crashes() {
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGALRM}) std::signal(number, on_signal);
    if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(save_current_input);
}

bool read_option(std::string_view argument, Options& options) {
    const auto equals = argument.find('=');
    if (equals == std::string_view::npos) return false;
    const std::string_view name = argument.substr(1, equals - 1);
    const std::string_view value = argument.substr(equals + 1);
    if (name == "artifact_prefix") {
        options.artifact_prefix = value;
        return true;
    }
    const std::array<std::pair<std::string_view, std::uint64_t*>, 5> numbers{
        {{"runs", &options.runs},
         {"seed", &options.seed},
         {"max_len", &options.max_len},
         {"max_total_time", &options.max_total_time},
         {"timeout", &options.timeout}}};
    for (const auto& [known, number] : numbers) {
        if (name != known) continue;
        const auto end = value.data() + value.size();
        const auto [rest, error] = std::from_chars(value.data(), end, *number);
        return error == std::errc{} && rest == end;
    }
    return false;
}

Input read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return Input(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::vector<Input> read_corpus(const Options& options) {
    std::vector<std::filesystem::path> files;
    for (const auto& path : options.paths) {
        if (std::filesystem::is_directory(path)) {
            for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
                if (entry.is_regular_file()) files.push_back(entry.path());
            }
        } else if (std::filesystem::exists(path)) {
            files.push_back(path);
        }
    }
    std::sort(files.begin(), files.end());  // the order of a folder differs between machines
    std::vector<Input> corpus;
    corpus.reserve(files.size());
    for (const auto& file : files) corpus.push_back(read_file(file));
    return corpus;
}

class Mutator {
  public:
    Mutator(const std::vector<Input>& corpus, const Options& options)
        : corpus_(corpus), max_len_(static_cast<std::size_t>(options.max_len)), random_(options.seed) {}

    Input next() {
        Input input = corpus_.empty() ? Input{} : corpus_[below(corpus_.size())];
        for (std::size_t left = 1 + below(8); left > 0; --left) change(input);
        if (input.size() > max_len_) input.resize(max_len_);
        return input;
    }

  private:
    std::size_t below(std::size_t limit) { return static_cast<std::size_t>(random_() % limit); }
    std::uint8_t byte() { return static_cast<std::uint8_t>(random_()); }

    static Input::iterator at(Input& input, std::size_t index) {
        return input.begin() + static_cast<Input::difference_type>(index);
    }

    /// A piece of some corpus entry, or of the input itself.
    Input piece(const Input& input) {
        const Input& from = corpus_.empty() || below(2) == 0 ? input : corpus_[below(corpus_.size())];
        if (from.empty()) return {byte()};
        const std::size_t first = below(from.size());
        const std::size_t length = 1 + below(std::min<std::size_t>(from.size() - first, 64));
        return Input(from.begin() + static_cast<Input::difference_type>(first),
                     from.begin() + static_cast<Input::difference_type>(first + length));
    }

    void change(Input& input) {
        if (input.empty()) {
            input.push_back(byte());
            return;
        }
        constexpr std::array<std::uint8_t, 8> edges{0x00, 0x01, 0x7f, 0x80, 0xff, '0', '9', ' '};
        const std::size_t where = below(input.size());
        switch (below(6)) {
            case 0: input[where] = static_cast<std::uint8_t>(input[where] ^ (1U << below(8))); break;
            case 1: input[where] = byte(); break;
            case 2: input[where] = edges.at(below(edges.size())); break;
            case 3: {
                const std::size_t length = 1 + below(std::min<std::size_t>(input.size() - where, 64));
                input.erase(at(input, where), at(input, where + length));
                break;
            }
            case 4: {
                const Input more = piece(input);
                input.insert(at(input, where), more.begin(), more.end());
                break;
            }
            default: {
                const Input over = piece(input);
                const std::size_t length = std::min(over.size(), input.size() - where);
                std::copy_n(over.begin(), length, at(input, where));
            }
        }
    }

    const std::vector<Input>& corpus_;
    std::size_t max_len_;
    std::mt19937_64 random_;
};

void run(const Input& input, const Options& options) {
    current_input = input;
    ::alarm(static_cast<unsigned>(options.timeout));
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ::alarm(0);
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    for (const std::string_view argument : std::span(argv, static_cast<std::size_t>(argc)).subspan(1)) {
        if (argument.substr(0, 1) != "-") {
            options.paths.emplace_back(argument);
        } else if (!read_option(argument, options)) {
            std::fprintf(stderr, "unknown option %s\n", argument.data());
            return 2;
        }
    }
    artifact = options.artifact_prefix + "crash";
    catch_crashes();

    const std::vector<Input> corpus = read_corpus(options);
    for (const Input& input : corpus) run(input, options);

    const auto start = std::chrono::steady_clock::now();
    const auto in_time = [&] {
        return options.max_total_time == 0 ||
               std::chrono::steady_clock::now() - start < std::chrono::seconds(options.max_total_time);
    };
    Mutator mutator(corpus, options);
    std::uint64_t runs = 0;
    while (runs < options.runs && in_time()) {
        run(mutator.next(), options);
        ++runs;
    }
    std::printf("%zu inputs of the corpus and %llu mutations, no crash\n", corpus.size(),
                static_cast<unsigned long long>(runs));
    return 0;
}
