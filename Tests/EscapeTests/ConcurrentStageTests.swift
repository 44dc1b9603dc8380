import Domain
import Foundation
import Testing
import WardenClient
import WardenUnderTest

extension EscapeTests {
    /// Several concurrent stages in one session.
    @Suite struct ConcurrentStageTests {
        private func open(_ changes: [Limit: Int64] = [:]) async throws -> any SandboxSession {
            let fixture = try #require(WardenFixture.current)
            return try await fixture.session.open(
                JailSpec(
                    runtime: try fixture.runtime("python").number,
                    profile: .strict,
                    files: [SourceFile(path: "given", content: Data("given".utf8))],
                    limits: try fixture.limits(changes)
                )
            )
        }

        private func stage(
            _ program: String,
            _ changes: [Limit: Int64] = [:],
            isConcurrent: Bool = true
        ) throws -> StageSpec {
            StageSpec(
                arguments: ["/usr/bin/python3", "-c", program],
                environment: [:],
                limits: try #require(WardenFixture.current).limits(changes),
                isConcurrent: isConcurrent
            )
        }

        /// A stage that reports its start, and runs until its input ends.
        private struct Waiting {
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            let run: Task<StageResult, any Error>

            init(_ stage: StageSpec, in session: any SandboxSession) async {
                let output = BoundedChannel<StageOutput>(weightMax: 1 << 10) { $0.bytes.count }
                let io = StageIO(input: .stream(input), output: .channel(output))
                run = Task {
                    defer { output.finish() }
                    return try await session.run(stage, io: io).result
                }
                for await _ in output { break }
            }

            func end() async throws -> StageResult {
                input.finish()
                return try await run.value
            }
        }

        private static let waits = """
            import sys
            print("here", flush=True)
            sys.stdin.read()
            print("done")
            """

        @Test func `two stages speak to each other, and share the files`() async throws {
            let session = try await open()
            defer { session.close() }
            let made = try await session.run(stage("import os; os.mkfifo('f')"))
            #expect(made.result.verdict == .exited(code: 0))
            // Each open waits for the other one.
            let writer = try stage("open('f', 'w').write(open('given').read())")
            let reader = try stage("print(open('f').read())")
            async let written = session.run(writer)
            async let read = session.run(reader)
            #expect(try await written.result.verdict == .exited(code: 0))
            #expect(try await read.result.stdout.text == "given\n")
        }

        /// Returns a program that looks for a process.
        ///
        /// Each stage has its own Landlock domain: it may not signal another stage's processes, and
        /// /proc does not show them.
        private static func look(for pid: String) -> String {
            """
            import os
            try: os.kill(\(pid), 0)
            except PermissionError: print("there", end="")
            except ProcessLookupError: print("gone", end="")
            else: print("there", end="")
            """
        }

        @Test func `the end of one leaves the others, and what it left, alone`() async throws {
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let leaves = """
                import subprocess
                print(subprocess.Popen(["/usr/bin/sleep", "30"], stdout=-3, stderr=-3).pid)
                """
            let left = try await session.run(stage(leaves)).result
            #expect(left.verdict == .exited(code: 0))
            let pid = try #require(left.stdout.text.split(separator: "\n").first)
            let look = Self.look(for: String(pid))
            #expect(try await session.run(stage(look)).result.stdout.text == "there")
            #expect(try await waiting.end().stdout.text == "here\ndone\n")
            // A stage that has the session to itself would be judged with what is left here.
            let alone = try stage("pass", isConcurrent: false)
            await #expect(throws: SandboxError.refused(reason: "busy")) {
                try await session.run(alone)
            }
            #expect(try await session.run(stage(look)).result.stdout.text == "there")
        }

        @Test func `a stage for which no process is left ends by itself`() async throws {
            let limits: [Limit: Int64] = [.processes: 8]
            let session = try await open(limits)
            defer { session.close() }
            let fills = """
                import os, signal, sys
                try:
                    while os.fork(): pass
                    signal.pause()
                except BlockingIOError: print("full", flush=True)
                sys.stdin.read()
                """
            let filling = await Waiting(try stage(fills, limits), in: session)
            let late = try await session.run(stage("print('begun')", limits)).result
            #expect(late.verdict == .exited(code: 126))
            #expect(late.stderr.text.hasPrefix("quicksand: /usr/bin/python3: "))
            #expect(try await filling.end().stdout.text == "full\n")
        }

        @Test func `what it left is still answered by init`() async throws {
            let session = try await open()
            defer { session.close() }
            let later = """
                import fcntl, os, time
                while not os.path.exists("go"): time.sleep(0.01)
                with open("made", "w") as file:
                    os.fsync(file)
                    fcntl.lockf(file, fcntl.LOCK_EX)
                    fcntl.flock(file, fcntl.LOCK_EX)
                os.rename("made", "done")
                """
            let leaves = """
                import subprocess
                subprocess.Popen(["/usr/bin/python3", "-c", \(later.debugDescription)])
                """
            #expect(try await session.run(stage(leaves)).result.verdict == .exited(code: 0))
            let waits = """
                import os, time
                open("go", "w").close()
                while not os.path.exists("done"): time.sleep(0.01)
                """
            #expect(try await session.run(stage(waits)).result.verdict == .exited(code: 0))
        }

        @Test func `stages that left no process leave init no descriptor`() async throws {
            let fixture = try #require(WardenFixture.current)
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let before = try fixture.initDescriptors()
            let broken = StageSpec(
                arguments: ["/nowhere"],
                environment: [:],
                limits: try fixture.limits(),
                isConcurrent: true
            )
            for _ in 0..<10 {
                #expect(try await session.run(stage("pass")).result.verdict == .exited(code: 0))
                #expect(try await session.run(broken).result.verdict == .exited(code: 126))
            }
            let deadline = ContinuousClock.now + .seconds(120)
            while try fixture.initDescriptors() > before, ContinuousClock.now < deadline {
                try await Task.sleep(for: .milliseconds(1))  // init hears of the last one's end
            }
            // A jail that is in teardown at the start has fewer than twenty stages would leave.
            #expect(try fixture.initDescriptors() <= before)
            #expect(try await waiting.end().verdict == .exited(code: 0))
        }

        @Test func `cancelling one kills it and its children, and nothing else`() async throws {
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let parent = """
                import subprocess, sys
                open("pid", "w").write(str(subprocess.Popen(["/usr/bin/sleep", "30"]).pid))
                print("here", flush=True)
                sys.stdin.read()
                """
            let killed = await Waiting(try stage(parent), in: session)
            killed.run.cancel()
            await #expect(throws: CancellationError.self) { try await killed.run.value }
            // Init reaps the process after its end; the kernel decides when.
            let look = Self.look(for: "int(open('pid').read())")
            while try await session.run(stage(look)).result.stdout.text == "there" {}
            #expect(try await waiting.end().verdict == .exited(code: 0))
        }

        @Test func `a stage that is cancelled before it is sent is not begun`() async throws {
            let session = try await open()
            defer { session.close() }
            let late = try stage("open('ran', 'w')")
            let run = Task {
                while !Task.isCancelled { await Task.yield() }
                return try await session.run(late)
            }
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            let look = try stage("import os; print(os.listdir())")
            #expect(try await session.run(look).result.stdout.text == "['given']\n")
        }

        @Test func `one that is cancelled while its jail is made is not begun`() async throws {
            let session = try await open()
            defer { session.close() }
            let late = try stage("open('ran', 'w')")
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            // The first piece is taken once the stage has been sent.
            let run = Task { try await session.run(late, io: StageIO(input: .stream(input))) }
            await input.send(Data("x".utf8))
            await input.send(Data("x".utf8))
            run.cancel()
            await #expect(throws: CancellationError.self) { try await run.value }
            #expect(try await session.run(stage("pass")).result.verdict == .exited(code: 0))
        }

        @Test func `what it left may write for ever, and keeps nobody from the others`()
            async throws
        {
            let session = try await open()
            defer { session.close() }
            let flood = """
                import os
                os.set_blocking(1, False)
                if os.fork() == 0:
                    if os.fork() == 0: pass
                    while True:
                        try: os.write(1, b"x" * 65536)
                        except BlockingIOError: pass
                """
            let flooded = try await session.run(stage(flood)).result
            #expect(flooded.verdict == .exited(code: 0))
            #expect(try await session.run(stage("print(1)")).result.stdout.text == "1\n")
        }

        @Test func `orphans made without pause keep no order from init`() async throws {
            let session = try await open()
            defer { session.close() }
            let orphans = """
                import os, sys
                print("here", flush=True)
                while True:
                    try:
                        if os.fork() == 0:
                            try: os.fork()
                            except OSError: pass
                            os._exit(0)
                    except OSError: pass
                """
            let made = await Waiting(try stage(orphans), in: session)
            made.run.cancel()
            await #expect(throws: CancellationError.self) { try await made.run.value }
            #expect(try await session.run(stage("print(1)")).result.stdout.text == "1\n")
        }

        @Test func `each has limits and a verdict of its own`() async throws {
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let late = try stage("import time; time.sleep(30)", [.wallMilliseconds: 300])
            let busy = try stage("while True: pass", [.cpuMilliseconds: 100])
            let broken = try stage("import os; os.kill(os.getpid(), 11)")
            async let first = session.run(late)
            async let second = session.run(busy)
            async let third = session.run(broken)
            #expect(try await first.result.verdict == .timedOut)
            #expect(try await second.result.verdict == .cpuTimeExceeded)
            #expect(try await third.result.verdict == .signaled(signal: 11))
            let used = try await waiting.end()
            #expect(used.verdict == .exited(code: 0))
            #expect(used.usage.cpuMicroseconds < 1_000_000)  // without its neighbours' usage
        }

        @Test func `want of memory ends the stage that has it`() async throws {
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let hog = try stage("x = bytearray(1 << 34); x[::4096] = b'x' * len(x[::4096])")
            let big = try stage("b = []\nwhile True: b.append(bytearray(1 << 20))")
            #expect(try await session.run(hog).result.verdict != .exited(code: 0))
            #expect(try await session.run(big).result.verdict == .memoryExceeded)
            #expect(try await waiting.end().verdict == .exited(code: 0))
        }

        @Test func `each is told what it was refused, and only that`() async throws {
            let session = try await open()
            defer { session.close() }
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let refused = "import ctypes; ctypes.CDLL(None).inotify_init1(0)"
            #expect(try await session.run(stage(refused)).result.refusedCalls == ["inotify_init1"])
            #expect(try await waiting.end().refusedCalls == [])
        }

        @Test func `what may not run beside the others is refused`() async throws {
            let session = try await open()
            defer { session.close() }
            let refusal = SandboxError.refused(reason: "a stage runs already")
            let one = await Waiting(try stage(Self.waits, isConcurrent: false), in: session)
            let beside = try stage("pass")
            await #expect(throws: refusal) { try await session.run(beside) }
            #expect(try await one.end().verdict == .exited(code: 0))
            let waiting = await Waiting(try stage(Self.waits), in: session)
            let alone = try stage("pass", isConcurrent: false)
            await #expect(throws: refusal) { try await session.run(alone) }
            var collecting = try stage("pass")
            collecting.outputs = ["*"]
            let collects = collecting
            await #expect(throws: SandboxError.self) { try await session.run(collects) }
            #expect(try await waiting.end().verdict == .exited(code: 0))
        }

        @Test func `a session has 32 of them and not one more`() async throws {
            let session = try await open([.processes: 64])
            defer { session.close() }
            let waits = StageSpec(
                arguments: ["/usr/bin/cat"],
                environment: [:],
                limits: try #require(WardenFixture.current).limits([.processes: 64]),
                isConcurrent: true
            )
            var inputs: [BoundedChannel<Data>] = []
            var runs: [Task<StageReport, any Error>] = []
            for _ in 0..<32 {
                let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
                inputs.append(input)
                let io = StageIO(input: .stream(input))
                runs.append(Task { try await session.run(waits, io: io) })
            }
            // In any order of starts, one of the 33 stages is refused.
            let input = BoundedChannel<Data>(weightMax: 1) { $0.count }
            runs.append(Task { try await session.run(waits, io: StageIO(input: .stream(input))) })
            for input in inputs + [input] { await input.send(Data("x".utf8)) }
            let first = await withTaskGroup { group in
                for run in runs { group.addTask { await run.result } }
                let first = await group.next()
                for input in inputs + [input] { input.finish() }
                return first
            }
            #expect(throws: SandboxError.refused(reason: "busy")) { try first?.get() }
        }
    }
}
