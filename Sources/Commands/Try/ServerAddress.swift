import ArgumentParser
import Domain
import Foundation

/// Which server a command speaks to.
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

    /// - Throws: ``CommandError`` where a secret could be read on its way to the server.
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

/// Where a server is: a scheme, a host and a port, in one spelling.
///
/// Strict, so that nobody reads it in two ways: what is judged here, what a session is kept under
/// and what is connected to are the same. No user, path or query, and no number that stands for an
/// IPv4 address in another than its usual form.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// An origin as RFC 6454 writes it.
    let description: String
    /// As a message speaks of it.
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

    /// A last label that is a number makes the whole an IPv4 address to some readers: 127.1,
    /// 0x7f.1.
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
