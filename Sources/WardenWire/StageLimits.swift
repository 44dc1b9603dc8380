/// What one stage is held to, as it travels and as the catalog seals the ceilings.
public struct StageLimits: Hashable, Sendable {
    public var wallMilliseconds: UInt64
    public var cpuMilliseconds: UInt64
    public var memoryBytes: UInt64
    public var processes: UInt64
    public var openFiles: UInt64
    public var fileBytes: UInt64

    public init(
        wallMilliseconds: UInt64,
        cpuMilliseconds: UInt64,
        memoryBytes: UInt64,
        processes: UInt64,
        openFiles: UInt64,
        fileBytes: UInt64
    ) {
        self.wallMilliseconds = wallMilliseconds
        self.cpuMilliseconds = cpuMilliseconds
        self.memoryBytes = memoryBytes
        self.processes = processes
        self.openFiles = openFiles
        self.fileBytes = fileBytes
    }

    /// Each value with its name, in wire order.
    public var fields: [(name: LimitName, value: UInt64)] {
        [
            (.wallMilliseconds, wallMilliseconds), (.cpuMilliseconds, cpuMilliseconds),
            (.memoryBytes, memoryBytes), (.processes, processes), (.openFiles, openFiles),
            (.fileBytes, fileBytes),
        ]
    }

    func write(to writer: inout ByteWriter) {
        for field in fields { writer.integer(field.value) }
    }

    init(from reader: inout ByteReader) throws(WireError) {
        wallMilliseconds = try reader.integer()
        cpuMilliseconds = try reader.integer()
        memoryBytes = try reader.integer()
        processes = try reader.integer()
        openFiles = try reader.integer()
        fileBytes = try reader.integer()
    }
}

/// What the jail's two writable folders are held to, each.
public struct WorkspaceLimits: Hashable, Sendable {
    public var bytes: UInt64
    public var files: UInt64

    public init(bytes: UInt64, files: UInt64) {
        self.bytes = bytes
        self.files = files
    }

    public var fields: [(name: LimitName, value: UInt64)] {
        [(.workspaceBytes, bytes), (.workspaceFiles, files)]
    }

    func write(to writer: inout ByteWriter) {
        for field in fields { writer.integer(field.value) }
    }

    init(from reader: inout ByteReader) throws(WireError) {
        bytes = try reader.integer()
        files = try reader.integer()
    }
}

/// The limits that the warden enforces, for naming one in a refusal.
public enum LimitName: UInt8, Sendable, CaseIterable {
    case wallMilliseconds = 1
    case cpuMilliseconds
    case memoryBytes
    case processes
    case openFiles
    case fileBytes
    case workspaceBytes
    case workspaceFiles
}
