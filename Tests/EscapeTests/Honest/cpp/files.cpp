// File systems, streams, locales and time.
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <locale>
#include <set>
#include <string>

namespace fs = std::filesystem;

int main(int argc, char **argv) {
    fs::path top = fs::temp_directory_path() / "honest-cpp";
    fs::create_directories(top / "tree/inner");
    std::ofstream(top / "tree/żółw 🐢") << std::string(100'000, 'x');
    std::ofstream(top / "tree/inner/small") << "line\n" << 42 << ' ' << 1.5;
    fs::create_symlink("inner", top / "tree/link");

    std::cout << "copy " << fs::copy_file(top / "tree/żółw 🐢", top / "copy") << ' '
              << fs::file_size(top / "copy") << '\n';
    fs::copy(top / "tree", top / "second",
        fs::copy_options::recursive | fs::copy_options::copy_symlinks);
    fs::rename(top / "second", top / "moved");
    std::set<std::string> names;
    for (const auto &entry : fs::recursive_directory_iterator(top / "moved"))
        names.insert(entry.path().lexically_relative(top).string());
    for (const auto &name : names) std::cout << name << '\n';
    fs::permissions(top / "copy", fs::perms::owner_read);
    fs::resize_file(top / "moved/inner/small", 4);
    fs::last_write_time(top / "copy", fs::file_time_type::clock::now());
    std::cout << "link " << fs::read_symlink(top / "moved/link") << ' '
              << (fs::status(top / "copy").permissions() == fs::perms::owner_read) << ' '
              << fs::equivalent(top / "tree/link", top / "tree/inner") << '\n';
    std::error_code error;
    fs::copy_file("missing", top / "x", error);
    std::cout << "missing " << error.message() << '\n';
    std::cout << "space " << (fs::space(top).available > 0) << '\n';

    std::ifstream input(top / "tree/inner/small");
    std::string line;
    int whole;
    double real;
    std::getline(input, line);
    input >> whole >> real;
    std::cout << "read " << line << ' ' << whole << ' ' << real << '\n';
    std::cout << "removed " << fs::remove_all(top) << '\n';
    std::ofstream null("/dev/null");
    null << "nothing" << std::flush;
    std::cout << "null " << null.good() << '\n';

    std::cout << "locale " << std::locale("").name() << '\n';
    std::locale::global(std::locale(""));
    try {
        std::locale("xx_XX");
    } catch (const std::exception &failure) {
        std::cout << "no such locale\n";
    }
    struct Grouping : std::numpunct<char> {
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\3"; }
    };
    std::cout.imbue(std::locale(std::locale(), new Grouping));
    std::cout << "grouped " << 1234567 << '\n';
    std::cout.imbue(std::locale::classic());
    std::cout << "formatted " << std::hex << std::showbase << 255 << std::dec << ' ' << std::fixed
              << std::setprecision(2) << 3.14159 << ' ' << std::quoted("q") << '\n';
    std::time_t moment = 1'000'000'000;
    std::cout << "time " << std::put_time(std::gmtime(&moment), "%F %T %A") << '\n';
    std::chrono::sys_days day = std::chrono::year(2024) / 2 / std::chrono::last;
    std::cout << "calendar " << unsigned(std::chrono::year_month_day(day).day()) << '\n';
    for (int i = 1; i < argc; i++) std::cout << "argument " << std::quoted(argv[i]) << '\n';
    while (std::getline(std::cin, line)) std::cout << "stdin " << line << '\n';
}
