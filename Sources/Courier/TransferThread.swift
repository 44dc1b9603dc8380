import CCurl
import Domain
import Foundation
import Synchronization

/// A thread that runs libcurl's multi interface.
///
/// Only this thread uses libcurl's handles. Requests come in through a locked queue and a wake-up;
/// results go out through `onFinish`, which is called on this thread and must not block. Between
/// events the thread sleeps in `curl_multi_poll`. libcurl resolves names on its own threads, so
/// nothing else on this thread blocks.
final class TransferThread: Sendable {
    private let multi: MultiHandle
    private let policy: AddressPolicy
    private let limits: CourierLimits
    private let userAgent: String
    private let onFinish: @Sendable (TransferResult) -> Void
    private let inbox = Mutex(Inbox())

    private struct Inbox {
        var submitted: [TransferRequest] = []
        var isStopping = false
        var isStopped = false
        var onStopped: CheckedContinuation<Void, Never>?
    }

    /// Any thread may wake a multi handle; only the transfer thread makes all other calls.
    private struct MultiHandle: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    /// Whether libcurl's set-up succeeded, which runs once for the process.
    private static let isInitialized = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Throws: ``CourierError/curlUnavailable``
    init(
        policy: AddressPolicy,
        limits: CourierLimits,
        userAgent: String,
        onFinish: @escaping @Sendable (TransferResult) -> Void
    ) throws(CourierError) {
        guard Self.isInitialized, let multi = curl_multi_init() else { throw .curlUnavailable }
        self.multi = MultiHandle(pointer: multi)
        self.policy = policy
        self.limits = limits
        self.userAgent = userAgent
        self.onFinish = onFinish
    }

    /// Starts the thread.
    ///
    /// Called once, before the first request is submitted.
    func start() {
        let thread = Thread { [self] in work() }
        thread.name = "courier"
        thread.start()
    }

    func submit(_ request: TransferRequest) {
        inbox.withLock { inbox in
            guard !inbox.isStopping else { return }
            inbox.submitted.append(request)
            curl_multi_wakeup(multi.pointer)
        }
    }

    /// Aborts all transfers without a result, and returns when the thread has ended.
    func stop() async {
        await withCheckedContinuation { continuation in
            inbox.withLock { inbox in
                guard !inbox.isStopped else { return continuation.resume() }
                inbox.isStopping = true
                inbox.onStopped = continuation
                curl_multi_wakeup(multi.pointer)
            }
        }
    }

    private func work() {
        var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
        while let requests = takeSubmitted() {
            for request in requests { begin(request, in: &transfers) }
            var running: Int32 = 0
            curl_multi_perform(multi.pointer, &running)
            collect(from: &transfers)
            // The call returns early for a socket, libcurl's own timers and a wake-up.
            curl_multi_poll(multi.pointer, nil, 0, 60_000, nil)
        }
        for transfer in transfers.values { curl_multi_remove_handle(multi.pointer, transfer.easy) }
        transfers.removeAll()
        finish()
    }

    /// - Returns: `nil` if the thread must end.
    private func takeSubmitted() -> [TransferRequest]? {
        inbox.withLock { inbox in
            defer { inbox.submitted = [] }
            return inbox.isStopping ? nil : inbox.submitted
        }
    }

    private func begin(
        _ request: TransferRequest,
        in transfers: inout [UnsafeMutableRawPointer: Transfer]
    ) {
        let transfer = Transfer(request, policy: policy, limits: limits, userAgent: userAgent)
        guard let transfer, curl_multi_add_handle(multi.pointer, transfer.easy) == CURLM_OK else {
            let outcome = Delivery.Outcome.failed(reason: "transfer failed")
            return onFinish(
                TransferResult(
                    id: request.id,
                    outcome: outcome,
                    retryAfter: nil,
                    durationMilliseconds: 0
                )
            )
        }
        transfers[transfer.easy] = transfer
    }

    private func collect(from transfers: inout [UnsafeMutableRawPointer: Transfer]) {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = transfers.removeValue(forKey: easy)
            else { continue }
            // Removing the handle frees the message, so its result is copied first.
            let code = message.pointee.data.result
            curl_multi_remove_handle(multi.pointer, easy)
            onFinish(transfer.result(code))
        }
    }

    /// Frees the multi handle under the lock, so that no thread wakes a freed handle.
    private func finish() {
        inbox.withLock { inbox in
            inbox.isStopped = true
            curl_multi_cleanup(multi.pointer)
            inbox.onStopped?.resume()
            inbox.onStopped = nil
        }
    }
}
