import Foundation
import Testing

/// The warden's program is a single file: no loader and no library affects its code.
@Suite struct WardenBinaryTests {
    private static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    @Test func `the warden asks for no loader and no library`() throws {
        let program = Self.products.appending(path: "quicksand-warden")
        let segments = try #require(ProgramSegments(try Data(contentsOf: program)))
        #expect(segments.types.contains(ProgramSegments.load))
        #expect(!segments.types.contains(ProgramSegments.interpreter))
        #expect(!segments.types.contains(ProgramSegments.dynamic))
    }

    @Test func `an ordinary program asks for both`() throws {
        let program = URL(fileURLWithPath: "/proc/self/exe")
        let segments = try #require(ProgramSegments(try Data(contentsOf: program)))
        #expect(
            segments.types.isSuperset(of: [ProgramSegments.interpreter, ProgramSegments.dynamic])
        )
    }

    @Test func `what is no program is not taken for one`() {
        #expect(ProgramSegments(Data()) == nil)
        #expect(ProgramSegments(Data("#!/bin/sh\n".utf8)) == nil)
        #expect(ProgramSegments(Data([0x7f, 0x45, 0x4c, 0x46, 2, 1])) == nil)
    }
}

/// The segment types of a 64-bit little-endian program's header table; see elf(5).
struct ProgramSegments {
    static let load: UInt32 = 1
    /// The segment that would hold NEEDED entries.
    static let dynamic: UInt32 = 2
    static let interpreter: UInt32 = 3

    let types: Set<UInt32>

    /// - Returns: `nil` if the file is not such a program, or is truncated.
    init?(_ file: Data) {
        let bytes = [UInt8](file)
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46, 2, 1]), bytes.count >= 64 else {
            return nil
        }
        func number(at offset: Int, bytes count: Int) -> Int? {
            guard offset >= 0, offset + count <= bytes.count else { return nil }
            return bytes[offset..<(offset + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
        }
        guard let table = number(at: 32, bytes: 7), let size = number(at: 54, bytes: 2),
            let count = number(at: 56, bytes: 2), count > 0
        else { return nil }
        var types: Set<UInt32> = []
        for index in 0..<count {
            guard let type = number(at: table + index * size, bytes: 4) else { return nil }
            types.insert(UInt32(type))
        }
        self.types = types
    }
}
