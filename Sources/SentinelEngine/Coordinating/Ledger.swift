/// A bounded cache of states that live in Redis: what is dropped here is read again when it is needed.
///
/// Two generations: a new or used state is in the young one; when that is full it becomes the old one, and the old one's
/// unused states are dropped. Every operation is O(1), and at most `capacity` states are held.
struct Ledger<Key: Hashable, State> {
    private var young: [Key: State] = [:]
    private var old: [Key: State] = [:]
    private let half: Int

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    /// Whether the state is held; if so, it stays held while fewer than half the capacity of others are put.
    mutating func touch(_ key: Key) -> Bool {
        if young[key] != nil { return true }
        guard let state = old.removeValue(forKey: key) else { return false }
        put(state, for: key)
        return true
    }

    /// Takes a state out, so that it can be changed without a copy; `put` it back.
    mutating func take(_ key: Key) -> State? {
        young.removeValue(forKey: key) ?? old.removeValue(forKey: key)
    }

    /// Puts in a state that is not held: a new one, or one that was taken out. Of a held one two would stay.
    mutating func put(_ state: State, for key: Key) {
        if young.count >= half {
            old = young
            young = [:]
        }
        young[key] = state
    }

    /// The state as it is, left in place.
    func state(_ key: Key) -> State? {
        young[key] ?? old[key]
    }

    /// All that are held.
    var keys: [Key] { Array(young.keys) + Array(old.keys) }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
