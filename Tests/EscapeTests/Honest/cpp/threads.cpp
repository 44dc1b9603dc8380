// Threads, futures and what they wait on; exceptions through them; coroutines.
#include <atomic>
#include <barrier>
#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <future>
#include <iostream>
#include <latch>
#include <mutex>
#include <numeric>
#include <semaphore>
#include <shared_mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

struct Numbers {
    struct promise_type {
        int value = 0;
        Numbers get_return_object() { return {handle::from_promise(*this)}; }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(int next) noexcept {
            value = next;
            return {};
        }
        void return_void() {}
        void unhandled_exception() { throw; }
    };
    using handle = std::coroutine_handle<promise_type>;
    handle own;
    ~Numbers() { own.destroy(); }
    bool next() { return own.resume(), !own.done(); }
};

Numbers squares(int count) {
    for (int i = 1; i <= count; i++) co_yield i * i;
}

int main() {
    std::atomic<int> sum = 0;
    int guarded = 0;
    std::shared_mutex lock;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; i++)
            threads.emplace_back([&] {
                for (int j = 0; j < 1000; j++) {
                    sum++;
                    std::unique_lock held(lock);
                    guarded++;
                }
            });
    }
    std::shared_lock reading(lock), reading_too(lock, std::defer_lock);
    std::cout << "threads " << sum << ' ' << guarded << ' ' << lock.try_lock_shared() << '\n';
    lock.unlock_shared();

    std::mutex mutex;
    std::condition_variable condition;
    std::unique_lock held(mutex);
    auto timed = condition.wait_for(held, 2ms);
    auto until = condition.wait_until(held, std::chrono::system_clock::now() + 2ms);
    std::cout << "timed " << (timed == std::cv_status::timeout)
              << (until == std::cv_status::timeout) << '\n';
    std::timed_mutex patient;
    patient.lock();
    auto waited = std::async(std::launch::async, [&] { return patient.try_lock_for(2ms); });
    std::cout << "try_lock_for " << waited.get() << '\n';

    auto fail = []() -> int { throw std::runtime_error("thrown"); };
    auto failing = std::async(std::launch::async, fail);
    try {
        failing.get();
    } catch (const std::exception &error) {
        std::cout << "future " << error.what() << '\n';
    }
    std::promise<int> promise;
    std::thread([&] { promise.set_value_at_thread_exit(42); }).detach();
    std::cout << "promise " << promise.get_future().get() << '\n';
    std::exception_ptr kept;
    std::thread([&] {
        try {
            std::vector<int>().at(1);
        } catch (...) {
            kept = std::current_exception();
        }
    }).join();
    try {
        std::rethrow_exception(kept);
    } catch (const std::out_of_range &) {
        std::cout << "carried\n";
    }

    std::latch latch(4);
    std::barrier barrier(4);
    std::counting_semaphore<4> semaphore(0);
    std::vector<std::jthread> four;
    for (int i = 0; i < 4; i++)
        four.emplace_back([&] {
            latch.count_down();
            barrier.arrive_and_wait();
            semaphore.release();
        });
    latch.wait();
    for (int i = 0; i < 4; i++) semaphore.acquire();
    std::cout << "semaphore " << semaphore.try_acquire_for(2ms) << '\n';
    std::jthread stopping([](std::stop_token token) {
        while (!token.stop_requested()) std::this_thread::yield();
    });
    stopping.request_stop();
    std::atomic<bool> flag = false;
    std::jthread setter([&] { flag = true, flag.notify_all(); });
    flag.wait(false);
    std::cout << "atomic wait " << flag << ' ' << (std::thread::hardware_concurrency() > 0) << '\n';

    auto numbers = squares(4);
    std::cout << "coroutine";
    while (numbers.next()) std::cout << ' ' << numbers.own.promise().value;
    std::cout << '\n';
    thread_local int own = 1;
    std::thread([&] { own = 2; }).join();
    std::cout << "thread_local " << own << '\n';
}
