public import Domain
public import Foundation

/// Runs one execution in a jail of its own.
///
/// The compile stage comes first where the runtime has one, then a run stage for each input, in
/// order. The jail is closed whatever happens, also when the task is cancelled.
///
/// A compile stage that does not exit with 0 ends the execution. A run stage that fails does not
/// keep the next from running. All runs share the work folder, so what the caller wants returned is
/// collected once, after the last.
///
/// `onOutput` is told of the run stages' output as it comes; the compiler's is in the result only.
///
/// - Returns: what each stage did.
/// - Throws: ``SandboxError``; `CancellationError` where the task was cancelled.
public func execute(
    _ request: ExecutionRequest,
    on runtime: Runtime,
    profile: SystemCallProfile,
    in sandbox: any Sandbox,
    onOutput: (@Sendable (Domain.OutputStream, Data) -> Void)? = nil
) async throws -> ExecutionResult {
    try Task.checkCancellation()
    let jail = try await sandbox.open(request.jailOrder(on: runtime, profile: profile))
    defer { jail.close() }

    var result = ExecutionResult(compile: nil, runs: [], files: [])
    if let order = request.compileOrder(on: runtime) {
        let compile = try await finish(order, in: jail).result
        result.compile = compile
        if compile.verdict.status != .succeeded { return result }
    }

    for index in request.inputs.indices {
        let order = request.runOrder(at: index, on: runtime, onOutput: onOutput)
        let report = try await finish(order, in: jail)
        result.runs.append(report.result)
        result.files = report.files
    }
    return result
}

/// Runs a stage.
///
/// One that was cut short by a cancellation has no verdict of its own.
private func finish(_ order: StageOrder, in jail: any Jail) async throws -> StageReport {
    try Task.checkCancellation()
    let report = try await jail.run(order)
    try Task.checkCancellation()
    return report
}

extension ExecutionRequest {
    /// The jail outlives the compile stage, so it is made for the larger of both stages' limits.
    fileprivate func jailOrder(on runtime: Runtime, profile: SystemCallProfile) -> JailOrder {
        let larger = Limits { limit in
            runtime.compile == nil ? limits[limit] : max(limits[limit], compileLimits[limit])
        }
        return JailOrder(runtime: runtime.number, profile: profile, files: files, limits: larger)
    }

    fileprivate func compileOrder(on runtime: Runtime) -> StageOrder? {
        runtime.compile.map { command in
            StageOrder(
                arguments: command.filled(entry: entry, files: files.map(\.path), arguments: []),
                environment: runtime.environment,
                stdin: Data(),
                limits: compileLimits
            )
        }
    }

    fileprivate func runOrder(
        at index: Int,
        on runtime: Runtime,
        onOutput: (@Sendable (Domain.OutputStream, Data) -> Void)?
    ) -> StageOrder {
        let input = inputs[index]
        return StageOrder(
            arguments: runtime.run.filled(
                entry: entry,
                files: files.map(\.path),
                arguments: input.arguments
            ),
            environment: runtime.environment.merging(environment) { _, own in own },
            stdin: input.stdin,
            limits: limits,
            outputs: index == inputs.count - 1 ? outputs : [],
            onOutput: onOutput
        )
    }
}
