package import Vocabulary
package import WardenProtocol

/// A warden's order to a jail's init, over their own socket pair.
package enum InitOrder {
    /// The user namespace is mapped: build the jail.
    case build
    /// Run a program; carries the descriptors of a stage's frame.
    case run(StageOrder)
    /// Start a program and report its first open of the script; carries its pipes.
    ///
    /// `leaseMilliseconds` is the kernel's limit of the wait there.
    case park(StageOrder, leaseMilliseconds: UInt64)
    /// Let the parked program continue; carries the descriptors of a stage's frame except the
    /// pipes.
    case resume(StageOrder)
    /// Kill this stage.
    case kill(StageNumber)

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .build: writer.integer(UInt8(1))
        case .run(let stage):
            writer.integer(UInt8(2))
            stage.write(to: &writer)
        case .kill(let stage):
            writer.integer(UInt8(3))
            writer.integer(stage)
        case .park(let stage, let leaseMilliseconds):
            writer.integer(UInt8(4))
            stage.write(to: &writer)
            writer.integer(leaseMilliseconds)
        case .resume(let stage):
            writer.integer(UInt8(5))
            stage.write(to: &writer)
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1: self = .build
        case 2: self = .run(try StageOrder(from: &reader))
        case 3: self = .kill(try reader.integer())
        case 4:
            self = .park(
                try StageOrder(from: &reader),
                leaseMilliseconds: try reader.integer()
            )
        case 5: self = .resume(try StageOrder(from: &reader))
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

/// The order to run one program, with its limits.
package struct StageOrder {
    let number: StageNumber
    let limits: Limits
    /// The program as the front encoded it: init alone decodes it.
    let program: [UInt8]
    let bringsFiles: Bool
    /// Whether the stage leaves the other processes of the jail alone.
    let isConcurrent: Bool

    func write(to writer: inout ByteWriter) {
        writer.integer(number)
        limits.write(Limit.ofStage, to: &writer)
        writer.blob(program)
        writer.integer(UInt8(bringsFiles ? 1 : 0))
        writer.integer(UInt8(isConcurrent ? 1 : 0))
    }

    package init(
        number: StageNumber,
        limits: Limits,
        program: [UInt8],
        bringsFiles: Bool,
        isConcurrent: Bool = false
    ) {
        self.number = number
        self.limits = limits
        self.program = program
        self.bringsFiles = bringsFiles
        self.isConcurrent = isConcurrent
    }

    init(from reader: inout ByteReader) throws(WireError) {
        number = try reader.integer()
        limits = try Limits(Limit.ofStage, from: &reader)
        program = Array(try reader.blob())
        bringsFiles = try reader.flag()
        isConcurrent = try reader.flag()
    }
}
