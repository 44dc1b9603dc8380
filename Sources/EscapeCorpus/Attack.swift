// Target `EscapeCorpus`: the hostile programs' expected outcomes, and the harness that runs them in
// jails and outside.
// Border: the tests and `doctor --attack` import it.

public import Domain
public import WardenProtocol

/// One hostile program, and what must come of it.
///
/// The corpus of these is what the tests hold a release to, and what `quicksand doctor --attack`
/// makes on an operator's own machine. The programs are readable sources in
/// `Sources/EscapeCorpus/Programs`; each prints a line `attempt=outcome` for everything that it
/// tried, where an outcome is `ok` or the name of an error.
public struct Attack: Sendable, CustomStringConvertible {
    public enum Family: String, Sendable, CaseIterable {
        case systemCalls, files, resources, network
    }

    /// The case of docs/ATTACKS.md that this belongs to, and a word on which part of it this is.
    public let name: String
    public let family: Family
    public let program: HostileProgram
    /// Arguments of each run; `{canary}`, `{canaries}`, `{port}` and `{socket}` are replaced.
    public var runs: [[String]] = [[]]
    /// Arguments of a run in a second execution, which must find nothing of the first.
    public var followUp: [String]?
    /// Arguments of the control's runs, where those of the jail's would do harm outside.
    public var controlRuns: [[String]]?
    /// Arguments that undo, outside, what the control left there.
    public var cleanUp: [String]?
    public var profiles: [SystemCallProfile] = [.strict]
    public var limits: [Limit: Int64] = [:]
    /// Names of files to bring back.
    public var outputs: [String] = []
    public var expected: Expectation
    public let wall: Wall
    public let control: Control

    public init(
        _ name: String,
        _ family: Family,
        _ program: HostileProgram,
        expected: Expectation,
        wall: Wall,
        control: Control
    ) {
        self.name = name
        self.family = family
        self.program = program
        self.expected = expected
        self.wall = wall
        self.control = control
    }

    public var description: String { name }

    /// As in docs/ATTACKS.md.
    public var caseName: String { String(name.prefix { $0 != " " }) }

    /// A copy that was changed.
    func with(_ change: (inout Attack) -> Void) -> Attack {
        var attack = self
        change(&attack)
        return attack
    }
}

/// A source in the folder of programs, and where it is run from.
public enum HostileProgram: Sendable {
    /// C with `int attack(int, char **)` in place of `main`: see `places.h`.
    case everywhere(String, [Place])
    /// C with a `main`, or Python, run as a caller's program would be.
    case ordinary(String)
    /// A source whose compiler is what is attacked; `language` names the runtime.
    case compiler(String, language: String)

    public var file: String {
        switch self {
        case .everywhere(let file, _), .ordinary(let file), .compiler(let file, _): file
        }
    }

    public var places: [Place] {
        if case .everywhere(_, let places) = self { return places }
        return [.program]
    }
}

/// From where in a jail an attack is made.
public enum Place: String, Sendable, CaseIterable {
    /// The only thread of a raw static program.
    case program
    case thread
    /// In a session of its own, its parent gone.
    case grandchild
    /// While compiling.
    case compiler
    /// A Python process, through ctypes.
    case python
}

/// The wall that refuses an attack.
public enum Wall: Sendable {
    /// All of these: where there are several, each of them alone is enough.
    case layers(Set<IsolationLayer>)
    /// How the jail is made; it cannot be left out.
    case intrinsic(String)

    public var words: String {
        switch self {
        case .layers(let layers): layers.map { "\($0)" }.sorted().joined(separator: " and ")
        case .intrinsic(let why): why
        }
    }

    public var layers: Set<IsolationLayer> {
        if case .layers(let layers) = self { return layers }
        return []
    }
}

/// The same program outside any jail, by an ordinary user: what shows that an attack is one.
public enum Control: Sendable {
    /// At least these attempts have this outcome.
    case succeeds([String: String], as: Standing = .ordinary)
    /// Nothing that an ordinary user could do outside either, and why.
    case provesNothing(String)

    public enum Standing: Sendable {
        case ordinary
        /// As root of a user namespace of its own, with other namespaces.
        case ownNamespaces
        /// With the arguments put into a line for a shell.
        case throughShell
    }
}
