extension Request {
    /// How many descriptors the frame carries.
    public var descriptorCount: Int {
        switch self {
        case .open: 1
        case .stage(let stage): stage.program.outputs.isEmpty ? 3 : 4
        case .close: 0
        }
    }

    /// Whether its lists are short enough for the other side to read.
    public var isWithinCounts: Bool {
        guard case .stage(let stage) = self else { return true }
        return stage.program.arguments.count <= Program.argumentsMax
            && stage.program.environment.count <= Program.argumentsMax
            && stage.program.outputs.count <= Program.outputsMax
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .open(let open):
            writer.integer(UInt8(1))
            writer.integer(open.jail)
            writer.integer(open.runtime)
            writer.integer(open.profile)
            open.workspace.write(to: &writer)
            writer.integer(open.memoryBytes)
        case .stage(let stage):
            writer.integer(UInt8(2))
            writer.integer(stage.jail)
            stage.limits.write(to: &writer)
            stage.program.write(to: &writer)
        case .close(let jail):
            writer.integer(UInt8(3))
            writer.integer(jail)
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
                    profile: try reader.integer(),
                    workspace: try WorkspaceLimits(from: &reader),
                    memoryBytes: try reader.integer()
                )
            )
        case 2:
            self = .stage(
                StageRequest(
                    jail: try reader.integer(),
                    limits: try StageLimits(from: &reader),
                    program: try Program(from: &reader)
                )
            )
        case 3: self = .close(try reader.integer())
        default: throw .unknownValue
        }
        try reader.finish()
    }
}

extension Program {
    static let argumentsMax = 4_096
    static let outputsMax = 256

    public func write(to writer: inout ByteWriter) {
        writer.list(arguments) { $0.text($1) }
        writer.list(environment) { $0.text($1) }
        writer.list(outputs) { $0.text($1) }
        writer.integer(outputFilesMax)
        writer.integer(outputBytesMax)
    }

    public init(from reader: inout ByteReader) throws(WireError) {
        arguments = try reader.list(most: Self.argumentsMax) { reader throws(WireError) in
            try reader.text()
        }
        guard !arguments.isEmpty else { throw .unknownValue }
        environment = try reader.list(most: Self.argumentsMax) { reader throws(WireError) in
            try reader.text()
        }
        outputs = try reader.list(most: Self.outputsMax) { reader throws(WireError) in
            try reader.text()
        }
        outputFilesMax = try reader.integer()
        outputBytesMax = try reader.integer()
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
        case .opened(let jail):
            writer.integer(UInt8(3))
            writer.integer(jail)
        case .refused(let jail, let refusal):
            writer.integer(UInt8(4))
            writer.integer(jail)
            refusal.write(to: &writer)
        case .finished(let jail, let end):
            writer.integer(UInt8(5))
            writer.integer(jail)
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
        case 3: self = .opened(try reader.integer())
        case 4: self = .refused(try reader.integer(), try Refusal(from: &reader))
        case 5: self = .finished(try reader.integer(), try StageEnd(from: &reader))
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
    }

    init(from reader: inout ByteReader) throws(WireError) {
        name = try reader.text()
        detail = try reader.text()
    }
}

extension Refusal {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .aboveCeiling(let limit, let value, let ceiling):
            writer.integer(UInt8(1))
            writer.integer(limit.rawValue)
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
            guard let limit = LimitName(rawValue: try reader.integer()) else { throw .unknownValue }
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
        switch cause {
        case .exited(let code):
            writer.integer(UInt8(1))
            writer.integer(code)
        case .signaled(let signal):
            writer.integer(UInt8(2))
            writer.integer(signal)
        case .wallTime: writer.integer(UInt8(3))
        case .cpuTime: writer.integer(UInt8(4))
        case .memory: writer.integer(UInt8(5))
        }
        writer.integer(wallMicroseconds)
        writer.integer(cpuMicroseconds)
        writer.integer(memoryBytes)
    }

    init(from reader: inout ByteReader) throws(WireError) {
        switch try reader.integer(UInt8.self) {
        case 1: cause = .exited(code: try reader.integer())
        case 2: cause = .signaled(try reader.integer())
        case 3: cause = .wallTime
        case 4: cause = .cpuTime
        case 5: cause = .memory
        default: throw .unknownValue
        }
        wallMicroseconds = try reader.integer()
        cpuMicroseconds = try reader.integer()
        memoryBytes = try reader.integer()
    }
}
