import NIOCore

/// The time limits of a connection.
struct ConnectionTimes: Sendable {
    /// From a request's head to the last byte of its body.
    let arrival: TimeAmount
    /// For the client to read on, while an answer is being sent.
    let sending: TimeAmount
}
