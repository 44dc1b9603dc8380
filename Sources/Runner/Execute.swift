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
/// `patience` is how long a jail is waited for while there is nobody to make it; `nil` is for as
/// long as it takes.
///
/// `isBacklogged` says that more of the caller's executions wait: see ``JailOrder/isBacklogged``.
///
/// `programs` spares the compile stage where it made the same program before.
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
    patience: Duration? = .zero,
    isBacklogged: Bool = false,
    programs: OwnPrograms? = nil,
    onOutput: (@Sendable (Domain.OutputStream, Data) -> Void)? = nil
) async throws -> ExecutionResult {
    try Task.checkCancellation()
    var jailOrder = request.jailOrder(on: runtime, profile: profile)
    jailOrder.patience = patience
    jailOrder.isBacklogged = isBacklogged
    let compileOrder = request.compileOrder(on: runtime)
    let compilation = compileOrder.flatMap { order in
        CachedCompilation(of: request, on: runtime, as: order, in: jailOrder, from: programs)
    }
    let kept = await compilation?.program()
    if let kept { jailOrder.files.append(kept.file) }
    let jail = try await sandbox.open(jailOrder)
    defer { jail.close() }

    var result = ExecutionResult(compile: kept?.result, runs: [], files: [])
    if let compileOrder, kept == nil {
        let report = try await finish(compilation?.watched(compileOrder) ?? compileOrder, in: jail)
        result.compile = report.result
        if report.result.verdict.status != .succeeded { return result }
        compilation?.keep(report)
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
        return JailOrder(
            runtime: runtime.number,
            profile: profile,
            // Folders list by age: the script comes first, as it does where it was there before.
            files: files.filter { $0.path == entry } + files.filter { $0.path != entry },
            limits: larger,
            boot: boot(on: runtime)
        )
    }

    /// The interpreter as it starts for whoever asks for nothing special, if this is such a
    /// request.
    ///
    /// An interpreter keeps what it was started with, so arguments and variables of the request's
    /// own need one that is started for it.
    private func boot(on runtime: Runtime) -> BootProgram? {
        guard let standby = runtime.standby, entry == runtime.entry, environment.isEmpty,
            inputs.first?.arguments.isEmpty ?? false, !standby.precludes(files.map(\.path))
        else { return nil }
        return BootProgram(
            arguments: runtime.run.filled(entry: entry, files: [entry], arguments: []),
            environment: runtime.environment,
            entry: entry
        )
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
