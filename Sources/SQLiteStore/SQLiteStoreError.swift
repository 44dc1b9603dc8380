import Domain
import Foundation
import GRDB

/// The reasons why a store could not be opened.
public enum SQLiteStoreError: Error, Sendable, Hashable {
    /// The folder cannot be created, listed or written.
    case folder(path: String, errno: Int32)
    /// The file cannot be created or opened.
    case file(path: String, errno: Int32)
    /// The file can be read but not written.
    case readOnly(path: String)
    /// The file is not a SQLite database, or is damaged.
    case damaged(path: String)
    /// A newer quicksand has changed the file's schema.
    case newerSchema(path: String)
    /// Another process holds the file's lock.
    case busy(path: String)
    /// Any other error of SQLite while opening.
    case opening(path: String, reason: String)
}

extension SQLiteStoreError {
    init(opening path: String, _ error: any Error) {
        if let error = error as? SQLiteStoreError {
            self = error
            return
        }
        guard let error = error as? DatabaseError else {
            self = .opening(path: path, reason: String(describing: error))
            return
        }
        self =
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: .damaged(path: path)
            case .SQLITE_READONLY, .SQLITE_PERM: .readOnly(path: path)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
            default: .opening(path: path, reason: error.message ?? "\(error.resultCode)")
            }
    }
}

extension SQLiteStoreError: CustomStringConvertible {
    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .folder(let path, let code):
            "the folder \(path) cannot be used: \(String(cString: strerror(code)))"
        case .file(let path, let code):
            "the database \(path) cannot be opened: \(String(cString: strerror(code)))"
        case .readOnly(let path): "the database \(path) cannot be written"
        case .damaged(let path): "\(path) is damaged or not a SQLite database"
        case .newerSchema(let path):
            "the database \(path) was made by a newer version of quicksand; install that one"
        case .busy(let path): "the database \(path) is locked by another process"
        case .opening(let path, let reason): "the database \(path) cannot be opened: \(reason)"
        }
    }
}

extension StoreUnavailable {
    /// - Returns: `nil` for an error that is not temporary.
    init?(_ error: any Error) {
        guard let error = error as? DatabaseError else { return nil }
        switch error.resultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(reason: "another program has locked it")
        case .SQLITE_FULL: self.init(reason: "the disk is full")
        case .SQLITE_READONLY: self.init(reason: "it cannot be written")
        case .SQLITE_IOERR, .SQLITE_CANTOPEN:
            self.init(reason: "\(error.extendedResultCode)")
        default: return nil
        }
    }
}
