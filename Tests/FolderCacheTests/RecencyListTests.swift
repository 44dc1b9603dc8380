import Testing

@testable import FolderCache

@Suite struct `A list in order of use` {
    private func list(_ keys: [String]) -> RecencyList<String> {
        var list = RecencyList<String>()
        for key in keys { list.insert(key, weight: key.utf8.count) }
        return list
    }

    @Test func `begins with what was used longest ago`() {
        var list = list(["a", "bb", "ccc"])
        #expect(list.keys == ["a", "bb", "ccc"])
        list.use("a")
        #expect(list.keys == ["bb", "ccc", "a"])
        list.use("ccc")
        #expect(list.keys == ["bb", "a", "ccc"])
        list.use("ccc")
        list.use("unknown")
        #expect(list.keys == ["bb", "a", "ccc"])
        #expect(list.weight == 6)
    }

    @Test func `counts a key that comes again once, with its new weight`() {
        var list = list(["a", "b"])
        list.insert("a", weight: 5)
        #expect(list.keys == ["b", "a"])
        #expect(list.count == 2)
        #expect(list.weight == 6)
    }

    @Test(arguments: [
        ("a", ["b", "c"]), ("b", ["a", "c"]), ("c", ["a", "b"]),
    ])
    func `closes up where a key is removed`(key: String, rest: [String]) {
        var list = list(["a", "b", "c"])
        let removals = [list.remove(key), list.remove(key)]
        #expect(removals == [true, false])
        #expect(list.keys == rest)
        #expect(list.weight == 2)
        list.insert("d", weight: 1)
        #expect(list.keys == rest + ["d"])
    }

    @Test(
        arguments: [
            (7, []), (6, []), (5, ["a"]), (3, ["a", "bb"]), (2, ["a", "bb", "ccc"]),
            (0, ["a", "bb", "ccc"]),
        ] as [(Int, [String])]
    )
    func `lets go of the oldest until the rest fits`(most: Int, removed: [String]) {
        var list = list(["a", "bb", "ccc"])
        let gone = list.shrink(to: most)
        #expect(gone == removed)
        #expect(list.weight <= most)
        #expect(Set(list.keys + removed) == ["a", "bb", "ccc"])
    }

    @Test func `is the same as an array that is searched`() {
        var generator = SystemRandomNumberGenerator()
        var list = RecencyList<Int>()
        var plain: [Int] = []
        for _ in 0..<5_000 {
            let key = Int.random(in: 0..<40, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                list.insert(key, weight: 1)
                plain.removeAll { $0 == key }
                plain.append(key)
            case 1:
                list.use(key)
                if plain.contains(key) {
                    plain.removeAll { $0 == key }
                    plain.append(key)
                }
            case 2:
                list.remove(key)
                plain.removeAll { $0 == key }
            default:
                let most = Int.random(in: 20..<40, using: &generator)
                let removed = list.shrink(to: most)
                #expect(removed == Array(plain.prefix(max(0, plain.count - most))))
                plain.removeFirst(removed.count)
            }
            #expect(list.keys == plain)
        }
    }
}
