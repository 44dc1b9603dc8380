import Domain
import Foundation
import Synchronization

/// A program's output to the user: exact into a file or a pipe; on a terminal, control characters
/// become question marks.
///
/// Escape sequences can type into shells and set titles and clipboards (CVE-2003-0063, OSC 52), and
/// direction marks make a terminal display a different text.
final class ShownOutput: Sendable {
    private let handle: FileHandle
    private let isTerminal: Bool
    /// The bytes of a character that has not arrived completely.
    private let rest = Mutex<[UInt8]>([])

    init(_ handle: FileHandle) {
        self.handle = handle
        isTerminal = isatty(handle.fileDescriptor) == 1
    }

    func write(_ bytes: Data) {
        guard isTerminal else { return handle.write(bytes) }
        handle.write(
            rest.withLock { rest in
                var text = rest + bytes
                let unfinished = Self.unfinishedTail(of: text)
                rest = Array(text.suffix(unfinished))
                text.removeLast(unfinished)
                return Data(Self.harmless(text).utf8)
            }
        )
    }

    /// Returns the number of bytes at the end that begin an incomplete character.
    static func unfinishedTail(of bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let byte = bytes[bytes.count - count]
            if byte & 0xc0 == 0x80 { continue }  // a continuation byte
            let length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
            return length > count ? count : 0
        }
        return 0
    }

    /// Makes foreign text safe inside a line of this command: without terminal control, and without
    /// a line end, which could fake another line of this command.
    static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(lineScalarsMax)
        let shown = harmless(Array(String(String.UnicodeScalarView(scalars)).utf8))
        return String(shown.map { $0.isNewline || $0 == "\t" ? "?" : $0 })
    }

    private static let lineScalarsMax = 2_000

    static func harmless(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isObeyed =
                switch scalar.value {
                case 0x09, 0x0a: false
                case 0..<0x20, 0x7f..<0xa0: true
                case 0x061c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
                default: false
                }
            text.append(isObeyed ? "?" : scalar)
        }
        return String(text)
    }
}
