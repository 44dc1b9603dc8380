/// A deck of cards in a fixed proportion, in a pseudo-random order that depends on the seed alone.
///
/// Every card is drawn as often as the deck holds it before the deck is shuffled again, so that any
/// two stretches of a long run hold nearly the same work.
struct Deck<Card: Sendable>: Sendable {
    private var cards: [Card]
    private var next = 0
    private var generator: SplitMix

    /// - Parameter cards: each card with its number of copies; cards with 0 copies are left out.
    /// - Returns: `nil` if no card is left.
    init?(_ cards: [(card: Card, count: Int)], seed: UInt64) {
        self.cards = cards.flatMap { Array(repeating: $0.card, count: max(0, $0.count)) }
        guard !self.cards.isEmpty else { return nil }
        generator = SplitMix(state: seed)
        self.cards.shuffle(using: &generator)
    }

    mutating func draw() -> Card {
        if next == cards.count {
            cards.shuffle(using: &generator)
            next = 0
        }
        defer { next += 1 }
        return cards[next]
    }
}
