import Domain
import Foundation
import Identity

/// One setting: the flag if it was given, else the variable if it is set and not empty.
///
/// `standby-memory` is `--standby-memory` and `QUICKSAND_STANDBY_MEMORY`.
package struct Setting: ExpressibleByStringLiteral {
    private let name: String

    package init(stringLiteral name: String) { self.name = name }

    var variable: String {
        "QUICKSAND_" + name.uppercased().replacing("-", with: "_")
    }

    private var variableText: String? {
        let text = ProcessInfo.processInfo.environment[variable]
        return text?.isEmpty == false ? text : nil
    }

    package func text(_ flag: String? = nil) -> String? { flag ?? variableText }

    /// - Parameter expected: the values that `read` accepts, in words.
    /// - Throws: ``CommandError`` where `read` gives `nil`; it names the flag or the variable.
    func value<Value>(
        _ flag: String?,
        default standard: Value,
        expected: String,
        read: (String) -> Value?
    ) throws -> Value {
        guard let text = text(flag) else { return standard }
        return try check(read(text), text, expected, isFlag: flag != nil)
    }

    private func check<Value>(
        _ value: Value?,
        _ text: String,
        _ expected: String,
        isFlag: Bool
    ) throws -> Value {
        guard let value else {
            let source = isFlag ? "--" + name : variable
            throw CommandError(2, "\(source): '\(text)' is not \(expected)")
        }
        return value
    }

    func number(
        _ flag: Int?,
        default standard: Int,
        in range: ClosedRange<Int>
    ) throws -> Int {
        try value(
            flag.map(String.init),
            default: standard,
            expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    func isOn(_ flag: Bool) throws -> Bool {
        if flag { return true }
        return try value(nil, default: false, expected: "1 or 0") { ["1": true, "0": false][$0] }
    }

    /// A list: repeated flags, or one variable; either may have commas.
    func list<Value>(
        _ flags: [String],
        expected: String,
        read: (String) -> Value?
    ) throws -> [Value] {
        let texts = flags.isEmpty ? [variableText ?? ""] : flags
        return try texts.flatMap { $0.split(separator: ",") }.map { part in
            let text = part.trimmingCharacters(in: .whitespaces)
            return try check(read(text), text, expected, isFlag: !flags.isEmpty)
        }
    }

    func networks(_ flags: [String]) throws -> [CIDR] {
        try list(flags, expected: "a network such as 10.0.0.0/8") { CIDR($0) }
    }

    /// Returns the secret of the dispatcher for all organizations; `nil` if it is not set.
    ///
    /// It comes from a variable alone: every user of this machine could read a flag.
    static func dispatcherSecret() throws -> DispatcherSecret? {
        let variable = "DISPATCHER_API_KEY"
        let text = ProcessInfo.processInfo.environment[variable] ?? ""
        guard !text.isEmpty else { return nil }
        guard let secret = DispatcherSecret(text) else {
            let lengths = DispatcherSecret.lengths
            throw CommandError(
                2,
                "\(variable) must be \(lengths.lowerBound) to \(lengths.upperBound) visible "
                    + "ASCII characters, without a blank"
            )
        }
        return secret
    }
}
