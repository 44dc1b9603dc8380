import Foundation
public import SQLiteStore

/// A real store in a folder that is gone with this value.
public final class TemporaryStore: Sendable {
    public let store: SQLiteStore
    private let folder: URL

    public init() throws {
        folder = FileManager.default.temporaryDirectory
            .appending(path: "quicksand-store-\(UUID().uuidString)")
        store = try SQLiteStore(path: folder.appending(path: "store.sqlite").path)
    }

    deinit {
        try? store.close()
        try? FileManager.default.removeItem(at: folder)
    }
}
