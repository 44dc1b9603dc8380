public import Domain
import Foundation
import Synchronization

/// Jails that do what a script says.
///
/// A jail is known by the content of its first file.
public final class FakeSandbox: Sandbox {
    /// What a stage does; the number counts the stages of this jail from 0.
    public typealias Script =
        @Sendable (_ jail: String, _ stage: Int, StageOrder) async throws ->
        StageReport

    public let journal: Journal
    private let script: Script
    private let opening: @Sendable (JailOrder) throws -> Void
    private let orders = Mutex<[JailOrder]>([])
    private let stages = Mutex<[StageOrder]>([])

    public init(
        journal: Journal,
        script: @escaping Script = { _, _, _ in .exited(0) },
        opening: @escaping @Sendable (JailOrder) throws -> Void = { _ in }
    ) {
        self.journal = journal
        self.opening = opening
        self.script = script
    }

    public var jailOrders: [JailOrder] { orders.withLock(\.self) }
    public var stageOrders: [StageOrder] { stages.withLock(\.self) }

    public func open(_ order: JailOrder) async throws -> any Jail {
        orders.withLock { $0.append(order) }
        try opening(order)
        let name = order.files.first.map { String(decoding: $0.content, as: UTF8.self) } ?? ""
        journal.record(.opened(name))
        return FakeJail(name: name, sandbox: self)
    }

    fileprivate func run(
        _ order: StageOrder,
        _ stage: Int,
        in jail: String
    ) async throws
        -> StageReport
    {
        stages.withLock { $0.append(order) }
        journal.record(.ran(jail, stage: stage))
        return try await script(jail, stage, order)
    }
}

private final class FakeJail: Jail {
    private let name: String
    private let sandbox: FakeSandbox
    private let stage = Mutex(0)

    init(name: String, sandbox: FakeSandbox) {
        self.name = name
        self.sandbox = sandbox
    }

    func run(_ order: StageOrder) async throws -> StageReport {
        let stage = stage.withLock { stage in
            defer { stage += 1 }
            return stage
        }
        return try await sandbox.run(order, stage, in: name)
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
