import ArgumentParser
import SQLiteStore

/// The options for the data folder, and for its owner.
struct DataOptions: ParsableArguments {
    @Option(help: "The data folder. [QUICKSAND_DATA]")
    var data: String?

    @Option(
        help: "The user that the server becomes as root: a name or a number. [QUICKSAND_USER]"
    )
    var user: String?

    func folder() throws -> DataFolder {
        try DataFolder(
            path: Setting("data").text(data) ?? DataFolder.standardPath,
            user: Setting("user").text(user)
        )
    }

    /// Opens the store while `body` runs, and leaves its files to the service's user.
    func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
        let folder = try folder()
        try folder.prepare()
        let store = try folder.openStore()
        defer {
            try? store.close()
            try? folder.prepare()
        }
        try await body(store)
    }
}
