import Foundation
import JSON

@testable import API

/// The JSON bodies of strangers' requests.
enum JSONProperties {
    static func json(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do throws(StrictJSON.Flaw) {
            value = try StrictJSON.parse(bytes)
        } catch {
            try demand((0...bytes.count).contains(error.offset), "a flaw at \(error.offset)")
            try demand(error.line >= 1 && error.column >= 1, "a flaw at line \(error.line)")
            try checkEnvelope(of: .body(error))
            return
        }
        try demand(count(value) <= StrictJSON.valuesMax, "\(count(value)) values")
        try demand(depth(value) <= StrictJSON.depthMax, "\(depth(value)) levels")
        guard isFinite(value) else { return }  // written as null

        let reference = try JSONSerialization.jsonObject(
            with: Data(bytes),
            options: .fragmentsAllowed
        )
        try demand(isSame(value, reference), "\(value) is \(reference) to Foundation")
        let written = JSONWriter.bytes(of: value)
        try demand(written.allSatisfy { $0 >= 0x20 && $0 != 0x7f }, "control characters, written")
        try demand(try StrictJSON.parse(written) == value, "\(value) is written otherwise")
    }

    static func form(_ bytes: [UInt8]) throws {
        let value: JSONValue
        do throws(APIError) {
            value = try FormBody.parse(bytes)
        } catch {
            return try checkEnvelope(of: error)
        }
        guard case .object(let members) = value else { throw Violation(description: "no object") }
        try demand(Set(members.map(\.name)).count == members.count, "a name is there twice")
        try demand(members.count <= FormBody.pairsMax, "\(members.count) pairs")
        guard isFinite(value) else { return }
        let again = try FormBody.parse(Array(encoded(members).utf8))
        guard case .object(let same) = again else { throw Violation(description: "no object") }
        try demand(
            byName(members) == byName(same),
            "\(members) becomes \(same) when written and read again"
        )
    }

    /// Checks that a refusal is JSON itself, and of bounded size.
    static func checkEnvelope(of error: APIError) throws {
        let bytes = JSONWriter.bytes(of: error.envelope)
        try demand(bytes.count <= 4_096, "a refusal of \(bytes.count) bytes")
        guard isFinite(error.envelope) else { return }
        try demand(
            try StrictJSON.parse(bytes) == error.envelope,
            "a refusal is not JSON: \(String(decoding: bytes, as: UTF8.self))"
        )
    }

    private static func byName(_ members: [JSONValue.Member]) -> [String: JSONValue] {
        Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
    }

    private static func encoded(_ members: [JSONValue.Member]) -> String {
        func escaped(_ text: String) -> String {
            text.utf8.map { byte in
                let isPlain = byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter
                return isPlain
                    ? String(Unicode.Scalar(byte))
                    : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
        return members.flatMap { member -> [String] in
            let values: [String] =
                switch member.value {
                case .string(let text): [text]
                case .array(let elements) where ["args", "outputs"].contains(member.name):
                    elements.map { if case .string(let text) = $0 { text } else { "" } }
                default: [String(decoding: JSONWriter.bytes(of: member.value), as: UTF8.self)]
                }
            // A structured field with a JSON string is quoted again.
            let isStructured = ["files", "env", "runs", "limits", "compile_limits", "metadata"]
                .contains(member.name)
            let texts =
                isStructured
                ? [String(decoding: JSONWriter.bytes(of: member.value), as: UTF8.self)] : values
            return texts.map { escaped(member.name) + "=" + escaped($0) }
        }.joined(separator: "&")
    }
}

extension JSONProperties {
    private static func children(_ value: JSONValue) -> [JSONValue] {
        switch value {
        case .array(let elements): elements
        case .object(let members): members.map(\.value)
        default: []
        }
    }

    private static func count(_ value: JSONValue) -> Int {
        children(value).reduce(1) { $0 + count($1) }
    }

    private static func depth(_ value: JSONValue) -> Int {
        switch value {
        case .array, .object: 1 + (children(value).map(depth).max() ?? 0)
        default: 0
        }
    }

    private static func isFinite(_ value: JSONValue) -> Bool {
        if case .number(let number) = value { return number.isFinite }
        return children(value).allSatisfy(isFinite)
    }

    /// Foundation converts through a decimal number, and can differ in the last digit.
    private static func isSame(_ left: Double, _ right: Double) -> Bool {
        abs(left - right) <= max(abs(left), abs(right)) * 1e-14
    }

    private static func isSame(_ value: JSONValue, _ other: Any) -> Bool {
        switch value {
        case .null: other is NSNull
        case .bool(let flag): (other as? Bool) == flag
        case .integer(let number): (other as? NSNumber)?.int64Value == number
        case .number(let number):
            (other as? NSNumber).map { isSame($0.doubleValue, number) } ?? false
        case .string(let text): (other as? String)?.utf8.elementsEqual(text.utf8) == true
        case .array(let elements):
            (other as? [Any]).map {
                $0.count == elements.count && zip(elements, $0).allSatisfy(isSame)
            } ?? false
        case .object(let members):
            (other as? [String: Any]).map { dictionary in
                dictionary.count == members.count
                    && members.allSatisfy { member in
                        dictionary[member.name].map { isSame(member.value, $0) } ?? false
                    }
            } ?? false
        }
    }
}
