import CallbackReceiver
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The whole service while its processes are killed at random moments.
    ///
    /// The seed is printed; `QUICKSAND_CHAOS_SEED` repeats a run.
    @Suite struct Chaos {
        private static let executions = Campaign.size(short: 150, long: 1_000)

        private static func seed() -> UInt64 {
            let given = ProcessInfo.processInfo.environment["QUICKSAND_CHAOS_SEED"]
            return given.flatMap { UInt64($0) } ?? .random(in: 0...UInt64(UInt32.max))
        }

        /// Returns arguments with a large queue and without rates: refusals are not the subject
        /// here.
        private func arguments(_ deployment: Deployment) throws -> [String] {
            let limits = Repository.root.appendingPathComponent("limits.json")
            let content = try JSONSerialization.jsonObject(with: Data(contentsOf: limits))
            var root = try #require(content as? [String: Any])
            var plans = try #require(root["plans"] as? [String: [String: Any]])
            for plan in ["anonymous", "enterprise"] {
                for rate in [
                    "per_second", "penalty_seconds", "per_minute", "per_day", "concurrent",
                    "requests_per_minute",
                ] {
                    plans[plan]?[rate] = NSNull()
                }
            }
            root["plans"] = plans
            let text = String(
                decoding: try JSONSerialization.data(withJSONObject: root),
                as: UTF8.self
            )
            let path = try deployment.write(text, as: "limits.json")
            return [
                "--limits", path, "--queue", "8000", "--jails", "2",
                "--callback-allow", "127.0.0.0/8",
            ]
        }

        @Test func `executions survive every kill`() async throws {
            let seed = Self.seed()
            print("QUICKSAND_CHAOS_SEED=\(seed)")
            let plan = ChaosPlan(seed: seed, executions: Self.executions)
            let mounts = try Self.mounts()
            try await Receiver.serve { receiver, url in
                try await Deployment.make { deployment in
                    let key = try await deployment.makeKey()
                    let run = ChaosRun(
                        plan,
                        deployment,
                        key: key,
                        arguments: try arguments(deployment),
                        callbackURL: url
                    )
                    var wardens: [Int32] = []
                    try await run.run { server, gathered in
                        let records = try await Records(server, key, plan)
                        try await records.expectEveryOrderOnce(gathered)
                        records.expectMarked(gathered.logs)
                        try await expectDelivered(records, receiver, server)
                        wardens = gathered.logs.flatMap(Self.wardens)
                        try await expectNothingLeft(of: wardens, gathered, server)
                        print(records.summary, "requests sent again: \(gathered.retriedRequests)")
                    }
                    try await expectNoGroups(of: wardens)
                    #expect(try Self.mounts() == mounts)
                }
            }
        }

        // MARK: The state afterwards

        private func expectDelivered(
            _ records: Records,
            _ receiver: Receiver,
            _ server: Server
        ) async throws {
            let owed = Set(
                records.plan.orders(.callback).compactMap { records.byOrder[$0.number]?.id }
            )
            let deliveries = try await eventually("every delivery") {
                let all = try await server.pages("/v1/deliveries", key: records.key)
                return all.allSatisfy { $0["status"].string == "delivered" } ? all : nil
            }
            // Exactly one delivery for each, and no other.
            #expect(deliveries.count == owed.count)
            #expect(Set(deliveries.compactMap { $0["execution_id"].string }) == owed)
            var messages: [String: Set<String>] = [:]
            for request in receiver.requests {
                let id = try #require(try JSON(request.body)["data"]["id"].string)
                messages[id, default: []].insert(try #require(request[header: "webhook-id"]))
            }
            #expect(Set(messages.keys) == owed)
            #expect(messages.values.allSatisfy { $0.count == 1 })
        }

        private func expectNothingLeft(
            of wardens: [Int32],
            _ gathered: ChaosRun.Gathered,
            _ server: Server
        ) async throws {
            try await eventually("readiness") {
                try await server.get("/health/ready").status == 200
            }
            try await eventually("the end of every killed process and its jails") {
                !gathered.doomed.contains(where: \.isAlive)
                    && ProcessTable.jailed(below: server.program.pid).isEmpty
            }
            let warden = try #require(server.processes.warden)
            #expect(wardens.contains(warden.pid))
            let own = "/quicksand-warden-\(warden.pid)."
            try await eventually("no group of a killed warden, and no jail's") {
                let groups = try await Self.groups(of: wardens)
                let ours = groups.filter { $0.contains(own) }
                let spares = ours.filter { $0.contains("/jail-") && Self.isEmpty($0) }
                let hierarchies = ours.filter { !$0.contains("/jail-") }
                // The warden keeps two spares in each hierarchy.
                return spares.count <= 2 * hierarchies.count
                    && spares.count + hierarchies.count == groups.count
            }
        }

        private func expectNoGroups(of wardens: [Int32]) async throws {
            try await eventually("no group at all") {
                try await Self.groups(of: wardens).isEmpty
            }
        }

        /// Returns the wardens' process ids from the log.
        private static func wardens(_ log: String) -> [Int32] {
            log.matches(of: #/process=([0-9]+) \[\w+\] warden ready/#).compactMap {
                Int32($0.1)
            }
        }

        /// Returns every control group of these wardens, their jails' included.
        private static func groups(of wardens: [Int32]) async throws -> [Substring] {
            let result = try await command(
                "/usr/bin/find",
                ["/sys/fs/cgroup", "-type", "d", "-path", "*quicksand-warden-*"]
            )
            return result.stdout.split(separator: "\n").filter { path in
                wardens.contains { path.contains("-warden-\($0).") }
            }
        }

        private static func isEmpty(_ group: Substring) -> Bool {
            (try? String(contentsOfFile: group + "/cgroup.procs", encoding: .utf8)) == ""
        }

        /// Returns the mounts of this machine, except the mounts of concurrent tests, which are
        /// below the temporary folder.
        private static func mounts() throws -> Set<String> {
            let text = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
            let temporary = FileManager.default.temporaryDirectory.path + "/"
            let lines = text.split(separator: "\n").filter { line in
                let fields = line.split(separator: " ")
                return fields.count > 4 && !fields[4].hasPrefix(temporary)
            }
            return Set(lines.map(String.init))
        }
    }
}
