/// The measured values of one contender, by round.
///
/// A slow contender may skip rounds; a comparison uses the rounds that both contenders took part
/// in.
struct Series: Sendable {
    let name: String
    private var rounds: [(round: Int, value: Double)] = []

    init(name: String) { self.name = name }

    init(name: String, _ values: [Double]) {
        self.name = name
        rounds = values.enumerated().map { ($0.offset, $0.element) }
    }

    mutating func append(_ value: Double, round: Int) { rounds.append((round, value)) }

    var sample: Sample { Sample(rounds.map(\.value)) }

    /// Returns both values of every round that both series have.
    func paired(with other: Series) -> [(own: Double, other: Double)] {
        let others = Dictionary(other.rounds.map { ($0.round, $0.value) }) { first, _ in first }
        return rounds.compactMap { round, own in others[round].map { (own, $0) } }
    }
}
