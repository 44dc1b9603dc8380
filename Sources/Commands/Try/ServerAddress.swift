import ArgumentParser
import Domain
import Foundation

/// The options that name a command's server.
struct ServerOptions: ParsableArguments {
    @Option(help: "The server; http://127.0.0.1:8080 by default. [QUICKSAND_SERVER]")
    var server: String?

    @Flag(
        help: ArgumentHelp(
            "Send passwords and keys over plain http to another machine.",
            discussion: "Others on the network can read them then."
        )
    )
    var insecure = false

    func address() throws -> ServerAddress {
        let text = Setting("server").text(server) ?? "http://127.0.0.1:8080"
        guard let address = ServerAddress(text) else {
            // URLSession (Swift 6.3) takes no host in brackets.
            let hint = text.contains("[") ? "; an IPv6 address needs a name" : ""
            throw CommandError(
                2,
                "'\(text)' is not the address of a server, such as https://example.com" + hint
            )
        }
        return address
    }

    /// - Throws: ``CommandError`` if others could read a secret on its way to the server.
    func requireSecrecy(to address: ServerAddress) throws {
        guard address.isEncrypted || address.isLoopback || insecure else {
            throw CommandError(
                2,
                "\(address) is plain http to another machine, so others could read the password "
                    + "or key; --insecure sends it anyway"
            )
        }
    }
}

/// The address of a server: a scheme, a host and a port, in one spelling.
///
/// The rules are strict, so that every reader parses it alike: the check here, the key of a saved
/// session and the connection use the same address. It has no user, path or query, and no number
/// that stands for an IPv4 address in an unusual form.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// The origin in the notation of RFC 6454.
    let description: String
    /// The host as a message shows it.
    let host: String
    let isEncrypted: Bool
    let isLoopback: Bool

    private static let portsOfSchemes = ["http": 80, "https": 443]

    init?(_ text: String) {
        let form = /(https?):\/\/([a-z0-9.-]+)(?::([0-9]{1,5}))?\/?/
        guard let parts = text.lowercased().wholeMatch(of: form) else { return nil }
        let scheme = String(parts.1)
        host = String(parts.2)
        let ip = IPAddress(host)
        guard ip != nil || Self.isName(parts.2) else { return nil }
        isEncrypted = scheme == "https"
        isLoopback = ip.map { $0.bytes[0] == 127 } ?? (host == "localhost")
        let standard = Self.portsOfSchemes[scheme]
        let port = parts.3.map { Int($0) } ?? standard
        guard let port, (1...65_535).contains(port) else { return nil }
        description = "\(scheme)://\(host)" + (port == standard ? "" : ":\(port)")
    }

    /// Returns whether the text is a name.
    ///
    /// Some parsers read a name with a numeric last label as an IPv4 address: 127.1, 0x7f.1.
    private static func isName(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, let last = labels.last, last.contains(where: isLetter),
            !last.hasPrefix("0x")
        else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
        }
    }

    private static func isLetter(_ character: Character) -> Bool {
        ("a"..."z").contains(character)
    }
}
