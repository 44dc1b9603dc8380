import Domain
import Foundation

/// Our end of a pipe, and the token that epoll knows it by.
struct OpenPipe {
    let descriptor: Int32
    let token: UInt64
}

/// The reading end of a pipe, and what was kept of what came through it.
struct PipeReader {
    /// `nil` after its end.
    var pipe: OpenPipe?
    let bytesMax: Int
    var kept = Data()
    var isTruncated = false
    private(set) var reads = 0
    /// Whether to read it at intervals only.
    var isBusy: Bool { isTruncated || reads > BusyPipes.readsMax }

    /// Keeps what fits, and drops the rest: the program goes on.
    /// - Returns: the part that was kept.
    mutating func take(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        reads += 1
        let part = bytes.prefix(bytesMax - kept.count)
        kept.append(contentsOf: part)
        if part.count < bytes.count { isTruncated = true }
        return part
    }

    var output: Output { Output(bytes: kept, isTruncated: isTruncated) }
}
