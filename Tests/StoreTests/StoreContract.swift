import Domain
import Foundation
import Testing

/// An implementation of the store, with its set-up and clean-up.
///
/// A new adapter needs only a case here; every test of the contract then runs on it.
enum Adapter: CaseIterable, Sendable, CustomTestStringConvertible {
    case sqlite

    var testDescription: String {
        switch self {
        case .sqlite: "SQLite"
        }
    }

    /// Runs `body` on a new store.
    func withStore(_ body: (any Store) async throws -> Void) async throws {
        switch self {
        case .sqlite:
            try await withTemporaryFolder { folder async throws in
                try await withSQLiteStore(folder.appending(path: "store.sqlite")) {
                    store async throws in
                    try await prepared(store, for: body)
                }
            }
        }
    }

    /// Adds the two organizations to which all records of the tests belong.
    private func prepared(
        _ store: any Store,
        for body: (any Store) async throws -> Void
    ) async throws {
        for id in ["org_a", "org_b"] { try await store.insert(sampleOrganization(id)) }
        try await body(store)
    }
}

extension Store {
    /// Returns the unfinished executions that a starting worker claims, oldest first.
    func takenUp() async throws -> [Execution] {
        try await join(worker: "w", until: moment(1_000))
        return try await claim(worker: "w", at: moment(0), limit: 100)
    }
}

extension DeliveryStore {
    /// Returns the ids of the deliveries that have their receivers' turns.
    func dueIDs(at date: Date, excluding ids: Set<String> = []) async throws -> [String] {
        let found = try await dueDeliveries(
            organization: "org_a",
            at: date,
            after: "",
            excluding: ids,
            limit: 9
        )
        return found.deliveries.map(\.id)
    }
}

/// Runs `body` with a new folder, and deletes the folder afterwards.
func withTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "quicksand-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    do {
        try await body(folder)
    } catch {
        try? FileManager.default.removeItem(at: folder)
        throw error
    }
    try FileManager.default.removeItem(at: folder)
}

// MARK: - Samples

/// Returns a date of the tests: `seconds` after a moment in the autumn of 2023.
func moment(_ seconds: Double) -> Date {
    Date(timeIntervalSince1970: 1_700_000_000 + seconds)
}

func sampleOrganization(_ id: String, createdAt: Date = moment(0)) -> Organization {
    Organization(id: id, name: id, plan: "free", createdAt: createdAt)
}

/// Returns the key as the store finds it: with its organization.
func issued(_ key: APIKey) -> IssuedKey {
    IssuedKey(key: key, organization: sampleOrganization(key.organization))
}

func sampleKey(
    _ id: String,
    digest: Data? = nil,
    organization: String = "org_a",
    user: String? = nil,
    createdAt: Date = moment(0),
    expiresAt: Date? = nil
) -> APIKey {
    APIKey(
        id: id,
        name: "laptop é",
        digest: digest ?? Data(id.utf8),
        organization: organization,
        user: user,
        scopes: ["projects:read", "projects:write"],
        createdAt: createdAt,
        expiresAt: expiresAt
    )
}

func sampleExecution(
    _ id: String,
    organization: String = "org_a",
    language: String = "python",
    createdAt: Date = moment(0),
    state: Execution.State = .queued,
    attempts: Int = 0
) -> Execution {
    let limits = Limits { limit in Int64(limit.rawValue.utf8.count) }
    let request = ExecutionRequest(
        language: language,
        version: "3.11.2",
        files: [SourceFile(path: "main.py", content: Data([0, 255, 10]))],
        entry: "main.py",
        environment: ["A": "b/c"],
        inputs: [RunInput(stdin: Data("in".utf8), arguments: ["-x", "é"])],
        hasRuns: true,
        limits: limits,
        compileLimits: limits,
        outputs: ["*.txt"],
        callbackURL: "https://example.com/hook",
        metadata: ["k": "v"]
    )
    return Execution(
        id: id,
        owner: .organization(organization),
        request: request,
        createdAt: createdAt,
        state: state,
        attempts: attempts
    )
}

func sampleResult(_ verdict: Verdict = .exited(code: 0)) -> ExecutionResult {
    let stage = StageResult(
        verdict: verdict,
        stdout: Output(bytes: Data([0, 1, 254]), isTruncated: true),
        stderr: Output(),
        usage: Usage(wallMicroseconds: 9_800, cpuMicroseconds: 8_100, memoryBytes: 9_437_184)
    )
    return ExecutionResult(
        compile: nil,
        runs: [stage],
        files: [
            OutputFile(path: "a.txt", content: .bytes(Data("a".utf8))),
            OutputFile(path: "b", content: .refused(.notARegularFile)),
        ]
    )
}

func finished(_ verdict: Verdict = .exited(code: 0)) -> Execution.State {
    .finished(sampleResult(verdict), startedAt: moment(1), finishedAt: moment(2.5))
}

func sampleDelivery(
    _ id: String,
    organization: String = "org_a",
    execution: String = "exe_1",
    subject: Delivery.Subject? = nil,
    url: String = "https://example.com/hook",
    createdAt: Date = moment(3),
    state: Delivery.State = .pending(nextAttemptAt: moment(3))
) -> Delivery {
    Delivery(
        id: id,
        organization: organization,
        subject: subject ?? .execution(execution),
        url: url,
        body: Data([123, 0, 125]),
        createdAt: createdAt,
        state: state
    )
}

func sampleTask(
    _ id: String,
    organization: String = "org_a",
    agent: String? = nil,
    priority: Int = 0,
    createdAt: Date = moment(0),
    state: AgentTask.State = .queued
) -> AgentTask {
    AgentTask(
        id: id,
        organization: organization,
        order: TaskOrder(
            request: sampleExecution("exe_1").request,
            agentID: agent,
            priority: priority,
            runAfter: moment(0.5),
            retryOn: [.failed, .timedOut],
            callbackURL: "https://example.com/task"
        ),
        createdAt: createdAt,
        attempts: 0,
        attemptsLeft: 3,
        state: state
    )
}

/// Returns an execution that is an attempt of a task.
func sampleAttempt(
    _ id: String,
    of task: String,
    createdAt: Date = moment(0),
    state: Execution.State = .queued
) -> Execution {
    var request = sampleExecution(id).request
    request.task = task
    return Execution(
        id: id,
        owner: .organization("org_a"),
        request: request,
        createdAt: createdAt,
        state: state
    )
}
