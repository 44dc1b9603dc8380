import Commands
import Foundation
import Glibc

/// A program started as cheaply as the C library can: with `posix_spawn` the child shares this
/// process's memory until it executes, so that the size of this process costs nothing.
///
/// The program's standard input is `/dev/null`. Its output goes into a pipe that is made once, and
/// is read when the program has ended, so the output must fit into the pipe: 64 KiB. One thread at
/// a time uses an instance.
final class BareProgram: Sendable {
    let arguments: [String]
    private let environment: [String]
    private let expected: [UInt8]
    private let output: PipeEnds

    private static let null = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)

    /// - Parameters:
    ///   - environment: variables in addition to a plain `PATH`.
    ///   - expected: the output that the program must write; any other output is an error.
    /// - Throws: ``CommandError``
    convenience init(
        _ arguments: [String],
        environment: [String: String] = [:],
        expecting expected: String
    ) throws {
        let words = environment.map { "\($0.key)=\($0.value)" }.sorted()
        try self.init(arguments, ["PATH=/usr/bin:/bin"] + words, Array(expected.utf8))
    }

    private init(_ arguments: [String], _ environment: [String], _ expected: [UInt8]) throws {
        self.arguments = arguments
        self.environment = environment
        self.expected = expected
        output = try PipeEnds(isBlocking: false)
    }

    /// Returns another instance of the same program, for another thread.
    func copy() throws -> BareProgram { try BareProgram(arguments, environment, expected) }

    deinit { output.close() }

    /// Starts the program and waits for its end.
    /// - Returns: the duration in milliseconds.
    /// - Throws: ``CommandError`` if the program fails or writes any other output.
    @discardableResult
    func time() throws -> Double {
        let start = ContinuousClock.now
        let child = try begin(error: Self.null)
        let status = ChildProcess.reap(child)
        let time = start.duration(to: .now)
        if let wrong = judge(status) {
            throw CommandError(1, "\(arguments.joined(separator: " ")): \(wrong)")
        }
        return time.inMilliseconds
    }

    /// Tests whether the program runs on this machine.
    /// - Returns: the failure, in one line, or `nil`.
    func attempt(withinSeconds seconds: Double) -> String? {
        do {
            let errors = try PipeEnds(isBlocking: false)
            defer { errors.close() }
            let child = try begin(error: errors.writing)
            let kill = DispatchWorkItem { Glibc.kill(-child, SIGKILL) }
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds, execute: kill)
            let status = ChildProcess.reap(child)
            kill.cancel()
            guard let wrong = judge(status) else { return nil }
            let said = String(decoding: PipeEnds.read(errors.reading), as: UTF8.self)
            let line = said.split(whereSeparator: \.isNewline).first.map { ": \($0.prefix(160))" }
            return wrong + (line ?? "")
        } catch {
            return "\(error)"
        }
    }

    private func begin(error: Int32) throws -> pid_t {
        try ChildProcess.start(
            arguments,
            environment: environment,
            input: Self.null,
            output: output.writing,
            error: error,
            inOwnGroup: true
        )
    }

    private func judge(_ status: Int32) -> String? {
        let written = PipeEnds.read(output.reading)
        let (signal, code) = (status & 0x7f, (status >> 8) & 0xff)
        if signal != 0 { return "ended by signal \(signal)" }
        if code != 0 { return "exit code \(code)" }
        if written == expected { return nil }
        return "wrote '\(String(decoding: written.prefix(160), as: UTF8.self))'"
    }
}

/// The functions that start processes and wait for them.
enum ChildProcess {
    /// - Parameter inOwnGroup: puts the process into its own group, so that the terminal's Ctrl-C
    ///   does not reach it.
    /// - Returns: the process id; the caller reaps the process.
    /// - Throws: ``CommandError`` if the process cannot be started.
    static func start(
        _ arguments: [String],
        environment: [String],
        input: Int32,
        output: Int32,
        error: Int32,
        inOwnGroup: Bool = false
    ) throws -> pid_t {
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        if inOwnGroup { posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP)) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, ours) in [input, output, error].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, ours, Int32(number))
        }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, &envp)
        guard failure == 0 else {
            throw CommandError(1, "\(arguments[0]) cannot be started: errno \(failure)")
        }
        return child
    }

    /// Runs a program to its end.
    /// - Returns: the program's standard output; `nil` if the program failed.
    static func output(of arguments: [String]) throws -> String? {
        let null = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { Glibc.close(null) }
        let pipe = try PipeEnds()
        let child: pid_t
        do {
            // Close the writing end here: with a second copy open, the reader would never see the
            // end.
            defer { Glibc.close(pipe.writing) }
            child = try start(
                arguments,
                environment: ["PATH=/usr/bin:/bin"],
                input: null,
                output: pipe.writing,
                error: null
            )
        }
        let output = PipeEnds.readToEnd(pipe.reading)
        return reap(child) == 0 ? String(decoding: output, as: UTF8.self) : nil
    }

    /// - Returns: the child's wait status.
    static func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }
}

/// A pipe with close-on-exec ends.
///
/// Make it while no other thread starts a process.
struct PipeEnds {
    let reading: Int32
    let writing: Int32

    /// - Parameter isBlocking: whether a read waits for data.
    init(isBlocking: Bool = true) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CommandError(1, "no pipe can be made: errno \(errno)") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        if !isBlocking { _ = fcntl(reading, F_SETFL, O_NONBLOCK) }
    }

    func close() {
        Glibc.close(reading)
        Glibc.close(writing)
    }

    /// Reads at most 64 KiB.
    ///
    /// The result is empty at the end, or if a non-blocking pipe has no data.
    static func read(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            var got = -1
            repeat {
                got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while got < 0 && errno == EINTR
            count = max(got, 0)
        }
    }

    /// Reads to the end, and closes the descriptor.
    static func readToEnd(_ descriptor: Int32) -> [UInt8] {
        defer { Glibc.close(descriptor) }
        var all: [UInt8] = []
        while true {
            let piece = read(descriptor)
            if piece.isEmpty { return all }
            all += piece
        }
    }
}
