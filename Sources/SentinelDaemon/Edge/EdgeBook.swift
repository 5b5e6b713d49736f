import Glibc
import SentinelCore
import SentinelEngine
import SentinelIO

/// What the edges that come here applied last: told to Redis once a second, so that every process knows of all of them.
///
/// Bounded: of new names beyond ``EdgeState/most`` nothing is kept. Lives on the API's loop.
actor EdgeBook {
    nonisolated let loop: EventLoop
    private let calls: Calls
    private var states: [String: EdgeState] = [:]
    private var news: Set<String> = []
    private var task: Task<Void, Never>?

    init(calls: Calls, on loop: EventLoop) {
        self.calls = calls
        self.loop = loop
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func start() {
        task = Task {
            while (try? await loop.sleep(for: .seconds(1))) != nil { await tell() }
        }
    }

    func stop() {
        task?.cancel()
    }

    /// Whether there is room for an edge of that name.
    func hasRoom(for name: String) -> Bool { states[name] != nil || states.count < EdgeState.most }

    /// The edge applied everything up to that change; nil: it was only heard of.
    func note(_ name: String, applied: Int64?, way: EdgeState.Way) {
        guard hasRoom(for: name) else { return }
        var state = states[name] ?? EdgeState(name: name, applied: 0, seen: 0, way: way)
        if let applied { state.applied = applied }
        state.way = way
        state.seen = Self.now()
        states[name] = state
        news.insert(name)
    }

    private func tell() async {
        let now = Self.now()
        states = states.filter { $0.value.seen >= now - EdgeState.lifetime }
        let changed = news.compactMap { states[$0] }
        news = []
        guard !changed.isEmpty else { return }
        do { try await calls.note(changed, now: now) } catch { news.formUnion(changed.map(\.name)) }
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
