import Foundation
import JSON

/// Bytes in a JSON string: as text, or in base64 if they are not UTF-8 or are mostly control
/// characters.
///
/// JSON writes a control character as six bytes, so a text of them would be six times as long as
/// the bytes. Text is therefore at most ``textGrowthMax`` times as long.
struct EncodedBytes: Sendable {
    enum Encoding: String, CaseIterable {
        case utf8 = "utf-8"
        case base64
    }

    var content: String
    var encoding: Encoding
    /// Whether the content has only the first of the bytes.
    let isCut: Bool

    /// The longest text, as a multiple of the bytes; line ends, quotation marks and backslashes
    /// alone never exceed it.
    private static let textGrowthMax = 2

    init(_ data: Data) {
        if let text = Self.text(data) {
            self.init(content: text, encoding: .utf8)
        } else {
            self.init(content: data.base64EncodedString(), encoding: .base64)
        }
    }

    /// Encodes as many leading bytes as have this length in a JSON string, with whole characters.
    init(_ data: Data, lengthMax: Int) {
        guard lengthMax < .max, lengthMax < Self.length(of: data) else {
            self.init(data)
            return
        }
        var count = data.withUnsafeBytes { JSONWriter.prefix(of: $0, lengthMax: lengthMax) }
        while 0 < count, count < data.count, data[data.startIndex + count] & 0xc0 == 0x80 {
            count -= 1
        }
        if let text = Self.text(data.prefix(count)) {
            self.init(content: text, encoding: .utf8, isCut: true)
        } else {
            let groups = data.prefix(lengthMax / 4 * 3)
            self.init(content: groups.base64EncodedString(), encoding: .base64, isCut: true)
        }
    }

    private init(content: String, encoding: Encoding, isCut: Bool = false) {
        self.content = content
        self.encoding = encoding
        self.isCut = isCut
    }

    var data: Data? {
        switch encoding {
        case .utf8: Data(content.utf8)
        case .base64: Data(base64Encoded: content)
        }
    }

    /// Returns the length of the encoded bytes in a JSON string, without its quotation marks.
    static func length(of data: Data) -> Int {
        text(data) == nil ? (data.count + 2) / 3 * 4 : textLength(of: data)
    }

    /// - Returns: `nil` if the bytes travel in base64.
    private static func text(_ data: Data) -> String? {
        guard textLength(of: data) <= textGrowthMax * data.count else { return nil }
        return String(validating: data, as: UTF8.self)
    }

    private static func textLength(of data: Data) -> Int {
        data.withUnsafeBytes { JSONWriter.length(of: $0) }
    }
}
