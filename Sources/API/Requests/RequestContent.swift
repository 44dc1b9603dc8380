import Cryptography
import Foundation
import JSON

/// The content of a request's body, and its fingerprint.
struct RequestContent {
    let value: JSONValue
    /// The SHA-256 of the body's kind and bytes, which is the same if the request is sent again.
    let fingerprint: Data

    /// Returns the fingerprint of a request whose path names a subject: the same body about another
    /// subject is another request.
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
