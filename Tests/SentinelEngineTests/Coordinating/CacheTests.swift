import SentinelCore
import SentinelRedis
import Testing

@testable import SentinelEngine

struct CacheTests {
    /// Batch and cache: from all at once and all in memory to piece by piece with next to nothing in memory.
    @Test(arguments: [(512, 50_000), (64, 1), (3, 1)])
    func `what is found depends neither on the size of the cache nor on that of the batches`(
        _ batch: Int, _ cache: Int
    ) async throws {
        let known = KnownAbuse(events: 1400, seed: 7)
        try await Stage.with { stage in
            try await stage.feed(known.items)
            let task = stage.coordinator(batch: batch, cache: cache)
            try await stage.settle()
            let outcome = try await Outcome(stage.calls)
            #expect(outcome.incidents == known.incidents.mapValues { [$0] })
            #expect(outcome.blocks == known.blocks)
            task.cancel()
            _ = await task.value
        }
    }

    @Test
    func `a ledger gives back what was put last or nothing, and holds no more than its capacity`() {
        var random = SeededGenerator(seed: 3)
        for capacity in [2, 3, 8, 31] {
            var ledger = Ledger<Int, Int>(capacity: capacity)
            var model: [Int: Int] = [:]
            var held = 0
            for step in 0..<4000 {
                let key = random.index(below: 3 * capacity)
                switch random.index(below: 6) {
                case 0: #expect(ledger.touch(key) == (ledger.state(key) != nil))
                case 1:
                    guard let state = ledger.take(key) else { continue }
                    #expect(state == model[key])
                    #expect(ledger.state(key) == nil)
                    ledger.put(step, for: key)
                    model[key] = step
                case 2:
                    let before = ledger.state(key)
                    #expect(ledger.read(key) { $0 } == before)
                    let (seen, after) = ledger.change(key, initial: -1) { state in
                        defer { state = step }
                        return (state, step)
                    }
                    #expect(seen == before ?? -1)
                    #expect(ledger.state(key) == after)
                    model[key] = step
                case 3:
                    guard random.index(below: 8) == 0 else { continue }
                    ledger.remove(key)
                    model[key] = nil
                    #expect(ledger.state(key) == nil && !ledger.touch(key))
                default:
                    guard ledger.state(key) == nil else { continue }
                    ledger.put(step, for: key)
                    model[key] = step
                }
                if let state = ledger.state(key) { #expect(state == model[key]) }
                let count = model.keys.count { ledger.state($0) != nil }
                #expect(count <= capacity)
                held = max(held, count)
            }
            #expect(held > capacity / 2)
        }
    }

    @Test
    func `a state that was touched stays while fewer than half the capacity of others are put`() {
        for capacity in [8, 64, 1000] {
            for earlier in 0..<capacity {
                var ledger = Ledger<Int, Int>(capacity: capacity)
                ledger.put(0, for: -1)
                for key in 0..<earlier { ledger.put(key, for: key) }
                guard ledger.touch(-1) else { continue }
                for key in 0..<capacity / 2 - 1 { ledger.put(key, for: 10_000 + key) }
                #expect(ledger.state(-1) == 0)
            }
        }
    }
}
