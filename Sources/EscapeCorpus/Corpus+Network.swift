import Domain
import WardenProtocol

extension Corpus {
    static let network: [Attack] = [
        Attack(
            "net-out",
            .network,
            .ordinary("network.py"),
            expected: .refusals(
                [
                    "ENOSYS", "EPERM", "EACCES", "ECONNREFUSED", "ENETUNREACH", "EADDRNOTAVAIL",
                    "EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "ENOENT", "EHOSTUNREACH",
                    "ENODEV", "ENOTTY",
                    "[Errno -2] Name or service not known",
                    "[Errno -3] Temporary failure in name resolution",
                ],
                atLeast: 3
            ).with {
                // The datagram is lost in the jail's own network, if it has one; the host's
                // listener would have received it.
                $0.ignored = ["host datagram"]
            },
            wall: .layers([.networkNamespace, .landlock]),
            control: .succeeds([
                "host loopback": "ok", "host datagram": "ok", "abstract unix socket": "ok",
                "heard on the host": "ok",
            ])
        ).with {
            $0.profiles = [.standard, .strict]
            $0.runs = [["{port}", "{socket}", "near"], ["{port}", "{socket}"]]
            $0.controlRuns = [["{port}", "{socket}", "near"]]
        }
    ]
}
