public import Foundation

/// Where programs that compile stages made are kept, so that the same sources need not be compiled
/// again.
///
/// It is only ever faster: it may forget anything at any time, and what it cannot keep or read is
/// not there. Nothing of it throws.
public protocol CompileCache: Sendable {
    /// The program of this compilation, or `nil`.
    func program(of compilation: Compilation) async -> CompiledProgram?

    /// Keeps what a compilation made; does not wait for the disk.
    func keep(_ program: CompiledProgram, of compilation: Compilation)

    /// Forgets what was made of a project. Returns when none of it is left, also on disk.
    func forget(project: String) async
}

/// All inputs of a compile stage, and its owner.
///
/// Where anything of it differs, it is another compilation, and nothing is shared between the two.
public struct Compilation: Sendable, Hashable {
    /// Who may have the program again.
    ///
    /// There is no way from one scope into another.
    public enum Scope: Sendable, Hashable {
        case owner(Owner)
        /// So that what was made of it can go with it.
        case project(String)
    }

    public var scope: Scope
    /// The runtime's name and version.
    public var language: String
    public var version: String
    /// As ``CompileProduct/compiler``.
    public var compiler: [UInt8]
    public var profile: SystemCallProfile
    public var files: [SourceFile]
    public var arguments: [String]
    public var environment: [String: String]
    /// The limits of the compile stage: with lower ones it might have failed.
    public var limits: Limits
    /// The size of the jail's work folder, which the compiler shares with the runs.
    public var workspaceBytes: Int64
    public var workspaceFiles: Int64

    public init(
        scope: Scope,
        language: String,
        version: String,
        compiler: [UInt8],
        profile: SystemCallProfile,
        files: [SourceFile],
        arguments: [String],
        environment: [String: String],
        limits: Limits,
        workspaceBytes: Int64,
        workspaceFiles: Int64
    ) {
        self.scope = scope
        self.language = language
        self.version = version
        self.compiler = compiler
        self.profile = profile
        self.files = files
        self.arguments = arguments
        self.environment = environment
        self.limits = limits
        self.workspaceBytes = workspaceBytes
        self.workspaceFiles = workspaceFiles
    }
}

/// The files and output of a compile stage that succeeded.
public struct CompiledProgram: Sendable, Hashable {
    /// The stage as it was then: its warnings, and what it used.
    public var result: StageResult
    /// The bytes of the program.
    public var content: Data

    public init(result: StageResult, content: Data) {
        self.result = result
        self.content = content
    }

    /// The most bytes of one program and its compiler's output: what a stage can bring out.
    public static let bytesMax = Int(OutputFile.totalBytesMax)
}
