import Foundation
import JSON

/// Bytes in a JSON string: as text if they are valid UTF-8, else in base64.
struct EncodedBytes: Sendable {
    enum Encoding: String, CaseIterable {
        case utf8 = "utf-8"
        case base64
    }

    var content: String
    var encoding: Encoding

    init(_ data: Data) {
        if let text = String(validating: data, as: UTF8.self) {
            content = text
            encoding = .utf8
        } else {
            content = data.base64EncodedString()
            encoding = .base64
        }
    }

    var data: Data? {
        switch encoding {
        case .utf8: Data(content.utf8)
        case .base64: Data(base64Encoded: content)
        }
    }
}
