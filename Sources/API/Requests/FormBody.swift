import JSON

/// Reads `application/x-www-form-urlencoded` into the value that the equivalent JSON body would
/// have.
///
/// Text fields are taken as they are. `args` and `outputs` may be repeated, and each occurrence is
/// one element. Every other field (`files`, `env`, `runs`, `limits`, `compile_limits`, `metadata`)
/// contains a JSON text, since a form cannot express lists and objects.
enum FormBody {
    /// The maximum number of `name=value` pairs in one body.
    static let pairsMax = 1_024

    static func parse(_ bytes: [UInt8]) throws(APIError) -> JSONValue {
        var members: [JSONValue.Member] = []
        var lists: [String: [JSONValue]] = [:]
        for (name, value) in try pairs(bytes) {
            if repeated.contains(name) {
                lists[name, default: []].append(.string(value))
                continue
            }
            guard !members.contains(where: { $0.name == name }) else {
                throw .field(APIError.shortened(name), "is given twice")
            }
            members.append(.init(name: name, value: try typed(value, name: name)))
        }
        for (name, elements) in lists {
            members.append(.init(name: name, value: .array(elements)))
        }
        return .object(members)
    }

    private static let repeated: Set<String> = ["args", "outputs"]
    /// The form fields whose value is a JSON text.
    static let structured: Set<String> = [
        "files", "env", "runs", "limits", "compile_limits", "metadata",
    ]

    private static func typed(_ value: String, name: String) throws(APIError) -> JSONValue {
        guard structured.contains(name) else { return .string(value) }
        do throws(StrictJSON.Flaw) {
            return try StrictJSON.parse(Array(value.utf8))
        } catch {
            let place = "line \(error.line), column \(error.column)"
            throw .field(name, "is not acceptable JSON: it \(error.reason) (\(place))")
        }
    }

    private static func pairs(_ bytes: [UInt8]) throws(APIError) -> [(String, String)] {
        let parts = bytes.split(separator: UInt8(ascii: "&"), maxSplits: pairsMax)
        guard parts.count <= pairsMax else { throw .body("has more than \(pairsMax) fields") }
        var pairs: [(String, String)] = []
        for part in parts {
            let sides = part.split(
                separator: UInt8(ascii: "="),
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard sides.count == 2, let name = decode(sides[0]), let value = decode(sides[1]) else {
                throw .body("is not acceptable as application/x-www-form-urlencoded")
            }
            pairs.append((name, value))
        }
        return pairs
    }

    /// - Returns: `nil` if a `%` is not followed by two hexadecimal digits, or if the result is not
    ///   UTF-8.
    private static func decode(_ bytes: ArraySlice<UInt8>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "+"):
                decoded.append(0x20)
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]),
                    let low = digit(bytes[index + 2])
                else { return nil }
                decoded.append(high << 4 | low)
                index += 2
            default:
                decoded.append(bytes[index])
            }
            index += 1
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
