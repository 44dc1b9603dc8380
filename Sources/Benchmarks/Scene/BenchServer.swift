import Commands
import Foundation
import Glibc

/// A server that the benchmark starts: this same program, on a port chosen by the system, with a
/// data folder and a limits file in the folder of its scene.
///
/// The limits file is a copy without the rates of the plans; the limits of an execution are
/// unchanged.
struct BenchServer: Sendable {
    let port: UInt16
    /// The process id of the front.
    let process: pid_t
    private let scene: BenchScene

    var address: HTTPAddress { HTTPAddress(port: port) }

    /// Starts the server, and waits until it listens.
    ///
    /// - Parameters:
    ///   - scene: the scene that owns the server and ends it; a scene has one server at a time.
    ///   - flags: flags of `serve`, in addition to the benchmark's own.
    ///   - keepsRates: whether the plans keep their rates.
    /// - Throws: ``CommandError``
    static func start(
        in scene: BenchScene,
        on machine: MachineOptions,
        flags: [String] = [],
        keepsRates: Bool = false
    ) throws -> BenchServer {
        // Reports the errors of a limits file, which is only copied below.
        _ = try machine.plans()
        let limits = try scene.write(
            keepsRates
                ? try Data(contentsOf: URL(fileURLWithPath: machine.limitsFile))
                : try withoutRates(limitsFile: machine.limitsFile),
            as: "limits.json"
        )
        return try start(scene, machine, flags, limits: limits)
    }

    /// Ends the server before its scene does.
    func stop() { scene.end(process) }

    /// Returns the number of standby jails, from the server's metrics.
    /// - Throws: ``CommandError`` if the server does not answer.
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

    /// Makes a key of a plan, the widest by default, in the server's data folder.
    /// - Throws: ``CommandError``
    func makeKey(plan: String = "enterprise") throws -> String {
        let text = try ChildProcess.output(of: [
            "/proc/self/exe", "keys", "create", "--name", "bench", "--plan", plan,
            "--scope", "projects:write", "--scope", "projects:read",
            "--data", scene.folder + "/data", "--limits", scene.folder + "/limits.json",
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
            for rate in [
                "per_second", "penalty_seconds", "per_minute", "per_day", "concurrent",
                "requests_per_minute",
            ] {
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
        // Close the writing end here: with a second copy open, the end of a failed server would
        // never be seen.
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
        // Drain the log, or the server would at some point block on a full pipe.
        Thread.detachNewThread { _ = PipeEnds.readToEnd(log.reading) }
        return BenchServer(port: port, process: process, scene: scene)
    }

    /// Reads the log up to the line with the server's address.
    ///
    /// If that line does not come, prints the log.
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
