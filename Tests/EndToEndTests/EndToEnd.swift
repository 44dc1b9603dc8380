import Testing

/// The whole product: the built program, real HTTP on loopback, a real database and real jails.
///
/// Needs root, for the jails.
/// Every test has servers, a data folder and keys of its own. One after another, since this machine
/// may have two cores. How long anything takes decides nothing: see ``Patience``.
@Suite(.serialized, .timeLimit(.minutes(20)))
enum EndToEnd {}
