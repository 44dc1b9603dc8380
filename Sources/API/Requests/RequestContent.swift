import Cryptography
import Foundation
import JSON

/// A body that has been read whole, and what it says.
struct RequestContent {
    let value: JSONValue
    /// SHA-256 of the kind of body and its bytes: the same for the same request made again.
    let fingerprint: Data

    /// Of a request whose path says what it is about: the same body about something else is another
    /// request.
    func fingerprint(about subject: String) -> Data {
        Data(SHA256.digest(of: Data((subject + "\n").utf8) + fingerprint).bytes)
    }

    static func fingerprint(of bytes: [UInt8], isForm: Bool) -> Data {
        var digest = SHA256()
        digest.update(Data((isForm ? "form\n" : "json\n").utf8))
        digest.update(bytes)
        return Data(digest.digest().bytes)
    }
}
