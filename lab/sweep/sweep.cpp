#include "sweep/sweep.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <thread>
#include <vector>

namespace tcplab {
namespace {

namespace asio = boost::asio;

// One sweep. Everything but make() happens on the thread that calls run(): its io_context is the queue through which
// the pool reports and signals arrive, so nothing here needs a lock.
class Sweep {
  public:
    Sweep(const SweepTask& task, const SweepOptions& options)
        : task_(task),
          window_(std::max<std::size_t>(options.window, 1)),
          ready_(window_, false),
          pool_(std::max<std::size_t>(options.jobs, 1)) {}

    std::size_t run() {
        if (task_.count == 0) return 0;
        // A terminal that goes away interrupts as well, unless nohup said that it does not matter.
        struct sigaction hangup {};
        if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) signals_.add(SIGHUP);
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            stop_ = true;
            boost::system::error_code ignored;
            signals_.clear(ignored);
            end_if_done();
        });
        begin_runs();
        if (task_.tick) tick_later();
        io_.run();
        pool_.join();
        if (failure_) std::rethrow_exception(failure_);
        return consumed_;
    }

  private:
    void begin_runs() {
        while (!stop_ && begun_ < task_.count && begun_ < consumed_ + window_) {
            const std::size_t index = begun_++;
            ++underway_;
            asio::post(pool_, [this, index] { make(index); });
        }
    }

    // On a thread of the pool.
    void make(std::size_t index) {
        bool made = false;
        std::exception_ptr failure;
        if (!stop_) {
            try {
                made = task_.make(index, index % window_, stop_);
            } catch (...) {
                failure = std::current_exception();
            }
        }
        asio::post(io_, [this, index, made, failure] { finished(index, made, failure); });
    }

    void finished(std::size_t index, bool made, const std::exception_ptr& failure) {
        --underway_;
        if (failure) fail(failure);
        if (made && !failure_) {
            ready_[index % window_] = true;
            consume_ready();
        }
        begin_runs();
        end_if_done();
    }

    void consume_ready() {
        try {
            while (consumed_ < begun_ && ready_[consumed_ % window_]) {
                ready_[consumed_ % window_] = false;
                task_.consume(consumed_, consumed_ % window_);
                ++consumed_;
            }
        } catch (...) {
            fail(std::current_exception());
        }
    }

    void tick_later() {
        clock_.expires_after(std::chrono::milliseconds(100));
        clock_.async_wait([this](const boost::system::error_code& error) {
            if (error || underway_ == 0) return;
            try {
                task_.tick();
            } catch (...) {
                fail(std::current_exception());
            }
            tick_later();
        });
    }

    void fail(const std::exception_ptr& failure) {
        if (!failure_) failure_ = failure;
        stop_ = true;
    }

    void end_if_done() {
        if (underway_ > 0 || (!stop_ && consumed_ < task_.count)) return;
        boost::system::error_code ignored;
        signals_.cancel(ignored);
        clock_.cancel();
        work_.reset();
    }

    const SweepTask& task_;
    std::size_t window_;
    std::vector<bool> ready_;  // by place: made and not consumed
    std::size_t begun_ = 0;
    std::size_t consumed_ = 0;
    std::size_t underway_ = 0;
    std::atomic<bool> stop_ = false;
    std::exception_ptr failure_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
    asio::signal_set signals_{io_, SIGINT, SIGTERM};
    asio::steady_timer clock_{io_};
    asio::thread_pool pool_;
};

}  // namespace

std::size_t sweep(const SweepTask& task, const SweepOptions& options) { return Sweep(task, options).run(); }

std::size_t default_jobs() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace tcplab
