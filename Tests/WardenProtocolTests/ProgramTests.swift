import Testing
import WardenProtocol

@Suite struct ProgramTests {
    @Test(arguments: Samples.programs)
    func `a program comes back as it was, and not where it is cut or followed by more`(
        program: Program
    ) throws {
        let bytes = program.encoded()
        #expect(try Program(decoding: bytes) == program)
        for count in bytes.indices {
            #expect(throws: WireError.self) { try Program(decoding: bytes.prefix(count)) }
        }
        #expect(throws: WireError.trailingBytes) { try Program(decoding: bytes + [0]) }
    }

    @Test(arguments: Samples.programs)
    func `what travels is the program, and whether it is like another`(program: Program) throws {
        let opaque = try OpaqueProgram(program)
        #expect(try Program(decoding: opaque.bytes) == program)
        #expect(opaque.collects == (!program.outputs.isEmpty || program.digestsOthers))
        var other = program
        other.outputs.append("more")
        other.script = "other.py"
        #expect(try OpaqueProgram(other).command == opaque.command)
        other = program
        other.arguments.append("")
        #expect(try OpaqueProgram(other).command != opaque.command)
        other = program
        other.environment.append("")
        #expect(try OpaqueProgram(other).command != opaque.command)
    }

    @Test func `an argument is not a variable`() throws {
        var (first, second) = (Samples.smallProgram, Samples.smallProgram)
        first.arguments = ["a", "B=c"]
        second.environment = ["B=c"]
        #expect(try OpaqueProgram(first).command != OpaqueProgram(second).command)
    }

    @Test func `a stage needs a program`() {
        var program = Samples.smallProgram
        program.arguments = []
        #expect(throws: WireError.unknownValue) { try OpaqueProgram(program) }
        #expect(throws: WireError.unknownValue) { try Program(decoding: program.encoded()) }
    }

    @Test(arguments: ["", "/etc/passwd", "../main.py", "a//b", "a\0b", "."])
    func `a script that is not below the work folder is refused`(script: String) {
        var program = Samples.smallProgram
        program.script = script
        #expect(throws: WireError.badPath) { try OpaqueProgram(program) }
        #expect(throws: WireError.badPath) { try Program(decoding: program.encoded()) }
    }

    private func bytes(argumentCount: UInt32) -> [UInt8] {
        var bytes = Samples.program.encoded()
        for place in 0..<4 {
            bytes[place] = UInt8(truncatingIfNeeded: argumentCount >> (8 * place))
        }
        return bytes
    }

    @Test(arguments: [UInt32(4_097), 1 << 24, .max])
    func `a count above what may be is refused before room is made for it`(count: UInt32) {
        #expect(throws: WireError.tooMany) {
            try Program(decoding: bytes(argumentCount: count))
        }
    }

    @Test(arguments: [UInt32(2), 4, 40])
    func `a count that lies is refused`(count: UInt32) {
        #expect(throws: WireError.self) { try Program(decoding: bytes(argumentCount: count)) }
    }

    @Test(arguments: [(4_095, true), (4_096, true), (4_097, false)])
    func `a stage has at most 4096 arguments`(count: Int, isAccepted: Bool) {
        var program = Samples.program
        program.arguments = Array(repeating: "a", count: count)
        #expect(((try? OpaqueProgram(program)) != nil) == isAccepted)
        #expect(((try? Program(decoding: program.encoded())) == program) == isAccepted)
    }

    @Test(arguments: [(255, true), (256, true), (257, false)])
    func `a stage has at most 256 outputs`(count: Int, isAccepted: Bool) {
        var program = Samples.program
        program.outputs = Array(repeating: "a", count: count)
        #expect(((try? OpaqueProgram(program)) != nil) == isAccepted)
        #expect(((try? Program(decoding: program.encoded())) == program) == isAccepted)
    }
}
