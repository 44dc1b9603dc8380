import ArgumentParser
import Foundation

struct BenchHTTP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "http",
        abstract: "A Python one-liner over HTTP, against a bare python3.",
        discussion: """
            One caller after another on one connection that is kept. Without --url, a server is started for it and ended
            with it; its anonymous callers have no quota.

            Examples:
              quicksand bench http
              quicksand bench http --url http://127.0.0.1:8080 --key $KEY --requests 50
            """
    )

    @Option(help: "How many requests.")
    var requests = 200

    @Option(help: "A running server, such as http://127.0.0.1:8080.")
    var url: String?

    @Option(
        help:
            "A key of that server with projects:write, for POST /executions in place of the try-it endpoint."
    )
    var key: String?

    @Flag(help: "Print a JSON record instead of a table.")
    var json = false

    @OptionGroup var machine: MachineOptions

    private static let python = "/usr/bin/python3"
    private static let code = "print(1+1)"
    private static let expected = "2\n"

    func run() async throws {
        try await Stop.report {
            try BenchCommand.check(requests, named: "requests")
            let server: BenchServer?
            let address: HTTPAddress
            if let url {
                server = nil
                address = try HTTPAddress(url)
            } else {
                guard key == nil else { throw Stop(2, "--key needs --url") }
                let own = try BenchServer.start(machine)
                server = own
                address = HTTPAddress(port: own.port)
            }
            defer { server?.stop() }
            try await measure(address).show(asJSON: json)
        }
    }

    private func measure(_ address: HTTPAddress) async throws -> BenchReport {
        let connection = try HTTPConnection(address)
        let bare = try BareProgram([Self.python, "-c", Self.code])
        let body = try JSONEncoder().encode(["code": Self.code, "language": "python"])
        var bareTimes: [Double] = []
        var answers: [(time: Double, inJail: Double)] = []
        let progress = BenchProgress(rounds: requests)
        for round in -BenchCommand.warmUpRounds..<requests {
            if round >= 0 { progress.show(round) }
            let bareTime = try bare.timeReading(expecting: Self.expected)
            let answer = try ask(connection, body)
            guard round >= 0 else { continue }
            bareTimes.append(bareTime)
            answers.append(answer)
        }
        progress.show(requests)
        return BenchReport(
            benchmark: "http",
            rounds: requests,
            base: .init(name: "bare python3", sample: Sample(bareTimes)),
            others: [
                .init(name: "POST " + path, sample: Sample(answers.map(\.time))),
                .init(name: "of it, the stage", sample: Sample(answers.map(\.inJail))),
            ]
        )
    }

    private var path: String { key == nil ? "/sandbox/try" : "/executions" }

    private func ask(
        _ connection: borrowing HTTPConnection,
        _ body: Data
    ) throws -> (time: Double, inJail: Double) {
        let start = ContinuousClock.now
        let answer = try connection.post(
            "/api/v1" + path,
            headers: key.map { ["Authorization: Bearer \($0)"] } ?? [],
            body
        )
        let time = start.duration(to: .now).inMilliseconds
        guard answer.status == 200 else {
            let said = String(decoding: answer.body.prefix(300), as: UTF8.self)
            throw Stop(1, "the server answered \(answer.status): \(said)")
        }
        guard let envelope = try? JSONDecoder().decode(Envelope.self, from: answer.body),
            envelope.data.stdout == Self.expected
        else {
            let said = String(decoding: answer.body.prefix(300), as: UTF8.self)
            throw Stop(1, "the program did not write 2: \(said)")
        }
        return (time, envelope.data.usage.wallMilliseconds)
    }

    private struct Envelope: Decodable {
        let data: Execution

        struct Execution: Decodable {
            let stdout: String
            let usage: Usage
        }

        struct Usage: Decodable {
            let wallMilliseconds: Double

            enum CodingKeys: String, CodingKey { case wallMilliseconds = "wall_ms" }
        }
    }
}
