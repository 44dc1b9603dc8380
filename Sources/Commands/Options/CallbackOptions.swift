import API
import ArgumentParser
import Domain

/// The options for callbacks.
struct CallbackOptions: ParsableArguments {
    @Option(
        help:
            "A network that callbacks may reach beside public addresses; repeatable. [QUICKSAND_CALLBACK_ALLOW]"
    )
    var callbackAllow: [String] = []

    @Option(
        help:
            "Bytes of a callback's body, above which outputs are cut; \(Self.standardBytes) by default. [QUICKSAND_CALLBACK_BYTES]"
    )
    var callbackBytes: Int?

    private static let standardBytes = 1 << 20

    /// The networks that callbacks may reach beside public addresses.
    func allowed() throws -> [CIDR] {
        try Setting("callback-allow").networks(callbackAllow)
    }

    func body() throws -> CallbackBody {
        CallbackBody(
            bytesMax: try Setting("callback-bytes").number(
                callbackBytes,
                default: Self.standardBytes,
                in: CallbackBody.bytesMaxRange
            )
        )
    }
}
