import Foundation
import Glibc

/// A server of the benchmark's own: this same program, on a port that the system chose, with a data
/// folder and a limits file in a temporary folder.
///
/// The limits file is a copy in which anonymous callers have no rates; what an execution may use is
/// as it was.
struct BenchServer {
    let port: UInt16
    private let process: pid_t
    private let folder: String

    /// Starts it, and waits until it listens.
    /// - Throws: ``Stop``
    static func start(_ machine: MachineOptions) throws -> BenchServer {
        // Says what is wrong with a limits file, which is only copied below.
        _ = try machine.plans()
        let folder = try makeFolder()
        do {
            let limits = folder + "/limits.json"
            try withoutRates(limitsFile: machine.limitsFile).write(
                to: URL(fileURLWithPath: limits)
            )
            return try start(machine, folder: folder, limits: limits)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    /// Ends it, and everything that it kept.
    func stop() {
        kill(process, SIGTERM)
        _ = ChildProcess.reap(process)
        try? FileManager.default.removeItem(atPath: folder)
    }

    private static func makeFolder() throws -> String {
        var template = Array(
            (FileManager.default.temporaryDirectory.path + "/quicksand-bench-XXXXXX").utf8CString
        )
        guard mkdtemp(&template) != nil else {
            throw Stop(1, "no temporary folder can be made: errno \(errno)")
        }
        let folder = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        // The server drops to another user, who must get to the data folder in it.
        chmod(folder, 0o755)
        return folder
    }

    private static func withoutRates(limitsFile: String) throws -> Data {
        let content = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: limitsFile))
        )
        guard var root = content as? [String: Any], var plans = root["plans"] as? [String: Any],
            var anonymous = plans["anonymous"] as? [String: Any]
        else { throw Stop(2, "\(limitsFile) has no plan anonymous") }
        for rate in ["per_second", "penalty_seconds", "per_minute", "per_day", "concurrent"] {
            anonymous[rate] = NSNull()
        }
        plans["anonymous"] = anonymous
        root["plans"] = plans
        return try JSONSerialization.data(withJSONObject: root)
    }

    private static func start(
        _ machine: MachineOptions,
        folder: String,
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
                    "--data", folder + "/data", "--limits", limits, "--log-level", "notice",
                ] + machine.programFlags,
                environment: environment,
                input: null,
                output: null,
                error: log.writing
            )
        }
        guard let port = firstPort(in: log.reading) else {
            kill(process, SIGTERM)
            _ = ChildProcess.reap(process)
            throw Stop(1, "the benchmark's server did not start; see quicksand serve")
        }
        // Read to its end, or the server would one day wait for room in the pipe.
        Thread.detachNewThread { _ = PipeEnds.readToEnd(log.reading) }
        return BenchServer(port: port, process: process, folder: folder)
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
    fileprivate var limitsFile: String {
        Setting.text(limits, "LIMITS") ?? Installation.home + "/limits.json"
    }

    /// What the server is to be told as well; the variables it inherits.
    fileprivate var programFlags: [String] {
        [("--runtimes", runtimes), ("--tools", tools), ("--warden", warden)]
            .flatMap { flag, value in value.map { [flag, $0] } ?? [] }
    }
}
