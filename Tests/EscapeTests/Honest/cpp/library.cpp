// Expressions, exceptions, big allocations, random numbers, deep recursion.
// Not optimized: std::regex would take seconds to compile.
#pragma GCC optimize("O0")
#include <cmath>
#include <iostream>
#include <memory>
#include <new>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

struct Base {
    virtual ~Base() = default;
};
struct Derived : Base {};

static long depth(long left) {
    volatile char frame[512] = {};
    return left == 0 ? frame[0] : 1 + depth(left - 1);
}

static void unwind(int left) {
    std::vector<int> owned(10);
    if (left == 0) throw std::domain_error("at the bottom");
    unwind(left - 1);
    owned[0] = left;
}

int main() {
    std::regex pattern(R"((\w+)@(\w+)\.example)");
    std::smatch match;
    std::string text = "mail to ann@host.example";
    std::cout << "regex " << std::regex_search(text, match, pattern) << ' ' << match[1] << ' '
              << std::regex_replace(text, pattern, "$2") << '\n';
    try {
        std::regex("(");
    } catch (const std::regex_error &error) {
        std::cout << "regex error " << (error.code() == std::regex_constants::error_paren) << '\n';
    }
    try {
        unwind(1000);
    } catch (const std::logic_error &error) {
        std::cout << "unwound " << error.what() << '\n';
    }
    Base base;
    try {
        (void)dynamic_cast<Derived &>(base);
    } catch (const std::bad_cast &) {
        std::cout << "bad cast\n";
    }
    std::vector<char> large(std::size_t(150) << 20, 1);
    std::cout << "large " << large.size() << ' ' << int(large.back()) << '\n';
    try {
        auto too_large = std::make_unique<char[]>(std::size_t(1) << 60);
        std::cout << too_large.get();
    } catch (const std::bad_alloc &) {
        std::cout << "bad alloc\n";
    }
    std::cout << "deep " << depth(8000) << '\n';
    std::mt19937 generator(1);
    bool differs = std::random_device()() != std::random_device()();
    std::cout << "random " << generator() << ' ' << differs << '\n';
    std::variant<int, std::string> either = "text";
    std::optional<int> none;
    std::cout << "variant " << std::get<std::string>(either) << ' ' << none.value_or(3) << '\n';
    std::unordered_map<std::string_view, int> map{{"one", 1}};
    std::cout << "values " << map.at("one") << ' ' << std::lround(std::tgamma(6)) << '\n';
}
