public import Foundation
public import Vocabulary

/// A file that the program left, or the reason why it was not returned.
public struct OutputFile: Sendable, Hashable {
    public var path: String
    public var content: Content

    public enum Content: Sendable, Hashable {
        case bytes(Data)
        case refused(FileRefusal)
    }

    /// The most bytes of all output files of one answer, which is held in memory and sent as JSON.
    public static let totalBytesMax: Int64 = 16 << 20

    public init(path: String, content: Content) {
        self.path = path
        self.content = content
    }
}
