import Testing

/// The whole product: the built program, real HTTP on loopback, a real database and real jails.
///
/// Needs root, for the jails.
/// Every test has servers, a data folder and keys of its own. One after another, since the time
/// limits of jailed programs are part of what is tested, and this machine may have two cores.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum EndToEnd {}
