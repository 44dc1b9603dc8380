import Catalog
import Domain
import EscapeCorpus
import Foundation
import Testing
import WardenUnderTest

extension EscapeTests {
    @Suite struct SystemCallTests {
        @Test(arguments: Arsenal.of(.systemCalls))
        func `no system call leads out, from wherever it is made`(attack: Attack) async throws {
            try await WardenFixture.expectRefused(attack)
        }

        @Test func `the list of calls beside the policy is what the policy says`() throws {
            let name = "/runtimes/syscalls.\(SystemCallList.architecture).txt"
            let file = try String(contentsOfFile: Checkout.root + name, encoding: .utf8)
            // To update the file: quicksand doctor --syscalls > runtimes/syscalls.….txt
            #expect(file == Arsenal.calls?.text)
        }

        /// The other half of the sweep: a call that the list allows to answer does answer.
        @Test(arguments: SystemCallProfile.allCases)
        func `what is listed as answering answers`(profile: SystemCallProfile) async throws {
            let fixture = try #require(WardenFixture.current)
            let found = try await fixture.answers(to: "sweep.c", profile)
            let listed = try #require(Arsenal.calls).answeringZero(profile)
            #expect(listed.count > 200)
            let silent = listed.subtracting(found)
            // The kernel itself refuses a change to user 0, and a flush of a missing object; an
            // older kernel has fewer calls than the list.
            #expect(silent.count <= 16, "\(silent.sorted())")
        }
    }
}

extension WardenFixture {
    /// Returns the numbers of the calls that answered in the sweep.
    fileprivate func answers(to file: String, _ profile: SystemCallProfile) async throws -> Set<Int>
    {
        let result = try await run(file, runs: [["program"]], profile: profile)
        let run = try #require(result.runs.first)
        return Set(run.stdout.findings.keys.compactMap { Int($0) })
    }
}
