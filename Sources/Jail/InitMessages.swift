internal import Kernel
internal import WardenWire

/// What the warden tells a jail's init, over a socket pair of their own.
enum InitOrder {
    /// The user namespace is mapped: build the jail.
    case build
    /// Run a program; carries its pipes.
    case run(StageLimits, Program)
    /// Kill everything of the stage that is running.
    case kill

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .build: writer.integer(UInt8(1))
        case .run(let limits, let program):
            writer.integer(UInt8(2))
            for field in limits.fields { writer.integer(field.value) }
            program.write(to: &writer)
        case .kill: writer.integer(UInt8(3))
        }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1: self = .build
        case 2:
            self = .run(
                StageLimits(
                    wallMilliseconds: try reader.integer(),
                    cpuMilliseconds: try reader.integer(),
                    memoryBytes: try reader.integer(),
                    processes: try reader.integer(),
                    openFiles: try reader.integer(),
                    fileBytes: try reader.integer()
                ),
                try Program(from: &reader)
            )
        case 3: self = .kill
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

/// What a jail's init tells the warden.
///
/// It has handled a stranger's bytes, so the warden believes no more of it than that its program
/// has ended.
enum InitReport {
    /// The root is built, the files are in it, a stage can run.
    case built
    /// The program has ended, and nothing that it started is left.
    case ended(ProcessEnd)
    /// The output files have been written, as far as they could be.
    case collected
    case failed(Fault)

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .built: writer.integer(UInt8(1))
        case .ended(.exited(let code)):
            writer.integer(UInt8(2))
            writer.integer(code)
        case .ended(.signaled(let signal)):
            writer.integer(UInt8(3))
            writer.integer(signal)
        case .collected: writer.integer(UInt8(4))
        case .failed(let fault):
            writer.integer(UInt8(5))
            writer.text(fault.site)
            writer.integer(fault.errno)
        }
        return writer.bytes
    }

    init(decoding bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1: self = .built
        case 2: self = .ended(.exited(code: try reader.integer()))
        case 3: self = .ended(.signaled(try reader.integer()))
        case 4: self = .collected
        case 5: self = .failed(Fault(site: try reader.text(), errno: try reader.integer()))
        default: throw .unknownValue
        }
        try reader.finish()
    }
}
