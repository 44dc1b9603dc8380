import Domain
import Foundation
import JSON

@testable import API
@testable import WardenProtocol

/// The path of a whole request: the warden's parsers must understand every request that the front
/// accepts.
enum ExecutionProperties {
    /// Input: a JSON body, or a form if it does not begin with a brace; tested alone, and merged
    /// into a project.
    static func execution(_ bytes: [UInt8]) throws {
        try execution(bytes, over: nil)
        try execution(bytes, over: project)
    }

    private static func execution(_ bytes: [UInt8], over base: ProjectSources?) throws {
        let reader = ExecutionReader(runtimes: runtimes, plan: plan, base: base)
        let request: ExecutionRequest
        do throws(APIError) {
            let body =
                bytes.first == UInt8(ascii: "{")
                ? try? StrictJSON.parse(bytes) : try FormBody.parse(bytes)
            guard let body else { return }
            request = try reader.execution(body)
        } catch {
            return try JSONProperties.checkEnvelope(of: error)
        }
        for limit in Limit.allCases {
            for limits in [request.limits, request.compileLimits] {
                let range = 1...plan.ceilings[limit]
                try demand(range.contains(limits[limit]), "\(limit) is \(limits[limit])")
            }
        }
        try demand((1...ExecutionReader.runsMax).contains(request.inputs.count), "runs")
        try demand(request.metadata.count <= ExecutionReader.metadataPairsMax, "metadata")
        try demand(request.outputs.count <= ExecutionReader.outputsMax, "outputs")
        if let url = request.callbackURL { _ = try CallbackURL(url) }
        let entries = request.files.count { $0.path.utf8.elementsEqual(request.entry.utf8) }
        try demand(entries == 1, "\(entries) files are the entry \(request.entry)")
        try checkArchive(request)
        try checkFrames(request)
    }

    private static func checkArchive(_ request: ExecutionRequest) throws {
        let archive = request.files.flatMap { file in
            Archive.header(path: file.path, size: file.content.count) + file.content
        }
        try WireProperties.archive(archive)
        let entries = try Archive.entries(in: archive)
        try demand(entries.count == request.files.count, "\(entries.count) files arrive")
        for (file, entry) in zip(request.files, entries) {
            guard case .file(let path, let content) = entry, path.utf8.elementsEqual(file.path.utf8)
            else { throw Violation(description: "\(file.path) arrives as \(entry)") }
            try demand(content.elementsEqual(file.content), "\(file.path) arrives changed")
        }
    }

    private static func checkFrames(_ request: ExecutionRequest) throws {
        guard
            case .found(let runtime) = runtimes.find(
                language: request.language,
                version: request.version
            )
        else { throw Violation(description: "no runtime \(request.language)") }
        let commands = [(runtime.compile, [String]()), (runtime.run, request.outputs)]
        for (command, outputs) in commands {
            for input in request.inputs {
                let arguments = command?.filled(
                    entry: request.entry,
                    files: request.files.map(\.path),
                    arguments: input.arguments
                )
                guard let arguments else { continue }
                let environment = request.environment.map { "\($0.key)=\($0.value)" }
                for text in arguments + environment + outputs {
                    try demand(!text.utf8.contains(0), "\(text.debugDescription) has a NUL")
                }
                try checkFrame(arguments, environment, outputs)
            }
        }
    }

    private static func checkFrame(
        _ arguments: [String],
        _ environment: [String],
        _ outputs: [String]
    ) throws {
        let program = Program(
            arguments: arguments,
            environment: environment,
            outputs: outputs,
            outputFilesMax: 1,
            outputBytesMax: 1
        )
        let limits = Limits { Limit.ofStage.contains($0) ? 1 : 0 }
        let frame = Request.stage(
            StageRequest(
                jail: 1,
                stage: 2,
                limits: limits,
                program: try OpaqueProgram(program),
                bringsFiles: true
            )
        )
        let bytes = frame.encoded()
        try demand(bytes.count <= Protocol.frameBytesMax, "a frame of \(bytes.count) bytes")
        try demand(try Request(decoding: bytes) == frame, "\(frame) arrives changed")
    }
}

extension ExecutionProperties {
    private static let ceilings = Limits(following: { limit, followed in
        switch limit {
        case .wallMilliseconds, .cpuMilliseconds: 10_000
        case .memoryBytes: 256 << 20
        case .processes, .openFiles: 64
        case .fileBytes, .workspaceBytes: 16 << 20
        case .workspaceFiles: 256
        case .stdoutBytes, .stderrBytes: 1 << 20
        case .sourceBytes: 100_000
        case .files: 10
        default: followed ?? limit.definition.least
        }
    })

    private static let plan = Plan(
        name: "fuzz",
        rates: Rates(perSecond: nil, perMinute: nil, perDay: nil, concurrent: nil),
        defaults: ceilings,
        ceilings: ceilings
    )

    private static let project = ProjectSources(
        project: Project(
            id: "prj_fuzz",
            organization: "org_fuzz",
            name: "fuzz",
            language: "py",
            version: "3.9",
            environment: ["A": "a", "B": ""],
            limits: [.wallMilliseconds: 1, .memoryBytes: 1 << 40],
            createdAt: .distantPast,
            updatedAt: .distantPast
        ),
        files: ["a/b", "e\u{301}", "main.py"].map {
            SourceFile(path: $0, content: Data("x".utf8))
        }
    )

    private static let runtimes = Runtimes(
        installed: [
            runtime("py", "3.11.2", entry: "main.py", compile: nil),
            runtime("py", "3.9.1", entry: "main.py", compile: nil),
            runtime(
                "c",
                "12.2.0",
                entry: "main.c",
                compile: Command(words: [.literal("/usr/bin/gcc"), .sources(endings: [".c"])])
            ),
        ],
        missing: [MissingRuntime(name: "ruby", aliases: ["rb"], installLine: "apt-get install x")]
    )

    private static func runtime(
        _ name: String,
        _ version: String,
        entry: String,
        compile: Command?
    ) -> Runtime {
        Runtime(
            number: 1,
            name: name,
            version: version,
            aliases: [],
            entry: entry,
            compile: compile,
            run: Command(words: [.literal("/usr/bin/\(name)"), .entry, .arguments]),
            environment: [:],
            defaults: [:],
            compileDefaults: [:]
        )
    }
}
