/// The reason why an output file was not returned; the raw value is its name in answers.
public enum FileRefusal: String, Sendable, CaseIterable {
    case notARegularFile = "not_a_regular_file"
    case tooLarge = "too_large"
    case unreadable

    /// The code in an archive, which never changes.
    public var code: UInt8 {
        switch self {
        case .notARegularFile: 1
        case .tooLarge: 2
        case .unreadable: 3
        }
    }

    public init?(code: UInt8) {
        guard let refusal = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = refusal
    }
}
