extension ExecutionRequest {
    /// The size of what the caller sent: sources, inputs, arguments and environment.
    public var bytes: Int {
        let sources = files.reduce(0) { $0 + $1.content.count + $1.path.utf8.count }
        let inputs = inputs.reduce(0) { sum, input in
            input.arguments.reduce(sum + input.stdin.count) { $0 + $1.utf8.count }
        }
        let texts = environment.merging(metadata) { $0 + $1 }
        return texts.reduce(sources + inputs) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    }
}

extension ExecutionResult {
    /// The size of the programs' output and of the files that they left.
    public var bytes: Int {
        let stages = runs + (compile.map { [$0] } ?? [])
        let outputs = stages.reduce(0) { $0 + $1.stdout.bytes.count + $1.stderr.bytes.count }
        return files.reduce(outputs) { sum, file in
            if case .bytes(let content) = file.content { sum + content.count } else { sum }
        }
    }
}
