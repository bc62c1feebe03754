#include "sweep/sweep.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace tcplab {
namespace {

namespace asio = boost::asio;

// One sweep. Whoever has made a run consumes those that are ready, unless another thread does just then: no thread is
// woken for that, which would take longer than a cheap run, and so many jobs keep so many cores busy. The calling
// thread waits for signals and time.
class Sweep {
  public:
    Sweep(const SweepTask& task, const SweepOptions& options)
        : task_(task),
          window_(std::max<std::size_t>(options.window, 1)),
          limit_(window_),
          ready_(window_, false),
          jobs_(std::max<std::size_t>(options.jobs, task.elsewhere ? 0 : 1)),
          workers_(jobs_ + (task.elsewhere ? 1 : 0)),
          pool_(workers_) {}

    std::size_t run() {
        if (task_.count == 0) return 0;
        // A terminal that goes away interrupts as well, unless nohup said that it does not matter.
        struct sigaction hangup {};
        if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) signals_.add(SIGHUP);
        signals_.async_wait([this](const boost::system::error_code& error, int) {
            if (error) return;
            stop();
            boost::system::error_code ignored;
            signals_.clear(ignored);
        });
        if (task_.tick) tick_later();
        for (std::size_t i = 0; i < jobs_; ++i) asio::post(pool_, [this] { work(); });
        if (task_.elsewhere) asio::post(pool_, [this] { work_elsewhere(); });
        io_.run();
        pool_.join();
        if (failure_) std::rethrow_exception(failure_);
        return consumed_;
    }

  private:
    // On a thread of the pool.
    void work() {
        std::unique_lock lock(mutex_);
        while (true) {
            room_.wait(lock, [this] { return is_over() || begun_ < consumed_ + limit_; });
            if (is_over()) break;
            const std::size_t index = begun_++;
            lock.unlock();
            const bool made = guarded([&] { return !stop_ && task_.make(index, index % window_, stop_); });
            lock.lock();
            ready_[index % window_] = made;
            consume_ready(lock);
        }
        if (--workers_ == 0) asio::post(io_, [this] { end_all(); });
    }

    // On a thread of the pool, too.
    void work_elsewhere() {
        SweepShare share;
        share.begin = [this](std::size_t most) {
            const std::lock_guard lock(mutex_);
            const std::size_t end = is_over() ? begun_ : std::min(task_.count, consumed_ + limit_);
            const RunsBegun runs{begun_, std::min(most, end - std::min(begun_, end))};
            begun_ += runs.count;
            return runs;
        };
        share.made = [this](std::size_t index) {
            std::unique_lock lock(mutex_);
            ready_[index % window_] = true;
            consume_ready(lock);
        };
        share.all_begun = [this] {
            const std::lock_guard lock(mutex_);
            return begun_ == task_.count;
        };
        share.stopped = [this] { return stop_.load(); };
        share.stop = [this] { stop(); };
        share.limit = [this](std::size_t runs) {
            const std::lock_guard lock(mutex_);
            limit_ = std::clamp<std::size_t>(runs, 1, window_);
        };
        guarded([&] {
            task_.elsewhere(share);
            return true;
        });
        const std::lock_guard lock(mutex_);
        if (--workers_ == 0) asio::post(io_, [this] { end_all(); });
    }

    [[nodiscard]] bool is_over() const { return stop_ || begun_ == task_.count; }

    // With the lock, which is open while it consumes.
    void consume_ready(std::unique_lock<std::mutex>& lock) {
        if (busy_) return;  // who consumes looks again before it ends
        while (!failure_) {
            std::size_t end = consumed_;
            while (end < begun_ && ready_[end % window_]) ready_[end++ % window_] = false;
            if (end == consumed_) break;
            busy_ = true;
            const std::size_t begin = consumed_;
            lock.unlock();
            const bool good = guarded([&] {
                for (std::size_t i = begin; i < end; ++i) task_.consume(i, i % window_);
                return true;
            });
            lock.lock();
            busy_ = false;
            if (good) consumed_ = end;
            room_.notify_all();
        }
        idle_.notify_all();
    }

    void tick_later() {
        clock_.expires_after(std::chrono::milliseconds(100));
        clock_.async_wait([this](const boost::system::error_code& error) {
            if (error) return;
            std::unique_lock lock(mutex_);
            idle_.wait(lock, [this] { return !busy_; });
            if (workers_ == 0) return;
            busy_ = true;
            lock.unlock();
            guarded([&] {
                task_.tick();
                return true;
            });
            lock.lock();
            busy_ = false;
            consume_ready(lock);
            lock.unlock();
            tick_later();
        });
    }

    // False also where it threw: the sweep ends then.
    template <class Action>
    bool guarded(Action action) {
        try {
            return action();
        } catch (...) {
            {
                const std::lock_guard lock(mutex_);
                if (!failure_) failure_ = std::current_exception();
            }
            stop();
            return false;
        }
    }

    void stop() {
        stop_ = true;
        { const std::lock_guard lock(mutex_); }  // nobody is between looking at stop_ and waiting
        room_.notify_all();
    }

    void end_all() {
        boost::system::error_code ignored;
        signals_.cancel(ignored);
        clock_.cancel();
        work_.reset();
    }

    const SweepTask& task_;
    std::size_t window_;
    std::mutex mutex_;              // for what is below, up to stop_
    std::condition_variable room_;  // a place is free, or it is over
    std::condition_variable idle_;  // nobody consumes
    std::size_t limit_;             // of the window, what is used
    std::vector<bool> ready_;       // by place: made and not consumed
    std::size_t begun_ = 0;
    std::size_t consumed_ = 0;
    std::size_t jobs_;
    std::size_t workers_;  // threads that are not over yet
    bool busy_ = false;    // consume() or tick() is called just now
    std::exception_ptr failure_;
    std::atomic<bool> stop_ = false;
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
