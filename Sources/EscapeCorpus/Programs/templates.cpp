// A type for every node of a tree, and its name in every one below it.
template <int depth, int path> struct Node {
    static constexpr long value =
        Node<depth - 1, path * 2>::value + Node<depth - 1, path * 2 + 1>::value;
};
template <int path> struct Node<0, path> { static constexpr long value = path; };
int main() { return Node<15, 1>::value == 0; }
