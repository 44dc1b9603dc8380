import Foundation
import Identity

/// One setting: the flag if it was given, else the variable if it is set and not empty.
package enum Setting {
    package static func text(_ flag: String?, _ variable: String) -> String? {
        if let flag { return flag }
        let value = ProcessInfo.processInfo.environment["QUICKSAND_" + variable]
        return value?.isEmpty == false ? value : nil
    }

    /// - Throws: ``CommandError`` where the text is not a whole number in the range.
    static func number(
        _ flag: Int?,
        _ variable: String,
        default standard: Int,
        in range: ClosedRange<Int>
    ) throws -> Int {
        guard let text = text(flag.map(String.init), variable) else { return standard }
        guard let value = Int(text), range.contains(value) else {
            throw CommandError(
                2,
                "QUICKSAND_\(variable): '\(text)' is not a whole number from "
                    + "\(range.lowerBound) to \(range.upperBound)"
            )
        }
        return value
    }

    /// A list: repeated flags, or one variable with commas.
    static func list(_ flags: [String], _ variable: String) -> [String] {
        let values = flags.isEmpty ? [text(nil, variable) ?? ""] : flags
        return values.flatMap { $0.split(separator: ",") }.map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }

    /// The secret of the dispatcher for all organizations; `nil` without one.
    ///
    /// From a variable alone: every user of this machine could read a flag.
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
