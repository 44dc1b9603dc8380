import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The service without root: the warden is root of a user namespace only.
    @Suite struct OrdinaryUserTests {
        private static let withoutCgroup = ["--allow-missing", "cgroup"]

        @Test func `without a cgroup it refuses to start, and says what can be done`() async throws
        {
            try await OrdinaryUser.make { user in
                for command in [["doctor"], ["serve", "--port", "0"]] {
                    let result = try await user.quicksand(command)
                    #expect(result.code == 2)
                    #expect(result.stderrLines.count == 1)
                    #expect(result.stderr.contains("cannot make jails: cgroup"))
                    #expect(result.stderr.contains("--allow-missing cgroup"))
                    #expect(result.stderr.contains("Delegate=yes"))
                }
            }
        }

        @Test func `what may be missing is allowed by its name only`() async throws {
            let result = try await quicksand(["doctor", "--allow-missing", "seccomp"])
            #expect(result.code == 2)
            #expect(result.stderrLines.count == 1)
            #expect(result.stderr.contains("cgroup, landlock"))
        }

        @Test func `where it is allowed, the doctor says what is weaker`() async throws {
            try await OrdinaryUser.make { user in
                let result = try await user.quicksand(["doctor"] + Self.withoutCgroup)
                #expect(result.code == 0, "\(result.stdout)\(result.stderr)")
                let weaker = result.stdout.split(separator: "\n").filter {
                    $0.hasPrefix("WEAKER")
                }
                #expect(weaker.count == 2)
                #expect(weaker.contains { $0.contains("cgroup") && $0.contains("20 ms") })
                #expect(weaker.contains { $0.contains("user numbers") })
                try await user.awaitNoProcess()
            }
        }

        @Test(
            arguments: [
                ("print(6 * 7)", [], "succeeded"),
                ("raise SystemExit(3)", [], "failed"),
                ("import time; time.sleep(60)", ["--wall", "700ms"], "timed_out"),
                ("while True: pass", ["--cpu", "500ms"], "cpu_time_exceeded"),
                (
                    "import os\nos.fork()\nwhile True: pass", ["--cpu", "600ms"],
                    "cpu_time_exceeded"
                ),
                (
                    "x = []\nwhile True: x.append(bytearray(1 << 16))", ["--memory", "64MiB"],
                    "memory_exceeded"
                ),
                (
                    "import os\nkept = bytearray(b'x' * (48 << 20))\nos.fork()\n"
                        + "kept = bytearray(b'y' * (48 << 20))\nimport time\ntime.sleep(60)",
                    ["--memory", "80MiB"], "memory_exceeded"
                ),
                ("import os\nwhile True: os.fork()", ["--wall", "1500ms"], nil),
            ] as [(String, [String], String?)]
        )
        func `without a cgroup, limits are held by resource limits and a watch`(
            program: String,
            options: [String],
            status: String?
        ) async throws {
            try await OrdinaryUser.make { user in
                let file = try user.write(program, as: "main.py")
                let result = try await user.quicksand(
                    ["run", file, "--json"] + options + Self.withoutCgroup
                )
                let execution = try JSON(Data(result.stdout.utf8))
                // A fork bomb's status is a race between its own end and a limit.
                if let status { #expect(execution["status"].string == status, "\(result)") }
                try await user.awaitNoProcess()
            }
        }

        @Test func `the service runs without root, and says at start what is weaker`()
            async throws
        {
            try await OrdinaryUser.make { user in
                try await user.serve(Self.withoutCgroup) { server in
                    try await server.awaitLog("jails are weaker here")
                    let answer = try await server.post(
                        "/api/v1/sandbox/try",
                        ["language": "python", "code": "import os; print(os.getuid())"]
                    )
                    #expect(answer.status == 200)
                    #expect(try answer.json["data"]["stdout"].string == "1000\n")
                }
                try await user.awaitNoProcess()
            }
        }

        @Test func `without root, too, one warden makes jail after jail`() async throws {
            try await OrdinaryUser.make { user in
                try await user.serve(Self.withoutCgroup) { server in
                    let warden = try #require(server.processes.warden)
                    for number in 0..<3 {
                        let answer = try await server.post(
                            "/api/v1/sandbox/try",
                            ["language": "bash", "code": "echo \(number)"]
                        )
                        #expect(try answer.json["data"]["stdout"].string == "\(number)\n")
                        try await eventually("a network made ahead") {
                            try Self.holdsNetwork(warden.pid)
                        }
                    }
                    #expect(server.processes.warden == warden)
                }
            }
        }

        private static func holdsNetwork(_ process: Int32) throws -> Bool {
            let files = FileManager.default
            let folder = "/proc/\(process)/fd/"
            return try files.contentsOfDirectory(atPath: folder).contains { number in
                let target = try? files.destinationOfSymbolicLink(atPath: folder + number)
                return target?.hasPrefix("net:[") ?? false
            }
        }

        @Test func `without root, too, a killed warden is replaced, and all ends with its monitor`()
            async throws
        {
            try await OrdinaryUser.make { user in
                try await user.serve(Self.withoutCgroup) { server in
                    let running = try await server.begin(
                        "/v1/sandbox/try",
                        Server.held(then: "echo done")
                    )
                    let first = try await user.awaitSleeping(but: [])
                    let killed = try #require(server.processes.warden)
                    kill(killed.pid, SIGKILL)
                    ProcessTable.letGo(try await user.awaitSleeping(but: first))
                    let execution = try await running.answer().json["data"]
                    #expect(execution["stdout"].string == "done\n")
                    #expect(execution["attempts"].int == 2)
                    #expect(server.processes.warden != killed)

                    kill(try #require(server.processes.monitor).pid, SIGKILL)
                    #expect(try await server.program.exitCode() == 1)
                    try await user.awaitNoProcess()
                }
            }
        }

        @Test func `in a delegated cgroup nothing about it is weaker`() async throws {
            try await OrdinaryUser.make { user in
                try await DelegatedGroups.make(for: user.uid) { groups in
                    let doctor = try await user.quicksand(["doctor"], in: groups)
                    // Do not check the exit code: an emulated machine may be too slow for a hello
                    // program.
                    #expect(doctor.stdout.contains(/ok +cgroup memory/), "\(doctor.stderr)")
                    #expect(!doctor.stdout.contains(/WEAKER +cgroup/))
                }
                try await DelegatedGroups.make(for: user.uid) { groups in
                    // A child that no process waits for, and memory that no process has mapped.
                    let file = try user.write(
                        "import os\nf = os.memfd_create('x')\n"
                            + "for _ in range(96): os.write(f, bytes(1 << 20))",
                        as: "main.py"
                    )
                    let run = ["run", file, "--json", "--memory", "64MiB"]
                    let result = try await user.quicksand(run, in: groups)
                    let execution = try JSON(Data(result.stdout.utf8))
                    #expect(execution["status"].string == "memory_exceeded", "\(result)")
                }
                try await user.awaitNoProcess()
            }
        }
    }
}

/// The attacks without root: a separate suite, because they take longer than a test over HTTP may.
@Suite(.serialized, .guardedAgainstHanging)
struct OrdinaryUserAttackTests {
    @Test func `in a delegated cgroup every attack is refused without root as well`() async throws {
        try await OrdinaryUser.make { user in
            try await DelegatedGroups.make(for: user.uid) { groups in
                let doctor = try await user.quicksand(
                    ["doctor", "--attack"],
                    in: groups,
                    seconds: 1_500
                )
                #expect(doctor.code == 0, "\(doctor.stdout)\(doctor.stderr)")
                #expect(doctor.stdout.contains(/[0-9]+ attacks, 0 came through, 0 not made/))
                let controls = doctor.stdout.split(separator: "\n").filter {
                    $0.hasSuffix("outside: succeeds")
                }
                #expect(controls.count >= 45, "\(doctor.stdout)")
            }
            try await user.awaitNoProcess()
        }
    }
}
