import Domain
import Foundation
import Testing

@testable import FolderCache

@Suite struct `The key of a program` {
    private let salt: [UInt8] = [1]

    private func key(_ change: (inout Compilation) -> Void = { _ in }) -> ProgramKey {
        ProgramKey(.sample("main", change), salt: salt)
    }

    private typealias Change = @Sendable (inout Compilation) -> Void

    /// One change for each field of a compilation except the limits.
    private static let changes: [Change] = [
        { $0.scope = .owner(.organization("org_2")) },
        { $0.scope = .owner(.address("org_1")) },
        { $0.scope = .project("org_1") },
        { $0.language = "cpp" },
        { $0.version = "12.2.1" },
        { $0.compiler = [1, 2, 4] },
        { $0.compiler = [1, 2] },
        { $0.profile = .strict },
        { $0.files[0].content = Data("mai".utf8) },
        { $0.files[0].path = "main.cc" },
        { $0.files[1].content = Data() },
        { $0.files.swapAt(0, 1) },
        { $0.files.removeLast() },
        { $0.files.append(SourceFile(path: "b.h", content: Data())) },
        { $0.arguments[1] = "-O3" },
        { $0.arguments.append("-lm") },
        { $0.arguments.swapAt(1, 2) },
        { $0.environment["HOME"] = "/" },
        { $0.environment["HOME"] = nil },
        { $0.environment["A"] = "" },
        { $0.workspaceBytes += 1 },
        { $0.workspaceFiles += 1 },
    ]

    private static let limitChanges: [Change] = Limit.allCases.map { limit in
        { $0.limits[limit] += 1 }
    }

    @Test func `is the same for the same compilation`() {
        #expect(key() == key())
        #expect(key() == key { $0.environment = ["HOME": "/box", "LANG": "C.UTF-8"] })
    }

    @Test func `is another where anything differs`() {
        var keys = Set([key()])
        let changes = Self.changes + Self.limitChanges
        for change in changes { keys.insert(key(change)) }
        #expect(keys.count == changes.count + 1)
        #expect(Set(keys.map(\.compilation)).count == keys.count)
    }

    @Test func `does not let one field run into the next`() {
        let one = key {
            $0.files = [SourceFile(path: "ab", content: Data("c".utf8))]
            $0.arguments = ["d", "ef"]
        }
        let other = key {
            $0.files = [SourceFile(path: "a", content: Data("bc".utf8))]
            $0.arguments = ["de", "f"]
        }
        #expect(one != other)
        let bytes = [UInt8](repeating: 0, count: 8)
        let zeros = key { $0.files[0].content = Data(bytes) }
        #expect(zeros != key { $0.files[0].content = Data(bytes + bytes) })
    }

    @Test func `of an address is of no use after a restart, and of an organization it is`() {
        let stranger = Compilation.sample { $0.scope = .owner(.address("192.0.2.1")) }
        #expect(ProgramKey(stranger, salt: [1]) == ProgramKey(stranger, salt: [1]))
        #expect(ProgramKey(stranger, salt: [1]).scope != ProgramKey(stranger, salt: [2]).scope)
        let known = Compilation.sample()
        #expect(ProgramKey(known, salt: [1]) == ProgramKey(known, salt: [2]))
    }

    @Test func `has a scope that all keys of a project share, and no other`() {
        let project = ProgramKey.scope(.project("prj_1"), salt: salt)
        #expect(key { $0.scope = .project("prj_1") }.scope == project)
        #expect(
            key {
                $0.scope = .project("prj_1")
                $0.language = "cpp"
            }.scope == project
        )
        #expect(key().scope != project)
    }

    @Test func `is read back from its file's name, and from no other`() {
        let key = key()
        #expect(ProgramKey(fileName: key.fileName) == key)
        for name in [
            "", ".", "..", "unfinished", key.scope, key.fileName + ".", "x" + key.fileName,
            key.fileName.uppercased(), String(key.fileName.dropLast()), "../" + key.fileName,
        ] {
            #expect(ProgramKey(fileName: name) == nil, "\(name)")
        }
    }
}

@Suite struct `A program's file` {
    private let key = ProgramKey(.sample(), salt: [])
    private let program = CompiledProgram.sample()

    @Test func `holds the program and what its compiler said`() throws {
        let file = try ProgramFile.encode(program, for: key)
        #expect(ProgramFile.decode(file, for: key) == program)
        let empty = CompiledProgram(result: program.result, content: Data())
        #expect(try ProgramFile.decode(ProgramFile.encode(empty, for: key), for: key) == empty)
    }

    @Test func `is not believed with a byte changed, missing or added`() throws {
        let file = try ProgramFile.encode(program, for: key)
        for index in file.indices {
            var damaged = file
            damaged[index] ^= 1
            #expect(ProgramFile.decode(damaged, for: key) == nil, "byte \(index)")
            #expect(ProgramFile.decode(file[..<index], for: key) == nil, "\(index) bytes")
        }
        #expect(ProgramFile.decode(file + [0], for: key) == nil)
    }

    @Test func `is not believed under another's name`() throws {
        let file = try ProgramFile.encode(program, for: key)
        #expect(ProgramFile.decode(file, for: ProgramKey(.sample("other"), salt: [])) == nil)
    }
}
