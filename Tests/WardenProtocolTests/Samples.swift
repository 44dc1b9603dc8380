import TestSupport
import Vocabulary
import WardenProtocol

/// At least one frame of every shape, with fields that differ from each other.
enum Samples {
    static let limits = limits(Limit.ofStage)

    /// A value of its own for each of these, and 0 for what does not travel.
    static func limits(_ limits: [Limit]) -> Limits {
        Limits { limit in
            guard limits.contains(limit) else { return 0 }
            return limit == .fileBytes ? .max : Int64(limit.definition.code)
        }
    }

    static let program = Program(
        arguments: ["/usr/bin/python3", "", "naïve"],
        environment: ["A=1", "B="],
        outputs: ["out/*.txt"],
        outputFilesMax: 7,
        outputBytesMax: 8
    )

    static let smallProgram = Program(
        arguments: ["a"],
        environment: [],
        outputs: [],
        outputFilesMax: 0,
        outputBytesMax: 0
    )

    static let watchedProgram: Program = {
        var program = smallProgram
        program.digestsOthers = true
        return program
    }()

    static let parkedProgram: Program = {
        var program = smallProgram
        program.script = "a/main.py"
        return program
    }()

    static let programs = [program, smallProgram, watchedProgram, parkedProgram]

    static func requests() throws -> [Request] {
        let (large, small) = (try OpaqueProgram(program), try OpaqueProgram(smallProgram))
        let parked = try OpaqueProgram(parkedProgram)
        return [
            .open(
                OpenRequest(
                    jail: 0x0102_0304_0506_0708,
                    runtime: 0x1122,
                    profile: .standard,
                    limits: limits(Limit.atOpening)
                )
            ),
            .stage(stage(9, large, bringsFiles: false)),
            .stage(stage(.max, small, bringsFiles: true)),
            .stage(stage(14, small, bringsFiles: true, isConcurrent: true)),
            .park(ParkRequest(jail: 10, limits: limits, program: parked)),
            .resume(stage(12, large, bringsFiles: true)),
            .resume(stage(13, small, bringsFiles: false)),
            .kill(15, 16), .close(11),
        ]
    }

    static func stage(
        _ jail: JailNumber,
        _ program: OpaqueProgram,
        bringsFiles: Bool,
        isConcurrent: Bool = false
    ) -> StageRequest {
        StageRequest(
            jail: jail,
            stage: 0x0a0b_0c0d,
            limits: limits,
            program: program,
            bringsFiles: bringsFiles,
            isConcurrent: isConcurrent
        )
    }

    static let primitive = Primitive(name: "cgroup memory", detail: "v2 /sys/fs/cgroup")

    static let refusals: [Refusal] =
        Limit.allCases.map { .aboveCeiling($0, value: 2, ceiling: 1) } + [
            .unknownRuntime, .unknownProfile, .noSuchJail, .busy, .tooManyJails, .wrongDescriptor,
        ]

    static let verdicts: [Verdict] = [
        .exited(code: 0), .exited(code: -1), .exited(code: 255), .signaled(signal: 9), .timedOut,
        .cpuTimeExceeded, .memoryExceeded, .outputExceeded,
    ]

    static let usage = Usage(wallMicroseconds: 6, cpuMicroseconds: 7, memoryBytes: .max)

    static let replies: [Reply] =
        [
            .ready(version: 1, primitives: []), .ready(version: 2, primitives: [primitive]),
            .unfit(primitive), .parked(1, milliseconds: 2, memoryBytes: 3),
            .broken(2, Fault(site: "mount", errno: -5)), .closed(3),
        ] + refusals.map { .refused(4, 6, $0) }
        + verdicts.map {
            .finished(5, 7, StageEnd(verdict: $0, usage: usage, refusedCalls: [425, -1]))
        }

    static let image = CatalogImage(
        ceilings: limits(Limit.sealed),
        jails: 3,
        filters: [[1, 2, 3, 4, 5, 6, 7, 8], []],
        root: RootImage(
            mounts: [MountImage(source: "/usr", target: "/usr")],
            links: [LinkImage(path: "/bin", target: "usr/bin")],
            files: [FileImage(path: "/etc/passwd", content: [0, 255])]
        ),
        runtimes: [
            RuntimeImage(name: "bash", mounts: []),
            RuntimeImage(
                name: "node",
                mounts: [MountImage(source: "/opt/a", target: "/opt/b")],
                optionalMounts: [MountImage(source: "/opt/c", target: "/opt/d")]
            ),
        ]
    )
}

extension SeededGenerator {
    mutating func bytes(most: Int) -> [UInt8] {
        let count = Int.random(in: 0...most, using: &self)
        return (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    /// A few bytes changed, and now and then the length as well.
    mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &self)] = UInt8(truncatingIfNeeded: next())
        }
        if Bool.random(using: &self) { bytes.removeLast(bytes.isEmpty ? 0 : 1) }
        return bytes
    }
}
