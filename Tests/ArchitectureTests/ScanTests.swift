import Testing

/// Tests of the scanners on texts with matches: without them, the rules could never fail.
@Suite struct ScanTests {
    @Test func `an import is found in each of its forms`() {
        let text = SourceText(
            """
            import Domain
            public import Foundation
            @preconcurrency internal import Kernel
            import struct Warden.Monitor
            """
        )
        #expect(text.imports == ["Domain", "Foundation", "Kernel", "Warden"])
    }

    @Test func `an import in a comment or a literal is none`() {
        let text = SourceText(
            ##"""
            // import A
            /* import B /* import C */ import D */
            let a = "import E", b = #"import "F" "#
            let c = """
                import G \(name(of: "import H"))
                """
            let importance = 1
            """##
        )
        #expect(text.imports.isEmpty)
        #expect(text.words.isSuperset(of: ["importance", "name", "of"]))
        #expect(text.words.isDisjoint(with: ["A", "D", "E", "F", "G", "H"]))
    }

    @Test func `a word is found whole and in code only`() {
        let text = SourceText("func f() async { asynchronous() } // await\n")
        #expect(text.words.contains("async"))
        #expect(!text.words.contains("await"))
        #expect(!SourceText("asynchronous(\"async\")").words.contains("async"))
    }

    @Test func `a function is measured from its first line to its closing brace`() {
        let text = SourceText(
            """
            protocol P {
                func required()
                init(required: Int)
            }
            struct S {
                init() { self.init(1) }
                func long(
                    body: () -> Void = { }
                ) {
                    if true {
                        print("}")
                    }
                }
            }
            """
        )
        #expect(
            text.functions == [
                SourceText.Function(line: 6, lineCount: 1),
                SourceText.Function(line: 7, lineCount: 7),
            ]
        )
    }

    @Test(arguments: [69, 70, 71])
    func `a function's length is exact`(lines: Int) throws {
        let body = Array(repeating: "    call()", count: lines - 2).joined(separator: "\n")
        let function = try #require(SourceText("func f() {\n\(body)\n}\n").functions.first)
        #expect(function.lineCount == lines)
    }

    @Test func `columns count code, comments and names, and leave literals out`() {
        #expect(SourceText("let a = 1").columns == [9])
        #expect(SourceText("let a = \"long\" // é").columns == [13])
        #expect(SourceText("func `a b`()\nx").columns == [12, 1])
    }

    @Test func `braces in literals and comments do not count`() {
        #expect(SourceText("f(\"{\") /* { */ // {").hasBalancedBraces)
        #expect(!SourceText("f {").hasBalancedBraces)
        #expect(
            SourceText("int f(void) {\n}\nstruct s {\n};").topLevelBlocks.map(\.lineCount) == [
                2, 2,
            ]
        )
    }
}
