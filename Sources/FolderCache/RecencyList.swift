/// A list of weighted keys in the order of their last use.
///
/// The links are in a dictionary, so every operation on one key takes constant time.
struct RecencyList<Key: Hashable & Sendable>: Sendable {
    private struct Node: Sendable {
        var weight: Int
        var older: Key?
        var newer: Key?
    }

    private var nodes: [Key: Node] = [:]
    private(set) var oldest: Key?
    private var newest: Key?
    /// The weight of all keys together.
    private(set) var weight = 0

    var count: Int { nodes.count }

    func contains(_ key: Key) -> Bool { nodes[key] != nil }

    /// The keys, least recently used first.
    var keys: [Key] {
        var keys: [Key] = []
        var next = oldest
        while let key = next {
            keys.append(key)
            next = nodes[key]?.newer
        }
        return keys
    }

    /// Adds a key or changes its weight; the key becomes the most recently used.
    mutating func insert(_ key: Key, weight: Int) {
        remove(key)
        nodes[key] = Node(weight: weight, older: newest, newer: nil)
        if let newest { nodes[newest]?.newer = key } else { oldest = key }
        newest = key
        self.weight += weight
    }

    /// Records a use; does nothing for an absent key.
    mutating func use(_ key: Key) {
        guard newest != key, let node = nodes[key] else { return }
        insert(key, weight: node.weight)
    }

    @discardableResult
    mutating func remove(_ key: Key) -> Bool {
        guard let node = nodes.removeValue(forKey: key) else { return false }
        weight -= node.weight
        if let older = node.older { nodes[older]?.newer = node.newer } else { oldest = node.newer }
        if let newer = node.newer { nodes[newer]?.older = node.older } else { newest = node.older }
        return true
    }

    /// Removes the least recently used keys until the rest is within `weightMax`.
    /// - Returns: the removed keys.
    mutating func shrink(to weightMax: Int) -> [Key] {
        var removed: [Key] = []
        while weight > weightMax, let key = oldest {
            remove(key)
            removed.append(key)
        }
        return removed
    }
}
