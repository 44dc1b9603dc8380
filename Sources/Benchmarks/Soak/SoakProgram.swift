import Foundation

/// A kind of request of the soak, and its expected answer.
///
/// The request sets low limits, so that a hostile program reaches them soon.
struct SoakProgram: Sendable {
    let name: String
    let language: String
    /// The program's share of the requests, relative to the sum of all weights.
    let weight: Int
    let isHonest: Bool
    let code: String
    var limits: [String: Int] = [:]
    let isExpected: @Sendable (SoakAnswer) -> Bool

    /// The request's body.
    func body() throws -> Data {
        struct Request: Encodable {
            let language: String
            let code: String
            let limits: [String: Int]
        }
        return try JSONEncoder().encode(Request(language: language, code: code, limits: limits))
    }

    static let all = honest + hostile

    private static func prints(_ language: String, _ weight: Int, _ code: String) -> SoakProgram {
        SoakProgram(
            name: language,
            language: language,
            weight: weight,
            isHonest: true,
            code: code,
            isExpected: { $0.status == "succeeded" && $0.stdout == "42\n" }
        )
    }

    private static let honest = [
        prints("python", 6, "print(6*7)"), prints("bash", 6, "echo $((6*7))"),
        prints("javascript", 3, "console.log(6*7)"),
        prints("c", 2, "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 6*7); }"),
    ]

    private static func attack(
        _ name: String,
        _ language: String,
        limits: [String: Int] = [:],
        _ code: String,
        _ isExpected: @escaping @Sendable (SoakAnswer) -> Bool
    ) -> SoakProgram {
        SoakProgram(
            name: name,
            language: language,
            weight: 1,
            isHonest: false,
            code: code,
            limits: limits,
            isExpected: isExpected
        )
    }

    private static let hostile = [
        attack(
            "memory hog",
            "python",
            limits: ["memory_bytes": 64 << 20],
            "x = b'x' * (256 << 20)"
        ) { $0.status == "memory_exceeded" },
        attack(
            "fork bomb",
            "python",
            limits: ["processes": 16, "cpu_ms": 300, "wall_ms": 2_000],
            "import os\nwhile True:\n try: os.fork()\n except OSError: pass"
        ) { ["cpu_time_exceeded", "timed_out"].contains($0.status) },
        attack("spinner", "bash", limits: ["cpu_ms": 200], "while :; do :; done") {
            $0.status == "cpu_time_exceeded"
        },
        attack(
            "output flood",
            "bash",
            limits: ["stdout_bytes": 4_096],
            "head -c 8388608 /dev/zero | tr '\\0' y"
        ) { $0.status == "succeeded" && $0.isStdoutTruncated && $0.stdout.utf8.count == 4_096 },
        attack("sleeper", "bash", limits: ["wall_ms": 300], "sleep 30") {
            $0.status == "timed_out"
        },
        attack(
            "file flood",
            "bash",
            limits: ["workspace_files": 64],
            "i=0; while : 2>/dev/null >f$i; do i=$((i+1)); done 2>/dev/null; echo full $i"
        ) { $0.status == "succeeded" && $0.stdout.hasPrefix("full ") },
        attack(
            "refused call",
            "python",
            "import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))"
        ) { $0.status == "succeeded" && $0.stdout == "-1\n" },
        attack("crash", "bash", "kill -SEGV $$") { $0.status == "signaled" },
    ]
}

/// The fields of an execution that the soak checks.
struct SoakAnswer: Decodable, Sendable {
    let status: String
    let stdout: String
    let isStdoutTruncated: Bool

    enum CodingKeys: String, CodingKey {
        case status, stdout
        case isStdoutTruncated = "stdout_truncated"
    }

    struct Envelope: Decodable {
        let data: SoakAnswer
    }
}
