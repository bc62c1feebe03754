#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <deque>
#include <exception>

#include "cli/make_run.hpp"
#include "cli/rank_bytes.hpp"
#include "cli/rank_talk.hpp"

namespace tcplab {
namespace {

using Clock = std::chrono::steady_clock;

// The only thing of a process that a signal can reach.
std::atomic<bool> g_signalled = false;
static_assert(std::atomic<bool>::is_always_lock_free);
void note_signal(int) { g_signalled = true; }

// A starter that ends the job tells all processes: the first one keeps what is complete, and says when it is over.
void hear_signals() {
    struct sigaction action {};
    action.sa_handler = note_signal;
    sigemptyset(&action.sa_mask);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction before {};
        if (signal == SIGHUP && sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
        sigaction(signal, &action, nullptr);
    }
}

class Worker {
  public:
    explicit Worker(Ranks& ranks) : ranks_(ranks) {}

    int work(const std::vector<std::string>& arguments) {
        hear_signals();
        RunOptions options;
        Plans read;
        say_hello(arguments, options, read);
        Patience patience;
        while (listen(), !over_) {
            if (asked_.empty() || failed_ || stop_) {
                asked_.clear();
                patience.wait();
                continue;
            }
            patience.busy();
            try {
                make(read.plans, options);
            } catch (const std::exception& e) {
                failed_ = true;
                ranks_.send(0, RankWord::failed, e.what());
            }
        }
        ranks_.send(0, RankWord::bye, "");
        return exit_code_;
    }

  private:
    struct Asked {
        std::size_t plan = 0;
        std::uint64_t first = 0, count = 0;
    };

    // Bad usage and most errors are the first one's as well, which prints them.
    void say_hello(const std::vector<std::string>& arguments, RunOptions& options, Plans& read) {
        BytesOut out;
        try {
            options = parse_run_options({arguments.begin() + 1, arguments.end()});  // after "run"
            read = read_plans(options.files, options.changes);
            out.put(read.errors);
            out.put(hello_text(read.plans, options));
        } catch (const std::exception& e) {
            out.put(e.what());
        }
        ranks_.send(0, RankWord::hello, out.bytes);
    }

    void listen() {
        // The first one gets the signal as well, as a rule, and is to act on its own one: a second would end it.
        constexpr auto while_it_does = std::chrono::milliseconds(300);
        if (g_signalled && !stop_) {
            stop_ = true;
            signalled_ = Clock::now();
        }
        if (signalled_ && Clock::now() - *signalled_ > while_it_does) {
            signalled_.reset();
            ranks_.send(0, RankWord::signal, "");
        }
        while (!over_) {
            const std::optional<RankMessage> message = ranks_.poll();
            if (!message) return;
            BytesIn in(message->bytes);
            if (message->word == RankWord::end) {
                exit_code_ = static_cast<int>(in.number());
                over_ = stop_ = true;
            } else {
                const std::uint64_t plan = in.number();
                const std::uint64_t first = in.number();
                asked_.push_back({plan, first, in.number()});
            }
        }
    }

    void make(const std::vector<Plan>& plans, const RunOptions& options) {
        const Asked asked = asked_.front();
        asked_.pop_front();
        const Plan& plan = plans.at(asked.plan);
        const auto begun = Clock::now();
        BytesOut out;
        const auto send_part = [this](BytesOut& part) {
            ranks_.send(0, RankWord::part, part.bytes);
            part.bytes.clear();
        };
        for (std::uint64_t i = asked.first; i < asked.first + asked.count; ++i) {
            const RunOrder order{i, 0, [this](const RunProgress&) { listen(); }, [](double) {}};
            if (!make_run(plan, order, options, made_, stop_)) return;
            put_run(out, made_, plan.several_pages, send_part);
        }
        const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begun);
        BytesOut all;
        all.put(static_cast<std::uint64_t>(took.count()));
        all.bytes += out.bytes;
        ranks_.send(0, RankWord::runs, all.bytes);
    }

    Ranks& ranks_;
    std::deque<Asked> asked_;
    MadeRun made_;
    std::atomic<bool> stop_ = false;
    bool failed_ = false, over_ = false;
    std::optional<Clock::time_point> signalled_;  // and the first one does not know
    int exit_code_ = kSystem;
};

}  // namespace

int work_for_first(Ranks& ranks, const std::vector<std::string>& arguments) { return Worker(ranks).work(arguments); }

}  // namespace tcplab
