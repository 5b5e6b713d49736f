import Glibc
package import SentinelCore
package import SentinelIO
package import SentinelRedis

/// The block list and the allow list, first all of them, then every change in order and each once, for as long as it runs.
///
/// Changes are numbered without holes. A hole in what the channel brings is filled from the log of changes; when that
/// does not go back far enough, or numbers began anew, everything comes again, a page at a time. Each second it asks
/// Redis for the last number, so that a change that the channel lost at its end is missed no longer than that.
///
/// Lives on its loop; `take` is called there.
package actor ListFeed {
    package enum Item: Sendable {
        /// Everything follows; so many blocks there are about.
        case begin(count: Int64)
        /// A block, or an exemption, that stands.
        case block(Subject, BlockMark, json: [UInt8])
        case exemption(Subject, BlockMark)
        /// That was all, as of this change or a later one: those after it follow, also where the list showed them already.
        case complete(ListChange.Position)
        case change(ListChange)
        /// All changes up to this time have come: ms since 1970, by Redis, whose clock is so many ms ahead of this
        /// machine's.
        case inStep(at: Int64, skew: Int64)
        /// Redis cannot be asked.
        case away(RedisError)
    }

    package nonisolated let loop: EventLoop
    private let calls: Calls
    private let subscriber: RedisSubscriber
    private let take: @Sendable (Item) -> Void

    /// How often Redis is asked for the last number.
    package static let beat = Duration.seconds(1)
    /// Entries per round trip: so long the loop is busy with one reply.
    private static let page = 200

    private enum Phase {
        /// The lists are being read, or a hole is being filled: what the channel brings meanwhile is in the log.
        case reading
        case inStep
    }

    private var phase = Phase.reading
    private var last: ListChange.Position?
    /// The highest number that the channel brought.
    private var heard: Int64 = 0
    /// What Redis said at the last beat: the number of the last change, and when.
    private var announced: (number: Int64, at: Int64) = (0, 0)
    private var isFilling = false
    private var skew: Int64 = 0
    private var tasks: [Task<Void, Never>] = []

    /// - Parameter redis: for the subscription; requests go over the client of `calls`, which is on the same loop.
    package init(calls: Calls, redis: RedisConfiguration, on loop: EventLoop, take: @escaping @Sendable (Item) -> Void)
    {
        self.calls = calls
        self.loop = loop
        self.take = take
        var configuration = redis
        configuration.failsFast = false
        subscriber = RedisSubscriber(configuration, on: loop, bufferCount: 20_000)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    package func start() {
        tasks = [
            Task(executorPreference: loop) { await self.listen() },
            Task(executorPreference: loop) { await self.keepTime() },
        ]
    }

    package func stop() async {
        for task in tasks { task.cancel() }
        await subscriber.close()
    }

    // MARK: The channel

    private func listen() async {
        while !Task.isCancelled {
            do throws(RedisError) {
                try await subscriber.subscribe(to: calls.keys.blocks)
                break
            } catch {
                if error.code == .closed { return }
                take(.away(error))
                try? await loop.sleep(for: Self.beat)
            }
        }
        await fill()
        // So that nobody has to wait a beat to know that it is complete.
        try? await compare()
        for await push in subscriber.pushes {
            switch push {
            case .message(let message): receive(message.payload)
            case .reconnected, .dropped: Task(executorPreference: loop) { await self.fill() }
            }
        }
    }

    private func receive(_ bytes: [UInt8]) {
        guard let change = ListChange(json: bytes) else { return }
        heard = max(heard, change.number)
        guard case .inStep = phase, let last, change.number > last.number else { return }
        if change.number == last.number + 1 { return handOut(change) }
        // At once, so that what follows begins no second filling.
        phase = .reading
        Task(executorPreference: loop) { await self.fill() }
    }

    private func handOut(_ change: ListChange) {
        last = change.position
        take(.change(change))
    }

    // MARK: Time

    private func keepTime() async {
        while (try? await loop.sleep(for: Self.beat)) != nil {
            do throws(RedisError) {
                try await compare()
            } catch {
                if error.code == .closed || error.code == .cancelled { return }
                take(.away(error))
            }
        }
    }

    /// Asks Redis for the number of the last change and for its time, and sees to what is missing.
    private func compare() async throws(RedisError) {
        let before = last?.number
        let sent = Self.clock()
        let replies = try await calls.send { pipeline in
            pipeline.append("GET", "\(calls.keys.prefix):seq:blocks")
            pipeline.append("TIME")
        }
        let number = try replies[0].orThrow().isNull ? 0 : replies[0].int
        let time = try replies[1].array
        let now = try time[0].int * 1000 + (try time[1].int) / 1000
        // The truth lies between: an answer that is long on its way says little, and changes little.
        skew = min(max(skew, now - Self.clock()), now - sent)
        guard case .inStep = phase, let last else { return await fill() }
        if last.number > number, last.number == before {
            await read()
        } else if last.number >= number {
            take(.inStep(at: now, skew: skew))
        } else if last.number >= announced.number {
            // What was there a beat ago has come; where changes come all the time there is never more to say.
            if announced.at > 0 { take(.inStep(at: announced.at, skew: skew)) }
        } else if last.number == before {
            await fill()
        }
        announced = (number, now)
    }

    private static func clock() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    // MARK: The log and the lists

    /// Hands out what the log holds beyond the last change, or, where that is not all, everything anew.
    private func fill() async {
        guard !isFilling else { return }
        isFilling = true
        defer { isFilling = false }
        phase = .reading
        do throws(RedisError) {
            if try await fillFromLog() { return }
            while try await readLists() {
                if try await fillFromLog() { return }
            }
            phase = .inStep
        } catch {
            take(.away(error))
        }
    }

    /// Numbers began anew.
    private func read() async {
        last = nil
        await fill()
    }

    /// True when all that is known to be there has come. False when the log does not hold it.
    private func fillFromLog() async throws(RedisError) -> Bool {
        guard let start = last else { return false }
        var isFirst = start.number > 0
        while let from = last {
            let heardBefore = heard
            let entries = try await calls.changes(from: isFirst ? from.number : from.number + 1, count: Self.page)
            var rest = entries[...]
            if isFirst {
                // The last change itself, to see whether it is the same still.
                guard rest.popFirst()?.position == start else { return false }
                isFirst = false
            }
            for change in rest {
                guard let last, change.number == last.number + 1 else { return false }
                handOut(change)
            }
            if entries.count == Self.page { continue }
            guard let last, last.number < heard else { break }
            // What the channel brought before the log was asked must be in it, unless its numbers are of another time.
            if last.number < heardBefore {
                heard = 0
                return false
            }
        }
        phase = .inStep
        return true
    }

    /// False where there is no log to go on with: of a library that keeps none.
    private func readLists() async throws(RedisError) -> Bool {
        let replies = try await calls.send { pipeline in
            pipeline.append("XREVRANGE", calls.keys.blocksLog, "+", "-", "COUNT", 1)
            pipeline.append("GET", "\(calls.keys.prefix):seq:blocks")
            pipeline.append("HLEN", calls.keys.blockDetails)
        }
        let newest = try Calls.changes(replies[0]).last
        let number = try replies[1].orThrow().isNull ? 0 : replies[1].int
        take(.begin(count: try replies[2].int))
        heard = 0
        try await calls.forEachBlock { take(.block($0, $1, json: $2)) }
        try await calls.forEachExemption { take(.exemption($0, $1)) }
        let position = newest?.position ?? ListChange.Position(number: number, check: 0)
        last = position
        take(.complete(position))
        return newest != nil || number == 0
    }
}
