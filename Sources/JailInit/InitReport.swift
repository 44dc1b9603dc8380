package import Kernel
package import WardenProtocol

/// A report of a jail's init to the warden.
///
/// Init has handled a stranger's bytes, so the warden trusts no more of it than that its program
/// has ended.
package enum InitReport {
    /// The root is built, and a stage can run.
    case built
    /// The program has opened its script.
    case parked
    /// The program has ended, and all processes that it started; after a concurrent stage some may
    /// be left.
    case ended(EndedStage)
    /// The output files have been written, as far as possible.
    case collected
    case failed(Fault)

    package func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .built: writer.integer(UInt8(1))
        case .ended(let stage):
            switch stage.end {
            case .exited(let code):
                writer.integer(UInt8(2))
                writer.integer(code)
            case .signaled(let signal):
                writer.integer(UInt8(3))
                writer.integer(signal)
            }
            stage.write(to: &writer)
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
            let end = ProcessEnd.exited(code: try reader.integer())
            self = .ended(try EndedStage(end, from: &reader))
        case 3:
            let end = ProcessEnd.signaled(try reader.integer())
            self = .ended(try EndedStage(end, from: &reader))
        case 4: self = .collected
        case 5: self = .failed(Fault(site: try reader.text(), errno: try reader.integer()))
        case 6: self = .parked
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

/// The end of a stage, as init reports it.
package struct EndedStage {
    package let stage: StageNumber
    package let end: ProcessEnd
    /// The usage of the first process and of the children that it waited for.
    package let usage: ProcessUsage
    package let refusedCalls: [Int32]

    package init(
        stage: StageNumber,
        end: ProcessEnd,
        usage: ProcessUsage,
        refusedCalls: [Int32]
    ) {
        self.stage = stage
        self.end = end
        self.usage = usage
        self.refusedCalls = refusedCalls
    }

    fileprivate func write(to writer: inout ByteWriter) {
        writer.integer(stage)
        writer.integer(usage.cpuMicroseconds)
        writer.integer(usage.peakMemoryBytes)
        writer.list(refusedCalls) { $0.integer($1) }
    }

    fileprivate init(_ end: ProcessEnd, from reader: inout ByteReader) throws(WireError) {
        self.end = end
        stage = try reader.integer()
        usage = ProcessUsage(
            cpuMicroseconds: try reader.integer(),
            peakMemoryBytes: try reader.integer()
        )
        refusedCalls = try StageEnd.refusedCalls(from: &reader)
    }
}
