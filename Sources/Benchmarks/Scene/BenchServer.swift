import Commands
import Foundation
import Glibc

/// A server of the benchmark's own: this same program, on a port that the system chose, with a data
/// folder and a limits file in the folder of its scene.
///
/// The limits file is a copy in which no plan has rates; what an execution may use is
/// as it was.
struct BenchServer: Sendable {
    let port: UInt16
    /// The front's.
    let process: pid_t
    private let scene: BenchScene

    var address: HTTPAddress { HTTPAddress(port: port) }

    /// Starts it, and waits until it listens.
    ///
    /// - Parameters:
    ///   - scene: what it belongs to, and ends with; it has one server at a time.
    ///   - flags: of `serve`, beside those that the benchmark was given.
    /// - Throws: ``CommandError``
    static func start(
        in scene: BenchScene,
        on machine: MachineOptions,
        flags: [String] = []
    ) throws -> BenchServer {
        // Says what is wrong with a limits file, which is only copied below.
        _ = try machine.plans()
        let limits = try scene.write(
            try withoutRates(limitsFile: machine.limitsFile),
            as: "limits.json"
        )
        return try start(scene, machine, flags, limits: limits)
    }

    /// Ends it before its scene does.
    func stop() { scene.end(process) }

    /// How many jails it has made ahead, as it says itself.
    /// - Throws: ``CommandError`` where it does not answer.
    func jailsStandingBy() throws -> Int {
        let answer = try HTTPConnection(address).get("/metrics")
        guard answer.status == 200 else {
            throw CommandError(1, "the benchmark's server answered \(answer.status) to /metrics")
        }
        let lines = String(decoding: answer.body, as: UTF8.self).split(separator: "\n")
        let counts = lines.filter { $0.hasPrefix("quicksand_standby_jails{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }
        return Int(counts.reduce(0, +))
    }

    /// Makes a key of the widest plan in its data folder.
    /// - Throws: ``CommandError``
    func makeKey() throws -> String {
        let text = try ChildProcess.output(of: [
            "/proc/self/exe", "keys", "create", "--name", "bench", "--plan", "enterprise",
            "--scope", "projects:write", "--data", scene.folder + "/data",
            "--limits", scene.folder + "/limits.json",
        ])
        guard
            let key = text?.split(whereSeparator: \.isWhitespace).first(where: {
                $0.hasPrefix("sk_live_")
            })
        else { throw CommandError(1, "no key could be made for the benchmark") }
        return String(key)
    }

    private static func withoutRates(limitsFile: String) throws -> Data {
        let content = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: limitsFile))
        )
        guard var root = content as? [String: Any],
            var plans = root["plans"] as? [String: [String: Any]]
        else { throw CommandError(2, "\(limitsFile) has no plans") }
        for name in plans.keys {
            for rate in ["per_second", "penalty_seconds", "per_minute", "per_day", "concurrent"] {
                plans[name]?[rate] = NSNull()
            }
        }
        root["plans"] = plans
        return try JSONSerialization.data(withJSONObject: root)
    }

    private static func start(
        _ scene: BenchScene,
        _ machine: MachineOptions,
        _ flags: [String],
        limits: String
    ) throws -> BenchServer {
        let null = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { Glibc.close(null) }
        let log = try PipeEnds()
        let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        // Ours must be the only copy left, or the end of a server that fails would never be seen.
        let process: pid_t
        do {
            defer { Glibc.close(log.writing) }
            process = try ChildProcess.start(
                [
                    "/proc/self/exe", "serve", "--host", "127.0.0.1", "--port", "0",
                    "--data", scene.folder + "/data", "--limits", limits, "--log-level", "notice",
                ] + machine.programFlags + flags,
                environment: environment,
                input: null,
                output: null,
                error: log.writing,
                inOwnGroup: true
            )
        }
        scene.own(process)
        guard let port = firstPort(in: log.reading) else {
            scene.end(process)
            throw CommandError(1, "the benchmark's server did not start; see quicksand serve")
        }
        // Read to its end, or the server would one day wait for room in the pipe.
        Thread.detachNewThread { _ = PipeEnds.readToEnd(log.reading) }
        return BenchServer(port: port, process: process, scene: scene)
    }

    /// Reads the log up to the line that says where the server listens, and passes on what it said
    /// where that line does not come.
    private static func firstPort(in log: Int32) -> UInt16? {
        var text = ""
        while text.utf8.count < 1 << 20 {
            let piece = PipeEnds.read(log)
            if piece.isEmpty { break }
            text += String(decoding: piece, as: UTF8.self)
            let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
                .first { $0.contains("listening") }
            guard let address = line?.firstRange(of: "address=http://127.0.0.1:") else { continue }
            return UInt16(text[address.upperBound...].prefix { $0.isNumber })
        }
        FileHandle.standardError.write(Data(text.utf8))
        return nil
    }
}

extension MachineOptions {
    /// What the server is to be told as well; the variables it inherits.
    fileprivate var programFlags: [String] {
        [("--runtimes", runtimes), ("--tools", tools), ("--warden", warden)]
            .flatMap { flag, value in value.map { [flag, $0] } ?? [] }
    }
}
