import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The benchmarks in a few rounds: the tests check their reports, never their times.
    @Suite struct Benchmarks {
        /// Runs a benchmark, which must leave no temporary file.
        private func bench(_ arguments: [String]) async throws -> CommandResult {
            var result: CommandResult?
            try await withTemporaryFiles { folder in
                result = try await command(
                    Product.quicksand,
                    ["bench"] + arguments,
                    environment: ["TMPDIR": folder]
                )
            }
            return try #require(result)
        }

        private func withTemporaryFiles(_ body: (String) async throws -> Void) async throws {
            try await Deployment.make { deployment in
                try await body(deployment.folder)
                let left = try FileManager.default.contentsOfDirectory(atPath: deployment.folder)
                #expect(left == [])
            }
        }

        private func report(_ arguments: [String]) async throws -> JSON {
            let result = try await bench(arguments + ["--json"])
            try #require(result.code == 0, "\(result.stderr)")
            let report = try JSON(result.stdoutBytes)
            for member in ["processor", "architecture", "kernel", "system"] {
                #expect(report["machine"][member].string?.isEmpty == false, "\(member)")
            }
            #expect(report["date"].string?.hasSuffix("Z") == true)
            #expect(report["method"].string?.isEmpty == false)
            return report
        }

        private func names(_ report: JSON, _ list: String) -> [String] {
            report[list].elements.compactMap { $0["name"].string }
        }

        @Test func `a jail is compared with bare and with every peer, or the reason is said`()
            async throws
        {
            let report = try await report(["jail", "--rounds", "5"])
            let rows = names(report, "rows")
            #expect(
                rows.prefix(3) == [
                    "bare fork+exec", "jail, until its verdict", "jail, until it is gone",
                ]
            )
            #expect(names(report, "peers") == ["bubblewrap", "firejail", "runsc", "crun"])
            for peer in report["peers"].elements {
                let name = try #require(peer["name"].string)
                let isInTable = rows.contains(name)
                #expect(isInTable == (peer["unable"].string == nil), "\(name)")
            }
            let jail = report["rows"][1]["figures"]
            #expect(jail["rounds"].int == 5)
            #expect(jail["median_ms"].double > 0)
            #expect(jail["ratio_low"].double <= jail["ratio"].double)
            #expect(names(report, "findings").contains("jail-over-bare"))
        }

        @Test func `too few rounds are counted, and nothing is quoted of them`() async throws {
            let report = try await report(["http", "--rounds", "4", "--bare-only"])
            #expect(report["benchmark"].string == "http-python")
            for row in report["rows"].elements {
                #expect(try row["figures"].canonical == #"{"rounds":4}"#)
            }
            #expect(report["findings"].elements.isEmpty)
        }

        @Test func `a hundred requests have a p99`() async throws {
            let report = try await report([
                "http", "--language", "bash", "--rounds", "100", "--bare-only",
            ])
            #expect(
                names(report, "rows") == ["bare bash", "POST /sandbox/try", "of it, the program"]
            )
            #expect(
                names(report, "findings") == ["http-bash-over-bare", "http-bash-p99-over-median"]
            )
            #expect(report["findings"][1]["interval"].elements.count == 2)
        }

        @Test func `paced requests name their period`() async throws {
            let report = try await report(["http", "--rounds", "5", "--every", "60"])
            #expect(report["benchmark"].string == "http-python-every-60ms")
            #expect(names(report, "findings") == ["http-python-every-60ms-over-bare"])
        }

        @Test func `a compiled program is sent for the first time, and again`() async throws {
            let report = try await report(["http", "--language", "c", "--rounds", "5"])
            #expect(
                names(report, "rows") == [
                    "bare c, compiled before", "bare compiler, then the program",
                    "POST, its first run", "POST, the same again",
                ]
            )
            #expect(names(report, "findings").contains("http-c-again-over-first"))
        }

        @Test func `throughput is a rate of both sides in as many slices`() async throws {
            let report = try await report([
                "throughput", "--language", "bash", "--slices", "5", "--seconds", "0.5",
            ])
            for row in report["rows"].elements {
                #expect(row["figures"]["slices"].int == 5)
                #expect(row["figures"]["median_per_s"].double > 0)
            }
            #expect(names(report, "findings") == ["throughput-bash-over-bare"])
        }

        @Test func `load is a row for each rate and side, and a plot`() async throws {
            try await Deployment.make { folder in
                let plot = folder.folder + "/load.svg"
                let report = try await report([
                    "load", "--language", "bash", "--rates", "20,40", "--seconds", "0.5",
                    "--svg", plot,
                ])
                #expect(names(report, "rows") == ["sandboxed", "bare", "sandboxed", "bare"])
                let figures = report["rows"].elements.map { $0["figures"] }
                #expect(figures.map { $0["offered_per_s"].int } == [20, 20, 40, 40])
                // Both sides have the same arrivals.
                #expect(figures[0]["requests"].int == figures[1]["requests"].int)
                let svg = try String(contentsOfFile: plot, encoding: .utf8)
                #expect(svg.hasPrefix("<svg "))
                #expect(svg.contains("sandboxed, p50"))
            }
        }

        /// The long form is every attack at full length.
        @Test func `a caller beside attacks is served, and so is its monitor`() async throws {
            let short = ["--seconds", "2", "--attack", "connections", "--attack", "bodies"]
            let report = try await report(
                ["siege"] + (Campaign.isLong ? [] : short + ["--attack", "strangers"])
            )
            let rows = report["rows"].elements
            #expect(rows.count == (Campaign.isLong ? 11 : 4))
            for row in rows {
                let name = row["name"].string ?? ""
                #expect(row["figures"]["rounds"].double > 0, "\(name)")
                #expect(row["figures"]["failed"].int == 0, "\(name)")
                #expect(row["figures"]["front_mib"].double < 512, "\(name)")
            }
        }

        @Test func `a flood is another caller's`() async throws {
            let report = try await report(["fairness", "--cycles", "1", "--requests", "5"])
            #expect(names(report, "findings") == ["fairness-flooded-over-alone"])
            #expect(report["rows"][1]["figures"]["rounds"].int == 5)
        }

        @Test func `the memory of a jail is that of its processes`() async throws {
            try await withKey { server, key in
                let begun = try await server.begin(
                    "/api/v1/executions",
                    key: key,
                    ["language": "python", "code": "import time; time.sleep(600)"]
                )
                defer { begun.hangUp() }
                try await eventually("there is a program in a jail") {
                    ProcessTable.jailed(below: server.program.pid).contains {
                        $0.name.hasPrefix("python")
                    }
                }
                let report = try await report([
                    "standby", "--server-process", "\(server.program.pid)",
                ])
                let rows = report["rows"].elements
                #expect(rows.contains { $0["name"].string?.hasSuffix(", python3") == true })
                var jails: [Substring: Double] = [:]
                for row in rows {
                    let jail = try #require(row["name"].string?.split(separator: ",").first)
                    // A process that ended during the reading has no size.
                    let size = row["figures"]["pss_mib"].double
                    jails[jail, default: 0] += size.isNaN ? 0 : size
                }
                #expect(names(report, "findings") == ["standby-pss-mib"])
                // The finding is the total of a single jail, or the median of several.
                let (least, most) = (jails.values.min() ?? 0, jails.values.max() ?? 0)
                #expect(most > 0.5)
                let found = report["findings"][0]["value"].double
                #expect((least - 0.01...most + 0.01).contains(found))
            }
        }

        @Test func `Ctrl-C leaves neither folder nor server`() async throws {
            try await withTemporaryFiles { folder in
                let program = try RunningProgram(
                    Product.quicksand,
                    ["bench", "http", "--rounds", "100000", "--bare-only"],
                    environment: ["TMPDIR": folder]
                )
                do {
                    let family = try await eventually("a jail of the benchmark's server") {
                        let jailed = ProcessTable.jailed(below: program.pid)
                        return jailed.isEmpty ? nil : ProcessTable.descendants(of: program.pid)
                    }
                    program.signal(SIGINT)
                    #expect(try await program.exitCode() == 130)
                    let said = await program.stderr.wait(until: \.isClosed)
                    #expect(said?.text == "")
                    try await eventually("the end of the benchmark's server") {
                        family.allSatisfy { !$0.isAlive }
                    }
                } catch {
                    await program.end()
                    throw error
                }
            }
        }

        @Test(arguments: [
            (["http", "--language", "cobol"], "--language: 'cobol' is not one of"),
            (["jail", "--rounds", "0"], "--rounds 0 is not between 1 and 100000"),
            (["http", "--key", "k"], "--key needs --url"),
            (["load", "--rates", "10,x"], "--rates: 'x' is not a number"),
            (["standby", "--server-process", "999999999"], "there is no process 999999999"),
        ])
        func `what cannot be measured is one line`(arguments: [String], says: String) async throws {
            let result = try await bench(arguments)
            #expect(result.code != 0)
            #expect(result.stderrLines.count == 1)
            #expect(result.stderr.contains(says), "\(result.stderr)")
        }
    }
}
