/// A provider that makes sandboxes before there are executions for them.
///
/// WardenClient is the production implementation.
public protocol StandbyProvider: SandboxProvider {
    /// Starts making a jail, and returns at once.
    ///
    /// - Parameter changed: called from any thread with each change, until the jail is taken.
    /// - Throws: ``SandboxError``
    func prepare(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession
}

/// A jail without an execution.
public protocol StandbySession: Sendable {
    /// Gives the jail to an execution, as if it had just been opened with these files.
    func take(files: [SourceFile]) -> any SandboxSession

    /// Destroys the jail; returns at once.
    func close()
}

public enum StandbyChange: Sendable, Hashable {
    /// The program has reached its script, and the jail may be taken for this many milliseconds.
    case ready(milliseconds: Int, memoryBytes: Int64)
    /// The jail does not exist any more.
    case gone
}

/// The specification of a standby jail, without files.
public struct StandbySpec: Sendable {
    public var runtime: UInt16
    public var profile: SystemCallProfile
    /// The limits; those in ``Limit/fixedAtStart`` stay for the jail's life, each stage sets the
    /// others.
    public var limits: Limits
    public var boot: BootProgram?

    /// Creates the specification of a standby jail that fits `spec`.
    public init(for spec: JailSpec) {
        runtime = spec.runtime
        profile = spec.profile
        limits = spec.limits
        boot = spec.boot
    }

    /// The properties that cannot be changed in a jail; a jail fits a spec of equal shape.
    public var shape: Shape {
        Shape(
            runtime: runtime,
            profile: profile,
            limits: Limit.fixedAtStart.map { limits[$0] },
            boot: boot
        )
    }

    public struct Shape: Sendable, Hashable {
        public let runtime: UInt16
        public let profile: SystemCallProfile
        /// The values of the limits in ``Limit/fixedAtStart``, in that order.
        public let limits: [Int64]
        public let boot: BootProgram?
    }
}

/// An interpreter that starts before its script's content is known.
public struct BootProgram: Sendable, Hashable {
    public var arguments: [String]
    public var environment: [String: String]
    /// The path of the script that the interpreter will open.
    public var entry: String

    public init(arguments: [String], environment: [String: String], entry: String) {
        self.arguments = arguments
        self.environment = environment
        self.entry = entry
    }
}
