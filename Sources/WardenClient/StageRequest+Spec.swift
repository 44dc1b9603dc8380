import Domain
import WardenProtocol

// The conversion of a session's requests to frames.
extension StageRequest {
    init(
        _ stage: StageSpec,
        at place: StagePlace,
        bringsFiles: Bool
    ) throws(SandboxError) {
        let program = Program(
            arguments: stage.arguments,
            environment: stage.environment.words,
            outputs: stage.outputs,
            digestsOthers: stage.digestsOthers,
            outputFilesMax: UInt32(clamping: stage.limits[.files]),
            outputBytesMax: UInt64(OutputFile.totalBytesMax)
        )
        guard !(stage.isConcurrent && stage.collects) else {
            throw .refused(reason: "a concurrent stage brings no files back")
        }
        self.init(
            jail: place.jail,
            stage: place.stage,
            limits: stage.limits,
            program: try OpaqueProgram(sending: program),
            bringsFiles: bringsFiles,
            isConcurrent: stage.isConcurrent
        )
    }
}

extension OpaqueProgram {
    init(_ boot: BootProgram) throws(SandboxError) {
        try self.init(
            sending: Program(
                arguments: boot.arguments,
                environment: boot.environment.words,
                script: boot.entry,
                outputs: [],
                outputFilesMax: 0,
                outputBytesMax: 0
            )
        )
    }

    fileprivate init(sending program: Program) throws(SandboxError) {
        do {
            try self.init(program)
        } catch {
            throw WardenConnection.tooLong
        }
    }
}

extension [String: String] {
    /// The environment in a program's form, always in the same order.
    fileprivate var words: [String] { map { "\($0.key)=\($0.value)" }.sorted() }
}

extension [SourceFile] {
    /// The archive form of the files, in which they travel into a jail.
    var archive: [UInt8] {
        flatMap { file in
            let kind: Archive.Kind = file.isExecutable ? .program : .file
            return Archive.header(path: file.path, size: file.content.count, kind: kind)
                + file.content
        }
    }
}
