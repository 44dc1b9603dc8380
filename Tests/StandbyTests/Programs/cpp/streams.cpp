// Standard input by words, files of the folder, and an exit code.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

int main() {
    std::set<std::string> words;
    for (std::string word; std::cin >> word;) words.insert(word);
    for (auto &word : words) std::cout << word << '\n';
    for (auto &entry : std::filesystem::directory_iterator(".")) std::cout << entry.path() << '\n';
    std::cerr << std::getenv("HOME") << '\n';
    std::exit(5);
}
