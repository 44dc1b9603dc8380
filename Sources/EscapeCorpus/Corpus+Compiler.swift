import Domain
import WardenProtocol

extension Corpus {
    /// The attacks on compilers: strangers control a compiler's input, and it is the only program
    /// that runs before theirs.
    static let compiling: [Attack] = [
        Attack(
            "compile-bomb macro explosion",
            .resources,
            .compiler("macros.c", language: "c"),
            expected: capped,
            wall: .layers([.memoryLimit]),
            control: .succeeds(["compiled": "ok"])
        ).with { $0.limits = bomb },
        Attack(
            "compile-bomb template explosion",
            .resources,
            .compiler("templates.cpp", language: "cpp"),
            expected: capped,
            wall: .layers([.memoryLimit]),
            control: .succeeds(["compiled": "ok"])
        ).with { $0.limits = bomb },
        Attack(
            "compile-bomb endless include",
            .resources,
            .compiler("endless.c", language: "c"),
            expected: .verdict(.exited(code: 1), .memoryExceeded),
            wall: .intrinsic("memory is bounded, and gcc itself refuses a device"),
            control: .provesNothing("outside it would take all memory where gcc did not refuse it")
        ).with { $0.limits = bomb },
        Attack(
            "compile-bomb included canary",
            .resources,
            .compiler("include_canary.c", language: "c"),
            expected: .verdict(.exited(code: 1)),
            wall: .intrinsic("nothing of the host is mounted in a jail"),
            control: .succeeds(["secret": "ok"])
        ),
        Attack(
            "compile-bomb assembled canary",
            .resources,
            .compiler("incbin.c", language: "c"),
            expected: .verdict(.exited(code: 1)),
            wall: .intrinsic("nothing of the host is mounted in a jail"),
            control: .succeeds(["compiled": "ok", "secret": "ok"])
        ),
    ]

    /// The verdicts of a compiler that is held to its memory.
    ///
    /// Where it is full, the kernel may read the compiler's own pages from the disk again and
    /// again, until the clock stops it.
    private static let capped = Expectation.verdict(
        .memoryExceeded,
        .timedOut,
        .cpuTimeExceeded
    )

    private static let bomb: [Limit: Int64] = [
        .memoryBytes: 96 << 20, .wallMilliseconds: 60_000, .cpuMilliseconds: 60_000,
    ]
}
