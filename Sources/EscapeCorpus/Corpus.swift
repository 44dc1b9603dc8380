public import Domain

/// Every attack that is one program, in the order of docs/ATTACKS.md.
///
/// The cases of that list which are not: those on the service's own parsing, which are tests of the
/// API, and those that need a stopped or crippled service.
public enum Corpus {
    /// - Parameter answering: for each profile, the numbers of the calls that the policy lets
    ///   answer when they are made with zero arguments.
    public static func attacks(answering: [SystemCallProfile: Set<Int>]) -> [Attack] {
        sweeps(answering) + systemCalls + files + resources + compiling + network
    }

    static let everywhere = Place.allCases
}
