import Foundation
import Glibc

/// A program started as cheaply as the C library can: `posix_spawn` shares this process's memory
/// with the child until it executes, so that our own size costs nothing.
///
/// Its standard input is `/dev/null`, and of the environment it gets only a path.
struct BareProgram {
    let arguments: [String]
    private let null: Int32

    /// - Throws: ``Stop`` where there is no `/dev/null`.
    init(_ arguments: [String]) throws {
        self.arguments = arguments
        null = Glibc.open("/dev/null", O_RDWR | O_CLOEXEC)
        guard null >= 0 else { throw Stop(1, "/dev/null cannot be opened: errno \(errno)") }
    }

    /// Starts it with its output thrown away, and waits for it.
    /// - Returns: how many milliseconds that took.
    func time() throws -> Double {
        let start = ContinuousClock.now
        let child = try begin(output: null, error: 2)
        let status = ChildProcess.reap(child)
        let time = start.duration(to: .now)
        try check(status)
        return time.inMilliseconds
    }

    /// Starts it with its output in a pipe, reads that to its end, and waits for the program.
    func timeReading(expecting expected: String) throws -> Double {
        let start = ContinuousClock.now
        let pipe = try PipeEnds()
        let child = try begin(output: pipe.writing, error: 2)
        Glibc.close(pipe.writing)
        let output = PipeEnds.readToEnd(pipe.reading)
        let status = ChildProcess.reap(child)
        let time = start.duration(to: .now)
        try check(status)
        guard output == Array(expected.utf8) else {
            throw Stop(1, "\(arguments[0]) wrote '\(String(decoding: output, as: UTF8.self))'")
        }
        return time.inMilliseconds
    }

    private func begin(output: Int32, error: Int32) throws -> pid_t {
        try ChildProcess.start(
            arguments,
            environment: ["PATH=/usr/bin:/bin"],
            input: null,
            output: output,
            error: error
        )
    }

    private func check(_ status: Int32) throws {
        guard status == 0 else {
            throw Stop(1, "\(arguments.joined(separator: " ")) failed: wait status \(status)")
        }
    }
}

/// Starting and awaiting processes.
enum ChildProcess {
    /// - Returns: its process number; the caller reaps it.
    /// - Throws: ``Stop`` where it cannot be started.
    static func start(
        _ arguments: [String],
        environment: [String],
        input: Int32,
        output: Int32,
        error: Int32
    ) throws -> pid_t {
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
        let failure = posix_spawn(&child, arguments[0], &actions, nil, &argv, &envp)
        guard failure == 0 else {
            throw Stop(1, "\(arguments[0]) cannot be started: errno \(failure)")
        }
        return child
    }

    /// - Returns: its wait status.
    static func reap(_ child: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return status
    }
}

/// A pipe that no child inherits unasked.
struct PipeEnds {
    let reading: Int32
    let writing: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Stop(1, "no pipe can be made: errno \(errno)") }
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    /// What comes through it, at most 64 KiB at a time; empty at its end.
    static func read(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
            var got = -1
            repeat {
                got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while got < 0 && errno == EINTR
            count = max(got, 0)
        }
    }

    /// Reads to the end, and closes this end.
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
