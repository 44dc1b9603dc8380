/// Makes sandboxes ahead of the executions that will have them.
///
/// WardenClient is the real one.
public protocol StandbyProvider: SandboxProvider {
    /// Begins to make a jail, and returns at once.
    ///
    /// - Parameter changed: told of what becomes of it until it is taken; from any thread.
    /// - Throws: ``SandboxError``
    func prepare(
        _ spec: StandbySpec,
        changed: @escaping @Sendable (StandbyChange) -> Void
    ) throws -> any StandbySession
}

/// A jail without an execution yet.
public protocol StandbySession: Sendable {
    /// Gives it to an execution: as if it had just been opened, with these files.
    func take(files: [SourceFile]) -> any SandboxSession

    /// Destroys it; returns at once.
    func close()
}

public enum StandbyChange: Sendable, Hashable {
    /// Its program has come to its script, and may be taken for so many milliseconds.
    case ready(milliseconds: Int, memoryBytes: Int64)
    /// There is no such jail any more.
    case gone
}

/// The specification of a standby jail, before its files.
public struct StandbySpec: Sendable {
    public var runtime: UInt16
    public var profile: SystemCallProfile
    /// The limits of ``Limit/fixedAtStart`` hold for the jail's life; each stage sets the others.
    public var limits: Limits
    public var boot: BootProgram?

    /// The jail that would do for `spec`.
    public init(for spec: JailSpec) {
        runtime = spec.runtime
        profile = spec.profile
        limits = spec.limits
        boot = spec.boot
    }

    /// Which jails can be taken for which: what cannot be changed once there is one.
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
        /// The values of ``Limit/fixedAtStart``, in its order.
        public let limits: [Int64]
        public let boot: BootProgram?
    }
}

/// An interpreter that starts before it knows its script's content.
public struct BootProgram: Sendable, Hashable {
    public var arguments: [String]
    public var environment: [String: String]
    /// The script that it will open.
    public var entry: String

    public init(arguments: [String], environment: [String: String], entry: String) {
        self.arguments = arguments
        self.environment = environment
        self.entry = entry
    }
}
