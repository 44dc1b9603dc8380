import TestSupport
import Testing

/// The rule that a file has the name of its declaration.
@Suite struct NameTests {
    /// The files that only re-export a module, and declare nothing.
    private static let handingOn: Set = ["Sources/Domain/Vocabulary.swift"]

    @Test func `a file is named after something that it declares`() throws {
        let files = try Repository.sources().filter {
            !$0.path.hasSuffix("/main.swift") && !Self.handingOn.contains($0.path)
        }
        #expect(files.count > 300)
        for file in files {
            let name = file.path.split(separator: "/").last?.dropLast(".swift".count) ?? ""
            let declared = try file.source.declarations
            #expect(Self.isName(String(name), of: declared), "\(file)")
        }
    }

    /// Returns whether the name is a type's, `Type+Concern` for an extension of a type, or a
    /// function's with a capital.
    private static func isName(_ name: String, of declared: Set<String>) -> Bool {
        let type = name.prefix { $0 != "+" }
        let function = type.prefix(1).lowercased() + type.dropFirst()
        return declared.contains(String(type)) || declared.contains(function)
    }

    @Test func `a name is of what is declared, at any depth, and of nothing else`() {
        let declared = SourceText(
            """
            // struct Comment
            public final class Outer { private enum Inner { case struct_ } }
            extension Deep.Path: Sendable {}
            package func makeIt() {}
            let text = "struct Literal"
            """
        ).declarations
        #expect(declared.isSuperset(of: ["Outer", "Inner", "Deep", "Path", "makeIt"]))
        #expect(declared.isDisjoint(with: ["Comment", "Literal", "Sendable"]))
        #expect(Self.isName("MakeIt", of: declared))
        #expect(Self.isName("Path+Concern", of: declared))
        #expect(!Self.isName("Outers", of: declared))
    }
}
