import Domain
import Foundation
import Synchronization
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// Streamed input and output of a running program.
    @Suite struct SessionTests {
        /// A program that answers each line at once, and the end of input with the number of lines.
        private static let echo = """
            import sys
            count = 0
            for line in iter(sys.stdin.readline, ""):
                count += 1
                print("heard", line.strip(), flush=True)
            print(count, "lines", flush=True)
            """

        private func open(
            in fixture: WardenFixture,
            _ changes: [Limit: Int64] = [:]
        ) async throws -> any SandboxSession {
            try await fixture.session.open(
                JailSpec(
                    runtime: try fixture.runtime("python").number,
                    profile: .strict,
                    files: [],
                    limits: try fixture.limits(changes)
                )
            )
        }

        private func run(
            _ program: String,
            io: StageIO,
            _ changes: [Limit: Int64] = [:]
        ) async throws -> StageResult {
            let fixture = try #require(WardenFixture.current)
            let session = try await open(in: fixture, changes)
            defer { session.close() }
            let stage = StageSpec(
                arguments: ["/usr/bin/python3", "-c", program],
                environment: [:],
                limits: try fixture.limits(changes)
            )
            return try await session.run(stage, io: io).result
        }

        @Test func `a program is answered as it speaks`() async throws {
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            let output = BoundedChannel<StageOutput>(weightMax: 1) { $0.bytes.count }
            let io = StageIO(input: .stream(input), output: .channel(output))
            let run = Task {
                defer { output.finish() }
                return try await self.run(Self.echo, io: io)
            }
            var heard = ""
            await input.send(Data("one\n".utf8))
            for await piece in output {
                heard += String(decoding: piece.bytes, as: UTF8.self)
                // Each line is sent only after the answer to the line before.
                if heard.hasSuffix("heard one\n") { await input.send(Data("two\n".utf8)) }
                if heard.hasSuffix("heard two\n") { input.finish() }
            }
            #expect(heard == "heard one\nheard two\n2 lines\n")
            let result = try await run.value
            #expect(result.verdict == .exited(code: 0))
            #expect(result.stdout.text == heard)
        }

        @Test func `input that is larger than a pipe is written as it is read`() async throws {
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            let program = "import sys; print(len(sys.stdin.buffer.read()))"
            async let result = run(program, io: StageIO(input: .stream(input)))
            for _ in 0..<8 { await input.send(Data(count: 300_000)) }
            input.finish()
            #expect(try await result.stdout.text == "2400000\n")
        }

        @Test func `a program that reads no more releases who writes`() async throws {
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            let writer = Task {
                for _ in 0..<100 { await input.send(Data(count: 300_000)) }
            }
            let result = try await run("import os; os.close(0)", io: StageIO(input: .stream(input)))
            #expect(result.verdict == .exited(code: 0))
            await writer.value
        }

        @Test func `a second stage at once is refused, and the first goes on`() async throws {
            let fixture = try #require(WardenFixture.current)
            let session = try await open(in: fixture)
            defer { session.close() }
            let stage = StageSpec(
                arguments: ["/usr/bin/cat"],
                environment: [:],
                limits: try fixture.limits()
            )
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            let output = BoundedChannel<StageOutput>(weightMax: 1 << 10) { $0.bytes.count }
            let io = StageIO(input: .stream(input), output: .channel(output))
            let first = Task { try await session.run(stage, io: io).result }
            await input.send(Data("begun".utf8))
            for await _ in output { break }  // the stage runs
            await #expect(throws: SandboxError.refused(reason: "a stage runs already")) {
                try await session.run(stage)
            }
            input.finish()
            #expect(try await first.value.stdout.text == "begun")
        }

        /// The event of each stream may be older than the other stream's pause.
        @Test func `two streams at once lose nothing to a slow reader`() async throws {
            let output = BoundedChannel<StageOutput>(weightMax: 1) { $0.bytes.count }
            let program = """
                import os, threading
                def write(stream):
                    for _ in range(400): os.write(stream, b"x" * 1000)
                threads = [threading.Thread(target=write, args=(stream,)) for stream in (1, 2)]
                for thread in threads: thread.start()
                for thread in threads: thread.join()
                """
            let changes: [Limit: Int64] = [.stdoutBytes: 1 << 20, .stderrBytes: 1 << 20]
            let run = Task {
                defer { output.finish() }
                return try await self.run(program, io: StageIO(output: .channel(output)), changes)
            }
            var bytes = 0
            for await piece in output { bytes += piece.bytes.count }
            #expect(bytes == 800_000)
            #expect(try await run.value.verdict == .exited(code: 0))
        }

        @Test func `a program waits for a reader that is slow, and loses nothing`() async throws {
            let output = BoundedChannel<StageOutput>(weightMax: 1) { $0.bytes.count }
            // The output exceeds the pipe and the channel; the text on standard error shows that
            // all of it was written.
            let program = """
                import os, sys
                sys.stdout.write("x" * (1 << 20)); sys.stdout.flush()
                sys.stderr.write("all"); sys.stderr.flush()
                """
            let changes: [Limit: Int64] = [.stdoutBytes: 2 << 20]
            let run = Task {
                defer { output.finish() }
                return try await self.run(program, io: StageIO(output: .channel(output)), changes)
            }
            var bytes = 0
            var isAll = false
            for await piece in output {
                if piece.stream == .stdout { bytes += piece.bytes.count } else { isAll = true }
                await Task.yield()
            }
            #expect(bytes == 1 << 20)
            #expect(isAll)
            #expect(try await run.value.stdout.bytes.count == 1 << 20)
        }

        @Test func `a program whose output nobody takes meets its time limit`() async throws {
            let output = BoundedChannel<StageOutput>(weightMax: 1) { $0.bytes.count }
            let program = "import sys; sys.stdout.write('x' * (1 << 20))"
            let changes: [Limit: Int64] = [.wallMilliseconds: 500, .stdoutBytes: 2 << 20]
            let result = try await run(program, io: StageIO(output: .channel(output)), changes)
            #expect(result.verdict == .timedOut)
        }
    }
}
