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

    /// Generous: a cold disk may have to bring a hundred megabytes of interpreter.
    static let millisecondsMax = 20_000
    private static let answerBytesMax = 4_096

    /// An answer for each question, in order.
    ///
    /// Takes as long as the slowest program, and `millisecondsMax` at most.
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

    /// One program that has been started and not yet been heard.
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

        /// What the program had written when it ended.
        ///
        /// What does not fit a pipe makes it miss the deadline.
        func answer(by deadline: DispatchTime) -> Result<String, Failure> {
            guard ended.wait(timeout: deadline) == .success else {
                kill(process.processIdentifier, SIGKILL)
                return .failure(Failure(reason: "it took too long"))
            }
            // A grandchild may still hold the pipe: take what is there and never wait for its end.
            let descriptor = output.fileHandleForReading.fileDescriptor
            _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
            var bytes = [UInt8](repeating: 0, count: answerBytesMax)
            let count = max(0, read(descriptor, &bytes, bytes.count))
            return .success(String(decoding: bytes[..<count], as: UTF8.self))
        }
    }
}
