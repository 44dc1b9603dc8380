/// Keys with weights, in the order in which they were last used.
///
/// A list whose links are kept in a dictionary: everything but its making takes the same time
/// whatever its length.
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

    /// From the one that was used longest ago.
    var keys: [Key] {
        var keys: [Key] = []
        var next = oldest
        while let key = next {
            keys.append(key)
            next = nodes[key]?.newer
        }
        return keys
    }

    /// Adds a key, or gives it another weight, as the one used last.
    mutating func insert(_ key: Key, weight: Int) {
        remove(key)
        nodes[key] = Node(weight: weight, older: newest, newer: nil)
        if let newest { nodes[newest]?.newer = key } else { oldest = key }
        newest = key
        self.weight += weight
    }

    /// Notes a use; a key that is not there stays so.
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

    /// Removes the oldest until the rest is within `weightMax`.
    /// - Returns: what was removed.
    mutating func shrink(to weightMax: Int) -> [Key] {
        var removed: [Key] = []
        while weight > weightMax, let key = oldest {
            remove(key)
            removed.append(key)
        }
        return removed
    }
}
