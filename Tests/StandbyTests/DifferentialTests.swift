import Domain
import TestSupport
import Testing
import WardenUnderTest

extension StandbyTests {
    /// A program cannot tell, except by time, whether its jail was made before its request.
    @Suite(.guardedAgainstHanging) struct DifferentialTests {
        @Test(arguments: Campaign.selection(of: try StandbyProgram.all(), oneIn: 4))
        func `a program cannot tell`(program: StandbyProgram) async throws {
            let fixture = try #require(WardenFixture.current)
            let faults = try await fixture.faults(of: program)
            #expect(faults == [])
        }

        /// Programs that inspect sockets, filters and descriptors may see another profile.
        @Test(arguments: try StandbyProgram.all().filter { $0.isOfProfiles })
        func `nor can it in the profile with sockets`(program: StandbyProgram) async throws {
            let fixture = try #require(WardenFixture.current)
            let faults = try await fixture.faults(of: program, profile: .standard)
            #expect(faults == [])
        }

        /// The pool makes jails like the last request's; the next request may ask for higher
        /// limits.
        @Test(arguments: ["python", "javascript", "typescript", "bash"], [true, false])
        func `limits are those of the execution`(language: String, isRaised: Bool) async throws {
            let fixture = try #require(WardenFixture.current)
            let runtime = try fixture.runtime(language)
            let name = language == "python" || language == "bash" ? "limits" : "status"
            let program = try StandbyProgram.named(name, of: language)
            let usual = try program.request(on: runtime, plan: try fixture.plan())
            var low = usual
            low.limits[.openFiles] = 64
            low.limits[.fileBytes] = 1 << 20
            low.limits[.cpuMilliseconds] = 3_000
            low.limits[.processes] = 32
            let trial = try await Trial.make(
                of: isRaised ? usual : low,
                asFirst: isRaised ? low : usual,
                on: runtime,
                profile: .strict,
                session: fixture.session
            )
            let faults = trial.faults(isBooted: runtime.standby != nil, differs: false)
            #expect(faults == [])
        }
    }

    /// The proof that the comparison can fail.
    @Suite(.guardedAgainstHanging) struct ControlTests {
        @Test(arguments: ["python", "javascript", "typescript"])
        func `another variable is found`(language: String) async throws {
            let faults = try await faults(of: language, "environment") {
                $0.boot?.environment["ANOTHER"] = "x"
            }
            #expect(faults.count == Trial.standbyRuns, "\(faults)")
            #expect(faults.allSatisfy { $0.contains("a jail that stood by") }, "\(faults)")
        }

        @Test(arguments: ["python", "javascript", "typescript"])
        func `another argument is found`(language: String) async throws {
            let faults = try await faults(of: language, "arguments") {
                $0.boot?.arguments.append("another")
            }
            #expect(faults.count == Trial.standbyRuns, "\(faults)")
        }

        @Test func `a jail of another size is found`() async throws {
            let faults = try await faults(of: "python", "room") {
                $0.limits[.workspaceFiles] += 1
            }
            #expect(faults.count == Trial.standbyRuns, "\(faults)")
        }

        @Test func `a seed that is the same twice is found`() async throws {
            let faults = try await faults(of: "python", "random_hash") {
                $0.boot?.environment["PYTHONHASHSEED"] = "7"
            }
            #expect(faults.count == 1, "\(faults)")
        }

        @Test(arguments: ["python", "bash"])
        func `that a jail did not stand by is found`(language: String) async throws {
            let faults = try await faults(of: language, "status", jailsMax: 0)
            #expect(faults == ["only 0 runs had a jail that stood by"])
        }

        @Test func `the corpus is as large as it is meant to be`() throws {
            let programs = try StandbyProgram.all()
            let counts = Dictionary(grouping: programs, by: \.runtime).mapValues(\.count)
            for (runtime, least) in ["python": 75, "javascript": 40, "typescript": 35, "bash": 25] {
                #expect(counts[runtime, default: 0] >= least, "\(counts)")
            }
            #expect(counts["c", default: 0] + counts["cpp", default: 0] >= 8)
        }

        private func faults(
            of language: String,
            _ name: String,
            jailsMax: Int = 1,
            altering: @escaping @Sendable (inout StandbySpec) -> Void = { _ in }
        ) async throws -> [String] {
            let fixture = try #require(WardenFixture.current)
            let program = try StandbyProgram.named(name, of: language)
            return try await fixture.faults(of: program, jailsMax: jailsMax, altering: altering)
        }
    }
}
