public import Domain
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

/// The budgets of memory that all requests share.
public struct MemoryBudgets: Sendable {
    /// For bodies, and for programs that wait in the queue.
    public let requests: MemoryBudget
    /// For results, and for answers until the client has read them.
    public let answers: MemoryBudget

    /// - Parameter bytesMax: the bytes of both together.
    public init(bytesMax: Int) {
        requests = MemoryBudget(bytesMax: bytesMax / 2)
        answers = MemoryBudget(bytesMax: bytesMax / 2)
    }
}

/// The memory that one request holds, in the name of its caller.
///
/// A body is counted three times: as bytes, as JSON and as the request that is read from it. A
/// result is counted three times as well: as it is stored, as JSON and as the answer's bytes.
final class RequestMemory: Sendable {
    private static let copies = 3
    /// The time that a request waits for memory.
    private static let patience = Duration.seconds(10)
    /// Answers up to this size are not counted; the bound of connections bounds them.
    private static let smallAnswerBytesMax = 65_536

    private let budgets: MemoryBudgets
    private let request = Mutex<MemoryLease?>(nil)
    private let answer = Mutex<MemoryLease?>(nil)

    init(_ budgets: MemoryBudgets) { self.budgets = budgets }

    /// For contexts without a server, as in some tests.
    static let uncounted = RequestMemory(MemoryBudgets(bytesMax: .max))

    // MARK: - Bodies

    /// Takes the memory of a body before it is read.
    func takeBody(_ bytes: Int, for owner: Owner) async throws(APIError) {
        try await takeOfRequest(bytes * Self.copies, for: owner)
    }

    /// Takes the memory of a project's sources before they are read.
    func takeSources(_ bytes: Int, for owner: Owner) async throws(APIError) {
        try await takeOfRequest(bytes, for: owner)
    }

    /// Takes bytes together with those that the request has, which count as one: alone, the two may
    /// exceed the caller's share.
    private func takeOfRequest(_ bytes: Int, for owner: Owner) async throws(APIError) {
        let earlier = request.withLock { held in
            defer { held = nil }
            return held?.giveBack() ?? 0
        }
        guard
            let lease = await budgets.requests.lease(
                earlier + bytes,
                for: owner,
                within: Self.patience
            )
        else { throw .noMemory }
        request.withLock { $0 = lease }
    }

    /// Takes more memory for a body of unknown length.
    func growBody(to bytes: Int) throws(APIError) {
        guard request.withLock({ $0?.grow(to: bytes * Self.copies) ?? true }) else {
            throw .noMemory
        }
    }

    /// Returns the memory of what remains when the request has been read.
    func keepOfRequest(_ bytes: Int) -> MemoryLease? {
        let lease = request.withLock { lease in
            defer { lease = nil }
            return lease
        }
        lease?.shrink(to: bytes)
        return lease
    }

    // MARK: - Answers

    /// Takes the memory of a stored result before it is read.
    func takeResult(_ bytes: Int, for owner: Owner) async throws(APIError) {
        let lease = await budgets.answers.lease(
            bytes * Self.copies,
            for: owner,
            within: Self.patience
        )
        guard let lease else { throw .noMemory }
        answer.withLock { $0 = lease }
    }

    /// Counts a result that is in memory already.
    func countResult(_ bytes: Int, of owner: Owner) {
        let lease = budgets.answers.force(bytes * Self.copies, for: owner)
        answer.withLock { $0 = lease }
    }

    /// Counts the answer's bytes until the client has read them, in place of the result's.
    ///
    /// What is written waits in the channel, so the connection knows when it is read.
    func hold(_ response: Response, on connection: Connection?, for owner: Owner) {
        let bytes = response.body.contentLength ?? 0
        let lease = answer.withLock { lease in
            defer { lease = nil }
            return lease
        }
        guard bytes > Self.smallAnswerBytesMax else { return }
        lease?.shrink(to: bytes)
        let held = lease ?? budgets.answers.force(bytes, for: owner)
        connection?.hold(held)
    }
}

extension APIError {
    /// The error for a request whose caller holds as much memory as it may.
    ///
    /// The body may be unread, so the connection cannot be used again.
    static let noMemory = APIError(
        code: .overloaded,
        message: "your requests and unread answers take as much memory as they may; try again",
        headers: [.retryAfter: "1", .connection: "close"]
    )
}
