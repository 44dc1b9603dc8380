// Target `Runner`: runs a request in a jail up to its verdict, with compile stage, runs, output
// files, compile cache and standby pool.
// Border: it knows no queue, quota or store of executions. `Queue`, the attacks and the command
// line import it.

public import Domain

/// Runs one execution in a new session.
///
/// The compile stage comes first where the runtime has one, then a run stage for each input, in
/// order. The session is closed in any case, even when the task is cancelled. After a failure this
/// returns when nothing is left of the session: a jail whose end is slow holds its caller's slot.
///
/// A compile stage that does not exit with 0 ends the execution. A run stage that fails does not
/// prevent the next. All runs share the work folder, so output files are collected once, after the
/// last run.
///
/// `patience` is the longest wait for a warden to make the jail; `nil` waits without limit.
///
/// `isBacklogged` tells whether more of the caller's executions wait: see
/// ``JailSpec/isBacklogged``.
///
/// `programs` is the cache that replaces the compile stage for a known program.
///
/// `onOutput` is called with each stage's output as it arrives, on a thread that it must not block.
///
/// - Returns: the result of each stage.
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
    func runStages() async throws -> ExecutionResult {
        var result = ExecutionResult(compile: kept?.result, runs: [], files: [])
        if let compileSpec, kept == nil {
            let spec = compilation?.watched(compileSpec) ?? compileSpec
            let io = StageIO(telling: onOutput, of: .compile)
            let report = try await finish(spec, io, in: session)
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

    do {
        let result = try await runStages()
        session.close()
        return result
    } catch {
        // The caller's next execution must not run beside what is left of this one.
        await session.closeAndWait()
        throw error
    }
}

/// Runs a stage.
///
/// A stage that a cancellation cut short has no verdict.
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
    /// Returns the jail's spec, with the larger of both stages' limits: the jail serves both.
    fileprivate func jailSpec(on runtime: Runtime, profile: SystemCallProfile) -> JailSpec {
        let larger = Limits { limit in
            runtime.compile == nil ? limits[limit] : max(limits[limit], compileLimits[limit])
        }
        return JailSpec(
            runtime: runtime.number,
            profile: profile,
            // Folders list files by age. The script goes first, as in a jail where it existed
            // before the others.
            files: files.filter { $0.path == entry } + files.filter { $0.path != entry },
            limits: larger,
            boot: boot(on: runtime)
        )
    }

    /// The standard start of the interpreter; `nil` where this request needs another.
    ///
    /// An interpreter keeps its initial arguments and variables, so a request with its own needs an
    /// interpreter started for it.
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
