import Domain
import Foundation
import Kernel
import WardenProtocol

/// The pipes of one stage: our ends never block, theirs are ordinary.
///
/// Whatever is not handed on is closed. One thread at a time uses it: the one that made it or took
/// it out of the connection.
final class StagePipes: @unchecked Sendable {
    private var ours: [StageStream: Int32] = [:]
    private var jailEnds: [(stream: StageStream, number: Int32)] = []
    private var stdinRest: ArraySlice<UInt8> = []
    private var isStdinStreamed = false

    /// Room for what a stage may send beside the files' bytes: their names.
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

    /// The ends for the jail, in the order of the frame.
    var theirs: [Int32] { jailEnds.map(\.number) }

    /// The same with an archive, which comes before the output files' pipe.
    func frame(with archive: Int32?) -> [Int32] {
        let outputs = jailEnds.filter { $0.stream == .outputs }.map(\.number)
        return jailEnds.filter { $0.stream != .outputs }.map(\.number)
            + [archive].compactMap(\.self) + outputs
    }

    /// When the jail has them.
    func closeTheirs() {
        for end in jailEnds { Descriptor.close(end.number) }
        jailEnds = []
    }

    /// Writes what fits before anybody reads; most input is shorter than a pipe, and its end is
    /// closed here at once.
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

    /// Puts our ends under the eyes of the watching thread; from here on it closes them.
    /// - Throws: where not all can be watched; they are still this object's to close.
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
            // A pipe that is written to later has room now: only its end is awaited.
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
