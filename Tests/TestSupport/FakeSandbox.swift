public import Domain
public import Foundation
import Synchronization

/// Jails that do what a script says.
///
/// A jail is known by the content of its first file.
public final class FakeSandbox: SandboxProvider {
    /// What a stage does; the number counts the stages of this jail from 0.
    public typealias Script =
        @Sendable (_ jail: String, _ stage: Int, StageSpec, StageIO) async throws -> StageReport

    public let journal: Journal
    private let script: Script
    private let opening: @Sendable (JailSpec) throws -> Void
    private let jails = Mutex<[JailSpec]>([])
    private let stages = Mutex<[(spec: StageSpec, io: StageIO)]>([])

    public init(
        journal: Journal,
        script: @escaping Script = { _, _, _, _ in .exited(0) },
        opening: @escaping @Sendable (JailSpec) throws -> Void = { _ in }
    ) {
        self.journal = journal
        self.opening = opening
        self.script = script
    }

    public var jailSpecs: [JailSpec] { jails.withLock(\.self) }
    public var stageSpecs: [StageSpec] { stages.withLock { $0.map(\.spec) } }
    /// What was there for each stage to read when it began.
    public var stageInputs: [Data] { stages.withLock { $0.map(\.io.data) } }

    public var isAvailable: Bool { true }
    public var events: AsyncStream<SandboxEvent> { AsyncStream { $0.finish() } }

    public func open(_ spec: JailSpec) async throws -> any SandboxSession {
        jails.withLock { $0.append(spec) }
        try opening(spec)
        let name = spec.files.first.map { String(decoding: $0.content, as: UTF8.self) } ?? ""
        journal.record(.opened(name))
        return FakeSession(name: name, sandbox: self)
    }

    fileprivate func run(
        _ spec: StageSpec,
        _ io: StageIO,
        _ stage: Int,
        in jail: String
    ) async throws
        -> StageReport
    {
        stages.withLock { $0.append((spec, io)) }
        journal.record(.ran(jail, stage: stage))
        return try await script(jail, stage, spec, io)
    }
}

extension StageIO {
    /// The input that is there, and does not come later.
    public var data: Data {
        if case .data(let data) = input { data } else { Data() }
    }
}

private final class FakeSession: SandboxSession {
    private let name: String
    private let sandbox: FakeSandbox
    private let stage = Mutex(0)

    init(name: String, sandbox: FakeSandbox) {
        self.name = name
        self.sandbox = sandbox
    }

    func run(_ spec: StageSpec, io: StageIO) async throws -> StageReport {
        let stage = stage.withLock { stage in
            defer { stage += 1 }
            return stage
        }
        return try await sandbox.run(spec, io, stage, in: name)
    }

    func close(then gone: @escaping @Sendable () -> Void) {
        sandbox.journal.record(.closed(name))
        gone()
    }
}

extension StageReport {
    public static func exited(
        _ code: Int32,
        stdout: String = "",
        files: [OutputFile] = []
    ) -> Self {
        StageReport(
            result: StageResult(
                verdict: .exited(code: code),
                stdout: Output(bytes: Data(stdout.utf8)),
                stderr: Output(),
                usage: Usage(wallMicroseconds: 1, cpuMicroseconds: 1, memoryBytes: 1)
            ),
            files: files
        )
    }
}
