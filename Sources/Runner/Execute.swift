// Target `Runner`: from a request to its verdict over a jail: compile stage, runs, output files,
// compile cache, standby pool.
// Border: it knows no queue, quota or store of executions. `Queue`, the attacks and the command
// line import it.

public import Domain

/// Runs one execution in a session of its own.
///
/// The compile stage comes first where the runtime has one, then a run stage for each input, in
/// order. The session is closed whatever happens, also when the task is cancelled.
///
/// A compile stage that does not exit with 0 ends the execution. A run stage that fails does not
/// keep the next from running. All runs share the work folder, so what the caller wants returned is
/// collected once, after the last.
///
/// `patience` is how long a jail is waited for while there is nobody to make it; `nil` is for as
/// long as it takes.
///
/// `isBacklogged` says that more of the caller's executions wait: see ``JailSpec/isBacklogged``.
///
/// `programs` spares the compile stage where it made the same program before.
///
/// `onOutput` is told of each stage's output as it comes, on a thread that it must not keep
/// waiting.
///
/// - Returns: what each stage did.
/// - Throws: ``SandboxError``; `CancellationError` where the task was cancelled.
public func execute(
    _ request: ExecutionRequest,
    on runtime: Runtime,
    profile: SystemCallProfile,
    in sandbox: any SandboxProvider,
    patience: Duration? = .zero,
    isBacklogged: Bool = false,
    programs: OwnPrograms? = nil,
    onOutput: (@Sendable (ExecutionStage, StageOutput) -> Void)? = nil
) async throws -> ExecutionResult {
    try Task.checkCancellation()
    var jailSpec = request.jailSpec(on: runtime, profile: profile)
    jailSpec.patience = patience
    jailSpec.isBacklogged = isBacklogged
    let compileSpec = request.compileSpec(on: runtime)
    let compilation = compileSpec.flatMap { spec in
        CachedCompilation(of: request, on: runtime, as: spec, in: jailSpec, from: programs)
    }
    let kept = await compilation?.program()
    if let kept { jailSpec.files.append(kept.file) }
    let session = try await sandbox.open(jailSpec)
    defer { session.close() }

    var result = ExecutionResult(compile: kept?.result, runs: [], files: [])
    if let compileSpec, kept == nil {
        let spec = compilation?.watched(compileSpec) ?? compileSpec
        let report = try await finish(spec, StageIO(telling: onOutput, of: .compile), in: session)
        result.compile = report.result
        if report.result.verdict.status != .succeeded { return result }
        compilation?.keep(report)
    }

    for index in request.inputs.indices {
        var io = StageIO(telling: onOutput, of: .run(index))
        io.input = .data(request.inputs[index].stdin)
        let report = try await finish(request.runSpec(at: index, on: runtime), io, in: session)
        result.runs.append(report.result)
        result.files = report.files
    }
    return result
}

/// Runs a stage.
///
/// One that was cut short by a cancellation has no verdict of its own.
private func finish(
    _ spec: StageSpec,
    _ io: StageIO,
    in session: any SandboxSession
) async throws -> StageReport {
    try Task.checkCancellation()
    let report = try await session.run(spec, io: io)
    try Task.checkCancellation()
    return report
}

extension StageIO {
    fileprivate init(
        telling onOutput: (@Sendable (ExecutionStage, StageOutput) -> Void)?,
        of stage: ExecutionStage
    ) {
        self.init()
        if let onOutput { output = .observer { onOutput(stage, $0) } }
    }
}

extension ExecutionRequest {
    /// The jail outlives the compile stage, so it is made for the larger of both stages' limits.
    fileprivate func jailSpec(on runtime: Runtime, profile: SystemCallProfile) -> JailSpec {
        let larger = Limits { limit in
            runtime.compile == nil ? limits[limit] : max(limits[limit], compileLimits[limit])
        }
        return JailSpec(
            runtime: runtime.number,
            profile: profile,
            // Folders list by age: the script comes first, as it does where it was there before.
            files: files.filter { $0.path == entry } + files.filter { $0.path != entry },
            limits: larger,
            boot: boot(on: runtime)
        )
    }

    /// The interpreter as it starts for a request without special wishes, if this is such a
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

    fileprivate func compileSpec(on runtime: Runtime) -> StageSpec? {
        runtime.compile.map { command in
            StageSpec(
                arguments: command.filled(entry: entry, files: files.map(\.path), arguments: []),
                environment: runtime.environment,
                limits: compileLimits
            )
        }
    }

    fileprivate func runSpec(at index: Int, on runtime: Runtime) -> StageSpec {
        StageSpec(
            arguments: runtime.run.filled(
                entry: entry,
                files: files.map(\.path),
                arguments: inputs[index].arguments
            ),
            environment: runtime.environment.merging(environment) { _, own in own },
            limits: limits,
            outputs: index == inputs.count - 1 ? outputs : []
        )
    }
}
