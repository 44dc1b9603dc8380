public import Vocabulary

/// A program and its outputs, in a form that only the jail's own init reads.
public struct Program: Hashable, Sendable {
    /// The arguments; the first is an absolute path inside the jail.
    public var arguments: [String]
    /// The variables, each as `NAME=value`.
    public var environment: [String]
    /// The path of the script below the work folder, for a program that starts ahead of its stage
    /// and will open it.
    public var script: String?
    /// The paths or globs of the files to bring back, under the work folder.
    public var outputs: [String]
    /// Whether every other file under the work folder is reported by its name and its digest.
    public var digestsOthers: Bool
    /// The highest number of files, collected and digested together.
    public var outputFilesMax: UInt32
    /// The highest number of bytes, collected and digested together.
    public var outputBytesMax: UInt64

    public init(
        arguments: [String],
        environment: [String],
        script: String? = nil,
        outputs: [String],
        digestsOthers: Bool = false,
        outputFilesMax: UInt32,
        outputBytesMax: UInt64
    ) {
        self.arguments = arguments
        self.environment = environment
        self.script = script
        self.outputs = outputs
        self.digestsOthers = digestsOthers
        self.outputFilesMax = outputFilesMax
        self.outputBytesMax = outputBytesMax
    }
}

/// An encoded program: the warden hands its bytes on to init and decodes none of them.
public struct OpaqueProgram: Hashable, Sendable {
    /// The encoded ``Program``; with the rest of its frame at most ``Protocol/frameBytesMax``.
    public let bytes: [UInt8]
    /// The digest of its arguments and its environment: only a stage of the same command can resume
    /// a parked program.
    public let command: ContentDigest
    /// Whether files are brought back, through a pipe of their own.
    public let collects: Bool

    /// - Throws: if its lists are longer than init accepts, or another field is invalid.
    public init(_ program: Program) throws(WireError) {
        var writer = ByteWriter()
        program.writeCommand(to: &writer)
        command = ContentDigest(of: writer.bytes)
        collects = !program.outputs.isEmpty || program.digestsOthers
        bytes = program.encoded()
        _ = try Program(decoding: bytes)
    }

    func write(to writer: inout ByteWriter) {
        writer.blob(bytes)
        writer.append(command.bytes)
        writer.integer(UInt8(collects ? 1 : 0))
    }

    init(from reader: inout ByteReader) throws(WireError) {
        bytes = Array(try reader.blob())
        command = try reader.digest()
        collects = try reader.flag()
    }
}

extension Program {
    static let argumentsMax = 4_096
    static let outputsMax = 256

    fileprivate func writeCommand(to writer: inout ByteWriter) {
        writer.list(arguments) { $0.text($1) }
        writer.list(environment) { $0.text($1) }
    }

    public func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writeCommand(to: &writer)
        writer.list([script].compactMap(\.self)) { $0.text($1) }
        writer.list(outputs) { $0.text($1) }
        writer.integer(UInt8(digestsOthers ? 1 : 0))
        writer.integer(outputFilesMax)
        writer.integer(outputBytesMax)
        return writer.bytes
    }

    public init(decoding bytes: some Sequence<UInt8>) throws(WireError) {
        var reader = ByteReader(bytes)
        arguments = try reader.list(most: Self.argumentsMax) { reader throws(WireError) in
            try reader.text()
        }
        guard !arguments.isEmpty else { throw .unknownValue }
        environment = try reader.list(most: Self.argumentsMax) { reader throws(WireError) in
            try reader.text()
        }
        script = try reader.list(most: 1) { reader throws(WireError) in
            try reader.relativePath()
        }.first
        outputs = try reader.list(most: Self.outputsMax) { reader throws(WireError) in
            try reader.text()
        }
        digestsOthers = try reader.flag()
        outputFilesMax = try reader.integer()
        outputBytesMax = try reader.integer()
        try reader.finish()
    }
}
