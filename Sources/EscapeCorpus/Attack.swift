// Target `EscapeCorpus`: the hostile programs' expected outcomes, and the harness that runs them in
// jails and outside.
// Border: the tests and `doctor --attack` import it.

public import Domain
public import WardenProtocol

/// A hostile program with its expected outcome.
///
/// The corpus of attacks is a release criterion in the tests, and `quicksand doctor --attack` runs
/// it on an operator's own machine. The programs are readable sources in
/// `Sources/EscapeCorpus/Programs`. Each prints a line `attempt=outcome` for every attempt, where
/// an outcome is `ok` or the name of an error.
public struct Attack: Sendable, CustomStringConvertible {
    public enum Family: String, Sendable, CaseIterable {
        case systemCalls, files, resources, network
    }

    /// The attack's case in docs/ATTACKS.md, and a word for its part of the case.
    public let name: String
    public let family: Family
    public let program: HostileProgram
    /// The arguments of each run; `{canary}`, `{canaries}`, `{port}` and `{socket}` are replaced.
    public var runs: [[String]] = [[]]
    /// The arguments of a run in a second execution, which must find no trace of the first.
    public var followUp: [String]?
    /// The arguments of the control's runs, if the arguments of the jail's runs would do harm
    /// outside.
    public var controlRuns: [[String]]?
    /// The arguments of a run outside that undoes the control's effects.
    public var cleanUp: [String]?
    public var profiles: [SystemCallProfile] = [.strict]
    public var limits: [Limit: Int64] = [:]
    /// The names of the files to bring back.
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

    /// The case's name in docs/ATTACKS.md.
    public var caseName: String { String(name.prefix { $0 != " " }) }

    /// Returns a changed copy.
    func with(_ change: (inout Attack) -> Void) -> Attack {
        var attack = self
        change(&attack)
        return attack
    }
}

/// A source in the folder of programs, and the places that it runs from.
public enum HostileProgram: Sendable {
    /// C with `int attack(int, char **)` in place of `main`: see `places.h`.
    case everywhere(String, [Place])
    /// C with a `main`, or Python, run like a caller's program.
    case ordinary(String)
    /// A source that attacks its compiler; `language` names the runtime.
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

/// The place in a jail from which an attack is made.
public enum Place: String, Sendable, CaseIterable {
    /// The only thread of a raw static program.
    case program
    case thread
    /// A process in its own session, after the end of its parent.
    case grandchild
    /// The compile stage.
    case compiler
    /// A Python process, through ctypes.
    case python
}

/// The isolation layers that refuse an attack.
public enum Wall: Sendable {
    /// All of these layers; each alone is enough.
    case layers(Set<IsolationLayer>)
    /// A property of how the jail is made, which cannot be left out.
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

/// The expected result of the program outside any jail, by an ordinary user: the control shows that
/// the program is an attack.
public enum Control: Sendable {
    /// At least these attempts have the given outcome.
    case succeeds([String: String], as: Standing = .ordinary)
    /// An ordinary user could not do it outside either, for this reason.
    case provesNothing(String)

    public enum Standing: Sendable {
        case ordinary
        /// As root of a new user namespace, with other namespaces.
        case ownNamespaces
        /// With the arguments in a line for a shell.
        case throughShell
    }
}
