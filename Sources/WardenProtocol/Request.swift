// Target `WardenProtocol`: the frames of the warden's socket, the sealed catalog, archives of
// files, and their codec.
// Border: `docs/PROTOCOL.md` specifies every field. Bytes become values here or the session ends;
// no value here acts.
// Both sides of the socket import it. No Foundation, no `async`.

public import Vocabulary

/// The conversation between the front and the warden: six verbs, and their replies.
///
/// It travels over a SOCK_SEQPACKET pair, one frame per packet, descriptors as ancillary data.
/// `docs/PROTOCOL.md` specifies every field. A frame that does not decode ends the session and
/// every jail of it.
public enum Protocol {
    /// The version of the frames' form; every new limit changes it.
    public static let version = 6_000 + UInt32(Limit.allCases.count)
    /// The largest frame; arguments and environment of a stage must fit.
    public static let frameBytesMax = 96 << 10
    /// The highest number of descriptors in a frame.
    public static let descriptorsMax = 5
}

/// The number of a jail during its lifetime; chosen by the front, never reused.
public typealias JailNumber = UInt64

/// The number of a stage among the running stages of its jail; chosen by the front, from 1.
public typealias StageNumber = UInt32

/// The front's requests.
public enum Request: Hashable, Sendable {
    case open(OpenRequest)
    /// Runs a program.
    ///
    /// Carries the pipes for its standard input, output and error; then the archive of its files if
    /// it brings any, and another pipe for its output files if it asks for any.
    case stage(StageRequest)
    /// Starts a program ahead of its stage; the program stops at its first open of the script.
    ///
    /// Carries the three pipes.
    case park(ParkRequest)
    /// Starts the stage of the parked program, which continues.
    ///
    /// Carries the descriptors of ``stage(_:)`` except the three pipes, which the program has.
    case resume(StageRequest)
    /// Kills one stage: its first process and that process's group.
    case kill(JailNumber, StageNumber)
    case close(JailNumber)
}

/// The request for a jail; its files come with a stage.
public struct OpenRequest: Hashable, Sendable {
    public var jail: JailNumber
    public var runtime: UInt16
    public var profile: SystemCallProfile
    /// The limits of ``Limit/atOpening``.
    public var limits: Limits

    public init(
        jail: JailNumber,
        runtime: UInt16,
        profile: SystemCallProfile,
        limits: Limits
    ) {
        self.jail = jail
        self.runtime = runtime
        self.profile = profile
        self.limits = limits
    }
}

/// The request to run one program in a jail to its end.
public struct StageRequest: Hashable, Sendable {
    public var jail: JailNumber
    public var stage: StageNumber
    /// The limits of ``Limit/ofStage``.
    public var limits: Limits
    public var program: OpaqueProgram
    /// Whether files come with it: an archive that init unpacks before the program starts.
    public var bringsFiles: Bool
    /// Whether other concurrent stages may run at the same time.
    ///
    /// A concurrent stage ends with its first process and does not affect the other stages. It
    /// cannot be resumed and brings no files back.
    public var isConcurrent: Bool

    /// The highest number of concurrent stages of one jail.
    public static let concurrentMax = 32

    public init(
        jail: JailNumber,
        stage: StageNumber,
        limits: Limits,
        program: OpaqueProgram,
        bringsFiles: Bool,
        isConcurrent: Bool = false
    ) {
        self.jail = jail
        self.stage = stage
        self.limits = limits
        self.program = program
        self.bringsFiles = bringsFiles
        self.isConcurrent = isConcurrent
    }
}

/// The request to start a program before a caller has asked for it.
public struct ParkRequest: Hashable, Sendable {
    public var jail: JailNumber
    /// The limits, of which only the processes and the limits of ``Limit/fixedAtStart`` apply; the
    /// stage brings its own.
    public var limits: Limits
    /// The program, with the script that it will open.
    public var program: OpaqueProgram

    public init(jail: JailNumber, limits: Limits, program: OpaqueProgram) {
        self.jail = jail
        self.limits = limits
        self.program = program
    }
}

/// The warden's replies.
public enum Reply: Hashable, Sendable {
    /// The first frame: the warden is ready, on these primitives.
    case ready(version: UInt32, primitives: [Primitive])
    /// The first and last frame of a warden that will not start.
    case unfit(Primitive)
    /// The program is parked at its first open of the script, for at most this time; then its jail
    /// is closed.
    case parked(JailNumber, milliseconds: UInt32, memoryBytes: UInt64)
    /// A request is refused. Stage 0 stands for the opening, or for the program to be parked.
    case refused(JailNumber, StageNumber, Refusal)
    case finished(JailNumber, StageNumber, StageEnd)
    /// The service itself failed, not the program. The jail is destroyed; `closed` follows.
    case broken(JailNumber, Fault)
    /// All of the jail is gone.
    case closed(JailNumber)
}

/// A kernel feature that the jails are built on, and its state on this machine.
public struct Primitive: Hashable, Sendable {
    public var name: String
    public var detail: String
    /// Whether jails here are weaker than with the full feature; `detail` says in what way.
    public var isWeaker: Bool

    public init(name: String, detail: String, isWeaker: Bool = false) {
        self.name = name
        self.detail = detail
        self.isWeaker = isWeaker
    }
}

/// The reason why the warden refuses the front's request.
public enum Refusal: Hashable, Sendable {
    case aboveCeiling(Limit, value: Int64, ceiling: Int64)
    case unknownRuntime
    case unknownProfile
    /// The jail is not open, or gone.
    case noSuchJail
    /// The jail is not ready for the request: it runs a stage that excludes this one, or another
    /// program is parked in it.
    case busy
    case tooManyJails
    /// A descriptor is of another kind than the frame requires.
    case wrongDescriptor
}

/// The site and the error of a failure of the service itself.
public struct Fault: Hashable, Sendable {
    public var site: String
    public var errno: Int32

    public init(site: String, errno: Int32) {
        self.site = site
        self.errno = errno
    }
}

/// The outcome of a stage, from counters read after the end of its last process; of a concurrent
/// stage, from the kernel's report on its first process.
public struct StageEnd: Hashable, Sendable {
    /// The verdict, which is never "too much output", since the warden does not see the output.
    public var verdict: Verdict
    public var usage: Usage
    /// The numbers of the first system calls that the filter refused by default, each once.
    ///
    /// They come from init, which has handled a stranger's bytes: they are for people to read,
    /// nothing else.
    public var refusedCalls: [Int32]

    public static let refusedCallsMax = 16

    public init(verdict: Verdict, usage: Usage, refusedCalls: [Int32] = []) {
        self.verdict = verdict
        self.usage = usage
        self.refusedCalls = refusedCalls
    }
}
