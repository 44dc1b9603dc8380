/// Runs a classic BPF program on one system call as the kernel would, so that tests can check a
/// filter without installing it.
struct BerkeleyFilter {
    struct Call {
        var number: UInt32
        var architecture: UInt32 = nativeArchitecture
        var arguments: [UInt64] = []

        /// Returns the four bytes at `offset` of `struct seccomp_data` (linux/seccomp.h),
        /// little-endian.
        func word(at offset: Int) -> UInt32? {
            switch offset {
            case 0: return number
            case 4: return architecture
            case 8, 12: return 0  // the instruction pointer
            case 16..<64 where offset % 4 == 0:
                let index = (offset - 16) / 8
                let argument = index < arguments.count ? arguments[index] : 0
                return UInt32(truncatingIfNeeded: offset % 8 == 0 ? argument : argument >> 32)
            default: return nil
            }
        }
    }

    enum Fault: Error, Equatable {
        case badOffset
        case unknownInstruction(UInt16)
        case ranOff
    }

    private struct Instruction {
        let code: UInt16
        let whenTrue: Int
        let whenFalse: Int
        let operand: UInt32
    }

    /// The AUDIT_ARCH values of linux/audit.h.
    static let x86x64: UInt32 = 0xc000_003e
    static let x86: UInt32 = 0x4000_0003
    static let aarch64: UInt32 = 0xc000_00b7
    #if arch(x86_64)
    static let nativeArchitecture = x86x64
    #else
    static let nativeArchitecture = aarch64
    #endif

    private let instructions: [Instruction]

    init(_ bytes: [UInt8]) {
        instructions = stride(from: 0, to: bytes.count, by: 8).map { start in
            let part = bytes[start..<(start + 8)].map(UInt32.init)
            return Instruction(
                code: UInt16(part[0] | part[1] << 8),
                whenTrue: Int(part[2]),
                whenFalse: Int(part[3]),
                operand: part[4] | part[5] << 8 | part[6] << 16 | part[7] << 24
            )
        }
    }

    /// Runs the program and returns its result, a SECCOMP_RET value.
    func answer(to call: Call) throws -> UInt32 {
        var accumulator: UInt32 = 0
        var position = 0
        while position < instructions.count {
            let step = instructions[position]
            position += 1
            let operand = step.operand
            switch step.code {
            case 0x20:  // BPF_LD | BPF_W | BPF_ABS
                guard let word = call.word(at: Int(operand)) else { throw Fault.badOffset }
                accumulator = word
            case 0x54: accumulator &= operand  // BPF_ALU | BPF_AND
            case 0x05: position += Int(operand)  // BPF_JMP | BPF_JA
            case 0x15: position += accumulator == operand ? step.whenTrue : step.whenFalse
            case 0x25: position += accumulator > operand ? step.whenTrue : step.whenFalse
            case 0x35: position += accumulator >= operand ? step.whenTrue : step.whenFalse
            case 0x45: position += accumulator & operand != 0 ? step.whenTrue : step.whenFalse
            case 0x06: return operand  // BPF_RET | BPF_K
            default: throw Fault.unknownInstruction(step.code)
            }
        }
        throw Fault.ranOff
    }
}
