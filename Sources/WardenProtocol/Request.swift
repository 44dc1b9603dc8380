// Target `WardenProtocol`: the frames of the warden's socket, the sealed catalog, archives of
// files, and their codec.
// Border: `docs/PROTOCOL.md` specifies every field. Bytes become values here or the session ends;
// no value here acts.
// Both sides of the socket import it. No Foundation, no `async`.

public import Vocabulary

/// The conversation between the front and the warden: six verbs, and what comes of them.
///
/// It travels over a SOCK_SEQPACKET pair, one frame a packet, descriptors as ancillary data.
/// `docs/PROTOCOL.md` says every field. A frame that does not decode ends the session, and with it
/// every jail.
public enum Protocol {
    /// The version of the frames' form; every new limit changes it.
    public static let version = 6_000 + UInt32(Limit.allCases.count)
    /// The largest frame; arguments and environment of a stage must fit.
    public static let frameBytesMax = 96 << 10
    /// The most descriptors that any frame carries.
    public static let descriptorsMax = 5
}

/// Names a jail for as long as it exists; chosen by the front, never used twice.
public typealias JailNumber = UInt64

/// Names a stage among those that run in its jail; chosen by the front, from 1.
public typealias StageNumber = UInt32

/// The front's requests.
public enum Request: Hashable, Sendable {
    case open(OpenRequest)
    /// Runs a program.
    ///
    /// Carries the pipes for its standard input, output and error; then the archive of its files
    /// where it brings any, and another pipe for its output files where it asks for any.
    case stage(StageRequest)
    /// Starts a program ahead of its stage, up to where it first opens its script.
    ///
    /// Carries the three pipes.
    case park(ParkRequest)
    /// The stage of the program that is parked: it goes on.
    ///
    /// Carries what ``stage(_:)`` does but for the three pipes, which the program has.
    case resume(StageRequest)
    /// Kills one stage: its first process and the process group of that.
    case kill(JailNumber, StageNumber)
    case close(JailNumber)
}

/// Makes a jail; its files come with a stage.
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

/// One program in a jail, from its start to its end.
public struct StageRequest: Hashable, Sendable {
    public var jail: JailNumber
    public var stage: StageNumber
    /// The limits of ``Limit/ofStage``.
    public var limits: Limits
    public var program: OpaqueProgram
    /// Whether files come with it: an archive that init unpacks before the program starts.
    public var bringsFiles: Bool
    /// Whether others like it may run at the same time.
    ///
    /// It ends with its first process and leaves the others alone. Such a stage cannot be resumed
    /// and brings no files back.
    public var isConcurrent: Bool

    /// The most concurrent stages of one jail.
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

/// A program that is started before anybody has asked for it.
public struct ParkRequest: Hashable, Sendable {
    public var jail: JailNumber
    /// Of these only the processes and those of ``Limit/fixedAtStart`` count; the stage brings its
    /// own.
    public var limits: Limits
    /// With the script that it will open.
    public var program: OpaqueProgram

    public init(jail: JailNumber, limits: Limits, program: OpaqueProgram) {
        self.jail = jail
        self.limits = limits
        self.program = program
    }
}

/// The warden's replies.
public enum Reply: Hashable, Sendable {
    /// The first frame: the warden is ready, and this is what it stands on.
    case ready(version: UInt32, primitives: [Primitive])
    /// The first and last frame of a warden that will not start.
    case unfit(Primitive)
    /// The program is where it first opens its script, and stays there for so long at most; then
    /// its jail is closed.
    case parked(JailNumber, milliseconds: UInt32, memoryBytes: UInt64)
    /// Stage 0 is the opening, or the program that was to be parked.
    case refused(JailNumber, StageNumber, Refusal)
    case finished(JailNumber, StageNumber, StageEnd)
    /// Ours to answer for. The jail is destroyed; `closed` follows.
    case broken(JailNumber, Fault)
    /// Nothing of the jail is left.
    case closed(JailNumber)
}

/// Something of the kernel's that the jails are built on, and how it was found.
public struct Primitive: Hashable, Sendable {
    public var name: String
    public var detail: String
    /// Jails here are weaker than they could be, and `detail` says in what.
    public var isWeaker: Bool

    public init(name: String, detail: String, isWeaker: Bool = false) {
        self.name = name
        self.detail = detail
        self.isWeaker = isWeaker
    }
}

/// The front asked for what it may not have.
public enum Refusal: Hashable, Sendable {
    case aboveCeiling(Limit, value: Int64, ceiling: Int64)
    case unknownRuntime
    case unknownProfile
    /// Not open, or gone.
    case noSuchJail
    /// Not what the jail is ready for: a stage runs in it that this one may not run beside, or
    /// another program is parked.
    case busy
    case tooManyJails
    /// A descriptor is not of the kind that the frame must carry.
    case wrongDescriptor
}

/// Where and why a part of ours failed.
public struct Fault: Hashable, Sendable {
    public var site: String
    public var errno: Int32

    public init(site: String, errno: Int32) {
        self.site = site
        self.errno = errno
    }
}

/// The outcome of a stage, from counters read after its last process was gone; of a concurrent one,
/// from what the kernel says of its first process.
public struct StageEnd: Hashable, Sendable {
    /// Never that of too much output, which the warden does not see.
    public var verdict: Verdict
    public var usage: Usage
    /// The numbers of the first system calls that the filter refused by default, each once.
    ///
    /// Init's word, and it has handled a stranger's bytes: for people to read, nothing else.
    public var refusedCalls: [Int32]

    public static let refusedCallsMax = 16

    public init(verdict: Verdict, usage: Usage, refusedCalls: [Int32] = []) {
        self.verdict = verdict
        self.usage = usage
        self.refusedCalls = refusedCalls
    }
}
