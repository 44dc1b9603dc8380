import Foundation

typealias JSONObject = [String: any Sendable]

/// A value of a JSON text; a missing member reads as absent, not as `null`.
struct JSON {
    private let value: Any?

    init(_ data: Data) throws {
        value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    }

    private init(value: Any?) { self.value = value }

    subscript(_ name: String) -> JSON { JSON(value: (value as? [String: Any])?[name]) }

    subscript(_ index: Int) -> JSON {
        let elements = elements
        return elements.indices.contains(index) ? elements[index] : JSON(value: nil)
    }

    var elements: [JSON] { (value as? [Any])?.map { JSON(value: $0) } ?? [] }
    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    /// The number; NaN if the value is none, so that every comparison fails.
    var double: Double { (value as? NSNumber)?.doubleValue ?? .nan }
    var bool: Bool? { value as? Bool }
    var isNull: Bool { value is NSNull }

    /// The canonical text of the value, independent of the order of members.
    var canonical: String {
        get throws {
            let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
            let data = try JSONSerialization.data(
                withJSONObject: value ?? NSNull(),
                options: options
            )
            return String(decoding: data, as: UTF8.self)
        }
    }
}
