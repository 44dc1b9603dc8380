import Foundation
import Testing

extension EndToEnd {
    /// Standby jails, which the service makes in advance.
    @Suite struct StandbyService {
        @Test
        func `an interpreter stands by after the first request, is used once, and ends with all`()
            async throws
        {
            try await Deployment.make { deployment in
                var family: Set<ProcessTable.Entry> = []
                try await deployment.serve(["--standby", "4"]) { server in
                    for taken in 0..<3 {
                        let answer = try await server.attempt(
                            body: ["language": "python", "code": "print(6 * 7)"]
                        )
                        #expect(try answer.json["data"]["stdout"].string == "42\n")
                        let metrics = try await server.get("/metrics").text
                        let line = "quicksand_jails_opened_total{from=\"standby\"} \(taken).0"
                        #expect(metrics.contains(line))
                        try await eventually("a jail that stands by") {
                            let metrics = try await server.get("/metrics").text
                            let gauge = "quicksand_standby_jails"
                            return metrics.contains(gauge + "{state=\"starting\"} 0.0")
                                && !metrics.contains(gauge + "{state=\"ready\"} 0.0")
                                && ProcessTable.jailed(below: server.program.pid).contains {
                                    $0.name == "python3"
                                }
                        }
                    }
                    family = Set(ProcessTable.descendants(of: server.program.pid))
                }
                #expect(!family.isEmpty)
                try await eventually("the end of every jail") {
                    family.allSatisfy { !$0.isAlive }
                }
            }
        }
    }
}
