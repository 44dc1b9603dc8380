#include <iostream>
#include <string>

template <typename Name>
struct Greeting {
    Name name;
};

int main() {
    const Greeting<std::string> greeting{"cpp"};
    std::cout << "Hello, " << greeting.name << "!\n";
}
