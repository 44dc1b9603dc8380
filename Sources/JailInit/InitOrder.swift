package import Kernel
package import Vocabulary
package import WardenProtocol

/// What the warden tells a jail's init, over a socket pair of their own.
package enum InitOrder {
    /// The user namespace is mapped: build the jail.
    case build
    /// Run a program; carries what a stage's frame does.
    case run(StageOrder)
    /// Start a program and report where it first opens its script; carries its pipes.
    ///
    /// `leaseMilliseconds` is how long the kernel makes it wait there.
    case park(StageOrder, leaseMilliseconds: UInt64)
    /// Let the program that is parked go on; carries what a stage's frame does but for the pipes.
    case resume(StageOrder)
    /// Kill everything of the stage that is running.
    case kill

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .build: writer.integer(UInt8(1))
        case .run(let stage):
            writer.integer(UInt8(2))
            stage.write(to: &writer)
        case .kill: writer.integer(UInt8(3))
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
        case 3: self = .kill
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

/// One program, and what holds it.
package struct StageOrder {
    let limits: Limits
    /// As the front encoded it: init alone reads it.
    let program: [UInt8]
    let bringsFiles: Bool

    func write(to writer: inout ByteWriter) {
        limits.write(Limit.ofStage, to: &writer)
        writer.blob(program)
        writer.integer(UInt8(bringsFiles ? 1 : 0))
    }

    package init(limits: Limits, program: [UInt8], bringsFiles: Bool) {
        self.limits = limits
        self.program = program
        self.bringsFiles = bringsFiles
    }

    init(from reader: inout ByteReader) throws(WireError) {
        limits = try Limits(Limit.ofStage, from: &reader)
        program = Array(try reader.blob())
        bringsFiles = try reader.flag()
    }
}

/// What a jail's init tells the warden.
///
/// It has handled a stranger's bytes, so the warden believes no more of it than that its program
/// has ended.
package enum InitReport {
    /// The root is built, a stage can run.
    case built
    /// The program has come to its script.
    case parked
    /// The program has ended, and nothing that it started is left.
    case ended(ProcessEnd, refusedCalls: [Int32])
    /// The output files have been written, as far as they could be.
    case collected
    case failed(Fault)

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .built: writer.integer(UInt8(1))
        case .ended(.exited(let code), let refusedCalls):
            writer.integer(UInt8(2))
            writer.integer(code)
            writer.list(refusedCalls) { $0.integer($1) }
        case .ended(.signaled(let signal), let refusedCalls):
            writer.integer(UInt8(3))
            writer.integer(signal)
            writer.list(refusedCalls) { $0.integer($1) }
        case .collected: writer.integer(UInt8(4))
        case .failed(let fault):
            writer.integer(UInt8(5))
            writer.text(fault.site)
            writer.integer(fault.errno)
        case .parked: writer.integer(UInt8(6))
        }
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1: self = .built
        case 2:
            self = .ended(
                .exited(code: try reader.integer()),
                refusedCalls: try StageEnd.refusedCalls(from: &reader)
            )
        case 3:
            self = .ended(
                .signaled(try reader.integer()),
                refusedCalls: try StageEnd.refusedCalls(from: &reader)
            )
        case 4: self = .collected
        case 5: self = .failed(Fault(site: try reader.text(), errno: try reader.integer()))
        case 6: self = .parked
        default: throw .unknownValue
        }
        try reader.finish()
    }
}
