import Domain
import Foundation
import Kernel
import WardenWire

/// The pipes of one stage: our ends never block, theirs are ordinary.
///
/// Whatever is not handed on is closed.
struct StagePipes: ~Copyable {
    private var ours: [StageStream: Int32] = [:]
    private var jailEnds: [Int32] = []
    private var stdinRest: ArraySlice<UInt8> = []

    /// Room for what a stage may send beside the files' bytes: their names.
    private static let archiveOverheadBytes: Int64 = 4 << 20

    init(hasOutputs: Bool) throws(KernelError) {
        var pipes: [(StageStream, first: Int32, second: Int32)] = []
        do throws(KernelError) {
            for stream in [.stdin, .stdout, .stderr] + (hasOutputs ? [StageStream.outputs] : []) {
                let ends = try Descriptor.pipe().released()
                pipes.append((stream, ends.first, ends.second))
                try Files.setNonblocking(stream == .stdin ? ends.second : ends.first)
            }
        } catch {
            for pipe in pipes {
                Descriptor.close(pipe.first)
                Descriptor.close(pipe.second)
            }
            throw error
        }
        for (stream, first, second) in pipes {
            ours[stream] = stream == .stdin ? second : first
            jailEnds.append(stream == .stdin ? first : second)
        }
    }

    deinit {
        for number in jailEnds { Descriptor.close(number) }
        for number in ours.values { Descriptor.close(number) }
    }

    /// The ends for the jail, in the order of the frame.
    var theirs: [Int32] { jailEnds }

    /// Writes what fits before anybody reads; most input is shorter than a pipe, and its end is
    /// closed here at once.
    mutating func fill(stdin: Data) throws(KernelError) {
        guard let descriptor = ours[.stdin] else { return }
        var writer = PipeWriter(
            pipe: OpenPipe(descriptor: descriptor, token: 0),
            rest: Array(stdin)[...]
        )
        if writer.advance() {
            Descriptor.close(descriptor)
            ours[.stdin] = nil
        }
        stdinRest = writer.rest
    }

    /// Puts our ends under the eyes of the watching thread; from here on it closes them.
    mutating func exchange(
        for stage: StageOrder,
        jail: JailNumber,
        in state: inout SessionState,
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
            end: nil,
            onOutput: stage.onOutput
        )
        for (stream, descriptor) in ours {
            let pipe = OpenPipe(
                descriptor: descriptor,
                token: state.nextToken(jail, stream)
            )
            if stream == .stdin {
                exchange.stdin = PipeWriter(pipe: pipe, rest: stdinRest)
            } else {
                exchange.readers[stream] = PipeReader(
                    pipe: pipe,
                    bytesMax: Int(clamping: bytesMax[stream] ?? 0)
                )
            }
            try epoll.add(descriptor, stream == .stdin ? .writable : .readable, token: pipe.token)
        }
        ours = [:]
        return exchange
    }
}
