/// A bounded cache of states that live in Redis: what is dropped here is read again when it is needed.
///
/// Two generations: a new or used state is in the young one; when that is full it becomes the old one, and the old one's
/// unused states are dropped. Every operation is O(1), and at most `capacity` states are held.
struct Ledger<Key: Hashable, State> {
    /// Nil while the state is taken out: its place is kept, for to make it anew takes more than twice as long.
    private var young: [Key: State?] = [:]
    private var old: [Key: State?] = [:]
    private let half: Int

    init(capacity: Int) {
        half = max(1, capacity / 2)
    }

    /// Whether the state is held; if so, it stays held while fewer than half the capacity of others are put.
    mutating func touch(_ key: Key) -> Bool {
        if young.index(forKey: key) != nil { return true }
        guard let state = old.removeValue(forKey: key) ?? nil else { return false }
        put(state, for: key)
        return true
    }

    /// Takes a state out, so that it can be changed without a copy; `put` it back.
    mutating func take(_ key: Key) -> State? {
        if let place = young.index(forKey: key) { return young.values[place].take() }
        return old.removeValue(forKey: key) ?? nil
    }

    /// Puts in a state that is not held: a new one, or one that was taken out.
    mutating func put(_ state: State, for key: Key) {
        if let place = young.index(forKey: key) {
            young.values[place] = state
            return
        }
        if young.count >= half {
            old = young
            young = [:]
        }
        young[key] = .some(state)
    }

    /// Changes a state where it stands; an `initial` one if none is held.
    mutating func change<Result>(
        _ key: Key, initial: @autoclosure () -> State, _ body: (inout State) -> Result
    ) -> Result {
        if let place = young.index(forKey: key), case .some = young.values[place] { return body(&young.values[place]!) }
        var state = take(key) ?? initial()
        defer { put(state, for: key) }
        return body(&state)
    }

    /// The state as it is, left in place.
    func state(_ key: Key) -> State? {
        (young[key] ?? old[key]) ?? nil
    }

    /// Reads a state where it stands: without the copy that ``state(_:)`` makes.
    func read<Result>(_ key: Key, _ body: (State) -> Result) -> Result? {
        if let place = young.index(forKey: key) { return young.values[place].map(body) }
        return old[key]?.map(body)
    }

    /// Holds it no more.
    mutating func remove(_ key: Key) {
        young.removeValue(forKey: key)
        old.removeValue(forKey: key)
    }

    /// All that are held.
    var keys: [Key] { Array(young.keys) + Array(old.keys) }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
