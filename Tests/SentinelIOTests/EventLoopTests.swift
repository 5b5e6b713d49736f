import Glibc
import SentinelIO
import Synchronization
import Testing

struct EventLoopTests {
    private actor Counter {
        nonisolated let loop: EventLoop
        private(set) var steps: [Int] = []

        init(on loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func add(_ step: Int) { steps.append(step) }
        func isOnLoop() -> Bool { loop.isCurrent }

        func thread() -> String {
            guard let file = fopen("/proc/thread-self/comm", "r") else { return "" }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 32)
            let count = fread(&bytes, 1, bytes.count, file)
            return String(decoding: bytes.prefix(count).filter { $0 != 10 }, as: UTF8.self)
        }

        /// Sets timers, in another order than they are due, and waits for the last.
        func runTimers(_ delays: [Int], cancelling cancelled: Set<Int>) async -> [Int] {
            var timers: [LoopTimer] = []
            await withCheckedContinuation { continuation in
                for delay in delays {
                    let timer = LoopTimer(on: loop) { [box] in
                        box.fired.append(delay)
                        if delay == delays.max() { continuation.resume() }
                    }
                    timer.start(after: .milliseconds(delay))
                    if cancelled.contains(delay) { timer.cancel() }
                    timers.append(timer)
                }
            }
            return box.fired
        }

        /// Starts one timer twice, and waits until it has fired.
        func moveTimer() async -> (count: Int, elapsed: Duration) {
            let start = ContinuousClock.now
            await withCheckedContinuation { continuation in
                let timer = LoopTimer(on: loop) { [box] in
                    box.fired.append(1)
                    continuation.resume()
                }
                timer.start(after: .seconds(60))
                timer.start(after: .milliseconds(2))
            }
            return (box.fired.count, .now - start)
        }

        private let box = Box()

        private final class Box { var fired: [Int] = [] }
    }

    @Test
    func `a task that prefers the loop is resumed on it, whatever it waited for`() async throws {
        let loop = try EventLoop(name: "mine")
        let other = try EventLoop(name: "other")
        let isThere = await Task(executorPreference: loop) {
            var isThere = [loop.isCurrent]
            await withCheckedContinuation { continuation in other.execute { continuation.resume() } }
            isThere.append(loop.isCurrent)
            _ = await Counter(on: other).thread()
            isThere.append(loop.isCurrent)
            await loop.turn()
            isThere.append(loop.isCurrent)
            return isThere
        }.value
        #expect(isThere == [true, true, true, true])
        await loop.stop()
        await other.stop()
    }

    @Test func `an actor on a loop runs on the loop's thread`() async throws {
        let loop = try EventLoop(name: "a-loop-with-a-long-name")
        let counter = Counter(on: loop)
        #expect(await counter.isOnLoop())
        #expect(await counter.thread() == "a-loop-with-a-l")
        #expect(!loop.isCurrent)
        await loop.stop()
    }

    @Test func `work from one thread runs in order, and all of it`() async throws {
        let loop = try EventLoop(name: "order")
        let counter = Counter(on: loop)
        let (ran, continuation) = AsyncStream.makeStream(of: Int.self)
        for step in 0..<100_000 {
            loop.execute { continuation.yield(step) }
        }
        loop.execute { continuation.finish() }
        var expected = 0
        for await step in ran {
            guard step == expected else {
                Issue.record("\(step) ran where \(expected) should have")
                break
            }
            expected += 1
        }
        #expect(expected == 100_000)
        await counter.add(1)
        #expect(await counter.steps == [1])
        await loop.stop()
    }

    @Test func `work from many threads all runs`() async throws {
        let loop = try EventLoop(name: "many")
        let counter = Counter(on: loop)
        await withTaskGroup { group in
            for task in 0..<50 {
                group.addTask { for step in 0..<100 { await counter.add(task * 100 + step) } }
            }
        }
        #expect(await counter.steps.sorted() == Array(0..<5000))
        await loop.stop()
    }

    @Test func `timers fire in the order of their times, cancelled ones never`() async throws {
        let loop = try EventLoop(name: "timers")
        let fired = await Counter(on: loop).runTimers([9, 1, 5, 3], cancelling: [5])
        #expect(fired == [1, 3, 9])
        await loop.stop()
    }

    @Test func `a timer that is started again fires once, at the new time`() async throws {
        let loop = try EventLoop(name: "moved")
        let (count, elapsed) = await Counter(on: loop).moveTimer()
        #expect(count == 1)
        #expect(elapsed >= .milliseconds(2) && elapsed < .seconds(60))
        await loop.stop()
    }

    @Test func `sleep waits as long as it should`() async throws {
        let loop = try EventLoop(name: "sleep")
        let start = ContinuousClock.now
        try await loop.sleep(for: .milliseconds(5))
        #expect(.now - start >= .milliseconds(5))
        await loop.stop()
    }

    @Test func `a sleep of any length can be asked for`() async throws {
        let loop = try EventLoop(name: "lengths")
        try await loop.sleep(for: .seconds(-5))
        let task = Task { try await loop.sleep(for: .seconds(Int64.max)) }
        try await loop.sleep(for: .milliseconds(1))
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        await loop.stop()
    }

    @Test func `a cancelled task sleeps no longer`() async throws {
        let loop = try EventLoop(name: "cancel")
        for isCancelledFirst in [true, false] {
            let task = Task { try await loop.sleep(for: .seconds(600)) }
            if !isCancelledFirst { try await loop.sleep(for: .milliseconds(1)) }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
        await loop.stop()
    }

    @Test func `stopping a loop wakes those who sleep on it`() async throws {
        let loop = try EventLoop(name: "stop")
        let task = Task { try await loop.sleep(for: .seconds(600)) }
        try await loop.sleep(for: .milliseconds(1))
        await loop.stop()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `stopping runs what is queued, and what comes later still runs`() async throws {
        let loop = try EventLoop(name: "stop")
        let counter = Counter(on: loop)
        let ran = Flags()
        for _ in 0..<1000 { loop.execute { ran.count.withLock { $0 += 1 } } }
        await loop.stop()
        #expect(ran.count.withLock { $0 } == 1000)
        await loop.stop()
        await counter.add(1)
        #expect(await counter.steps == [1])
        #expect(await counter.isOnLoop())
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .zero) }
    }

    @Test func `an actor may stop the loop it runs on`() async throws {
        let loop = try EventLoop(name: "suicide")
        let stopper = Stopper(on: loop)
        await stopper.stop()
        #expect(await stopper.hasStopped)
    }

    private actor Stopper {
        nonisolated let loop: EventLoop
        private(set) var hasStopped = false

        init(on loop: EventLoop) { self.loop = loop }

        nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

        func stop() async {
            await loop.stop()
            hasStopped = true
        }
    }

    private final class Flags: Sendable {
        let count = Mutex(0)
    }
}
