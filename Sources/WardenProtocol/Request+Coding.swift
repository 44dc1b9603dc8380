internal import Vocabulary

extension Request {
    /// The number of descriptors that the frame carries.
    public var descriptorCount: Int {
        switch self {
        case .open, .kill, .close: 0
        case .stage(let stage): 3 + stage.filesAndOutputs
        case .park: 3
        case .resume(let stage): stage.filesAndOutputs
        }
    }

    /// The index of the files' archive among the descriptors; the others are pipes.
    public var archiveIndex: Int? {
        switch self {
        case .stage(let stage): stage.bringsFiles ? 3 : nil
        case .resume(let stage): stage.bringsFiles ? 0 : nil
        case .open, .park, .kill, .close: nil
        }
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .open(let open):
            writer.integer(UInt8(1))
            writer.integer(open.jail)
            writer.integer(open.runtime)
            writer.integer(open.profile.rawValue)
            open.limits.write(Limit.atOpening, to: &writer)
        case .stage(let stage):
            writer.integer(UInt8(2))
            stage.write(to: &writer)
        case .close(let jail):
            writer.integer(UInt8(3))
            writer.integer(jail)
        case .park(let park):
            writer.integer(UInt8(4))
            writer.integer(park.jail)
            park.limits.write(Limit.ofStage, to: &writer)
            park.program.write(to: &writer)
        case .resume(let stage):
            writer.integer(UInt8(5))
            stage.write(to: &writer)
        case .kill(let jail, let stage):
            writer.integer(UInt8(6))
            writer.integer(jail)
            writer.integer(stage)
        }
        return writer.bytes
    }

    public init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1:
            self = .open(
                OpenRequest(
                    jail: try reader.integer(),
                    runtime: try reader.integer(),
                    profile: try SystemCallProfile(from: &reader),
                    limits: try Limits(Limit.atOpening, from: &reader)
                )
            )
        case 2: self = .stage(try StageRequest(from: &reader))
        case 3: self = .close(try reader.integer())
        case 4:
            self = .park(
                ParkRequest(
                    jail: try reader.integer(),
                    limits: try Limits(Limit.ofStage, from: &reader),
                    program: try OpaqueProgram(from: &reader)
                )
            )
        case 5:
            let stage = try StageRequest(from: &reader)
            guard !stage.isConcurrent else { throw .unknownValue }
            self = .resume(stage)
        case 6: self = .kill(try reader.integer(), try reader.integer())
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

extension SystemCallProfile {
    init(from reader: inout ByteReader) throws(WireError) {
        guard let profile = Self(rawValue: try reader.integer()) else { throw .unknownValue }
        self = profile
    }
}

extension StageRequest {
    /// The number of descriptors after the frame's pipes.
    var filesAndOutputs: Int { (bringsFiles ? 1 : 0) + (program.collects ? 1 : 0) }

    func write(to writer: inout ByteWriter) {
        writer.integer(jail)
        writer.integer(stage)
        limits.write(Limit.ofStage, to: &writer)
        program.write(to: &writer)
        writer.integer(UInt8(bringsFiles ? 1 : 0))
        writer.integer(UInt8(isConcurrent ? 1 : 0))
    }

    init(from reader: inout ByteReader) throws(WireError) {
        jail = try reader.integer()
        stage = try reader.integer()
        limits = try Limits(Limit.ofStage, from: &reader)
        program = try OpaqueProgram(from: &reader)
        bringsFiles = try reader.flag()
        isConcurrent = try reader.flag()
        guard !(isConcurrent && program.collects) else { throw .unknownValue }
    }
}

extension Reply {
    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .ready(let version, let primitives):
            writer.integer(UInt8(1))
            writer.integer(version)
            writer.list(primitives) { $1.write(to: &$0) }
        case .unfit(let primitive):
            writer.integer(UInt8(2))
            primitive.write(to: &writer)
        case .parked(let jail, let milliseconds, let memoryBytes):
            writer.integer(UInt8(3))
            writer.integer(jail)
            writer.integer(milliseconds)
            writer.integer(memoryBytes)
        case .refused(let jail, let stage, let refusal):
            writer.integer(UInt8(4))
            writer.integer(jail)
            writer.integer(stage)
            refusal.write(to: &writer)
        case .finished(let jail, let stage, let end):
            writer.integer(UInt8(5))
            writer.integer(jail)
            writer.integer(stage)
            end.write(to: &writer)
        case .broken(let jail, let fault):
            writer.integer(UInt8(6))
            writer.integer(jail)
            writer.text(fault.site)
            writer.integer(fault.errno)
        case .closed(let jail):
            writer.integer(UInt8(7))
            writer.integer(jail)
        }
        return writer.bytes
    }

    public init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var reader = ByteReader(bytes)
        switch try reader.integer(UInt8.self) {
        case 1:
            self = .ready(
                version: try reader.integer(),
                primitives: try reader.list(most: 64, Primitive.init(from:))
            )
        case 2: self = .unfit(try Primitive(from: &reader))
        case 3:
            self = .parked(
                try reader.integer(),
                milliseconds: try reader.integer(),
                memoryBytes: try reader.integer()
            )
        case 4:
            self = .refused(
                try reader.integer(),
                try reader.integer(),
                try Refusal(from: &reader)
            )
        case 5:
            self = .finished(
                try reader.integer(),
                try reader.integer(),
                try StageEnd(from: &reader)
            )
        case 6:
            self = .broken(
                try reader.integer(),
                Fault(site: try reader.text(), errno: try reader.integer())
            )
        case 7: self = .closed(try reader.integer())
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

extension Primitive {
    func write(to writer: inout ByteWriter) {
        writer.text(name)
        writer.text(detail)
        writer.integer(UInt8(isWeaker ? 1 : 0))
    }

    init(from reader: inout ByteReader) throws(WireError) {
        name = try reader.text()
        detail = try reader.text()
        isWeaker = try reader.flag()
    }
}

extension Refusal {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .aboveCeiling(let limit, let value, let ceiling):
            writer.integer(UInt8(1))
            writer.integer(limit.definition.code)
            writer.integer(value)
            writer.integer(ceiling)
        case .unknownRuntime: writer.integer(UInt8(2))
        case .unknownProfile: writer.integer(UInt8(3))
        case .noSuchJail: writer.integer(UInt8(4))
        case .busy: writer.integer(UInt8(5))
        case .tooManyJails: writer.integer(UInt8(6))
        case .wrongDescriptor: writer.integer(UInt8(7))
        }
    }

    init(from reader: inout ByteReader) throws(WireError) {
        switch try reader.integer(UInt8.self) {
        case 1:
            guard let limit = Limit(code: try reader.integer()) else { throw .unknownValue }
            self = .aboveCeiling(
                limit,
                value: try reader.integer(),
                ceiling: try reader.integer()
            )
        case 2: self = .unknownRuntime
        case 3: self = .unknownProfile
        case 4: self = .noSuchJail
        case 5: self = .busy
        case 6: self = .tooManyJails
        case 7: self = .wrongDescriptor
        default: throw .unknownValue
        }
    }
}

extension StageEnd {
    func write(to writer: inout ByteWriter) {
        verdict.write(to: &writer)
        usage.write(to: &writer)
        writer.list(refusedCalls) { $0.integer($1) }
    }

    init(from reader: inout ByteReader) throws(WireError) {
        verdict = try Verdict(from: &reader)
        usage = try Usage(from: &reader)
        refusedCalls = try Self.refusedCalls(from: &reader)
    }

    public static func refusedCalls(from reader: inout ByteReader) throws(WireError) -> [Int32] {
        try reader.list(most: refusedCallsMax) { reader throws(WireError) in
            try reader.integer()
        }
    }
}
