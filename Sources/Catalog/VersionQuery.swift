import Foundation

/// Asks programs for their versions, all at once, at start-up, before any untrusted byte exists.
enum VersionQuery {
    struct Question {
        let program: String
        let arguments: [String]
        let pattern: String
    }

    struct Failure: Error, Hashable {
        let reason: String
    }

    /// The timeout.
    ///
    /// It is generous, since a cold disk may have to load a hundred megabytes of interpreter.
    static let millisecondsMax = 20_000
    private static let answerBytesMax = 4_096

    /// Returns an answer for each question, in order.
    ///
    /// It takes as long as the slowest program, and `millisecondsMax` at most.
    static func answers(
        to questions: [Question],
        millisecondsMax: Int = millisecondsMax
    ) -> [Result<String, Failure>] {
        let deadline = DispatchTime.now() + .milliseconds(millisecondsMax)
        let running = questions.map { question in Result { try Inquiry(question) } }
        return zip(questions, running).map { question, inquiry in
            inquiry
                .mapError { error in Failure(reason: "it does not start: \(error)") }
                .flatMap { $0.answer(by: deadline) }
                .flatMap { text in
                    VersionPattern.version(in: text, pattern: question.pattern).map(Result.success)
                        ?? .failure(Failure(reason: "its answer has no version"))
                }
        }
    }

    /// A started program whose answer has not been read.
    private struct Inquiry {
        let process = Process()
        let output = Pipe()
        let ended = DispatchSemaphore(value: 0)

        init(_ question: Question) throws {
            process.executableURL = URL(fileURLWithPath: question.program)
            process.arguments = question.arguments
            process.environment = RootTree.environment.merging(["HOME": "/"]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = output
            process.terminationHandler = { [ended] _ in ended.signal() }
            try process.run()
        }

        /// Returns the program's output after its end.
        ///
        /// A program that writes more than a pipe holds misses the deadline.
        func answer(by deadline: DispatchTime) -> Result<String, Failure> {
            guard ended.wait(timeout: deadline) == .success else {
                kill(process.processIdentifier, SIGKILL)
                return .failure(Failure(reason: "it took too long"))
            }
            // A grandchild may still hold the pipe open, so only the available bytes are read,
            // without waiting for the end of the stream.
            let descriptor = output.fileHandleForReading.fileDescriptor
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var bytes = [UInt8](repeating: 0, count: answerBytesMax)
            let count = max(0, read(descriptor, &bytes, bytes.count))
            return .success(String(decoding: bytes[..<count], as: UTF8.self))
        }
    }
}
