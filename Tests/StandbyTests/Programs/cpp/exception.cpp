// An exception that nobody catches, and threads that are joined before.
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

int main() {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++) threads.emplace_back([] {});
    for (auto &thread : threads) thread.join();
    std::cout << threads.size() << std::endl;
    throw std::runtime_error("of a program");
}
