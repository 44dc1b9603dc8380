import Domain
import Foundation
import Kernel
import WardenProtocol

/// The pipes of one stage: this side's ends never block, the jail's ends do.
///
/// Every end that is not handed on is closed. One thread at a time uses an instance: the thread
/// that made it or took it out of the connection.
final class StagePipes: @unchecked Sendable {
    private var ours: [StageStream: Int32] = [:]
    private var jailEnds: [(stream: StageStream, number: Int32)] = []
    private var stdinRest: ArraySlice<UInt8> = []
    private var isStdinStreamed = false

    /// The room for the output files' names beside their bytes.
    private static let archiveOverheadBytes: Int64 = 4 << 20

    init(_ streams: [StageStream]) throws(KernelError) {
        for stream in streams { try add(stream) }
    }

    deinit {
        closeTheirs()
        for number in ours.values { Descriptor.close(number) }
    }

    func add(_ stream: StageStream) throws(KernelError) {
        let ends = try Descriptor.pipe().released()
        let (our, their) =
            stream == .stdin ? (ends.second, ends.first) : (ends.first, ends.second)
        ours[stream] = our
        jailEnds.append((stream, their))
        try Files.setNonblocking(our)
    }

    /// The jail's ends, in the order of the frame.
    var theirs: [Int32] { jailEnds.map(\.number) }

    /// Returns the jail's ends with an archive, which comes before the output files' pipe.
    func frame(with archive: Int32?) -> [Int32] {
        let outputs = jailEnds.filter { $0.stream == .outputs }.map(\.number)
        return jailEnds.filter { $0.stream != .outputs }.map(\.number)
            + [archive].compactMap(\.self) + outputs
    }

    /// Closes the jail's ends, once the jail has them.
    func closeTheirs() {
        for end in jailEnds { Descriptor.close(end.number) }
        jailEnds = []
    }

    /// Writes the part of the input that fits into the pipe before anybody reads.
    ///
    /// Most input is shorter than a pipe, and its end is closed here at once.
    func fill(stdin input: StageIO.Input) {
        guard let descriptor = ours[.stdin] else { return }
        guard case .data(let stdin) = input else {
            isStdinStreamed = true
            return
        }
        var writer = PipeWriter(
            pipe: OpenPipe(descriptor: descriptor, token: 0),
            rest: Array(stdin)[...]
        )
        switch writer.advance() {
        case .full: stdinRest = writer.rest
        case .written, .unread:
            Descriptor.close(descriptor)
            ours[.stdin] = nil
        }
    }

    /// Registers this side's ends with the watching thread, which closes them from here on.
    /// - Throws: if not all ends can be watched; this object must still close them.
    func exchange(
        for stage: StageSpec,
        output: StageIO.Output,
        at place: StagePlace,
        in state: inout ConnectionState,
        epoll: borrowing Epoll,
        _ continuation: CheckedContinuation<StageReport, any Error>
    ) throws(KernelError) -> StageExchange {
        let bytesMax: [StageStream: Int64] = [
            .stdout: stage.limits[.stdoutBytes], .stderr: stage.limits[.stderrBytes],
            .outputs: OutputFile.totalBytesMax + Self.archiveOverheadBytes,
        ]
        var exchange = StageExchange(
            continuation: continuation,
            stdin: nil,
            readers: [:],
            output: output,
            isConcurrent: stage.isConcurrent
        )
        for (stream, descriptor) in ours {
            let pipe = OpenPipe(
                descriptor: descriptor,
                token: state.nextToken(place, stream)
            )
            if stream == .stdin {
                exchange.stdin = PipeWriter(
                    pipe: pipe,
                    rest: stdinRest,
                    isStreamed: isStdinStreamed
                )
            } else {
                exchange.readers[stream] = PipeReader(
                    pipe: pipe,
                    bytesMax: Int(clamping: bytesMax[stream] ?? 0)
                )
            }
            // A streamed input's pipe has room at the start: wait only for its end.
            let interest: Epoll.Interest =
                stream != .stdin ? .readable : isStdinStreamed ? [] : .writable
            do throws(KernelError) {
                try epoll.add(descriptor, interest, token: pipe.token)
            } catch {
                state.forgetStreams(of: place)
                throw error
            }
        }
        ours = [:]
        return exchange
    }
}
