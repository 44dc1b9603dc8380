internal import Vocabulary

extension Verdict {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .exited(let code):
            writer.integer(UInt8(1))
            writer.integer(code)
        case .signaled(let signal):
            writer.integer(UInt8(2))
            writer.integer(signal)
        case .timedOut: writer.integer(UInt8(3))
        case .cpuTimeExceeded: writer.integer(UInt8(4))
        case .memoryExceeded: writer.integer(UInt8(5))
        case .outputExceeded: writer.integer(UInt8(6))
        }
    }

    init(from reader: inout ByteReader) throws(WireError) {
        switch try reader.integer(UInt8.self) {
        case 1: self = .exited(code: try reader.integer())
        case 2: self = .signaled(signal: try reader.integer())
        case 3: self = .timedOut
        case 4: self = .cpuTimeExceeded
        case 5: self = .memoryExceeded
        case 6: self = .outputExceeded
        default: throw .unknownValue
        }
    }
}

extension Usage {
    func write(to writer: inout ByteWriter) {
        writer.integer(wallMicroseconds)
        writer.integer(cpuMicroseconds)
        writer.integer(memoryBytes)
    }

    init(from reader: inout ByteReader) throws(WireError) {
        self.init(
            wallMicroseconds: try reader.integer(),
            cpuMicroseconds: try reader.integer(),
            memoryBytes: try reader.integer()
        )
    }
}
