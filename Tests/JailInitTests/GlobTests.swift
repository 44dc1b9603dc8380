import Testing

@testable import JailInit

@Suite struct GlobTests {
    @Test(arguments: [
        ("out.txt", "out.txt"), ("*", "a"), ("*", ".hidden"), ("*.txt", "a.txt"), ("?", "a"),
        ("a*b*c", "aXbYc"), ("a*b*c", "abbbc"), ("**", "a"), ("**", "a/b/c"), ("**/*.c", "x.c"),
        ("**/*.c", "a/b/x.c"), ("a/**/z", "a/z"), ("a/**/z", "a/b/c/z"), ("a/**", "a/b"),
        ("a//b", "a/b"), ("[a]", "[a]"), ("\\*", "\\x"), ("**/**/x", "x"), ("**/a/**/b", "a/a/b"),
        ("dir/", "dir"), ("é*", "éa"), ("a/*", "a/\u{301}b"),
    ])
    func `a pattern matches`(pattern: String, path: String) {
        #expect(Glob(pattern).matches(path))
    }

    @Test(arguments: [
        ("out.txt", "out.tx"), ("out.txt", "out.txtx"), ("*", "a/b"), ("*.txt", "a.txt/b"),
        ("?", ""), ("?", "ab"), ("?", "/"), ("a/**/z", "a"), ("**/*.c", "a/c.h"), ("", "a"),
        ("[ab]", "a"), ("A", "a"), ("a/*", "a"), ("a/*", "a/b/c"), ("?", "é"), ("x**y", "x/y"),
        ("*", "a/\u{301}b"),
    ])
    func `a pattern does not match`(pattern: String, path: String) {
        #expect(!Glob(pattern).matches(path))
    }

    @Test func `a pattern that would make a naive matcher explode does not match`() {
        let name = String(repeating: "a", count: 255)
        #expect(!Glob(String(repeating: "a*", count: 127) + "b").matches(name))
        let path = Array(repeating: "a", count: 500).joined(separator: "/")
        #expect(!Glob(String(repeating: "**/a/", count: 200) + "b").matches(path))
    }

    @Test func `patterns take no more comparisons than they may`() {
        let name = String(repeating: "a", count: 255)
        let glob = Glob(String(repeating: "a", count: 126) + "*b")
        var left = 1_000
        var tries = 0
        while left >= 0, tries < 1_000 {
            #expect(!glob.matches(name, comparisonsLeft: &left))
            tries += 1
        }
        #expect(tries > 1)
        #expect(tries < 10)
        #expect(!Glob("a").matches("a", comparisonsLeft: &left))
        left = 2
        #expect(Glob("a").matches("a", comparisonsLeft: &left))
    }
}
